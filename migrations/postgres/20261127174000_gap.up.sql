-- How many of the rows of a block of numbers were deleted: so a row is found by its position without counting all
-- rows before it. Blocks without a line have all their rows.
create table row_gap (
    -- Number of the table `d<storage>`.
    storage bigint  not null,
    -- Numbers from 256 * block + 1 on.
    block   bigint  not null,
    deleted bigint  not null,
    primary key (storage, block)
);
