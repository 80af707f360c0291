-- Null: sealed before revisions had a Parquet file.
alter table revision add column parquet text;
alter table revision add column parquet_size integer;
create index revision_parquet on revision (parquet);
