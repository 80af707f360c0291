-- Only trainings fit: other jobs are forgotten, and what they made stays.
delete from job where kind <> 'train';
alter table job add column version bigint;
update job set version = (result::json ->> 'version')::bigint where result is not null;
alter table job
  drop constraint job_training,
  drop column kind,
  drop column upload,
  drop column result,
  drop column trouble,
  drop column faults,
  drop column postponed,
  drop column not_before,
  alter column model_id set not null,
  alter column revision set not null;
alter table job rename column spec to settings;
