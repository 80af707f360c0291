drop table audit;
drop function audit_is_as_it_was;
