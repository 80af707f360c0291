//! Table files of any format that we read.

use super::{
    Failure, Options,
    infer::{self, Begun, Schema},
    json::{self, Layout},
    parquet::foreign,
    read::Rows,
};
use crate::domain::column::{Cell, Column};
use std::{
    fs::File,
    io::{BufReader, Read},
};

/// How a table file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Lines of cells, parted by some delimiter.
    #[default]
    Csv,
    /// An object a line.
    Ndjson,
    /// An array of objects.
    Json,
    /// Apache Parquet.
    Parquet,
}

impl Format {
    /// Every one.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Ndjson, Format::Json, Format::Parquet];

    /// The name used on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format of files whose names end like this, in any case.
    pub fn from_suffix(suffix: &str) -> Option<Format> {
        match suffix.to_ascii_lowercase().as_str() {
            "jsonl" => Some(Format::Ndjson),
            "pq" => Some(Format::Parquet),
            "tsv" | "txt" => Some(Format::Csv),
            other => Format::from_name(other),
        }
    }
}

/// The schema of a table, from all of its rows; what is read from beginning to end is read `through` a watcher.
pub fn infer<R: Read>(
    file: File,
    format: Format,
    options: &Options,
    through: impl FnOnce(File) -> R,
) -> Result<Schema, Failure> {
    match format {
        Format::Csv => infer::infer(BufReader::new(through(file)), options),
        Format::Ndjson => json::infer(through(file), Layout::Lines, options),
        Format::Json => json::infer(through(file), Layout::Array, options),
        Format::Parquet => foreign::infer(file, options),
    }
}

/// The same of a large file, unless its beginning suggests how to read the rest: about so many bytes.
pub fn begin<R: Read>(
    file: File,
    format: Format,
    options: &Options,
    most_bytes: u64,
    through: impl FnOnce(File) -> R,
) -> Result<Begun, Failure> {
    match format {
        Format::Csv => infer::begin(BufReader::new(through(file)), options, most_bytes),
        // An object may have another member, a file of Parquet says its types at its end.
        _ => infer(file, format, options, through).map(Begun::Whole),
    }
}

/// Hands each row of the table that `schema` was inferred from to `take`; all or nothing is up to the caller.
pub fn try_each<E: From<Failure>>(
    file: File,
    format: Format,
    schema: &Schema,
    options: &Options,
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    match format {
        Format::Csv => Rows::new(BufReader::new(file), schema, options)?.try_each(take),
        Format::Ndjson => json::try_each(file, Layout::Lines, &schema.columns, take),
        Format::Json => json::try_each(file, Layout::Array, &schema.columns, take),
        Format::Parquet => foreign::try_each(file, &schema.columns, take),
    }
}

/// Refuses a file that would fill the memory, which nobody read before.
pub fn admit(file: File, format: Format) -> Result<(), Failure> {
    match format {
        Format::Parquet => foreign::admit(file),
        Format::Csv | Format::Ndjson | Format::Json => Ok(()),
    }
}

/// Hands each row of a table for columns that exist to `take`: its columns in any order, by header or identifier.
pub fn try_each_known<E: From<Failure>>(
    file: File,
    format: Format,
    columns: &[Column],
    options: &Options,
    take: impl FnMut(Vec<Cell>) -> Result<(), E>,
) -> Result<(), E> {
    match format {
        Format::Csv => Rows::known(BufReader::new(file), columns, options)?.try_each(take),
        Format::Ndjson => json::try_each(file, Layout::Lines, columns, take),
        Format::Json => json::try_each(file, Layout::Array, columns, take),
        Format::Parquet => foreign::try_each_known(file, columns, take),
    }
}
