//! Searching: the words that a text has, and by which of them a thing is found.
//!
//! Words are taken here and not by the databases, which would not agree: `Élan`, `elan` and `ELAN` are one word
//! on both. What somebody looks for is words too, and never a query in a language of the databases'.

use super::{Kind, article::Article, dataset::Dataset, fault::Fault, version::Model};
use chrono::{DateTime, Utc};
use std::collections::BTreeSet;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Characters of what somebody looks for.
pub const LONGEST: usize = 200;
/// Characters of a word that count.
const WORD: usize = 60;
/// Bytes of all words of a thing with what PostgreSQL keeps of each: its vectors have room for a mebibyte.
const MOST_BYTES: usize = 1_000_000;
/// What it keeps of a word beside its text.
const WORD_BYTES: usize = 12;

/// The words of a text, in order: letters and digits in lower case, without accents.
pub fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut length, mut is_whole) = (String::new(), 0, false);
    for c in text.nfkd().flat_map(char::to_lowercase).filter(|c| !is_accent(*c)) {
        let is_mark = is_combining_mark(c);
        let is_part = if is_mark { !word.is_empty() } else { c.is_alphanumeric() };
        let begins = !is_mark && (is_whole || is_unspaced(c));
        if (!is_part || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
            length = 0;
        }
        if !is_mark {
            is_whole = is_unspaced(c);
        }
        if is_part && length < WORD {
            length += 1;
            match plain(c) {
                Some(letters) => word.push_str(letters),
                None => word.push(c),
            }
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// A mark over or under a Latin, Greek or Cyrillic letter; marks of other scripts make other words.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}')
}

/// Letters that are written so by people who do not have them.
fn plain(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ł' => "l",
        'þ' => "th",
        'ı' => "i",
        'ς' => "σ",
        _ => return None,
    })
}

/// Letters of scripts that are written without spaces: each is a word.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{e00}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The words of a thing, by where they stand; what stands nearer to the front counts more.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entry {
    /// The title's words in order, with spaces between.
    pub title: String,
    /// Those of its title, its names and keywords, its description, its text: each once.
    pub fields: [BTreeSet<String>; 4],
}

impl Entry {
    /// Of an article.
    pub fn of_article(article: &Article) -> Entry {
        let draft = &article.draft;
        let names = std::iter::once(article.slug.as_str()).chain(draft.keywords.iter().map(String::as_str));
        let about = [draft.summary.as_deref().unwrap_or_default(), &article.author];
        Entry::of(&draft.headline, names, about, [draft.body.as_str()])
    }

    /// Of a dataset, with its columns.
    pub fn of_dataset(dataset: &Dataset) -> Entry {
        let about = &dataset.about;
        let columns = || dataset.columns.iter();
        let names = std::iter::once(dataset.slug.as_str())
            .chain(about.keywords.iter().map(String::as_str))
            .chain(columns().flat_map(|column| [column.identifier.as_str(), column.name.as_str()]));
        let said = [&about.description, &about.creator].map(|text| text.as_deref().unwrap_or_default());
        let said = said.into_iter().chain([dataset.author.as_str()]);
        let remarks = columns().filter_map(|column| column.description.as_deref());
        Entry::of(&about.name, names, said.chain(remarks), [])
    }

    /// Of a model.
    pub fn of_model(model: &Model) -> Entry {
        let names = [model.slug.as_str(), model.dataset.as_str()];
        let about = [model.words.description.as_deref().unwrap_or_default(), &model.author];
        Entry::of(&model.words.headline, names, about, [])
    }

    fn of<'t>(
        title: &'t str,
        names: impl IntoIterator<Item = &'t str>,
        about: impl IntoIterator<Item = &'t str>,
        text: impl IntoIterator<Item = &'t str>,
    ) -> Entry {
        let mut entry = Entry { title: words(title).join(" "), ..Entry::default() };
        let mut room = MOST_BYTES;
        entry.add(0, [title], &mut room);
        entry.add(1, names, &mut room);
        entry.add(2, about, &mut room);
        entry.add(3, text, &mut room);
        entry
    }

    /// The words of some texts, as far as there is room.
    fn add<'t>(&mut self, field: usize, texts: impl IntoIterator<Item = &'t str>, room: &mut usize) {
        for word in texts.into_iter().flat_map(words) {
            let bytes = word.len() + WORD_BYTES;
            if !self.fields[field].contains(&word) && bytes <= *room {
                *room -= bytes;
                self.fields[field].insert(word);
            }
        }
    }
}

/// What somebody looks for: things that have all of these words, of the last one perhaps more letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// In the order in which they came.
    pub words: Vec<String>,
}

impl Query {
    /// Reads the value of a parameter; nothing of a blank one, which asks for nothing.
    pub fn read(parameter: &str, text: &str) -> Result<Option<Query>, Fault> {
        if text.contains('\0') {
            return Err(Fault::parameter(parameter, "text without U+0000", "U+0000"));
        }
        let length = text.chars().count();
        if length > LONGEST {
            let expected = format!("at most {LONGEST} characters");
            return Err(Fault::parameter(parameter, expected, length.to_string()));
        }
        Ok((!text.trim().is_empty()).then(|| Query { words: words(text) }))
    }
}

/// A thing that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Dataset, model or article.
    pub kind: Kind,
    /// Its name in URLs.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// How what is said about it begins.
    pub summary: Option<String>,
    /// Who put it here, by name.
    pub author: String,
    /// When it changed last.
    pub modified: DateTime<Utc>,
    /// Where it stands among what was found.
    pub at: Standing,
}

/// A place in the order of what was found: the best first, the newest among equals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How well it fits: 4 if its title is what was looked for, 3 if all words stand in the title, 2 in title, names
    /// and keywords, 1 in those and the description, 0 anywhere.
    pub rank: i64,
    /// When it changed last, in milliseconds.
    pub modified: i64,
    /// The number of its entry.
    pub number: i64,
}

/// Which page of what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Side {
    /// The first one.
    #[default]
    Start,
    /// The one behind a place.
    After(Standing),
    /// The one before it.
    Before(Standing),
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_are_the_same_however_they_are_spelt() {
        for (text, wanted) in [
            ("Élan vital, ELAN", "elan vital elan"),
            ("E\u{301}lan", "elan"),
            ("sepal_length (cm)", "sepal length cm"),
            ("od280/od315_of_diluted_wines", "od280 od315 of diluted wines"),
            ("Straße STRASSE Ærø Łódź", "strasse strasse aero lodz"),
            ("ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"),
            ("ﬁsh ℌ １２", "fish h 12"),
            ("İzmir ızmir", "izmir izmir"),
            ("東京 2024年", "東 京 2024 年"),
            ("हिन्दी", "हिन्दी"),
            ("\" OR 1=1; -- *", "or 1 1"),
            ("!?… \u{301}", ""),
        ] {
            assert_eq!(words(text).join(" "), wanted, "{text}");
        }
        assert_eq!(words(&"x".repeat(100)), ["x".repeat(60)]);
    }
}
