//! Tables that people send: what is understood, what is refused, and where the fault is said to be.

#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

#[path = "inference/before.rs"]
mod before;
#[path = "inference/dialects.rs"]
mod dialects;
#[path = "inference/following.rs"]
mod following;
#[path = "inference/headers.rs"]
mod headers;
#[path = "inference/json.rs"]
mod json;
#[path = "inference/parquet.rs"]
mod parquet;
#[path = "inference/profiles.rs"]
mod profiles;
#[path = "inference/properties.rs"]
mod properties;
#[path = "inference/reading.rs"]
mod reading;
#[path = "inference/refusals.rs"]
mod refusals;
#[path = "inference/types.rs"]
mod types;
#[path = "inference/writing.rs"]
mod writing;

use almanac::{
    domain::{
        column::{Cell, Column, ColumnType},
        fault::MOST_FAULTS,
    },
    table::{
        Failure, Options,
        cell::parse_cell,
        columnar::Table,
        infer::{Schema, infer},
        parquet::{own::Artifact, write},
        profile::{MOST_EXACT, Profile, Scalar, profile},
        read::Rows,
        source::{self, Format},
        write::{Digesting, Writer},
    },
};
use chrono::{DateTime, NaiveDate};
use proptest::{collection::vec, prelude::*};
use std::{fs::File, io, io::Write};

/// A Parquet file of these rows.
fn packed(columns: &[Column], rows: impl IntoIterator<Item = Vec<Cell>>) -> Artifact {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut writer = write::Writer::new(file.reopen().unwrap(), columns).unwrap();
    rows.into_iter().for_each(|row| writer.write(&row).unwrap());
    writer.finish().unwrap();
    Artifact::open(file.reopen().unwrap(), columns).unwrap()
}

fn artifact(table: &Table) -> Artifact {
    packed(table.columns(), (0..table.rows()).map(|row| table.row(row)))
}

/// A file with this content.
fn file(content: &[u8]) -> File {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file.reopen().unwrap()
}

/// The rows of a file, and its columns.
fn read(format: Format, content: &[u8], options: &Options) -> Result<(Vec<Column>, Vec<Vec<Cell>>), Failure> {
    let schema = source::infer(file(content), format, options, |file| file)?;
    let mut rows = Vec::new();
    source::try_each::<Failure>(file(content), format, &schema, options, |row| {
        rows.push(row);
        Ok(())
    })?;
    assert_eq!(rows.len() as u64, schema.rows);
    Ok((schema.columns, rows))
}

/// What is said to be wrong with a file.
fn wrong(format: Format, content: &[u8]) -> Vec<String> {
    match read(format, content, &Options::default()) {
        Err(Failure::Faults(faults)) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("expected faults, found {other:?}"),
    }
}

fn schema(text: impl AsRef<[u8]>) -> Schema {
    infer(text.as_ref(), &Options::default()).unwrap()
}

fn kinds(text: &str) -> Vec<&'static str> {
    schema(text).columns.iter().map(|column| column.kind.name()).collect()
}

fn identifiers(text: &str) -> Vec<String> {
    schema(text).columns.into_iter().map(|column| column.identifier).collect()
}

/// Type of a column with these cells, each twenty times.
fn kind_of(cells: &[&str]) -> &'static str {
    kinds(&format!(
        "x,other\n{}",
        cells.iter().map(|cell| format!("{cell},1\n").repeat(20)).collect::<String>()
    ))[0]
}

fn told(failure: Failure) -> Vec<String> {
    match failure {
        Failure::Faults(faults) => faults.iter().map(ToString::to_string).collect(),
        Failure::Io(error) => panic!("{error}"),
    }
}

fn faults(text: impl AsRef<[u8]>) -> Vec<String> {
    told(infer(text.as_ref(), &Options::default()).unwrap_err())
}

fn given(types: &[(&str, ColumnType)]) -> Options {
    let types = types.iter().map(|(name, kind)| (name.to_string(), *kind)).collect();
    Options { types, ..Options::default() }
}

fn rows(text: impl AsRef<[u8]>) -> Vec<Vec<Cell>> {
    let schema = schema(&text);
    Rows::new(text.as_ref(), &schema, &Options::default()).unwrap().map(Result::unwrap).collect()
}

fn text(value: &str) -> Cell {
    Cell::Text(value.into())
}

fn written(columns: &[Column], rows: &[Vec<Cell>]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), columns).unwrap();
    rows.iter().for_each(|row| writer.write(row).unwrap());
    writer.finish().unwrap()
}
