//! The kinds of problems: slug, title, status and what each means, as listed at `/problems`.
//! [`super::Problem`] is one of them with its particulars.

use ::http::StatusCode;

/// A kind of problem; its `type` is the page `<base>/problems/<slug>`.
#[derive(Debug, PartialEq, Eq)]
pub struct Kind {
    /// Its name in the URL and in `X-Almanac-Error-Code`.
    pub slug: &'static str,
    /// A few words, the same each time.
    pub title: &'static str,
    /// The status code of every answer of this kind.
    pub status: StatusCode,
    /// For its page: when it comes, and what a client can do.
    pub explanation: &'static str,
}

/// Declares each kind as a static and lists it in [`KINDS`], so that none is left out.
macro_rules! kinds {
    ($($name:ident = $status:ident, $slug:literal, $title:literal, $explanation:literal;)*) => {
        $(
            #[doc = $explanation]
            pub static $name: Kind = Kind {
                slug: $slug,
                title: $title,
                status: StatusCode::$status,
                explanation: $explanation,
            };
        )*

        /// All kinds, by status.
        pub static KINDS: &[&Kind] = &[$(&$name,)*];
    };
}

kinds! {
    MALFORMED = BAD_REQUEST, "malformed", "Malformed request",
        "The request cannot be read: its syntax is wrong. Correct what `detail` and `errors` name.";
    INVALID_PARAMETER = BAD_REQUEST, "invalid-parameter", "Invalid query parameter",
        "A query parameter has a value that it cannot have. `errors` names each, with what was expected.";
    UNAUTHORIZED = UNAUTHORIZED, "unauthorized", "Credentials needed",
        "The request has no credentials, or false or expired ones. `WWW-Authenticate` lists the ways to send them.";
    FORBIDDEN = FORBIDDEN, "forbidden", "Not permitted",
        "The credentials are right, but their owner may not do this. Ask an administrator for the role.";
    NOT_FOUND = NOT_FOUND, "not-found", "Not found",
        "There is nothing here that you may read. Follow links from the entry point instead of building URLs.";
    METHOD_NOT_ALLOWED = METHOD_NOT_ALLOWED, "method-not-allowed", "Method not allowed",
        "The resource exists, but not for this method. `Allow` lists those that it has.";
    NOT_ACCEPTABLE = NOT_ACCEPTABLE, "not-acceptable", "Not acceptable",
        "No representation suits Accept or Accept-Encoding. `variants` lists the media types on offer.";
    TIMEOUT = REQUEST_TIMEOUT, "timeout", "Body too slow",
        "The body of the request did not arrive in time, and nothing was changed. Send it again.";
    TAKEN = CONFLICT, "taken", "Name taken",
        "Something else already has this name. Choose another, or change what is there.";
    IDENTIFIER_RETIRED = CONFLICT, "identifier-retired", "Name retired",
        "Something deleted had this name, and links to it are out in the world. A name is not used twice: choose another.";
    IN_USE = CONFLICT, "in-use", "In use",
        "Something else depends on this, so it cannot be deleted or changed so. Remove what depends on it first.";
    READ_ONLY = CONFLICT, "read-only", "Only read here",
        "The rows of this dataset are those of a table in the database that others write, so they cannot be written here, and have no index of ours. Seal a revision of them, or publish the table as a dataset of its own.";
    SOURCE_CHANGED = CONFLICT, "source-changed", "Linked table changed",
        "The rows of this dataset are those of a table in the database, which was dropped or has other columns, cells or keys than when it was linked. Sealed revisions are as they were. The operator can link it anew.";
    LAST_ADMINISTRATOR = CONFLICT, "last-administrator", "Last administrator",
        "Without this user nobody could keep users any more. Make somebody else an administrator first.";
    ENDED = CONFLICT, "already-ended", "Already ended",
        "The job has ended, so it cannot be called off any more. Read it to see how it ended.";
    AT_WORK = CONFLICT, "request-at-work", "Request at work",
        "Another request with this `Idempotency-Key` is at work. Send the same request again after `Retry-After`: it then gets the first one's answer.";
    ALREADY_DONE = CONFLICT, "already-done", "Already done",
        "The request with this `Idempotency-Key` was done and is not done twice, but its answer is not kept: it held a secret, was too large, or the server was stopped before it could be kept. `Location`, where there is one, names what was made.";
    PATCH_CONFLICT = CONFLICT, "patch-conflict", "Patch does not apply",
        "A step of the patch names what is not there, or tests what is not so, and nothing was changed. Read the resource again and make the patch from what it is now.";
    CHANGED = CONFLICT, "changed-meanwhile", "Changed by somebody else",
        "Somebody else changed the resource while the request was at work, and nothing was changed. Read it again and send the request again, with its entity tag in If-Match.";
    GONE = GONE, "gone", "Gone",
        "What was here has been removed for good. Take links to it out.";
    VERSION_ENDED = GONE, "version-ended", "Version ended",
        "This version of the API has ended. `successor`, and the link `successor-version`, name the same resource in the next one, or its entry point where it has none.";
    PRECONDITION_FAILED = PRECONDITION_FAILED, "precondition-failed", "Changed meanwhile",
        "The resource is not in the state that the request names, and nothing was changed. Read it again, apply your change to it, send that with the new entity tag in If-Match.";
    PAYLOAD_TOO_LARGE = PAYLOAD_TOO_LARGE, "payload-too-large", "Body too large",
        "The body is larger than this resource takes, as sent or once decoded. `detail` names the bound.";
    UNSUPPORTED_MEDIA_TYPE = UNSUPPORTED_MEDIA_TYPE, "unsupported-media-type", "Unsupported media type",
        "The body has a media type that this resource does not read, or none. `accepted` lists those that it does.";
    UNSUPPORTED_CODING = UNSUPPORTED_MEDIA_TYPE, "unsupported-coding", "Unsupported content coding",
        "The body has a content coding that is not undone here. `Accept-Encoding` lists those that are.";
    RANGE_NOT_SATISFIABLE = RANGE_NOT_SATISFIABLE, "range-not-satisfiable", "Range not satisfiable",
        "The range begins after the last byte. `Content-Range` names the length.";
    UNPROCESSABLE = UNPROCESSABLE_ENTITY, "unprocessable", "Invalid content",
        "The body can be read, but what it says cannot be. `errors` names each place, what was expected and what came; nothing was changed.";
    KEY_REUSED = UNPROCESSABLE_ENTITY, "idempotency-key-reused", "Idempotency key used before",
        "This `Idempotency-Key` came with another request to the same URL in the last 24 hours, and nothing was done. Send each request with a key of its own, and only its repetition with the same.";
    TRAINING_FAILED = UNPROCESSABLE_ENTITY, "training-failed", "Training failed",
        "The table cannot be learned from as asked: `detail` says why. Nothing was published.";
    PRECONDITION_REQUIRED = PRECONDITION_REQUIRED, "precondition-required", "Precondition required",
        "Here a change must say which state it changes. Send the entity tag that you last read in If-Match, or `If-None-Match: *` to create.";
    TOO_MANY_REQUESTS = TOO_MANY_REQUESTS, "too-many-requests", "Too many requests",
        "There were too many requests or failed sign-ins of late. Wait as long as `Retry-After` says.";
    INTERNAL = INTERNAL_SERVER_ERROR, "internal", "Internal error",
        "The server has a fault of its own; the request may be right. Tell the operator the `X-Request-Id` of the answer.";
    NOT_IMPLEMENTED = NOT_IMPLEMENTED, "not-implemented", "Method unknown",
        "No resource of this server has this method.";
    UNAVAILABLE = SERVICE_UNAVAILABLE, "unavailable", "Unavailable",
        "The server cannot answer now: its database is away, its disk is full or it is too busy. Try again after `Retry-After`.";
    INSUFFICIENT_STORAGE = INSUFFICIENT_STORAGE, "insufficient-storage", "No room",
        "What may be kept on this server is used up, and nothing was changed. Delete what is not needed any more, send less, or ask the operator for more room.";
}

impl Kind {
    /// The page that explains it, under a base without its last slash.
    pub fn url(&self, base: &str) -> String {
        format!("{}/problems/{}", base.trim_end_matches('/'), self.slug)
    }
}
