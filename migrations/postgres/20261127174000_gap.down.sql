drop table row_gap;
