//! `almanac dataset`: tables that others write in the same database, as datasets.

use super::{Fault, Global, publish::author};
use crate::{
    domain::{dataset::About, slug::Slug, visibility::Visibility},
    jobs::{
        Works,
        link::{self, Link},
    },
    store,
};
use chrono::Utc;
use clap::Subcommand;
use serde_json::json;

/// Show tables of the same database as datasets
#[derive(Debug, Subcommand)]
pub enum Dataset {
    /// Make a dataset whose rows are those of a table or view, without copying them: they are read as they are and kept
    /// by no cache; whoever writes the table writes it as before, through Almanac nobody does
    Link {
        /// The table or view; on PostgreSQL perhaps with its schema in front
        table: String,
        /// The column of whole numbers that is another one in each row [default: the primary key]
        #[arg(long, value_name = "COLUMN")]
        key: Option<String>,
        /// Name in URLs [default: made from the title]
        #[arg(long)]
        slug: Option<String>,
        /// Title [default: the table's name]
        #[arg(long)]
        title: Option<String>,
        /// What it holds and how it was measured
        #[arg(long)]
        description: Option<String>,
        /// IRI or name of the licence
        #[arg(long)]
        license: Option<String>,
        /// Who sees it: public, unlisted or private
        #[arg(long, value_parser = visibility, default_value_t)]
        visibility: Visibility,
        /// Who publishes it, by name [default: almanac, who cannot sign in]
        #[arg(long, value_name = "USER")]
        author: Option<String>,
    },
    /// Take the dataset of a table away, with its revisions; the table stays as it is
    Unlink {
        /// The dataset
        dataset: String,
    },
}

fn visibility(text: &str) -> Result<Visibility, String> {
    let known = Visibility::ALL.map(Visibility::name).join(", ");
    text.parse().map_err(|()| format!("expected one of {known}, found {text:?}"))
}

impl Dataset {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        match self {
            Dataset::Link { table, key, slug, title, description, license, visibility, author: name } => {
                let author = author(works, name.as_deref()).await?;
                let name = title.unwrap_or_else(|| table.clone());
                let slug = match slug {
                    Some(text) => Slug::at("/identifier", &text)?,
                    None => Slug::from_title(&name).ok_or_else(|| {
                        Fault::usage(format!("expected --slug: none can be made from {name:?}"))
                    })?,
                };
                let about = About { name, description, license, visibility, ..About::default() };
                let linked = link::link(works, Link { table, key, slug, about }, &author).await?;
                if global.json {
                    let columns: Vec<_> = linked
                        .columns
                        .iter()
                        .map(|one| json!({"name": one.name, "type": one.kind.name()}))
                        .collect();
                    println!(
                        "{}",
                        json!({"identifier": linked.slug.as_str(), "rows": linked.rows, "columns": columns})
                    );
                    return Ok(());
                }
                println!("{}", linked.slug);
                eprintln!("{} rows of {} columns, read from the table", linked.rows, linked.columns.len());
                for column in &linked.columns {
                    eprintln!("  {}: {}", column.name, column.kind);
                }
                Ok(())
            }
            Dataset::Unlink { dataset } => unlink(works, &dataset).await,
        }
    }
}

async fn unlink(works: &Works, slug: &str) -> Result<(), Fault> {
    let mut tx = works.store.write().await?;
    let dataset = match store::dataset::find(&mut tx, slug).await {
        Err(store::Fault::Missing | store::Fault::Gone) => {
            return Err(Fault::missing(format!("dataset `{slug}`")));
        }
        found => found?,
    };
    if !dataset.is_linked() {
        return Err(Fault::refused(format!("`{slug}` is not linked: its rows are its own")));
    }
    store::dataset::delete(&mut tx, &dataset, Utc::now()).await?;
    tx.commit().await?;
    println!("{slug} is unlinked");
    Ok(())
}
