//! `almanac publish`: a table file as a dataset and its first revision, or as the next revision.

use super::{Fault, Global, progress};
use crate::{
    blob::Spool,
    domain::{
        column::{Column, ColumnType, Remarks},
        dataset::{About, Creator, Dataset},
        slug::Slug,
        user::User,
        visibility::Visibility,
    },
    jobs::{
        Progress, Works,
        import::{self, Imported, Order, Source, Target},
    },
    store,
    table::{Options, source::Format},
};
use clap::Args;
use std::{io::Read, path::PathBuf};

/// Put a table online: a dataset and its first revision, or the next one
#[derive(Debug, Args)]
pub struct Publish {
    /// A CSV or TSV file with a header line, NDJSON, a JSON array or Parquet; `-` reads standard input
    file: PathBuf,
    /// Its format: csv, ndjson, json or parquet [default: by its name, else csv]
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// Name in URLs [default: made from the name]
    #[arg(long, value_name = "SLUG")]
    identifier: Option<String>,
    /// Title [default: the file's name]
    #[arg(long)]
    name: Option<String>,
    /// What it holds and how it was measured
    #[arg(long)]
    description: Option<String>,
    /// IRI or name of the licence
    #[arg(long)]
    license: Option<String>,
    /// Who made it
    #[arg(long)]
    creator: Option<String>,
    /// Why this revision
    #[arg(long)]
    note: Option<String>,
    /// What separates cells [default: found out]
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,
    /// What stands around cells [default: "]
    #[arg(long, value_name = "CHARACTER")]
    quote: Option<char>,
    /// What stands before a character that means itself, such as \ [default: none; a quote is doubled]
    #[arg(long, value_name = "CHARACTER")]
    escape: Option<char>,
    /// The first line is a row: columns are named column_1, column_2 and so on
    #[arg(long)]
    no_header: bool,
    /// Type of a column, instead of the one found out; may be repeated
    #[arg(long = "type", value_name = "COLUMN=TYPE", value_parser = column_type)]
    types: Vec<(String, ColumnType)>,
    /// Unit of a column, such as mm; may be repeated
    #[arg(long = "unit", value_name = "COLUMN=UNIT", value_parser = column_text)]
    units: Vec<(String, String)>,
    /// What a column means; may be repeated
    #[arg(long = "describe", value_name = "COLUMN=TEXT", value_parser = column_text)]
    descriptions: Vec<(String, String)>,
    /// What spells a missing cell, instead of what the settings say: TEXT everywhere, or COLUMN=TEXT in one column
    /// besides; may be repeated
    #[arg(long, value_name = "[COLUMN=]TEXT", allow_hyphen_values = true)]
    missing: Vec<String>,
    /// A column that has an index: filters and orders by it are quick; may be repeated
    #[arg(long, value_name = "COLUMN")]
    index: Vec<String>,
    /// Who publishes it, by name [default: almanac, who cannot sign in]
    #[arg(long, value_name = "USER")]
    author: Option<String>,
}

fn format(text: &str) -> Result<Format, String> {
    let known = Format::ALL.map(Format::name).join(", ");
    Format::from_name(text).ok_or_else(|| format!("expected one of {known}, found {text:?}"))
}

fn column_type(text: &str) -> Result<(String, ColumnType), String> {
    let known = ColumnType::ALL.map(ColumnType::name).join(", ");
    let (column, kind) = text.rsplit_once('=').ok_or("expected COLUMN=TYPE")?;
    let kind = kind.parse().map_err(|()| format!("expected one of {known}, found {kind:?}"))?;
    Ok((column.into(), kind))
}

fn column_text(text: &str) -> Result<(String, String), String> {
    let (column, said) = text.split_once('=').ok_or("expected COLUMN=TEXT")?;
    Ok((column.into(), said.into()))
}

