//! Tables that others write in the same database, as datasets: nothing is copied until a revision is sealed.

use super::{Fault, Works};
use crate::{
    domain::{
        column::{Column, ColumnType, MOST_COLUMNS, identifiers},
        dataset::{About, Dataset},
        fault::{At, Fault as InputFault, quoted},
        slug::Slug,
        user::User,
    },
    store::{
        self,
        rows::{self, Keys, Source},
    },
    table::guess::{MOST_VALUES, ROWS_PER_VALUE},
};
use chrono::Utc;

/// A table to be linked.
#[derive(Debug, Clone)]
pub struct Link {
    /// Its name, perhaps with a schema in front.
    pub table: String,
    /// The column that numbers its rows; its primary key unless said.
    pub key: Option<String>,
    /// The dataset's name in URLs.
    pub slug: Slug,
    /// What is said about it.
    pub about: About,
}

/// Makes a dataset whose rows are those of a table, whatever is written there.
pub async fn link(works: &Works, link: Link, author: &User) -> Result<Dataset, Fault> {
    let about = link.about.checked()?;
    let now = Utc::now();
    let mut tx = works.store.write().await?;
    let source = match rows::source(&mut tx, &link.table).await {
        Err(store::Fault::Missing) => {
            let expected = "a table or view of the database that is none of Almanac's own";
            return Err(wrong(At::Whole, expected, quoted(&link.table)));
        }
        found => found?,
    };
    let key = key(&source, link.key.as_deref())?;
    let kinds = kinds(&source)?;
    let storage = rows::link(&mut tx, &source, &key, now).await?;
    let keys = rows::keys(&mut tx, storage).await?;
    unique(&key, keys)?;
    let names: Vec<&str> = source.columns.iter().map(|column| column.name.as_str()).collect();
    let mut columns = Vec::with_capacity(names.len());
    for (place, (identifier, kind)) in identifiers(names.iter().copied()).iter().zip(kinds).enumerate() {
        let kind = match kind {
            ColumnType::Text if is_category(&mut tx, storage, place, keys.rows).await? => {
                ColumnType::Category
            }
            kind => kind,
        };
        columns.push(Column::new(identifier, names[place], kind));
    }
    let head = (storage, &columns[..], keys.rows);
    let dataset = store::dataset::insert(&mut tx, &link.slug, &about, head, &author.name, now).await?;
    tx.commit().await?;
    Ok(dataset)
}

fn wrong(at: At, expected: impl Into<String>, found: impl Into<String>) -> Fault {
    Fault::Input(InputFault::new(at, expected, found).into())
}

/// The name of the column that numbers the rows.
fn key(source: &Source, named: Option<&str>) -> Result<String, Fault> {
    let found = match named {
        Some(name) => source.columns.iter().find(|column| column.name == name),
        None => {
            let mut keys = source.columns.iter().filter(|column| column.is_key);
            keys.next().filter(|_| keys.next().is_none())
        }
    };
    let column = found.ok_or_else(|| match named {
        Some(name) => wrong(At::Column(name.into()), "a column of the table", quoted(name)),
        None => {
            wrong(At::Whole, "--key with the column that numbers the rows", "no primary key of one column")
        }
    })?;
    if column.kind != Some(ColumnType::Integer) {
        let found = if column.declared.is_empty() { "others" } else { &column.declared };
        return Err(wrong(At::Column(column.name.clone()), "a key of whole numbers", found));
    }
    Ok(column.name.clone())
}

/// Whether each row has a key of its own.
fn unique(key: &str, keys: Keys) -> Result<(), Fault> {
    if keys.are_unique() {
        return Ok(());
    }
    let Keys { rows, present, distinct } = keys;
    let found = match rows - present {
        0 => format!("{distinct} different ones in {rows} rows"),
        missing => format!("{missing} of {rows} rows without one"),
    };
    Err(wrong(At::Column(key.into()), "a key of its own in each row", found))
}

/// What the columns hold.
fn kinds(source: &Source) -> Result<Vec<ColumnType>, Fault> {
    if source.columns.len() > MOST_COLUMNS {
        let found = format!("{} of them", source.columns.len());
        return Err(wrong(At::Whole, format!("at most {MOST_COLUMNS} columns"), found));
    }
    let kind = |column: &rows::Theirs| {
        let expected = "a column that can be read as text: link a view without it";
        column.kind.ok_or_else(|| wrong(At::Column(column.name.clone()), expected, "bytes"))
    };
    source.columns.iter().map(kind).collect()
}

/// Whether the texts of a column are few, as of one that is imported.
async fn is_category(tx: &mut store::Tx, storage: i64, place: usize, all: i64) -> Result<bool, Fault> {
    let most = MOST_VALUES as i64;
    let found = rows::distinct(tx, storage, place, most + 1).await?;
    Ok((1..=most).contains(&found) && found * ROWS_PER_VALUE as i64 <= all)
}
