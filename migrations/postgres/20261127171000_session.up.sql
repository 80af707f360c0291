-- Who is signed in with a browser. A session that ended has no row.
create table session (
    id      bigint generated always as identity primary key,
    user_id bigint not null references users (id) on delete cascade,
    -- SHA-256 of what the cookie holds, hexadecimal: who reads the table is nobody by it.
    digest  text collate "C" not null unique,
    -- What the browser calls itself, so that its user can tell one session from another.
    agent   text    not null,
    -- Whether the cookie outlives the browser.
    kept    boolean not null default false,
    created bigint  not null,
    -- To the minute: it ends when nobody used it for a while.
    used    bigint  not null,
    -- It ends then, however lately it was used.
    expires bigint  not null
);
create index session_of_user on session (user_id);
create index session_by_expires on session (expires);
