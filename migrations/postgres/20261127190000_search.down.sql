drop table search_word;
drop table search;
