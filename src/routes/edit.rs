//! Pages on which people write. A form stands for what a program would send, and the same handler does it:
//! the form of `/edit/articles/rain` is a PATCH of the article, that of `/edit/articles` a POST of a new one.

mod act;
mod file;
mod shown;
pub mod table;
mod twice;

use self::shown::{Filled, columns, shown};
use super::{
    account::{again, may, page},
    answer::Answer,
    ask::Ask,
    sign::led,
};
use crate::{
    auth::Session,
    domain::{Kind, permission::Action, user::User},
    http::{body::Body, head::Head, media::Media, problem::Problem, query, reply::Reply},
    page::private::{ONCE, edit},
    represent::{
        class::{self, Operation},
        form::{self, Purpose},
        link::Place,
    },
};
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use rocket::{
    get,
    http::uri::{Segments, fmt::Path},
    post,
};
use serde_json::{Map, Value};

/// Bytes of the fields of a form that are nobody's text, and of what is between fields.
const ROOM: u64 = 4 * 1024;

/// What a form is about.
struct Target {
    /// Where its page is.
    form: Place,
    /// Where a program would send the same.
    place: Place,
    operation: &'static Operation,
    class: &'static str,
    purpose: Purpose,
}

impl Target {
    /// What the form at these segments is about; 404 if nothing there can be written by a form.
    fn of(path: Segments<'_, Path>) -> Result<Target, Problem> {
        Target::at(path.collect::<Vec<&str>>().join("/"))
    }

    fn at(path: String) -> Result<Target, Problem> {
        let absent = || Problem::not_found("form at this address");
        let place = Place::Entry.within(&format!("/{path}")).ok_or_else(absent)?;
        let has = |method: &str| class::operations(&place).iter().find(|one| one.method == method);
        let (operation, purpose) = match ["PATCH", "POST", "DELETE"].map(has) {
            _ if !form::is_written(&place) => return Err(absent()),
            [_, Some(post), _] => (post, Purpose::Make),
            // What cannot be changed can be deleted.
            [patch, _, delete] => (patch.or(delete).ok_or_else(absent)?, Purpose::Change),
        };
        let class = operation.expects.unwrap_or_default();
        Ok(Target { form: Place::Edit(path), place, operation, class, purpose })
    }
}

/// What the form at a path is about: where a program would send the same, and who may. 404 where there is no form.
pub fn about(path: &str) -> Result<(Place, (Kind, Action)), Problem> {
    Target::at(path.into()).map(|target| (target.place, target.operation.permission))
}

/// The form.
#[get("/edit/<path..>")]
pub async fn read(path: Segments<'_, Path>, session: Session, ask: Ask<'_>) -> Answer {
    let target = Target::of(path)?;
    may(&session.user, target.operation.permission.0, target.operation.permission.1)?;
    let filled = match target.purpose {
        Purpose::Make => Filled { values: pairs(ask.query()?), ..Filled::default() },
        Purpose::Change => present(&ask, &session, &target).await?,
    };
    Ok(page(shown(&ask, &session, &target, filled).await?))
}

/// What stands in the form of something that nobody has typed anything about.
async fn present(ask: &Ask<'_>, session: &Session, target: &Target) -> Result<Filled, Problem> {
    let (values, state) = act::document(ask, &target.place, &session.user).await?;
    // A job is another at each step: whoever calls it off means it however far it is.
    let any = matches!(target.place, Place::Job(_)).then(|| "*".to_string());
    Ok(Filled { values, state: any.or(state), ..Filled::default() })
}

/// What was filled in is done, or shown again with what is wrong.
#[post("/edit/<path..>", data = "<body>")]
pub async fn save(path: Segments<'_, Path>, session: Session, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (target, most) = (Target::of(path)?, ask.works().settings.bodies.json_bytes);
    let (fields, table) = match file::may_come(target.operation) && body.one_of(&[Media::FormData]).is_ok() {
        true => {
            // Before a file is read that may be large.
            may(&session.user, target.operation.permission.0, target.operation.permission.1)?;
            match file::receive(&ask, &session, body).await {
                Err(problem) if problem.is_about_content() => {
                    return refused(&ask, &session, &target, Filled::default(), problem).await;
                }
                received => received?,
            }
        }
        false => (session.form(body, encoded(most)).await?, None),
    };
    let action = query::first(&fields, edit::ACTION).unwrap_or_default();
    let typed = typed(&fields);
    if length(&fields) > most.saturating_add(ROOM) {
        return refused(&ask, &session, &target, typed, Problem::payload_too_large(most)).await;
    }
    if action == edit::PREVIEW {
        let filled = Filled { preview: true, ..typed };
        return Ok(page(shown(&ask, &session, &target, filled).await?));
    }
    let method = match action == edit::DELETE {
        true => Method::DELETE,
        false => method(target.operation),
    };
    let (content, words) = match &table {
        Some(table) => {
            let (content, words) = table.sent(target.class, &fields)?;
            (content, Some(words))
        }
        None => {
            let (media, content) = sent(&ask, &session, &target, &fields).await?;
            (Body::made(method.clone(), media, content), None)
        }
    };
    let headers = headers(typed.state.as_deref(), typed.once.as_deref());
    let inner = as_program(&ask, &target.place, (method.clone(), headers, words), &session.user);
    match twice::made(act::write(inner, &target.place, &session.user, content).await) {
        Ok(made) => {
            let there = if method == Method::DELETE { left(&target.place) } else { target.place.clone() };
            Ok(led(&made.unwrap_or_else(|| there.url(ask.base()))))
        }
        // The form that deletes has no fields: nothing was typed.
        Err(problem) if is_shown_again(&problem) && method == Method::DELETE => {
            stays(&ask, &session, &target, &problem).await
        }
        Err(problem) if is_shown_again(&problem) => refused(&ask, &session, &target, typed, problem).await,
        Err(problem) => Err(problem),
    }
}

