//! What was asked by the form of a page and cannot be answered: the form again, with what was typed.

use super::ask::Ask;
use crate::{
    http::{media::Media, problem::Problem},
    page,
    represent::Document,
};
use url::form_urlencoded;

/// Whether people who asked by a form see it again.
pub fn is_for_people(ask: &Ask<'_>, problem: &Problem) -> bool {
    ask.media == Media::Html && problem.is_about_content()
}

/// The problem with the form of a document, filled in with the query.
pub fn with_form(ask: &Ask<'_>, document: &Document, problem: Problem) -> Problem {
    let told = problem.document(&ask.base().join(""), &ask.url());
    let query = ask.head.query.as_deref().unwrap_or_default();
    let typed: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    problem.with_page(page::refused(&document.whole(), ask.base(), &told, &typed))
}
