//! Forms that are sent twice: a thing is made once, however often the button is pressed.
//!
//! A form that makes something has a field by which it is known; it goes on as the Idempotency-Key of what the form
//! stands for.

use crate::{
    http::{
        field,
        problem::{Problem, kind},
    },
    routes::answer::Answer,
};
use http::{HeaderMap, HeaderName, header};

/// The fields of the request that a program would send.
pub fn headers(once: Option<&str>) -> HeaderMap {
    let once = once.filter(|once| !once.is_empty());
    once.map(|once| (HeaderName::from_static("idempotency-key"), field::value(once))).into_iter().collect()
}

/// Where what was made stands, if it was made now or before.
pub fn made(answer: Answer) -> Result<Option<String>, Problem> {
    let text = |value: &http::HeaderValue| value.to_str().ok().map(str::to_string);
    match answer {
        Ok(reply) => Ok(reply.headers.get(header::LOCATION).and_then(text)),
        Err(problem) if *problem.kind() == kind::ALREADY_DONE => Ok(problem
            .fields()
            .find(|(name, _)| name == header::LOCATION)
            .and_then(|(_, value)| text(&value))),
        Err(problem) => Err(problem),
    }
}

/// A problem in the words of forms, and by what the form is known when it is shown again.
pub fn told(problem: Problem, once: Option<&str>) -> (Problem, Option<&str>) {
    match problem.kind() {
        kind if *kind == kind::KEY_REUSED => {
            let detail =
                "This form was sent before, and made something else. Send it once more to make this, too.";
            (Problem::new(&kind::KEY_REUSED, detail), None)
        }
        kind if *kind == kind::AT_WORK => {
            let detail = "This form was sent before, and that is being done. Send it once more to see what came of it.";
            (Problem::new(&kind::AT_WORK, detail), once)
        }
        _ => (problem, once),
    }
}
