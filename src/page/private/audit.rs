//! What was changed, by whom, for administrators.

use super::{Person, Private, moment};
use crate::{
    domain::audit::Line,
    represent::link::{Base, Place},
};
use bytes::Bytes;
use maud::{Markup, html};

/// Lines, the newest first; `older` is the number before which the next ones stand.
pub fn list(base: &Base, person: Person<'_>, lines: &[Line], older: Option<i64>) -> Bytes {
    let private =
        Private { base, place: &Place::AccountAudit, title: "What was changed", person: Some(person) };
    private.page(
        &[],
        html! {
            p { "Each change has a line, written with it. Lines are chained by their hashes: "
                code { "almanac check" } " says whether one was altered since, and the hash of the last: keep it, for lines that are taken from "
                "the end only that one gives away." }
            div.scroll tabindex="0" role="region" aria-label="Changes" {
                table {
                    thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "What" }
                        th scope="col" { "Changed" } th scope="col" { "State" } th scope="col" { "Request" } } }
                    tbody { @for line in lines { (row(line)) } }
                }
            }
            @if let Some(older) = older {
                nav.pager aria-label="Pages" {
                    a href={ (Place::AccountAudit.url(base)) "?before=" (older) } rel="next" { "Older" }
                }
            }
        },
    )
}

fn row(line: &Line) -> Markup {
    html! {
        tr {
            td { (moment(line.created)) }
            td { (line.deed.actor) }
            td { code { (line.deed.action) " " (line.deed.resource) } }
            td { (line.changed) }
            td { (line.before.as_deref().unwrap_or("nothing")) " → " (line.after.as_deref().unwrap_or("nothing")) }
            td { (line.deed.request) }
        }
    }
}