/// Bytes of a form that holds texts of so many: each byte is sent as three at most, `%E9`.
fn encoded(most: u64) -> u64 {
    most.saturating_mul(3).saturating_add(ROOM)
}

/// Bytes of fields, names and texts.
fn length(fields: &[(String, String)]) -> u64 {
    fields.iter().map(|(name, text)| (name.len() + text.len()) as u64).sum()
}

/// Whether a form is shown again for it: what was typed is not lost, neither where something in it was wrong nor where
/// who typed it may not do that.
fn is_shown_again(problem: &Problem) -> bool {
    problem.is_about_content() || problem.is_about_rights()
}

/// The page of a form that is shown again.
fn answered(problem: &Problem, page: Bytes) -> Answer {
    let reply = again(page);
    Ok(if problem.is_about_rights() { Reply { status: problem.status(), ..reply } } else { reply })
}

/// The form of what was not deleted, as it is, with the reason.
async fn stays(ask: &Ask<'_>, session: &Session, target: &Target, problem: &Problem) -> Answer {
    let document = problem.document(&ask.base().join(""), &target.form.url(ask.base()));
    let filled = Filled {
        problem: Some(document),
        is_late: problem.is_about_state(),
        ..present(ask, session, target).await?
    };
    answered(problem, shown(ask, session, target, filled).await?)
}

/// The form once more, with what was typed and what was wrong; with what the thing is now, where somebody
/// changed it meanwhile.
async fn refused(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    typed: Filled,
    problem: Problem,
) -> Answer {
    let changed = problem.is_about_state();
    let (problem, once) = twice::told(problem, typed.once.as_deref());
    let document = problem.document(&ask.base().join(""), &target.form.url(ask.base()));
    let once = once.map(str::to_string);
    let mut filled = Filled { once, problem: Some(document), ..typed };
    if changed {
        let (current, state) = act::document(ask, &target.place, &session.user).await?;
        (filled.current, filled.state) = (Some(current), state);
    }
    answered(&problem, shown(ask, session, target, filled).await?)
}

fn method(operation: &Operation) -> Method {
    Method::from_bytes(operation.method.as_bytes()).unwrap_or(Method::POST)
}

/// The fields of the request that a program would send.
fn headers(state: Option<&str>, once: Option<&str>) -> HeaderMap {
    let mut headers = twice::headers(once);
    headers.extend(state.map(|state| (header::IF_MATCH, crate::http::field::value(state))));
    headers
}

/// The request that a program would send.
fn as_program<'r>(
    ask: &Ask<'r>,
    place: &Place,
    (method, headers, words): (Method, HeaderMap, Option<String>),
    user: &User,
) -> Ask<'r> {
    ask.instead(Head::made(method, &place.path(), words, headers), Media::Json, user)
}

/// Where to go from what is deleted: to where it was listed; a job that was called off is still there.
fn left(place: &Place) -> Place {
    if matches!(place, Place::Job(_)) {
        return place.clone();
    }
    let path = place.path();
    path.rsplit_once('/').and_then(|(above, _)| Place::parse(above)).unwrap_or(Place::Entry)
}

/// What was typed, with what the form knew of itself.
fn typed(fields: &[(String, String)]) -> Filled {
    let hidden = |name| query::first(fields, name).filter(|text| !text.is_empty()).map(str::to_string);
    let (state, once) = (hidden(edit::STATE), hidden(ONCE));
    Filled { values: pairs(fields.to_vec()), state, once, ..Filled::default() }
}

/// Fields as an object: of several of one name the first; a field `cells` counts for nothing.
fn pairs(fields: Vec<(String, String)>) -> Value {
    let (mut members, mut cells) = (Map::new(), Map::new());
    for (name, text) in fields {
        match name.strip_prefix("cells.") {
            Some(cell) => cells.entry(cell).or_insert(Value::String(text)),
            None => members.entry(name).or_insert(Value::String(text)),
        };
    }
    members.insert("cells".into(), Value::Object(cells));
    Value::Object(members)
}

/// The content that a program would send.
async fn sent(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    fields: &[(String, String)],
) -> Result<(Media, Bytes), Problem> {
    let value = match target.place {
        Place::Messages => {
            let text = query::first(fields, "text").unwrap_or_default();
            return Ok((Media::Text, text.replace("\r\n", "\n").into_bytes().into()));
        }
        Place::Rows(ref slug) => form::row(&columns(ask, session, slug).await?, fields),
        Place::Row(ref slug, _) => {
            let mut row = form::row(&columns(ask, session, slug).await?, fields);
            let (now, _) = act::document(ask, &target.place, &session.user).await?;
            form::without_line_ends(&mut row, &now);
            row
        }
        _ => form::document(target.class, target.purpose, fields),
    };
    Ok((Media::Json, value.to_string().into()))
}
