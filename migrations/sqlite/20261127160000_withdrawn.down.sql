alter table revision drop column withdrawn;
