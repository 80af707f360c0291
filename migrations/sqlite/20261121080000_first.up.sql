-- `autoincrement`: the number of something deleted is never given to something else.
-- Times are epoch milliseconds (UTC): one type on both databases, no time-zone surprises.
-- JSON is text: it is read and written whole, never queried.

-- Secrets of this instance (the key that signs page cursors), made at the first start.
create table instance (
    name  text primary key,
    value text not null
) strict;

create table users (
    id       integer primary key autoincrement,
    name     text    not null unique,
    -- PHC string (Argon2id); null: this user signs in by token only.
    password text,
    role     text    not null check (role in ('reader', 'editor', 'publisher', 'admin')),
    disabled integer not null default 0,
    created  integer not null,
    revision integer not null default 1
) strict;

create table token (
    id      integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    name    text    not null,
    -- SHA-256 of the token, hexadecimal: the text itself is shown once and kept nowhere.
    digest  text    not null unique,
    created integer not null,
    expires integer,
    revoked integer
) strict;
create index token_of_user on token (user_id);

create table article (
    id       integer primary key autoincrement,
    slug     text    not null unique,
    headline text    not null,
    body     text    not null,
    summary  text,
    keywords text    not null,
    author   text    not null,
    created  integer not null,
    modified integer not null,
    -- Compared in `where` by every write: the second of two writers finds no row.
    revision integer not null default 1,
    -- First half of the entity tags: hash of the content.
    state    text    not null
) strict;
create index article_by_created on article (created, id);

-- What articles are about, in the writer's order. `target` is a slug or, for kind 'other', an IRI.
create table article_about (
    article_id integer not null references article (id) on delete cascade,
    position   integer not null,
    kind       text    not null check (kind in ('dataset', 'model', 'other')),
    target     text    not null,
    primary key (article_id, position)
) strict;
create index article_about_target on article_about (kind, target);

create table dataset (
    id          integer primary key autoincrement,
    slug        text    not null unique,
    name        text    not null,
    description text,
    license     text,
    creator     text,
    keywords    text    not null,
    -- Number of the table `d<storage>` with the head's rows; an import makes a new one and swaps.
    storage     integer not null,
    columns     text    not null,
    rows        integer not null,
    newest      integer not null default 0,
    -- Changes of rows so far, and how many of them the newest revision holds.
    edits       integer not null default 0,
    sealed      integer not null default 0,
    author      text    not null,
    created     integer not null,
    modified    integer not null,
    revision    integer not null default 1,
    state       text    not null,
    -- A deleted dataset keeps its row: its slug is never reused and its URLs answer 410.
    deleted     integer
) strict;
create index dataset_by_created on dataset (created, id);

-- One row per table `d<id>`; `published` is set in the transaction that makes a dataset use it,
-- so that the leftovers of a killed import can be dropped at the next start.
create table storage (
    id        integer primary key autoincrement,
    published integer not null default 0,
    created   integer not null
) strict;

create table revision (
    dataset_id integer not null references dataset (id),
    number     integer not null,
    columns    text    not null,
    rows       integer not null,
    digest     text    not null,
    size       integer not null,
    profile    text    not null,
    note       text,
    author     text    not null,
    created    integer not null,
    primary key (dataset_id, number)
) strict;
create index revision_digest on revision (dataset_id, digest);

create table model (
    id          integer primary key autoincrement,
    slug        text    not null unique,
    headline    text    not null,
    description text,
    dataset_id  integer not null references dataset (id),
    -- 0 until the first training succeeded.
    newest      integer not null default 0,
    author      text    not null,
    created     integer not null,
    modified    integer not null,
    revision    integer not null default 1,
    state       text    not null,
    deleted     integer
) strict;
create index model_by_created on model (created, id);
create index model_dataset on model (dataset_id);

create table model_version (
    model_id         integer not null references model (id),
    number           integer not null,
    dataset_revision integer not null,
    -- What was asked for, what was learned, how well: JSON, immutable.
    settings         text    not null,
    fitted           text    not null,
    scores           text    not null,
    author           text    not null,
    created          integer not null,
    primary key (model_id, number)
) strict;

create table job (
    id         integer primary key autoincrement,
    model_id   integer not null references model (id),
    revision   integer not null,
    settings   text    not null,
    status     text    not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress   real    not null default 0,
    version    integer,
    reason     text,
    owner_id   integer not null references users (id),
    attempt    integer not null default 0,
    -- A running job whose lease ran out belongs to a dead worker and is claimed again.
    lease      integer not null default 0,
    created    integer not null,
    modified   integer not null
) strict;
create index job_status on job (status, id);
create index job_owner on job (owner_id, id);
create index job_model on job (model_id);

create table message (
    id         integer primary key autoincrement,
    media_type text    not null,
    digest     text    not null,
    size       integer not null,
    filename   text,
    author     text    not null,
    created    integer not null
) strict;
