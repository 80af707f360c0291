-- What was changed, by whom: a line in the transaction of each change. Nothing of what was sent, no secret.
create table audit (
    id       bigint generated always as identity primary key,
    created  bigint not null,
    -- A user's name, kept when they are gone; `almanac` is the server itself, or its operator at the terminal.
    actor    text collate "C" not null,
    -- The method, and the path that it came to; nothing for what no request did.
    action   text   not null,
    resource text   not null,
    -- The tags of what was changed.
    changed  text   not null,
    -- First halves of the entity tags before and after, where there is one thing that has them.
    before   text,
    after    text,
    request  text   not null,
    -- Its place in the chain and its hash, which holds that of the line before: given some seconds later, by one
    -- server at a time. In the transaction itself each writer would wait for the one before.
    place    bigint unique,
    hash     text
);
create index audit_unchained on audit (id) where place is null;

create function audit_is_as_it_was() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or tg_op = 'TRUNCATE' then
        raise exception 'what was noted is not deleted';
    end if;
    if old.place is not null or new.place is null or new.hash is null
       or (new.id, new.created, new.actor, new.action, new.resource, new.changed, new.request)
          is distinct from (old.id, old.created, old.actor, old.action, old.resource, old.changed, old.request)
       or (new.before, new.after) is distinct from (old.before, old.after) then
        raise exception 'what was noted is not changed';
    end if;
    return new;
end
$$;
create trigger audit_is_as_it_was before update or delete on audit
    for each row execute function audit_is_as_it_was();
create trigger audit_is_kept before truncate on audit
    for each statement execute function audit_is_as_it_was();
