//! Publishing a table by hand: it is sent, looked at, corrected, and then published as a program would.
//!
//! Between the two forms the file is a blob that nothing refers to, which is swept if nobody goes on; the form
//! brings its name back, signed.

use super::{
    file::Manner,
    shown::{Filled, once},
    twice,
};
use crate::{
    auth::{May, Session},
    domain::column::{Cell, Column},
    http::{body::Body, form as multipart, head::Head, media::Media, problem::Problem, query},
    page::faults::Faults,
    page::private::{
        ONCE,
        edit::Edit,
        field,
        table::{self as page, Look},
    },
    represent::{form::Purpose, link::Place},
    routes::{
        account::{again, page as shown, person},
        answer::Answer,
        ask::Ask,
        cursor, dataset, fault,
        sign::led,
    },
    table::{
        Failure, Options,
        source::{self, Format},
    },
};
use http::Method;
use rocket::{get, post};
use serde_json::Value;
use std::fs::File;
use tokio::task::spawn_blocking;

/// Rows that are shown before a table is published.
const FIRST: usize = 5;
/// Field that brings the file's name back.
const UPLOAD: &str = "upload";
/// The class of what is made.
const CLASS: &str = "Dataset";

/// A file between the two forms.
struct Sent {
    digest: String,
    manner: Manner,
}

impl Sent {
    /// As a form holds it: signed for whoever sent the file.
    fn ticket(&self, ask: &Ask<'_>, session: &Session) -> String {
        let delimiter = self.manner.delimiter.map_or(0, u32::from);
        let text = format!("{}.{}.{delimiter}", self.digest, self.manner.format.name());
        cursor::signed(&ask.site().cursor_key, &session.user.name, &text)
    }

    fn of(ask: &Ask<'_>, session: &Session, ticket: &str) -> Option<Sent> {
        let text = cursor::unsigned(&ask.site().cursor_key, &session.user.name, ticket)?;
        let mut parts = text.split('.');
        let (digest, format, delimiter) = (parts.next()?, parts.next()?, parts.next()?);
        let delimiter = delimiter.parse().ok().and_then(char::from_u32).filter(|one| *one != '\0');
        Some(Sent { digest: digest.into(), manner: Manner { format: Format::from_name(format)?, delimiter } })
    }

    fn options(&self, ask: &Ask<'_>) -> Options {
        let missing = ask.works().settings.import.missing.clone();
        Options { delimiter: self.manner.delimiter, missing, ..Options::default() }
    }

    /// What is in it: its columns, its number of rows and the first of them.
    async fn look(&self, ask: &Ask<'_>) -> Result<Found, Problem> {
        let file = async || ask.works().blobs.file(&self.digest).await.map_err(fault::blob);
        let (first, second) = (file().await?, file().await?);
        let (format, options) = (self.manner.format, self.options(ask));
        let looked = spawn_blocking(move || look(first, second, format, &options)).await;
        looked.map_err(|error| fault::broken(&error))?.map_err(|failure| fault::work(failure.into()))
    }
}

/// What is in a file: its columns, its number of rows, the first of them.
type Found = (Vec<Column>, u64, Vec<Vec<Cell>>);

/// Reads stop here on purpose once the first rows are there.
enum Stop {
    Enough,
    Failed(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Failed(failure)
    }
}

fn look(first: File, second: File, format: Format, options: &Options) -> Result<Found, Failure> {
    let schema = source::infer(first, format, options, |file| file)?;
    let mut rows = Vec::new();
    let read = source::try_each(second, format, &schema, options, |row| {
        rows.push(row);
        if rows.len() < FIRST { Ok(()) } else { Err(Stop::Enough) }
    });
    match read {
        Err(Stop::Failed(failure)) => Err(failure),
        Ok(()) | Err(Stop::Enough) => Ok((schema.columns, schema.rows, rows)),
    }
}

/// The form for a file.
#[get("/edit/datasets")]
pub async fn read(session: Session, ask: Ask<'_>) -> Answer {
    let _ = granted(&session)?;
    Ok(shown(first_form(&ask, &session, None)))
}

/// A file: what is in it is shown. A file that was looked at: it is published.
#[post("/edit/datasets", data = "<body>")]
pub async fn save(session: Session, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let may = granted(&session)?;
    if body.one_of(&[Media::FormData]).is_ok() {
        return receive(&ask, &session, body).await;
    }
    let fields = session.form(body, ask.works().settings.bodies.json_bytes).await?;
    let ticket = query::first(&fields, UPLOAD).unwrap_or_default();
    let Some(sent) = Sent::of(&ask, &session, ticket) else {
        return Err(Problem::forbidden("expected the form of a file that was sent here"));
    };
    match publish(&ask, may, &sent, &fields).await {
        Ok(url) => Ok(led(&url)),
        Err(problem) if problem.is_about_content() => {
            let (problem, once) = twice::told(problem, query::first(&fields, ONCE));
            let document = problem.document(&ask.base().join(""), &Place::EditDatasets.url(ask.base()));
            let (values, once) = (super::pairs(fields.clone()), once.map(str::to_string));
            let filled = Filled { values, once, problem: Some(document), ..Filled::default() };
            Ok(again(second_form(&ask, &session, &sent, &filled).await?))
        }
        Err(problem) => Err(problem),
    }
}