impl Publish {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        if self.file.is_dir() {
            return Err(Fault::usage(format!("{}: expected a file, found a folder", self.file.display())));
        }
        let author = author(works, self.author.as_deref()).await?;
        let stem = self.file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != "-");
        let named = self.name.clone().or_else(|| stem.map(String::from)).or_else(|| self.identifier.clone());
        let name = named.ok_or_else(|| Fault::usage("expected --name for a table from standard input"))?;
        let slug = match &self.identifier {
            Some(text) => Slug::at("/identifier", text)?,
            None => Slug::from_title(&name).ok_or_else(|| {
                Fault::usage(format!("expected --identifier: none can be made from {name:?}"))
            })?,
        };
        let target = self.target(works, slug, name).await?;
        let options = self.options(&works.settings.import.missing);
        let file = read(works, &self.file).await?;
        let source = Source { file: file.into(), format: self.format(), options };
        let before = match &target {
            Target::Next { dataset, .. } => Some(dataset.columns.clone()),
            Target::New { .. } => None,
        };
        let order = Order { note: self.note.clone(), ..Order::of(&author) };
        let mut imported = imported(works, source, target, order).await?;
        if let Some(before) = before {
            self.describe(works, &mut imported.dataset).await?;
            warn_of_differences(&before, &imported.dataset.columns);
        }
        told(&imported, global);
        Ok(())
    }

    /// How the file is read where the settings say that these cells are missing.
    fn options(&self, missing: &[String]) -> Options {
        let mut options = Options {
            delimiter: self.delimiter,
            quote: self.quote,
            escape: self.escape,
            headless: self.no_header,
            missing: Vec::new(),
            ..Options::default()
        };
        options.types.extend(self.types.iter().cloned());
        for text in &self.missing {
            match text.split_once('=') {
                Some((column, text)) => {
                    options.missing_of.entry(column.into()).or_default().push(text.into());
                }
                None => options.missing.push(text.clone()),
            }
        }
        if options.missing.is_empty() {
            options.missing = missing.to_vec();
        }
        options
    }

    /// What is said of the columns.
    fn remarks(&self) -> Remarks {
        Remarks {
            units: self.units.iter().cloned().collect(),
            descriptions: self.descriptions.iter().cloned().collect(),
            indexed: self.index.iter().cloned().collect(),
        }
    }

    /// As `--format` says, or the file's name.
    fn format(&self) -> Format {
        let suffix = self.file.extension().and_then(|suffix| suffix.to_str()).unwrap_or_default();
        self.format.unwrap_or_else(|| Format::from_suffix(suffix).unwrap_or_default())
    }

    /// Gives a dataset that was there the words of the command line.
    async fn describe(&self, works: &Works, dataset: &mut Dataset) -> Result<(), Fault> {
        let mut about = dataset.about.clone();
        let words = [
            (&self.description, &mut about.description),
            (&self.license, &mut about.license),
            (&self.creator, &mut about.creator),
        ];
        for (new, old) in words {
            if new.is_some() {
                old.clone_from(new);
            }
        }
        if let Some(name) = &self.name {
            about.name.clone_from(name);
        }
        let about = about.checked()?;
        if about != dataset.about {
            let mut tx = works.store.write().await?;
            let found = store::dataset::find(&mut tx, dataset.slug.as_str()).await?;
            let (columns, now) = (&dataset.columns, chrono::Utc::now());
            *dataset = store::dataset::change(&mut tx, &found, &about, columns, now).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// A new dataset, or the next revision of the one that has this name.
    async fn target(&self, works: &Works, slug: Slug, name: String) -> Result<Target, Fault> {
        let found = store::dataset::find(&mut works.store.read().await?, slug.as_str()).await;
        match found {
            Ok(dataset) => Ok(Target::Next { dataset: Box::new(dataset), remarks: Box::new(self.remarks()) }),
            Err(store::Fault::Missing) => {
                let about = About {
                    name,
                    description: self.description.clone(),
                    license: self.license.clone(),
                    creator: self.creator.clone(),
                    creator_kind: Creator::default(),
                    keywords: Vec::new(),
                    visibility: Visibility::Public,
                };
                Ok(Target::New { slug, about: about.checked()?, remarks: Box::new(self.remarks()) })
            }
            Err(store::Fault::Gone) => Err(store::Fault::Retired.into()),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// Says which columns came, went or changed their type: models learn from them by name.
fn warn_of_differences(before: &[Column], now: &[Column]) {
    for old in before {
        match now.iter().find(|new| new.identifier == old.identifier) {
            None => eprintln!("warning: column {} is gone", old.identifier),
            Some(new) if new.kind != old.kind => {
                eprintln!("warning: column {} was {} and is {}", old.identifier, old.kind, new.kind);
            }
            Some(_) => {}
        }
    }
    for new in now.iter().filter(|new| before.iter().all(|old| old.identifier != new.identifier)) {
        eprintln!("warning: column {} is new", new.identifier);
    }
}

/// Imports with a progress bar.
async fn imported(
    works: &Works,
    source: Source,
    target: Target,
    order: Order<'_>,
) -> Result<Imported, Fault> {
    let bar = progress::bar("importing");
    let progress = Progress::default();
    let work = import::import(works, source, target, order, &progress);
    Ok(progress::shown(&bar, &progress, work).await?)
}

/// Copies a file to where imports read from.
async fn read(works: &Works, file: &std::path::Path) -> Result<Spool, Fault> {
    let spool = works.blobs.spool().await?;
    let told = file.display().to_string();
    let mut source: Box<dyn Read + Send> = if told == "-" {
        Box::new(std::io::stdin())
    } else {
        let opened = std::fs::File::open(file);
        Box::new(opened.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Fault::missing(format!("file {told}")),
            _ => Fault::failure(format!("{told}: {error}")),
        })?)
    };
    let copied = tokio::task::spawn_blocking(move || {
        let mut spool = spool;
        std::io::copy(&mut source, &mut spool).map(|_| spool)
    });
    copied.await.map_err(Fault::failure)?.map_err(Fault::failure)
}

fn told(imported: &Imported, global: &Global) {
    let Imported { dataset, revision, fresh } = imported;
    if global.json {
        let told = serde_json::json!({"dataset": dataset.slug.as_str(), "revision": revision.number,
            "rows": revision.rows, "columns": revision.columns.len(), "sha256": revision.csv.digest, "new": fresh});
        println!("{told}");
        return;
    }
    println!("{} revision {}", dataset.slug, revision.number);
    let (rows, columns) = (revision.rows, revision.columns.len());
    if *fresh {
        eprintln!("{rows} rows, {columns} columns:");
        for column in &revision.columns {
            eprintln!("  {} ({})", column.identifier, column.kind);
        }
    } else {
        eprintln!("the content is that of revision {}: nothing new was sealed", revision.number);
    }
}

/// The user of that name, or the one that commands act as.
pub async fn author(works: &Works, name: Option<&str>) -> Result<User, Fault> {
    let Some(name) = name else {
        let mut tx = works.store.write().await?;
        let user = store::user::system(&mut tx, chrono::Utc::now()).await?;
        tx.commit().await?;
        return Ok(user);
    };
    let found = store::user::find(&mut works.store.read().await?, name).await;
    match found {
        Ok((user, _)) => Ok(user),
        Err(store::Fault::Missing) => Err(Fault::missing(format!("user `{name}`"))),
        Err(fault) => Err(fault.into()),
    }
}
