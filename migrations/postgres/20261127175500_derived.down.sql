alter table revision drop column derived;
