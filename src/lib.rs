//! Almanac: a hypermedia resource server with HTTP caching for data science.
//!
//! A publisher puts a table online, trains a classifier on it, writes about it; people, programs and
//! caches read all of it as one web of linked, versioned JSON-LD documents.
//!
//! # The map, bottom first
//!
//! - [`domain`]: what the things are: articles, datasets, models, users, and the rules that hold for them.
//! - [`http`]: HTTP alone, in the order of RFC 9110; knows no article.
//! - [`config`]: every setting, typed.
//! - [`table`]: typed columns: CSV to schema and cells, and back; profiles.
//! - [`learning`]: from a table to a classifier that can be trusted, and its predictions.
//! - [`store`]: all SQL, one text for SQLite and PostgreSQL.
//! - [`blob`]: bytes named by their SHA-256, noted in the store.
//! - [`cache`]: public answers in memory, until what they depend on changes.
//! - [`represent`]: from the domain to documents, and back; every URL, every Cache-Control, every property.
//! - [`page`]: documents as HTML.
//! - [`auth`]: who asks, and whether they may.
//! - [`jobs`]: imports, sealing, training: what takes longer than a request.
//! - [`routes`]: the handlers, one file for each resource.
//! - [`server`]: the one place that assembles Rocket.
//! - [`cli`]: the command line, one file for each command.
//!
//! One resource's whole life is one file name: `article.rs` in `domain`, `store`, `represent/v1`,
//! `represent/v2` and `routes`. Who may use whom is enforced by `tests/architecture.rs`.
//!
//! # Four walks
//!
//! 1. **`GET /v2/articles/rain`**: [`server`] takes a suffix off and gives the request an id; `routes/hit.rs`
//!    gives the answer that [`cache`] kept, 200 or 304, and that is all. On a miss `routes/ask.rs`
//!    negotiates; `routes/article.rs` reads the row by `store/article.rs`; `represent/v2/article.rs` makes
//!    the document; `routes/answer.rs` renders, codes and tags it, has it kept under its tags and answers.
//! 2. **`PATCH /v2/articles/rain`**: `auth/guard.rs` says who may; `Ask::judge` compares If-Match before
//!    the body is read; `routes/change.rs` reads the change; the article is judged again inside the
//!    transaction that writes it, and the statement itself compares its revision. `store/bump.rs` notes what
//!    is out of date in the same transaction; `jobs/invalidate.rs` tells the cache, `jobs/purge.rs` proxies.
//! 3. **`POST /v2/datasets`** with a CSV: `routes/upload.rs` spools it; `jobs/import.rs` reads it twice, types
//!    first, into a table that nobody sees, writes the artifact beside it, and publishes both at once.
//! 4. **`POST /v2/models`**: a job is queued; `jobs/runner.rs` claims it, `jobs/train.rs` learns on a thread of
//!    its own from the pinned revision and keeps version and job state in one transaction.

pub mod auth;
pub mod blob;
pub mod cache;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod learning;
pub mod page;
pub mod represent;
pub mod routes;
pub mod server;
pub mod store;
pub mod table;
