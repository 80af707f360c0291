-- What changed, one row for each transaction that wrote: every process reads on from where it was and
-- forgets the representations that have one of the tags. Only inserted, so that no row is fought for;
-- rows older than every reader can be behind are deleted.
create table cache_bump (
    id     bigint generated always as identity primary key,
    -- `article:rain list:articles`, as they stand in the field `xkey`.
    tags   text    not null,
    at     bigint  not null,
    -- Whether the proxies in front were told.
    purged boolean not null default false,
    -- Numbers are given out before commits, so they are no order to read on in. A reader asks for the
    -- transactions that were not over when it read last: those from the oldest then running one on.
    xid    xid8    not null default pg_current_xact_id()
);
create index cache_bump_xid on cache_bump (xid);
create index cache_bump_unpurged on cache_bump (at) where not purged;
