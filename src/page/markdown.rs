//! Markdown as HTML that cannot act: rendered by pulldown-cmark, then cleaned by ammonia.
//!
//! It is stored as it was sent and cleaned at each rendering: cleaning on the way in eats Markdown.

use crate::represent::link::Base;
use ammonia::Builder;
use maud::{Markup, PreEscaped};
use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html::push_html};
use std::{borrow::Cow, collections::HashSet};
use url::Url;

/// The HTML of a text: no script, no style, no picture from elsewhere.
///
/// Headings go one level down, below the title of the page.
pub fn render(base: &Base, text: &str) -> Markup {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut html = String::with_capacity(text.len() * 3 / 2);
    push_html(&mut html, Parser::new_ext(text, options).map(lowered));
    let here = Url::parse(&base.join("/")).ok();
    let is_own = move |url: &str| {
        let own = |here: &Url| here.join(url).is_ok_and(|url| url.origin() == here.origin());
        here.as_ref().is_some_and(own)
    };
    let clean = Builder::default()
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .link_rel(Some("external nofollow noopener"))
        .attribute_filter(move |element, attribute, value| match (element, attribute) {
            // Resolved as a browser does it: `//elsewhere` and `/\elsewhere` lead away too.
            ("img", "src") if !is_own(value) => None,
            _ => Some(Cow::Borrowed(value)),
        })
        .clean(&html);
    PreEscaped(clean.to_string())
}

fn lowered(event: Event) -> Event {
    match event {
        Event::Start(Tag::Heading { level, .. }) => {
            Event::Start(Tag::Heading { level: below(level), id: None, classes: vec![], attrs: vec![] })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(below(level))),
        other => other,
    }
}

fn below(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 => HeadingLevel::H4,
        HeadingLevel::H4 => HeadingLevel::H5,
        HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H6,
    }
}
