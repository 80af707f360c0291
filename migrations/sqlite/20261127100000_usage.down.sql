drop table usage;
