-- What datasets, models and articles are found by. Filled by the program, which takes the words of texts the same
-- way on both databases; what is lacking after this migration is added when it has run.
create table search (
    id       bigint generated always as identity primary key,
    kind     text collate "C" not null check (kind in ('dataset', 'model', 'article')),
    slug     text collate "C" not null,
    -- That of the thing whose words these are; another one: somebody wrote who did not know of this table.
    revision bigint not null,
    -- The title's words, for those who look for just that.
    title    text collate "C" not null,
    unique (kind, slug)
);
-- The words, of weight A in the title, B among names, C in the description, D in the text.
create table search_word (
    id    bigint primary key references search (id) on delete cascade,
    words tsvector not null
);
create index search_word_words on search_word using gin (words);
