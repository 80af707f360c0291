//! A table as Parquet, row by row.

use super::{CELLS, data_type};
use crate::domain::column::{Cell, Column, ColumnType};
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{
        BooleanBuilder, Date32Builder, Float64Builder, Int64Builder, StringBuilder,
        TimestampMicrosecondBuilder,
    },
};
use arrow_schema::{Field, Schema, SchemaRef};
use chrono::NaiveDate;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    errors::ParquetError,
    file::properties::WriterProperties,
};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Bytes of a row group, encoded, which stand in memory until it is full.
const GROUP_BYTES: usize = 8 << 20;
/// Bytes of texts that wait to be encoded.
const TEXT_BYTES: usize = 4 << 20;
/// Rows of a page: what a reader decodes at least to get at one of them.
const PAGE_ROWS: usize = 10_000;

/// Writes a table, row by row, in bounded memory.
pub struct Writer<W: Write + Send> {
    file: ArrowWriter<W>,
    schema: SchemaRef,
    builders: Vec<Builder>,
    most_rows: usize,
    rows: usize,
    text_bytes: usize,
}

enum Builder {
    Integer(Int64Builder),
    Number(Float64Builder),
    Boolean(BooleanBuilder),
    Text(StringBuilder),
    Date(Date32Builder),
    Datetime(TimestampMicrosecondBuilder),
}

impl<W: Write + Send> Writer<W> {
    /// Writes what goes before the first row.
    pub fn new(output: W, columns: &[Column]) -> io::Result<Writer<W>> {
        let field = |column: &Column| Field::new(&column.name, data_type(column.kind), true);
        let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::default()))
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_created_by("almanac".into())
            .build();
        let file = ArrowWriter::try_new(output, schema.clone(), Some(properties)).map_err(failed)?;
        let builders = columns.iter().map(|column| Builder::of(column.kind)).collect();
        let most_rows = (CELLS / columns.len().max(1)).max(1);
        Ok(Writer { file, schema, builders, most_rows, rows: 0, text_bytes: 0 })
    }

    /// Writes a row, which must have as many cells as there are columns.
    pub fn write(&mut self, row: &[Cell]) -> io::Result<()> {
        for (builder, cell) in self.builders.iter_mut().zip(row) {
            builder.push(cell);
            if let Cell::Text(text) = cell {
                self.text_bytes += text.len();
            }
        }
        self.rows += 1;
        if self.rows >= self.most_rows || self.text_bytes >= TEXT_BYTES {
            self.encode()?;
        }
        Ok(())
    }

    fn encode(&mut self) -> io::Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let arrays = self.builders.iter_mut().map(Builder::array).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays).map_err(io::Error::other)?;
        (self.rows, self.text_bytes) = (0, 0);
        self.file.write(&batch).map_err(failed)?;
        if self.file.in_progress_size() >= GROUP_BYTES {
            self.file.flush().map_err(failed)?;
        }
        Ok(())
    }

    /// Writes what goes behind the last row and gives the output back.
    pub fn finish(mut self) -> io::Result<W> {
        self.encode()?;
        self.file.into_inner().map_err(failed)
    }
}

impl Builder {
    fn of(kind: ColumnType) -> Builder {
        match kind {
            ColumnType::Integer => Builder::Integer(Int64Builder::new()),
            ColumnType::Number => Builder::Number(Float64Builder::new()),
            ColumnType::Boolean => Builder::Boolean(BooleanBuilder::new()),
            ColumnType::Text | ColumnType::Category => Builder::Text(StringBuilder::new()),
            ColumnType::Date => Builder::Date(Date32Builder::new()),
            ColumnType::Datetime => {
                Builder::Datetime(TimestampMicrosecondBuilder::new().with_data_type(data_type(kind)))
            }
        }
    }

    /// Takes a cell of the column's type; anything else, and the empty text, is missing.
    fn push(&mut self, cell: &Cell) {
        match (self, cell) {
            (Builder::Integer(values), Cell::Integer(value)) => values.append_value(*value),
            (Builder::Number(values), Cell::Number(value)) => values.append_value(*value),
            (Builder::Boolean(values), Cell::Boolean(value)) => values.append_value(*value),
            (Builder::Text(values), Cell::Text(value)) if !value.is_empty() => values.append_value(value),
            (Builder::Date(values), Cell::Date(value)) => {
                // Four digits of a year are far from the ends of `i32`.
                values.append_value(value.signed_duration_since(NaiveDate::default()).num_days() as i32);
            }
            (Builder::Datetime(values), Cell::Datetime(value)) => {
                values.append_value(value.timestamp_micros());
            }
            (builder, _) => builder.push_missing(),
        }
    }

    fn push_missing(&mut self) {
        match self {
            Builder::Integer(values) => values.append_null(),
            Builder::Number(values) => values.append_null(),
            Builder::Boolean(values) => values.append_null(),
            Builder::Text(values) => values.append_null(),
            Builder::Date(values) => values.append_null(),
            Builder::Datetime(values) => values.append_null(),
        }
    }

    /// What was taken so far; then it is empty.
    fn array(&mut self) -> ArrayRef {
        match self {
            Builder::Integer(values) => Arc::new(values.finish()),
            Builder::Number(values) => Arc::new(values.finish()),
            Builder::Boolean(values) => Arc::new(values.finish()),
            Builder::Text(values) => Arc::new(values.finish()),
            Builder::Date(values) => Arc::new(values.finish()),
            Builder::Datetime(values) => Arc::new(values.finish()),
        }
    }
}

/// Keeps an error of the output what it is: a full disk is told apart.
fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other.to_string()),
        },
        other => io::Error::other(other.to_string()),
    }
}
