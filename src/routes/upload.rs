//! Tables that come in: a body that is one, or a form with one.

use super::{ask::Ask, change, fault, once::Once, queued};
use crate::{
    blob::Spool,
    domain::{
        column::{ColumnType, LONGEST_REMARK, Remarks},
        dataset::{About, Creator, Dataset},
        fault::{Fault, Faults, quoted},
        job::{self, Job, New, Work},
        slug::Slug,
        user::User,
        visibility::Visibility,
    },
    http::{body::Body, form, media::Media, problem::Problem},
    jobs::{
        self, Progress,
        append::{self, Appended},
        import::{self, Imported, Order, Source, Target},
    },
    represent::v2::visibility,
    table::{Options, source::Format},
};

pub use crate::represent::class::TABLES;

/// What a table is called that came without a name.
const UNTITLED: &str = "Untitled table";

/// What `header` is of a table whose first line is a row.
const ABSENT: &str = "absent";

/// Characters of a description, and so of any word about a table.
const LONGEST_WORD: usize = 20_000;

/// A table, and what was said about it.
pub struct Upload {
    file: Spool,
    format: Format,
    options: Options,
    /// `name`, `identifier`, `description` .. as pairs, from the query or the form.
    words: Vec<(String, String)>,
}

/// Whether a body that may be a document or a table is a table.
pub async fn is_table(body: &mut Body<'_>, media: Media) -> bool {
    TABLES.contains(&media) || (is_json(media) && body.is_array().await)
}

fn is_json(media: Media) -> bool {
    matches!(media, Media::Json | Media::JsonLd | Media::V2Json)
}

