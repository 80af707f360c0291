//! HTTP alone, in the order of RFC 9110: pure functions over field values, dates and bytes.
//!
//! Nothing here knows an article, a database or a route, and nothing here decides how long an answer
//! stays fresh: that is `represent/policy.rs`. Only [`head`], [`body`] and [`reply`]
//! know the server under us.
//!
//! | RFC 9110 | here |
//! | --- | --- |
//! | §4 Identifiers | [`query`]: a raw query as pairs; [`page`]: paging parameters in it |
//! | §5 Fields | [`field`]: lists, tokens, quoted strings, parameters; [`date`]: HTTP-date (§5.6.7) |
//! | §7.2 Host | [`host`]: one name, or 400 |
//! | §8.3 Content-Type | [`media`]: every media type by name |
//! | §8.4 Content-Encoding | [`coding`]: what we send; [`decode`]: what is sent to us, bounded |
//! | §8.8 Validators | [`etag`]: entity tags and how they compare |
//! | §12 Negotiation | [`negotiate`]: Accept; [`coding`]: Accept-Encoding |
//! | §13 Conditional requests | [`precondition`]: the order of evaluation, 304 and 412 |
//! | §14 Ranges | [`range`]: Range, If-Range, Content-Range |
//! | §15 Status codes | [`problem`]: the only place that chooses one for an error (RFC 9457) |
//!
//! Beside it stand RFC 9111 §3 and §5.2 ([`stored`], [`cache_control`]), RFC 8288 ([`link_header`]), RFC 7240
//! ([`prefer`]), RFC 9530 ([`digest`]), RFC 6266 ([`disposition`]), RFC 7578 ([`form`]), RFC 6265 ([`cookie`]),
//! what browsers say of themselves ([`origin`]) and the draft of Idempotency-Key ([`idempotency`]).

pub mod address;
pub mod body;
pub mod cache_control;
pub mod coding;
pub mod cookie;
pub mod date;
pub mod decode;
pub mod digest;
pub mod disposition;
pub mod etag;
pub mod event;
pub mod field;
pub mod form;
pub mod head;
pub mod host;
pub mod idempotency;
pub mod json;
pub mod link_header;
pub mod media;
pub mod negotiate;
pub mod origin;
pub mod page;
pub mod precondition;
pub mod prefer;
pub mod problem;
pub mod query;
pub mod range;
pub mod rate_limit;
pub mod reply;
pub mod stored;
