-- The tables with rows (`d1`, `d2` ..) are dropped by `almanac migrate down` before this runs.
drop table message;
drop table job;
drop table model_version;
drop table model;
drop table revision;
drop table storage;
drop table dataset;
drop table article_about;
drop table article;
drop table token;
drop table users;
drop table instance;