/// Reads a table and the words about it; 415 if it is none.
pub async fn receive(ask: &Ask<'_>, body: Body<'_>) -> Result<Upload, Problem> {
    let media = body.one_of(&[change::WHOLE, TABLES].concat())?;
    let named = body.media_type()?;
    if !named.as_ref().is_none_or(|named| named.parameter("charset").is_none() || named.is_utf8()) {
        let detail = "charset: expected utf-8, the only encoding that tables are read in";
        return Err(Problem::new(&crate::http::problem::kind::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    let works = ask.works();
    let most = works.settings.bodies.table_bytes;
    let mut words = ask.query()?;
    let mut file = works.blobs.spool_for(body.announced().unwrap_or(0)).await.map_err(fault::blob)?;
    let (media, header) = if media == Media::FormData {
        let form = form::read(body, most, &mut file).await?;
        words.extend(form.fields);
        (form.file.media(), form.file.parameter("header"))
    } else {
        body.copy(most, &mut file).await?;
        (Some(media), named.and_then(|named| named.parameter("header").map(String::from)))
    };
    // RFC 4180 §3; what the query says goes before, and what the type says to nobody is no fault.
    if header.is_some_and(|header| header == ABSENT) && words.iter().all(|(name, _)| name != "header") {
        words.push(("header".into(), ABSENT.into()));
    }
    let mut options = options(&words, &works.settings.import.missing).map_err(fault::input)?;
    if media == Some(Media::Tsv) && options.delimiter.is_none() {
        options.delimiter = Some('\t');
    }
    Ok(Upload { file, format: format(media), options, words })
}

/// How a table of that media type is read; what is none of ours may still be CSV.
pub fn format(media: Option<Media>) -> Format {
    match media {
        Some(Media::Ndjson) => Format::Ndjson,
        Some(Media::Parquet) => Format::Parquet,
        Some(media) if is_json(media) => Format::Json,
        _ => Format::Csv,
    }
}

/// Refuses words that would be wrong beside a table, where there is none that they could be about.
pub fn without_table(ask: &Ask<'_>) -> Result<(), Problem> {
    options(&ask.query()?, &[]).map(drop).map_err(fault::input)
}

/// `delimiter=;`, `quote='`, `escape=\`, `header=absent`, `types[column]=text`, `missing=-999` and `missing[column]=0`: what is missing in the whole table,
/// instead of what the settings say, and in a column besides.
fn options(words: &[(String, String)], missing: &[String]) -> Result<Options, Faults> {
    let said: Vec<String> =
        words.iter().filter(|(name, _)| name == "missing").map(|(_, text)| text.clone()).collect();
    let missing = if said.is_empty() { missing.to_vec() } else { said };
    let (mut options, mut faults) = (Options { missing, ..Options::default() }, Vec::new());
    for (name, value) in words {
        let remark = key("units", name).or_else(|| key("descriptions", name)).is_some();
        let most = if remark { LONGEST_REMARK } else { LONGEST_WORD };
        if value.contains('\0') || value.chars().count() > most {
            let expected = format!("at most {most} characters without U+0000");
            faults.push(Fault::parameter(name, expected, quoted(value)));
        }
        if let Err(fault) = dialect(&mut options, name, value) {
            faults.push(fault);
        }
        if let Some(column) = key("missing", name) {
            options.missing_of.entry(column.into()).or_default().push(value.clone());
        }
        if let Some(column) = key("types", name) {
            match value.parse::<ColumnType>() {
                Ok(kind) => {
                    options.types.insert(column.to_string(), kind);
                }
                Err(()) => {
                    let names = ColumnType::ALL.map(ColumnType::name).join(", ");
                    faults.push(Fault::parameter(name, format!("one of {names}"), quoted(value)));
                }
            }
        }
    }
    Faults::unless(faults, options)
}

/// Takes a parameter that says how lines and cells are parted.
fn dialect(options: &mut Options, name: &str, value: &str) -> Result<(), Fault> {
    let character = || {
        let mut characters = value.chars();
        match (characters.next(), characters.next()) {
            (Some(one), None) if one.is_ascii() => Ok(Some(one)),
            _ => Err(Fault::parameter(name, "one ASCII character", quoted(value))),
        }
    };
    match (name, value) {
        ("delimiter", _) => options.delimiter = character()?,
        ("quote", _) => options.quote = character()?,
        ("escape", _) => options.escape = character()?,
        ("header", ABSENT) => options.headless = true,
        ("header", "present") => options.headless = false,
        ("header", _) => return Err(Fault::parameter(name, "present or absent", quoted(value))),
        _ => {}
    }
    Ok(())
}

/// The key of a parameter that has one: `column` of `units[column]`.
fn key<'n>(parameter: &str, name: &'n str) -> Option<&'n str> {
    name.strip_prefix(parameter)?.strip_prefix('[')?.strip_suffix(']')
}

impl Upload {
    fn source(self) -> Source {
        Source { file: self.file.into(), format: self.format, options: self.options }
    }

    fn word(&self, name: &str) -> Option<String> {
        self.words.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }

    /// Slug and words for a new dataset; one that nobody named is untitled, and can be named later.
    pub fn description(&self) -> Result<(Option<Slug>, About), Problem> {
        let slug = self.word("identifier").map(|text| {
            text.parse::<Slug>().map_err(|()| {
                let expected = "lower-case letters, digits and single hyphens";
                fault::input(Fault::parameter("identifier", expected, quoted(&text)).into())
            })
        });
        let slug = slug.transpose()?;
        let name = self.word("name").or_else(|| slug.as_ref().map(Slug::to_string));
        let name = name.unwrap_or_else(|| UNTITLED.into());
        let keywords =
            self.words.iter().filter(|(known, _)| known == "keywords").map(|(_, word)| word.clone());
        let about = About {
            name,
            description: self.word("description"),
            license: self.word("license"),
            creator: self.word("creator"),
            creator_kind: Creator::default(),
            keywords: keywords.collect(),
            visibility: self.visibility()?,
        };
        Ok((slug, about.checked().map_err(fault::input)?))
    }

    /// Who sees a new dataset.
    fn visibility(&self) -> Result<Visibility, Problem> {
        let Some(text) = self.word(visibility::KEY) else { return Ok(Visibility::Public) };
        let fault = || Fault::parameter(visibility::KEY, visibility::expected(), quoted(&text)).into();
        text.parse().map_err(|()| fault::input(fault()))
    }

    /// `units[column]=mm`, `descriptions[column]=..` and `index=column`, perhaps repeated: about its columns.
    pub fn remarks(&self) -> Remarks {
        let of = |parameter: &str| {
            let text = |(name, text): &(String, String)| Some((key(parameter, name)?.into(), text.clone()));
            self.words.iter().filter_map(text).collect()
        };
        let indexed = self.words.iter().filter(|(known, _)| known == "index");
        Remarks {
            units: of("units"),
            descriptions: of("descriptions"),
            indexed: indexed.map(|(_, column)| column.clone()).collect(),
        }
    }

    /// Whether it is so large that it is imported by a job.
    pub fn is_large(&self, ask: &Ask<'_>) -> bool {
        self.file.size() > ask.works().settings.import.job_bytes
    }

    /// Queues a job that makes it a dataset's head and revision; the table is kept until then.
    pub async fn queue(
        self,
        ask: &Ask<'_>,
        once: &Once,
        slug: &Slug,
        new: Option<New>,
        author: &User,
    ) -> Result<Job, Problem> {
        let options = serde_json::to_string(&self.options).map_err(|error| fault::broken(&error))?;
        let (note, format) = (self.word("note"), self.format.name().to_string());
        let remarks = if new.is_some() { Remarks::default() } else { self.remarks() };
        let upload = ask.works().blobs.keep(self.file).await.map_err(fault::blob)?.digest;
        let dataset = slug.to_string();
        let work = Work::Import(job::Import { dataset, upload, new, remarks, format, options, note });
        queued::queue(ask, once, &work, author).await
    }

    /// Appends its rows to a dataset's head; not committed yet.
    pub async fn append(self, ask: &Ask<'_>, once: &Once, to: Dataset) -> Result<Appended, jobs::Fault> {
        let (claim, deed) = (once.claim(), ask.deed());
        append::append(ask.works(), to, self.source(), claim.as_ref(), deed).await
    }

    /// Makes it a dataset's head and revision.
    pub async fn import(
        self,
        ask: &Ask<'_>,
        once: &Once,
        target: Target,
        author: &User,
    ) -> Result<Imported, jobs::Fault> {
        let claim = once.claim();
        let (note, claim, deed) = (self.word("note"), claim.as_ref(), ask.deed());
        let order = Order { note, claim, deed, ..Order::of(author) };
        import::import(ask.works(), self.source(), target, order, &Progress::default()).await
    }
}
