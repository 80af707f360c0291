-- `collate "C"`: text sorts by code point, as on SQLite.
-- Times are epoch milliseconds (UTC): one type on both databases, no time-zone surprises.
-- JSON is text: it is read and written whole, never queried.

-- Secrets of this instance (the key that signs page cursors), made at the first start.
create table instance (
    name  text collate "C" primary key,
    value text not null
);

create table users (
    id       bigint generated always as identity primary key,
    name     text collate "C"    not null unique,
    -- PHC string (Argon2id); null: this user signs in by token only.
    password text,
    role     text    not null check (role in ('reader', 'editor', 'publisher', 'admin')),
    disabled boolean not null default false,
    created  bigint not null,
    revision bigint not null default 1
);

create table token (
    id      bigint generated always as identity primary key,
    user_id bigint not null references users (id) on delete cascade,
    name    text collate "C"    not null,
    -- SHA-256 of the token, hexadecimal: the text itself is shown once and kept nowhere.
    digest  text    not null unique,
    created bigint not null,
    expires bigint,
    revoked bigint
);
create index token_of_user on token (user_id);

create table article (
    id       bigint generated always as identity primary key,
    slug     text collate "C"    not null unique,
    headline text    not null,
    body     text    not null,
    summary  text,
    keywords text    not null,
    author   text    not null,
    created  bigint not null,
    modified bigint not null,
    -- Compared in `where` by every write: the second of two writers finds no row.
    revision bigint not null default 1,
    -- First half of the entity tags: hash of the content.
    state    text    not null
);
create index article_by_created on article (created, id);

-- What articles are about, in the writer's order. `target` is a slug or, for kind 'other', an IRI.
create table article_about (
    article_id bigint not null references article (id) on delete cascade,
    position   bigint not null,
    kind       text    not null check (kind in ('dataset', 'model', 'other')),
    target     text    not null,
    primary key (article_id, position)
);
create index article_about_target on article_about (kind, target);

create table dataset (
    id          bigint generated always as identity primary key,
    slug        text collate "C"    not null unique,
    name        text collate "C"    not null,
    description text,
    license     text,
    creator     text,
    keywords    text    not null,
    -- Number of the table `d<storage>` with the head's rows; an import makes a new one and swaps.
    storage     bigint not null,
    columns     text    not null,
    rows        bigint not null,
    newest      bigint not null default 0,
    -- Changes of rows so far, and how many of them the newest revision holds.
    edits       bigint not null default 0,
    sealed      bigint not null default 0,
    author      text    not null,
    created     bigint not null,
    modified    bigint not null,
    revision    bigint not null default 1,
    state       text    not null,
    -- A deleted dataset keeps its row: its slug is never reused and its URLs answer 410.
    deleted     bigint
);
create index dataset_by_created on dataset (created, id);

-- One row per table `d<id>`; `published` is set in the transaction that makes a dataset use it,
-- so that the leftovers of a killed import can be dropped at the next start.
create table storage (
    id        bigint generated always as identity primary key,
    published boolean not null default false,
    created   bigint not null
);

create table revision (
    dataset_id bigint not null references dataset (id),
    number     bigint not null,
    columns    text    not null,
    rows       bigint not null,
    digest     text    not null,
    size       bigint not null,
    profile    text    not null,
    note       text,
    author     text    not null,
    created    bigint not null,
    primary key (dataset_id, number)
);
create index revision_digest on revision (dataset_id, digest);

create table model (
    id          bigint generated always as identity primary key,
    slug        text collate "C"    not null unique,
    headline    text    not null,
    description text,
    dataset_id  bigint not null references dataset (id),
    -- 0 until the first training succeeded.
    newest      bigint not null default 0,
    author      text    not null,
    created     bigint not null,
    modified    bigint not null,
    revision    bigint not null default 1,
    state       text    not null,
    deleted     bigint
);
create index model_by_created on model (created, id);
create index model_dataset on model (dataset_id);

create table model_version (
    model_id         bigint not null references model (id),
    number           bigint not null,
    dataset_revision bigint not null,
    -- What was asked for, what was learned, how well: JSON, immutable.
    settings         text    not null,
    fitted           text    not null,
    scores           text    not null,
    author           text    not null,
    created          bigint not null,
    primary key (model_id, number)
);

create table job (
    id         bigint generated always as identity primary key,
    model_id   bigint not null references model (id),
    revision   bigint not null,
    settings   text    not null,
    status     text    not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress   double precision not null default 0,
    version    bigint,
    reason     text,
    owner_id   bigint not null references users (id),
    attempt    bigint not null default 0,
    -- A running job whose lease ran out belongs to a dead worker and is claimed again.
    lease      bigint not null default 0,
    created    bigint not null,
    modified   bigint not null
);
create index job_status on job (status, id);
create index job_owner on job (owner_id, id);
create index job_model on job (model_id);

create table message (
    id         bigint generated always as identity primary key,
    media_type text    not null,
    digest     text    not null,
    size       bigint not null,
    filename   text,
    author     text    not null,
    created    bigint not null
);
