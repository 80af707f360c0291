-- When its content was taken back; its files are gone then, its number is not used again.
alter table revision add column withdrawn integer;
