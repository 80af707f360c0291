//! Tables that people send: what is understood, what is refused, and where the fault is said to be.

#![allow(clippy::unwrap_used, reason = "a test may panic: that is how it fails")]

#[path = "inference/dialects.rs"]
mod dialects;
#[path = "inference/headers.rs"]
mod headers;
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
        profile::{Scalar, profile},
        read::Rows,
        write::{Digesting, Writer},
    },
};
use chrono::{DateTime, NaiveDate};
use proptest::{collection::vec, prelude::*};
use std::io;

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
