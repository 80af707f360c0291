//! `RateLimit-Policy` and `RateLimit`: what a client may ask for, and how much of it is left
//! (draft-ietf-httpapi-ratelimit-headers-10).
//!
//! Only the fields. Who may ask for how much, and who has, is counted elsewhere.

use super::problem::{Problem, kind};
use ::http::{HeaderName, header};
use serde_json::json;
use std::time::Duration;

/// The field that says what a client may ask for.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// The field that says how much of it is left.
pub const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// A quota, and what a client has left of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// What the quota is called; letters.
    pub policy: &'static str,
    /// How much it allows in all, in requests.
    pub quota: u32,
    /// Seconds in which so much comes back.
    pub window_s: u32,
    /// How much is left.
    pub left: u32,
    /// Seconds until there is more; nothing if all of it is left.
    pub more_in_s: Option<u32>,
}

impl Standing {
    fn policy(&self) -> String {
        format!("\"{}\";q={};w={}", self.policy, self.quota, self.window_s)
    }

    fn limit(&self) -> String {
        let more = self.more_in_s.map(|seconds| format!(";t={seconds}")).unwrap_or_default();
        format!("\"{}\";r={}{more}", self.policy, self.left)
    }
}

/// Both fields, for the quotas that a request counts for.
pub fn fields(standings: &[Standing]) -> [(HeaderName, String); 2] {
    let line = |text: fn(&Standing) -> String| {
        let items: Vec<String> = standings.iter().map(text).collect();
        items.join(", ")
    };
    [(POLICY, line(Standing::policy)), (LIMIT, line(Standing::limit))]
}

/// 429: a quota is used up, and there is enough of it again after that time.
pub fn refusal(wait: Duration, standing: &Standing) -> Problem {
    let (Standing { policy, quota, window_s, .. }, wait_s) = (standing, wait.as_secs_f64().ceil());
    let detail =
        format!("expected at most {quota} {policy} within {window_s} s, found more; try again in {wait_s} s");
    let problem = Problem::new(&kind::TOO_MANY_REQUESTS, detail)
        .with_member("violated-policies", json!([policy]))
        .with_field(header::RETRY_AFTER, &wait_s.to_string());
    let lines = fields(std::slice::from_ref(standing));
    lines.into_iter().fold(problem, |problem, (name, text)| problem.with_field(name, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fields_are_lists_of_the_same_quotas() {
        let reads = Standing { policy: "reads", quota: 2_000, window_s: 10, left: 1_999, more_in_s: Some(1) };
        let jobs = Standing { policy: "jobs", quota: 10, window_s: 3_600, left: 10, more_in_s: None };

        let [(_, policy), (_, limit)] = fields(&[reads, jobs]);
        assert_eq!(policy, "\"reads\";q=2000;w=10, \"jobs\";q=10;w=3600");
        assert_eq!(limit, "\"reads\";r=1999;t=1, \"jobs\";r=10");
    }
}