fn granted(
    session: &Session,
) -> Result<May<crate::auth::guard::act::Create, crate::auth::guard::thing::Dataset>, Problem> {
    May::granted(&session.user)
}

async fn receive(ask: &Ask<'_>, session: &Session, body: Body<'_>) -> Answer {
    let works = ask.works();
    let mut file = works.blobs.spool_for(body.announced().unwrap_or(0)).await.map_err(fault::blob)?;
    let form = match multipart::read(body, works.settings.bodies.table_bytes, &mut file).await {
        Ok(form) => form,
        Err(problem) if problem.is_about_content() => return Ok(again(refused(ask, session, &problem))),
        Err(problem) => return Err(problem),
    };
    session.check(&form.fields)?;
    let manner = Manner::of(&form.file, &form.fields);
    let sent = Sent { digest: works.blobs.keep(file).await.map_err(fault::blob)?.digest, manner };
    let name = form.file.name.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem).replace(['_', '-'], " ");
    let filled = Filled { values: serde_json::json!({"name": name}), ..Filled::default() };
    match second_form(ask, session, &sent, &filled).await {
        Ok(page) => Ok(shown(page)),
        Err(problem) if problem.is_about_content() => Ok(again(refused(ask, session, &problem))),
        Err(problem) => Err(problem),
    }
}

fn refused(ask: &Ask<'_>, session: &Session, problem: &Problem) -> bytes::Bytes {
    let document = problem.document(&ask.base().join(""), &Place::EditDatasets.url(ask.base()));
    first_form(ask, session, Some(&document))
}

/// Publishes the table as a program would; gives the URL of what was made, the dataset or a job.
async fn publish(
    ask: &Ask<'_>,
    may: May<crate::auth::guard::act::Create, crate::auth::guard::thing::Dataset>,
    sent: &Sent,
    fields: &[(String, String)],
) -> Result<String, Problem> {
    let file = ask.works().blobs.file(&sent.digest).await.map_err(fault::blob)?;
    let body = sent.manner.body(file);
    let headers = twice::headers(query::first(fields, ONCE));
    let head = Head::made(Method::POST, &Place::Datasets.path(), Some(words(sent, fields)), headers);
    let inner = ask.instead(head, Media::Json, &may.user);
    let made = twice::made(dataset::create(may, inner, body).await)?;
    Ok(made.unwrap_or_else(|| Place::Datasets.url(ask.base())))
}

/// The query of that request: the words about the table, and the types and units of its columns.
fn words(sent: &Sent, fields: &[(String, String)]) -> String {
    let mut words = sent.manner.words(CLASS, fields);
    let of_columns = |name: &str| name.starts_with("types[") || name.starts_with("units[");
    words.extend_pairs(fields.iter().filter(|(name, text)| of_columns(name) && !text.is_empty()));
    words.finish()
}

fn first_form(ask: &Ask<'_>, session: &Session, problem: Option<&Value>) -> bytes::Bytes {
    let (token, mut faults) = (session.csrf(), Faults::of(problem));
    let fields = page::file(&mut faults);
    edit(ask, session, &token, "Look at it", fields, faults.summary(), true).page()
}

async fn second_form(
    ask: &Ask<'_>,
    session: &Session,
    sent: &Sent,
    filled: &Filled,
) -> Result<bytes::Bytes, Problem> {
    let (columns, rows, first) = sent.look(ask).await?;
    let (token, ticket) = (session.csrf(), sent.ticket(ask, session));
    let first: Vec<Vec<String>> = first.iter().map(|row| row.iter().map(Cell::to_string).collect()).collect();
    let mut faults = Faults::of(filled.problem.as_ref());
    let look =
        Look { upload: (UPLOAD, &ticket), columns: &columns, rows, first: &first, values: &filled.values };
    let fields = maud::html! {
        (field::fields(CLASS, Purpose::Make, &filled.values, &[], None, &mut faults))
        (look.show(&mut faults))
    };
    let page = edit(ask, session, &token, "Publish it", fields, faults.summary(), false);
    Ok(Edit { once: Some(once(filled.once.as_deref())?), ..page }.page())
}

fn edit<'a>(
    ask: &'a Ask<'_>,
    session: &'a Session,
    token: &'a str,
    button: &'a str,
    fields: maud::Markup,
    faults: Vec<String>,
    has_file: bool,
) -> Edit<'a> {
    Edit {
        base: ask.base(),
        place: &Place::EditDatasets,
        person: person(session, token),
        title: "Publish a dataset",
        button,
        fields,
        faults,
        state: None,
        once: None,
        conflict: None,
        preview: None,
        can_preview: false,
        can_save: true,
        ending: None,
        has_file,
        many: None,
    }
}
