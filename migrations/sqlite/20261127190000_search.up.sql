-- What datasets, models and articles are found by. Filled by the program, which takes the words of texts the same
-- way on both databases; what is lacking after this migration is added when it has run.
create table search (
    id       integer primary key autoincrement,
    kind     text    not null check (kind in ('dataset', 'model', 'article')),
    slug     text    not null,
    -- That of the thing whose words these are; another one: somebody wrote who did not know of this table.
    revision integer not null,
    -- The title's words, for those who look for just that.
    title    text    not null,
    unique (kind, slug)
) strict;
-- The words, each once and with spaces between; `ascii` takes every other character for a part of a word. Kept beside
-- their index: what needs no copy of them to delete some, older SQLites cannot read, those that operators have included.
create virtual table search_word using fts5 (
    title, names, about, body,
    detail = column, tokenize = 'ascii'
);
