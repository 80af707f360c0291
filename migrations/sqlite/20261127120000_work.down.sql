-- Only trainings fit: other jobs are forgotten, and what they made stays.
create table training (
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
    lease      integer not null default 0,
    created    integer not null,
    modified   integer not null
) strict;
insert into training (id, model_id, revision, settings, status, progress, version, reason, owner_id, attempt, lease,
                      created, modified)
select id, model_id, revision, spec, status, progress, json_extract(result, '$.version'), reason, owner_id, attempt,
       lease, created, modified
  from job
 where kind = 'train';
delete from sqlite_sequence where name = 'training';
insert into sqlite_sequence (name, seq) select 'training', seq from sqlite_sequence where name = 'job';
drop table job;
alter table training rename to job;
create index job_status on job (status, id);
create index job_owner on job (owner_id, id);
create index job_model on job (model_id);
