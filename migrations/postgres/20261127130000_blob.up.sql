-- What is in the blob store. A row is written before its bytes are, and taken away with them: whoever keeps bytes
-- that are being swept waits for the row, and then puts them anew.
create table blob (
    -- SHA-256, hexadecimal: the name in the store.
    digest  text collate "C" primary key,
    size    bigint not null,
    -- When the bytes were kept last. Nothing may refer to them yet, so they are not swept for a while.
    touched bigint not null,
    -- When it was seen that nothing refers to them; keeping them again makes this null.
    doomed  bigint
);
create index blob_doomed on blob (doomed) where doomed is not null;
create index blob_touched on blob (touched);
-- Whether something refers to a blob.
create index revision_of_digest on revision (digest);
create index revision_of_profile on revision (profile);
create index message_of_digest on message (digest);
create index job_of_upload on job (upload) where upload is not null;
