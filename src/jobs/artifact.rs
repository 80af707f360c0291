//! The files of a revision: written together while its rows go by, kept, and read again.

use super::{Fault, Works, background};
use crate::{
    blob::{Kept, Spool},
    domain::{
        column::{Cell, Column},
        revision::{File, Revision},
    },
    table::{columnar::Table, parquet, profile::profile, write},
};
use std::io::{self, BufReader, Write};

/// Writes the same rows as CSV and as Parquet.
pub struct Writer {
    columns: Vec<Column>,
    csv: write::Writer<Spool>,
    parquet: parquet::write::Writer<Spool>,
    rows: i64,
}

/// Files of a revision that nobody knows yet.
pub struct Written {
    columns: Vec<Column>,
    csv: Spool,
    parquet: Spool,
    rows: i64,
}

/// Files of a revision that are kept.
#[derive(Debug, Clone)]
pub struct Artifacts {
    /// Rows in each.
    pub rows: i64,
    /// The CSV file: its digest is the content's.
    pub csv: File,
    /// The Parquet file.
    pub parquet: File,
    /// Digest of the profile document.
    pub profile: String,
}

/// Of the CSV file, and of the Parquet file.
pub type Spools = (Spool, Spool);

/// Empty ones.
pub async fn spools(works: &Works) -> Result<Spools, Fault> {
    Ok((works.blobs.spool().await?, works.blobs.spool().await?))
}

impl Writer {
    /// Empty files of a table with these columns.
    pub async fn new(works: &Works, columns: &[Column]) -> Result<Writer, Fault> {
        Ok(Writer::over(spools(works).await?, columns)?)
    }

    /// The same over spool files that are there.
    pub fn over((csv, parquet): Spools, columns: &[Column]) -> io::Result<Writer> {
        Ok(Writer {
            columns: columns.to_vec(),
            csv: write::Writer::new(csv, columns)?,
            parquet: parquet::write::Writer::new(parquet, columns)?,
            rows: 0,
        })
    }

    /// Writes a row; blocks.
    pub fn write(&mut self, row: &[Cell]) -> Result<(), Fault> {
        self.csv.write(row)?;
        self.parquet.write(row)?;
        self.rows += 1;
        Ok(())
    }

    /// Writes what goes behind the last row; blocks.
    pub fn finish(self) -> Result<Written, Fault> {
        let (csv, parquet) = (self.csv.finish()?, self.parquet.finish()?);
        Ok(Written { columns: self.columns, csv, parquet, rows: self.rows })
    }
}

/// Profiles and keeps the files; a profile at a time in the whole process, since each holds a column in memory.
pub async fn keep(works: &Works, written: Written) -> Result<Artifacts, Fault> {
    let Written { columns, csv, parquet, rows } = written;
    let mut document = works.blobs.spool().await?;
    let turn = works.profiling.clone().acquire_owned().await.map_err(|e| Fault::Broken(e.to_string()))?;
    let blobs = works.blobs.clone();
    let (document, csv, parquet) = background::run(move || {
        let _turn = turn;
        let artifact = parquet::own::Artifact::open(parquet.reader()?, &columns)?;
        let found = serde_json::to_vec(&profile(&artifact)?).map_err(|e| Fault::Broken(e.to_string()))?;
        document.write_all(&found)?;
        // Here, where it holds up nobody.
        blobs.settle(&csv)?;
        blobs.settle(&parquet)?;
        Ok::<_, Fault>((document, csv, parquet))
    })
    .await??;
    let csv = file(works.blobs.keep(csv).await?);
    let parquet = file(works.blobs.keep(parquet).await?);
    Ok(Artifacts { rows, csv, parquet, profile: works.blobs.keep(document).await?.digest })
}

fn file(kept: Kept) -> File {
    File { digest: kept.digest, size: kept.size as i64 }
}

/// The table of a revision in memory, under the words that these columns have now.
pub async fn table(works: &Works, revision: &Revision, columns: &[Column]) -> Result<Table, Fault> {
    let columns = columns.to_vec();
    // Those that were sealed before there was Parquet have CSV alone.
    let is_parquet = revision.parquet.is_some();
    let file = works.blobs.file(&revision.parquet.as_ref().unwrap_or(&revision.csv).digest).await?;
    let read = move || match is_parquet {
        true => parquet::own::Artifact::open(file, &columns)?.table(),
        false => Table::read(BufReader::new(file), &columns),
    };
    Ok(background::run(read).await??)
}
