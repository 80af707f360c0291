-- Who called what, by day: counted in memory and added every few seconds, so that a request costs no write.
create table usage (
    -- First moment of the day, UTC.
    day       integer not null,
    -- The pattern of the URL, never the URL: what is in it may be somebody's.
    route     text    not null,
    version   text    not null,
    -- A user's name, which outlives the user, or (anonymous), or (others) where there were too many names.
    principal text    not null,
    requests  integer not null,
    primary key (day, route, principal)
) strict;
