//! What all pages have: head, navigation, search, breadcrumbs, footer.

use super::name;
use crate::{
    domain::search::LONGEST,
    http::media::Media,
    represent::{
        asset,
        link::{Base, Place},
    },
};
use bytes::Bytes;
use maud::{DOCTYPE, Markup, html};

/// What a reader should know about any page.
const ORIGIN: &str = "every link on this page comes from the JSON-LD document behind it";
/// Seconds after which a page that shows something that goes on loads itself again.
const AGAIN_S: u8 = 5;
/// Characters of a summary that search engines are given.
const SUMMARY: usize = 160;

/// A page without its main part.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'a> {
    /// Where the server is.
    pub base: &'a Base,
    /// URL of the style sheet.
    pub style: &'a str,
    /// What the page is called.
    pub title: &'a str,
    /// What it says, in a sentence; perhaps nothing.
    pub summary: &'a str,
    /// Path below the base; a problem has none.
    pub path: Option<&'a str>,
    /// The URL by which it is to be known.
    pub canonical: Option<&'a str>,
    /// Other representations.
    pub variants: &'a [(Media, String)],
    /// Titles of things that the page names, by URL.
    pub titles: &'a [(String, String)],
    /// What the page does.
    pub acts: Acts,
}

/// What a page does beside being read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Acts {
    /// Whether a script of ours improves it.
    pub script: bool,
    /// Whether it loads itself again where there are no scripts: it shows something that goes on.
    pub again: bool,
}

impl Frame<'_> {
    /// The bytes of the page with this main part; `data` is what its head says to programs.
    pub fn page(&self, data: Markup, main: Markup) -> Bytes {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head { (self.head()) (data) }
                body {
                    a.skip href="#main" { "Skip to content" }
                    (self.header())
                    div.wrap {
                        (self.crumbs())
                        main #main tabindex="-1" { (main) }
                    }
                    footer {
                        div.wrap { (name::SITE) @if !self.variants.is_empty() { " · " (ORIGIN) } }
                    }
                }
            }
        };
        page.into_string().into()
    }

    fn head(&self) -> Markup {
        let title = match self.title {
            name::SITE => name::SITE.to_string(),
            title => format!("{title} · {}", name::SITE),
        };
        let summary = if self.summary.is_empty() { self.title } else { self.summary };
        html! {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width,initial-scale=1";
            title { (title) }
            meta name="description" content=(cut(summary, SUMMARY));
            link rel="stylesheet" href=(self.style);
            link rel="icon" type=(Media::Svg.essence()) href=(asset::url(self.base, asset::ICON));
            @if self.acts.script { script type="module" src=(asset::url(self.base, "almanac.js")) {} }
            @if self.acts.again { noscript { meta http-equiv="refresh" content=(AGAIN_S); } }
            @match self.canonical {
                Some(url) => link rel="canonical" href=(url);,
                None => meta name="robots" content="noindex";,
            }
            @for (media, url) in self.variants.iter().filter(|(media, _)| *media != Media::Html) {
                link rel="alternate" type=(media.essence()) href=(url);
            }
        }
    }

    fn header(&self) -> Markup {
        let places = [
            (Place::Datasets, "Datasets"),
            (Place::Models, "Models"),
            (Place::Articles, "Articles"),
            (Place::References, "API"),
            (Place::Account, "Account"),
        ];
        html! {
            header.top {
                div.wrap {
                    a.brand href=(Place::Root.url(self.base)) { "Almanac" }
                    nav aria-label="Main" {
                        ul { @for (place, title) in &places { li {
                            a href=(place.url(self.base)) aria-current=[self.current(place)] { (title) }
                        } } }
                    }
                    form.search role="search" method="get" action=(Place::Search.url(self.base)) {
                        input type="search" name="q" aria-label="Search all of it" maxlength=(LONGEST)
                            autocomplete="off";
                        button.quiet { "Search" }
                    }
                }
            }
        }
    }

    /// Whether the page is at a place of the navigation, or below it.
    fn current(&self, place: &Place) -> Option<&'static str> {
        match name::bare(self.path?).strip_prefix(place.pattern())? {
            "" => Some("page"),
            below => below.starts_with('/').then_some("true"),
        }
    }

    fn crumbs(&self) -> Markup {
        let steps = self.steps();
        html! {
            nav.crumbs aria-label="Breadcrumb" {
                ol {
                    @for (path, title) in &steps { li { a href=(self.base.join(path)) { (title) } } }
                    @if !steps.is_empty() { li { span aria-current="page" { (self.title) } } }
                }
            }
        }
    }

    /// The pages above this one: path and name, the home page first.
    fn steps(&self) -> Vec<(String, String)> {
        let path = name::bare(self.path.unwrap_or_default());
        let ends = path.match_indices('/').map(|(at, _)| &path[..at]).filter(|above| !above.is_empty());
        let above = ends.filter(|above| {
            // Version 2 is what the site is; between the features of a path there is nothing to read.
            let place = Place::parse(above).filter(|place| *place != Place::Entry);
            place.is_some_and(|place| !place.pattern().ends_with("..>"))
        });
        let above = above.map(|above| (above.to_string(), self.step(above)));
        let home = (path != "/").then(|| ("/".to_string(), "Home".to_string()));
        home.into_iter().chain(above).collect()
    }

    /// What a page above is called.
    fn step(&self, path: &str) -> String {
        let url = self.base.join(path);
        let title = self.titles.iter().find(|(known, title)| *known == url && !title.is_empty());
        title.map_or_else(|| name::step(path), |(_, title)| title.clone())
    }
}

/// Where the navigation's `API` leads.
pub fn documentation(base: &Base) -> String {
    Place::Documentation.url(base)
}

/// What a representation is called on buttons.
pub fn label(media: Media) -> String {
    match media {
        Media::JsonLd => "JSON-LD".into(),
        Media::HalForms => "HAL-FORMS".into(),
        Media::Turtle => "Turtle".into(),
        Media::NTriples => "N-Triples".into(),
        other => other.suffix().unwrap_or(other.essence()).to_uppercase(),
    }
}

/// The first characters of a text, on one line.
pub fn cut(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}
