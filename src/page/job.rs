//! How far a job is: told again and again by a script, or by the page loading itself again.

use super::{inline::View, name};
use crate::represent::form;
use maud::{Markup, html};
use serde_json::{Map, Value};

/// Members of a document that this section shows.
pub const SHOWN: [&str; 3] = ["status", "progress", "result"];
/// States of a job that has not ended.
const OPEN: [&str; 2] = ["queued", "running"];

/// Whether the document is of a job, and so has this section.
pub fn is(members: &Map<String, Value>) -> bool {
    members.get("status").is_some_and(Value::is_string)
        && members.get("progress").is_some_and(Value::is_number)
}

/// Whether the document is of a job that has not ended.
pub fn is_open(members: &Map<String, Value>) -> bool {
    is(members) && members.get("status").and_then(Value::as_str).is_some_and(|status| OPEN.contains(&status))
}

/// How far it is, what came of it or why nothing did; `None` if the document is none of a job.
pub fn section(view: View, members: &Map<String, Value>) -> Option<Markup> {
    let status = members.get("status").filter(|_| is(members))?.as_str()?;
    let progress = members.get("progress")?.as_f64()?;
    let result = members.get("result").and_then(Value::as_str);
    let error = members.get("error").and_then(|error| error["detail"].as_str());
    let follow = members.get("@id").and_then(Value::as_str).filter(|_| is_open(members));
    let off = follow.and_then(|url| form::of(view.base, url));
    Some(html! {
        section data-follow=[follow] {
            div class={ "result" @if error.is_some() { " error" } } role="status" {
                p { "The job is " strong data-status { (status) } "." }
                @if let Some(error) = error { p { (error) } }
                @if let Some(url) = result { p { "It made " a href=(url) { (name::by_title(view.base, view.titles, url)) } "." } }
                progress max="1" value=(progress) aria-label="Progress" {}
            }
            @if let Some(off) = off { p { a.btn.quiet rel="nofollow" href=(off.url(view.base)) { "Call it off" } } }
            @if follow.is_some() { noscript { p { "This page loads itself again every five seconds." } } }
        }
    })
}
