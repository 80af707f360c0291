-- What changed, one row for each transaction that wrote: every process reads on from where it was and
-- forgets the representations that have one of the tags. Only inserted, so that no row is fought for;
-- rows older than every reader can be behind are deleted.
create table cache_bump (
    -- SQLite has one writer: numbers are given out in the order of the commits.
    id     integer primary key autoincrement,
    -- `article:rain list:articles`, as they stand in the field `xkey`.
    tags   text    not null,
    at     integer not null,
    -- Whether the proxies in front were told.
    purged integer not null default 0
) strict;
create index cache_bump_unpurged on cache_bump (at) where not purged;
