-- What a revision was made from, if it was predicted: dataset, revision, model and version, as JSON.
alter table revision add column derived text;
