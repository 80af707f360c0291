-- Refused while something is not everybody's to see: an older server would show it to all.
create table shown_to_all (things integer not null check (things = 0));
insert into shown_to_all (things)
select (select count(*) from dataset where visibility <> 'public')
     + (select count(*) from model where visibility <> 'public')
     + (select count(*) from article where visibility <> 'public');
drop table shown_to_all;
drop index dataset_owner;
alter table dataset drop column visibility;
alter table dataset drop column owner_id;
drop index model_owner;
alter table model drop column visibility;
alter table model drop column owner_id;
drop index article_owner;
alter table article drop column visibility;
alter table article drop column owner_id;
