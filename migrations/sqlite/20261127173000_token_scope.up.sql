-- What a token may do at most, as the role that it stands for; null: all that its owner may, for those made at the
-- terminal and those from before.
alter table token add column scope text;
-- When it was used last, to the hour.
alter table token add column used integer;
