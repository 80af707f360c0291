-- A job holds any work, not trainings alone.
alter table job rename column settings to spec;
alter table job
  add column kind text not null default 'train' check (kind in ('train', 'import', 'seal', 'predict')),
  alter column model_id drop not null,
  alter column revision drop not null,
  -- Digest of the blob that an import reads, which stays until the job has ended.
  add column upload text,
  -- What it made, as JSON.
  add column result text,
  -- Of one that failed: the kind of trouble, and the faults of its input as JSON.
  add column trouble text,
  add column faults text,
  -- Times that it was put off because database or blobs were away, and until when it is.
  add column postponed bigint not null default 0,
  add column not_before bigint not null default 0,
  add constraint job_training check (kind <> 'train' or (model_id is not null and revision is not null));
alter table job alter column kind drop default;
update job set result = '{"version":' || version || '}' where version is not null;
update job set trouble = 'training' where reason is not null;
alter table job drop column version;
