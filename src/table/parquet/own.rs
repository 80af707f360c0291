//! Our own artifact, read again.

use super::{Cells, batch_rows, broken};
use crate::{
    domain::column::{Cell, Column},
    table::{
        Failure,
        columnar::{Table, Values},
    },
};
use parquet::arrow::{
    ProjectionMask,
    arrow_reader::{
        ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
    },
};
use std::{fs::File, ops::Range};

/// An artifact, its end read.
#[derive(Debug)]
pub struct Artifact {
    file: File,
    metadata: ArrowReaderMetadata,
    columns: Vec<Column>,
}

impl Artifact {
    /// Reads the end of an artifact of these columns.
    pub fn open(file: File, columns: &[Column]) -> Result<Artifact, Failure> {
        // With the index of pages: a row is found without the pages before it.
        let policy = parquet::file::metadata::PageIndexPolicy::Optional;
        let options = ArrowReaderOptions::new().with_page_index_policy(policy);
        let metadata = ArrowReaderMetadata::load(&file, options).map_err(broken)?;
        Ok(Artifact { file, metadata, columns: columns.to_vec() })
    }

    /// How many rows it has.
    pub fn rows(&self) -> usize {
        usize::try_from(self.metadata.metadata().file_metadata().num_rows()).unwrap_or(0)
    }

    /// Its columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The columns at these places, from the row `range.start` to before `range.end`, in batches.
    fn read(
        &self,
        places: impl IntoIterator<Item = usize>,
        range: &Range<usize>,
    ) -> Result<ParquetRecordBatchReader, Failure> {
        let file = self.file.try_clone()?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), places);
        builder
            .with_projection(mask)
            .with_batch_size(batch_rows(self.columns.len()))
            .with_offset(range.start)
            .with_limit(range.len())
            .build()
            .map_err(broken)
    }

    /// The cells of one column, one after the other.
    pub fn each(&self, place: usize, mut take: impl FnMut(Cell)) -> Result<(), Failure> {
        for batch in self.read([place], &(0..self.rows()))? {
            let batch = batch.map_err(broken)?;
            let cells = Cells::of(batch.column(0))?;
            (0..batch.num_rows()).for_each(|row| take(cells.get(row)));
            // Of a large table this takes seconds: who waits goes first.
            std::thread::yield_now();
        }
        Ok(())
    }

    /// The rows of a range, all their columns; fewer at the end.
    pub fn range(&self, range: Range<usize>) -> Result<Vec<Vec<Cell>>, Failure> {
        let end = range.end.min(self.rows());
        let range = range.start.min(end)..end;
        let mut rows = Vec::with_capacity(range.len());
        for batch in self.read(0..self.columns.len(), &range)? {
            let batch = batch.map_err(broken)?;
            let cells = batch.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>()?;
            rows.extend((0..batch.num_rows()).map(|row| cells.iter().map(|cells| cells.get(row)).collect()));
        }
        Ok(rows)
    }

    /// Every row, one after the other.
    pub fn try_each<E: From<Failure>>(
        &self,
        mut take: impl FnMut(&[Cell]) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut row = Vec::with_capacity(self.columns.len());
        for batch in self.read(0..self.columns.len(), &(0..self.rows()))? {
            let batch = batch.map_err(broken)?;
            let cells = batch.columns().iter().map(Cells::of).collect::<Result<Vec<_>, _>>()?;
            for at in 0..batch.num_rows() {
                row.clear();
                row.extend(cells.iter().map(|cells| cells.get(at)));
                take(&row)?;
            }
        }
        Ok(())
    }

    /// The whole table in memory.
    pub fn table(&self) -> Result<Table, Failure> {
        let values = |(place, column): (usize, &Column)| {
            let mut values = Values::of(column.kind);
            self.each(place, |cell| values.push(&cell))?;
            Ok(values)
        };
        let values = self.columns.iter().enumerate().map(values).collect::<Result<_, Failure>>()?;
        Ok(Table::of(self.columns.clone(), values, self.rows()))
    }
}
