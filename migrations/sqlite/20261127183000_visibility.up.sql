-- Whose a thing is (a user's number, which is never given to another) and who sees it: everybody, those who
-- know its address, or its owner alone. What is there is everybody's to see, and its author's.
alter table dataset add column owner_id integer;
alter table dataset add column visibility text not null default 'public'
    check (visibility in ('public', 'unlisted', 'private'));
update dataset set owner_id = (select id from users where users.name = dataset.author);
create index dataset_owner on dataset (owner_id, created, id);
alter table model add column owner_id integer;
alter table model add column visibility text not null default 'public'
    check (visibility in ('public', 'unlisted', 'private'));
update model set owner_id = (select id from users where users.name = model.author);
create index model_owner on model (owner_id, created, id);
alter table article add column owner_id integer;
alter table article add column visibility text not null default 'public'
    check (visibility in ('public', 'unlisted', 'private'));
update article set owner_id = (select id from users where users.name = article.author);
create index article_owner on article (owner_id, created, id);
