//! What the answers of one version to predictions by GET have in common: another one is said by filling in its query,
//! its numbers and its tag, without a document of it.
//!
//! A mould is taken from an answer that was made of a document, so nothing of what is said stands here again.

use crate::{
    domain::prediction::Prediction,
    http::{
        coding::Coding,
        etag::{ETag, State},
        media::Media,
        stored::{Stored, Variant},
    },
    represent::{format::jsonld, policy::Subject, v2},
    routes::{answer, ask::Ask, hit, loaded::Loaded},
};
use http::header;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

/// The answer to a canonical query, if it can be said by a mould; kept as any other.
pub fn cast(ask: &Ask<'_>, found: &Loaded, prediction: &Prediction, query: &str) -> Option<Stored> {
    let says_status = ask.works().settings.cache.status;
    let is_usual = ask.head.suffix.is_none() && ask.head.vendor.is_none() && !says_status;
    if !is_usual || ![Media::JsonLd, Media::Json].contains(&ask.media) {
        return None;
    }
    let members = v2::prediction::members(prediction);
    let variant = Variant { media: ask.media, wish: ask.wish };
    let mould =
        found.moulds.of(variant, query.len(), || Mould::taken(ask, found, prediction, query, &members))?;
    let state = v2::prediction::state(&found.model, found.version.number, query);
    let stored = mould.filled(query, &members, State::stored(state.as_str()), variant)?;
    let subject = Subject::Prediction { slug: found.model.slug.to_string() };
    hit::keep(ask, &subject, || subject.tags(), variant, || stored.copied());
    Some(stored)
}

/// The moulds of a version.
#[derive(Debug, Default)]
pub struct Moulds(RwLock<HashMap<Variant, Tried>>);

/// What became of taking one: the mould, or the bytes of the shortest query of whose answer none could be taken.
type Tried = Result<Arc<Mould>, usize>;

impl Moulds {
    /// The mould of a variant for a query of so many bytes; taken now if that was not tried yet.
    fn of(
        &self,
        variant: Variant,
        length: usize,
        take: impl FnOnce() -> Option<Mould>,
    ) -> Option<Arc<Mould>> {
        let tried = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&variant).cloned();
        match tried {
            Some(Ok(mould)) => (length <= mould.longest).then_some(mould),
            Some(Err(hopeless)) if length >= hopeless => None,
            Some(Err(_)) | None => {
                let tried = take().map(Arc::new).ok_or(length);
                let mut all = self.0.write().unwrap_or_else(PoisonError::into_inner);
                all.insert(variant, tried.clone());
                tried.ok()
            }
        }
    }
}

/// An answer of one variant, with places for what is another prediction's.
#[derive(Debug)]
struct Mould {
    /// Without its content.
    example: Stored,
    coding: Coding,
    fields: Vec<Line>,
    /// Of the content before it was coded: before the query, up to the members, behind them.
    content: [String; 3],
    /// Bytes of the longest query with which all links fit into the head.
    longest: usize,
}

/// The value of a field line.
#[derive(Debug)]
enum Line {
    /// The same in every answer.
    Same(Arc<str>),
    Tag,
    /// The query between each two of these.
    Around(Vec<String>),
}

impl Mould {
    /// From the answer to a query, whose prediction has these members; `None` if it is not the query and they alone that
    /// make it another than the next.
    fn taken(
        ask: &Ask<'_>,
        found: &Loaded,
        prediction: &Prediction,
        query: &str,
        members: &str,
    ) -> Option<Mould> {
        let document = v2::prediction::read(ask.base(), &found.model, found.version.number, prediction);
        let (example, room) = answer::example(ask, &document)?;
        let plain = jsonld::render(&document);
        let (coding, _) = ask.wish.encode(plain.clone())?;
        let query = format!("?{query}");
        let (before, behind) = once(std::str::from_utf8(&plain).ok()?, members)?;
        let (before, between) = once(before, &query)?;
        if behind.contains(&query) {
            return None;
        }
        let lines = example.lines();
        let fields = lines.iter().map(|(name, value)| match *name == header::ETAG {
            true => Some(Line::Tag),
            false => Line::of(value, &query),
        });
        let fields = fields.collect::<Option<Vec<_>>>()?;
        let links = lines.iter().zip(&fields).filter(|((name, _), _)| *name == header::LINK);
        let places: usize = links.map(|(_, line)| line.places()).sum();
        let longest = query.len() - 1 + room?.checked_div(places).unwrap_or(usize::MAX / 2);
        let content = [format!("{before}?"), between.to_string(), behind.to_string()];
        Some(Mould { example: example.bare(), coding, fields, content, longest })
    }

    /// The answer to another query; `None` if it is not coded as the one that this is from.
    fn filled(&self, query: &str, members: &str, state: State, variant: Variant) -> Option<Stored> {
        let Variant { media, wish } = variant;
        let [before, between, behind] = &self.content;
        let plain = [before.as_str(), query, between, members, behind].concat();
        let (coding, content) = wish.encode(plain.into())?;
        if coding != self.coding {
            return None;
        }
        let tag = ETag::of_typed(state, media.as_str(), &content);
        let values = self.fields.iter().map(|line| match line {
            Line::Same(value) => value.clone(),
            Line::Tag => tag.to_string().into(),
            Line::Around(pieces) => pieces.join(query).into(),
        });
        Some(self.example.recast(tag, values, content))
    }
}

/// What stands before and behind a part that is there once.
fn once<'t>(text: &'t str, part: &str) -> Option<(&'t str, &'t str)> {
    text.split_once(part).filter(|(_, behind)| !part.is_empty() && !behind.contains(part))
}

impl Line {
    /// Of a value; `None` if there is a query in it that is spelt otherwise.
    fn of(value: &Arc<str>, query: &str) -> Option<Line> {
        let mut pieces: Vec<String> = value.split(query).map(String::from).collect();
        if pieces.iter().any(|piece| piece.contains('?')) {
            return None;
        }
        let last = pieces.len() - 1;
        if last == 0 {
            return Some(Line::Same(value.clone()));
        }
        pieces[..last].iter_mut().for_each(|piece| piece.push('?'));
        Some(Line::Around(pieces))
    }

    /// How often the query stands in it.
    fn places(&self) -> usize {
        match self {
            Line::Same(_) | Line::Tag => 0,
            Line::Around(pieces) => pieces.len() - 1,
        }
    }
}
