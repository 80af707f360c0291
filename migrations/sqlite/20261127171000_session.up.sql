-- Who is signed in with a browser. A session that ended has no row.
create table session (
    id      integer primary key autoincrement,
    user_id integer not null references users (id) on delete cascade,
    -- SHA-256 of what the cookie holds, hexadecimal: who reads the table is nobody by it.
    digest  text    not null unique,
    -- What the browser calls itself, so that its user can tell one session from another.
    agent   text    not null,
    -- Whether the cookie outlives the browser.
    kept    integer not null default 0,
    created integer not null,
    -- To the minute: it ends when nobody used it for a while.
    used    integer not null,
    -- It ends then, however lately it was used.
    expires integer not null
) strict;
create index session_of_user on session (user_id);
create index session_by_expires on session (expires);
