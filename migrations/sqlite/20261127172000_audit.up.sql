-- What was changed, by whom: a line in the transaction of each change. Nothing of what was sent, no secret.
create table audit (
    id       integer primary key autoincrement,
    created  integer not null,
    -- A user's name, kept when they are gone; `almanac` is the server itself, or its operator at the terminal.
    actor    text    not null,
    -- The method, and the path that it came to; nothing for what no request did.
    action   text    not null,
    resource text    not null,
    -- The tags of what was changed.
    changed  text    not null,
    -- First halves of the entity tags before and after, where there is one thing that has them.
    before   text,
    after    text,
    request  text    not null,
    -- Its place in the chain and its hash, which holds that of the line before: given some seconds later, by one
    -- server at a time. In the transaction itself each writer would wait for the one before.
    place    integer unique,
    hash     text
) strict;
create index audit_unchained on audit (id) where place is null;

create trigger audit_is_kept before delete on audit
begin
    select raise(abort, 'what was noted is not deleted');
end;
create trigger audit_is_as_it_was before update on audit
    when old.place is not null or new.place is null or new.hash is null
      or new.id <> old.id or new.created <> old.created or new.actor <> old.actor
      or new.action <> old.action or new.resource <> old.resource or new.changed <> old.changed
      or new.before is not old.before or new.after is not old.after or new.request <> old.request
begin
    select raise(abort, 'what was noted is not changed');
end;
