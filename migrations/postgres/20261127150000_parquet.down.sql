drop index revision_parquet;
alter table revision drop column parquet_size;
alter table revision drop column parquet;
