drop table session;
