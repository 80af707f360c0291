alter table token drop column used;
alter table token drop column scope;
