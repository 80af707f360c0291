//! Forms: with a file (multipart/form-data, RFC 7578), and without (application/x-www-form-urlencoded).

use super::{
    body::{Body, full},
    field,
    idempotency::Witness,
    media::{Media, MediaType},
    problem::{At, Entry, Problem},
    query,
};
use ::http::{HeaderMap, header};
use std::io::Write;

/// What a form said about its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormFile {
    /// Its name as sent; it may hold a path.
    pub name: String,
    /// Its media type as sent; that of unknown bytes if none was.
    pub media_type: String,
}

impl FormFile {
    /// Its media type; where it is told to be unknown bytes, the one that its name's suffix says.
    pub fn media(&self) -> Option<Media> {
        let told = MediaType::parse(&self.media_type).ok().and_then(|told| told.media());
        let suffix = || self.name.rsplit_once('.').and_then(|(_, suffix)| Media::from_suffix(suffix));
        told.filter(|media| *media != Media::OctetStream).or_else(suffix)
    }

    /// The value of a parameter of its media type.
    pub fn parameter(&self, name: &str) -> Option<String> {
        MediaType::parse(&self.media_type).ok()?.parameter(name).map(String::from)
    }
}

/// A form: its one file, and its other fields in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// What was said about the file.
    pub file: FormFile,
    /// Name and text of each field.
    pub fields: Vec<(String, String)>,
}

/// What was said about the file of a form, if it has one, and its other fields.
pub type Parts = (Option<FormFile>, Vec<(String, String)>);

/// Bytes of a text field.
const LONGEST_FIELD: u64 = 64 * 1024;

/// Reads a form and writes its one file; the whole body is at most `most` bytes.
///
/// A file is a part with a file name; an empty name is what browsers send where none was chosen. No file
/// or several: 422.
pub async fn read(body: Body<'_>, most: u64, to: &mut (impl Write + Send)) -> Result<Form, Problem> {
    let (file, fields) = with_a_file_or_none(body, most, to).await?;
    let file = file.ok_or_else(|| not_one("none"))?;
    Ok(Form { file, fields })
}

/// The same of a form in which no file need be chosen: what was said of it, if one was, and the other fields.
pub async fn with_a_file_or_none(
    body: Body<'_>,
    most: u64,
    to: &mut (impl Write + Send),
) -> Result<Parts, Problem> {
    let (patience, witness) = (body.patience(most), body.witness());
    let parts = body.parts(most)?;
    let read = tokio::time::timeout(patience, each_part(parts, most, to, witness.as_ref())).await;
    read.unwrap_or_else(|_| Err(Problem::timeout(patience.as_secs())))
}

/// The fields of a form without a file, in order, at most `most` bytes.
pub async fn fields(body: Body<'_>, most: u64) -> Result<Vec<(String, String)>, Problem> {
    body.one_of(&[Media::FormUrlencoded])?;
    let bytes = body.bytes(most).await?;
    let text = str::from_utf8(&bytes).map_err(|_| Problem::malformed("form: expected UTF-8"))?;
    query::pairs(text).map_err(|entry| Problem::invalid_parameters(vec![entry]))
}

async fn each_part(
    mut parts: multer::Multipart<'_>,
    most: u64,
    to: &mut (impl Write + Send),
    witness: Option<&Witness>,
) -> Result<Parts, Problem> {
    let see = |word: &str| witness.iter().for_each(|witness| witness.word(word));
    let (mut file, mut fields) = (None, Vec::new());
    while let Some(mut part) = parts.next_field().await.map_err(|error| unreadable(&error, most))? {
        let Some(name) = part.file_name().map(String::from) else {
            let (name, text) = field_text(part, most).await?;
            see(&name);
            see(&text);
            fields.push((name, text));
            continue;
        };
        if name.is_empty() {
            continue;
        }
        if file.is_some() {
            return Err(not_one("several"));
        }
        let media_type = media_type(part.headers())?;
        see(&name);
        see(&media_type);
        file = Some(FormFile { name, media_type });
        let mut length = 0;
        while let Some(piece) = part.chunk().await.map_err(|error| unreadable(&error, most))? {
            length += piece.len();
            witness.iter().for_each(|witness| witness.piece(&piece));
            to.write_all(&piece).map_err(full)?;
        }
        // A file's bytes cannot be taken for the fields that follow.
        see(&length.to_string());
    }
    Ok((file, fields))
}

async fn field_text(mut part: multer::Field<'_>, most: u64) -> Result<(String, String), Problem> {
    let name = part.name().unwrap_or_default().to_string();
    let mut text = Vec::new();
    while let Some(piece) = part.chunk().await.map_err(|error| unreadable(&error, most))? {
        text.extend_from_slice(&piece);
        if text.len() as u64 > LONGEST_FIELD {
            return Err(Problem::payload_too_large(LONGEST_FIELD));
        }
    }
    match String::from_utf8(text) {
        Ok(text) => Ok((name, text)),
        Err(_) => Err(Problem::malformed(format!("form field `{name}`: expected UTF-8"))),
    }
}

fn media_type(part: &HeaderMap) -> Result<String, Problem> {
    if !part.contains_key(header::CONTENT_TYPE) {
        return Ok(Media::OctetStream.as_str().into());
    }
    let text = field::single(part, &header::CONTENT_TYPE).unwrap_or_default();
    MediaType::parse(text).map_err(|found| Problem::malformed(format!("form: {found}")))?;
    Ok(text.into())
}

fn not_one(found: &str) -> Problem {
    let expected = "a form with one file (a part with a file name)";
    Problem::unprocessable(vec![Entry::new(At::Whole, expected, found)])
}

fn unreadable(error: &multer::Error, most: u64) -> Problem {
    match error {
        multer::Error::StreamSizeExceeded { .. } | multer::Error::FieldSizeExceeded { .. } => {
            Problem::payload_too_large(most)
        }
        other => Problem::malformed(format!("form: expected all parts, found: {other}")),
    }
}
