-- What was done under an Idempotency-Key, for 24 hours: a repetition is answered as the first was, and not done.
create table idempotency (
    user_id     bigint not null references users (id) on delete cascade,
    method      text collate "C" not null,
    path        text collate "C" not null,
    -- SHA-256 of the key: whoever reads the table cannot repeat a request by it.
    key         text collate "C" not null,
    -- HMAC of the request's query, media type and content, with the key: passwords in it cannot be guessed.
    fingerprint text   not null,
    -- Path of what was made.
    location    text,
    -- The answer; null where it is not kept: a secret, too large, or the server was stopped before.
    status      bigint,
    fields      text,
    content     bytea,
    created     bigint not null,
    primary key (user_id, method, path, key)
);
create index idempotency_by_created on idempotency (created);
