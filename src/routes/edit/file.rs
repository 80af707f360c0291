//! Tables that a form brings in a file: they are sent on as a program would send them.

use crate::{
    auth::Session,
    blob::Spool,
    http::{
        body::Body,
        form::{self as multipart, FormFile},
        media::Media,
        problem::Problem,
        query,
    },
    represent::{
        class::{Operation, Takes},
        form::{self, Purpose},
    },
    routes::{ask::Ask, fault, upload},
    table::source::Format,
};
use http::Method;
use serde_json::Value;
use url::form_urlencoded::Serializer;

/// How the table in a file is read.
#[derive(Debug, Clone, Copy)]
pub struct Manner {
    /// The format that its name or its browser says.
    pub format: Format,
    /// The delimiter of its cells, where somebody said it.
    pub delimiter: Option<char>,
}

impl Manner {
    /// By what was said of the file, and what was typed.
    pub fn of(file: &FormFile, fields: &[(String, String)]) -> Manner {
        let media = file.media();
        let delimiter = match query::first(fields, "delimiter").unwrap_or_default() {
            "" if media == Some(Media::Tsv) => Some('\t'),
            "tab" => Some('\t'),
            text => text.chars().next(),
        };
        Manner { format: upload::format(media), delimiter }
    }

    /// The body that a program would send.
    pub fn body<'r>(self, file: std::fs::File) -> Body<'r> {
        let media = match self.format {
            Format::Csv => Media::Csv,
            Format::Ndjson => Media::Ndjson,
            Format::Json => Media::Json,
            Format::Parquet => Media::Parquet,
        };
        Body::kept(Method::POST, media, tokio::fs::File::from_std(file))
    }

    /// The query of that request: what was typed about a thing of a class, and how the table is read.
    pub fn words(self, class: &str, fields: &[(String, String)]) -> Serializer<'static, String> {
        let mut words = Serializer::new(String::new());
        let about = form::document(class, Purpose::Make, fields);
        for (key, value) in about.as_object().into_iter().flatten() {
            let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            words.extend_pairs(values.iter().filter_map(Value::as_str).map(|value| (key, value)));
        }
        if let Some(delimiter) = self.delimiter {
            words.append_pair("delimiter", &delimiter.to_string());
        }
        words
    }
}

/// A table that came by a form.
pub struct Table {
    file: Spool,
    manner: Manner,
}

impl Table {
    /// The body and the query that a program would send.
    pub fn sent<'r>(&self, class: &str, fields: &[(String, String)]) -> Result<(Body<'r>, String), Problem> {
        let file = self.file.reader().map_err(|error| fault::broken(&error))?;
        Ok((self.manner.body(file), self.manner.words(class, fields).finish()))
    }
}

/// Whether a form that stands for this may bring a table.
pub fn may_come(operation: &Operation) -> bool {
    operation.takes == Takes::Table
}

/// The fields of a form that a page of this session showed, and the table, if one came with them.
pub async fn receive(
    ask: &Ask<'_>,
    session: &Session,
    body: Body<'_>,
) -> Result<(Vec<(String, String)>, Option<Table>), Problem> {
    let works = ask.works();
    let mut file = works.blobs.spool_for(body.announced().unwrap_or(0)).await.map_err(fault::blob)?;
    let most = works.settings.bodies.table_bytes;
    let (sent, fields) = multipart::with_a_file_or_none(body, most, &mut file).await?;
    session.check(&fields)?;
    let table = sent.map(|sent| Table { file, manner: Manner::of(&sent, &fields) });
    Ok((fields, table))
}
