-- A job holds any work, not trainings alone. SQLite cannot lift a NOT NULL, so the table is made anew.
create table work (
    id         integer primary key autoincrement,
    kind       text    not null check (kind in ('train', 'import', 'seal', 'predict')),
    -- What is to be done, as JSON; of a training its settings.
    spec       text    not null,
    -- Of a training: the model, and the revision that it learns from.
    model_id   integer references model (id),
    revision   integer,
    -- Digest of the blob that an import reads, which stays until the job has ended.
    upload     text,
    status     text    not null check (status in ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
    progress   real    not null default 0,
    -- What it made, as JSON.
    result     text,
    -- Of one that failed: the kind of trouble, a sentence, and the faults of its input as JSON.
    trouble    text,
    reason     text,
    faults     text,
    owner_id   integer not null references users (id),
    attempt    integer not null default 0,
    -- Times that it was put off because database or blobs were away, and until when it is.
    postponed  integer not null default 0,
    not_before integer not null default 0,
    -- A running job whose lease ran out belongs to a dead worker and is claimed again.
    lease      integer not null default 0,
    created    integer not null,
    modified   integer not null,
    check (kind <> 'train' or (model_id is not null and revision is not null))
) strict;
insert into work (id, kind, spec, model_id, revision, status, progress, result, trouble, reason, owner_id, attempt,
                  lease, created, modified)
select id, 'train', settings, model_id, revision, status, progress,
       case when version is not null then '{"version":' || version || '}' end,
       case when reason is not null then 'training' end,
       reason, owner_id, attempt, lease, created, modified
  from job;
-- Numbers of jobs that are forgotten are not used again.
delete from sqlite_sequence where name = 'work';
insert into sqlite_sequence (name, seq) select 'work', seq from sqlite_sequence where name = 'job';
drop table job;
alter table work rename to job;
create index job_status on job (status, id);
create index job_owner on job (owner_id, id);
create index job_model on job (model_id);
