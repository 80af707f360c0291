drop table cache_bump;
