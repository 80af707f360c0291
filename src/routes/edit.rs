//! Pages on which people write. A form stands for what a program would send, and the same handler does it:
//! the form of `/edit/articles/rain` is a PATCH of the article, that of `/edit/articles` a POST of a new one.

mod act;
mod file;
pub mod table;

use super::{
    account::{again, may, page, person},
    answer::Answer,
    ask::Ask,
    fault,
    sign::led,
};
use crate::{
    auth::Session,
    domain::{Kind, permission::Action, user::User},
    http::{body::Body, head::Head, media::Media, problem::Problem, query},
    page::private::{
        edit::{self, Edit, Ending},
        field, table as tables,
    },
    represent::{
        class::{self, Operation},
        form::{self, Purpose},
        link::Place,
    },
    store::{self, listing::Listing},
};
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use maud::{Markup, html};
use rocket::{
    get,
    http::uri::{Segments, fmt::Path},
    post,
};
use serde_json::{Map, Value};

/// Datasets among which a model's is chosen.
const MOST_CHOICES: i64 = 500;

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

/// What stands in a form, and why it is shown again.
#[derive(Default)]
struct Filled {
    values: Value,
    state: Option<String>,
    problem: Option<Value>,
    current: Option<Value>,
    preview: bool,
}

/// The form.
#[get("/edit/<path..>")]
pub async fn read(path: Segments<'_, Path>, session: Session, ask: Ask<'_>) -> Answer {
    let target = Target::of(path)?;
    may(&session.user, target.operation.permission.0, target.operation.permission.1)?;
    let filled = match target.purpose {
        Purpose::Make => Filled { values: pairs(ask.query()?), ..Filled::default() },
        Purpose::Change => {
            let (values, state) = act::document(&ask, &target.place, &session.user).await?;
            // A job is another at each step: whoever calls it off means it however far it is.
            let any = matches!(target.place, Place::Job(_)).then(|| "*".to_string());
            Filled { values, state: any.or(state), ..Filled::default() }
        }
    };
    Ok(page(shown(&ask, &session, &target, filled).await?))
}

/// What was filled in is done, or shown again with what is wrong.
#[post("/edit/<path..>", data = "<body>")]
pub async fn save(path: Segments<'_, Path>, session: Session, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let target = Target::of(path)?;
    let (fields, table) = match file::may_come(target.operation) && body.one_of(&[Media::FormData]).is_ok() {
        true => {
            // Before a file is read that may be large.
            may(&session.user, target.operation.permission.0, target.operation.permission.1)?;
            match file::receive(&ask, &session, body).await {
                Err(problem) if problem.is_about_content() => {
                    return refused(&ask, &session, &target, pairs(Vec::new()), None, problem).await;
                }
                received => received?,
            }
        }
        false => (session.form(body, ask.works().settings.bodies.json_bytes).await?, None),
    };
    let action = query::first(&fields, edit::ACTION).unwrap_or_default();
    let state = query::first(&fields, edit::STATE).map(str::to_string);
    let typed = pairs(fields.clone());
    if action == edit::PREVIEW {
        let filled = Filled { values: typed, state, preview: true, ..Filled::default() };
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
    let inner = as_program(&ask, &target.place, (method.clone(), state.as_deref(), words), &session.user);
    match act::write(inner, &target.place, &session.user, content).await {
        Ok(reply) => {
            let made = reply.headers.get(header::LOCATION).and_then(|url| url.to_str().ok());
            let there = if method == Method::DELETE { left(&target.place) } else { target.place.clone() };
            Ok(led(&made.map_or_else(|| there.url(ask.base()), str::to_string)))
        }
        Err(problem) if problem.is_about_content() => {
            refused(&ask, &session, &target, typed, state, problem).await
        }
        Err(problem) => Err(problem),
    }
}

/// The form once more, with what was typed and what was wrong; with what the thing is now, where somebody
/// changed it meanwhile.
async fn refused(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    values: Value,
    state: Option<String>,
    problem: Problem,
) -> Answer {
    let changed = problem.is_about_state();
    let document = problem.document(&ask.base().join(""), &target.form.url(ask.base()));
    let mut filled = Filled { values, state, problem: Some(document), ..Filled::default() };
    if changed {
        let (current, state) = act::document(ask, &target.place, &session.user).await?;
        (filled.current, filled.state) = (Some(current), state);
    }
    Ok(again(shown(ask, session, target, filled).await?))
}

fn method(operation: &Operation) -> Method {
    Method::from_bytes(operation.method.as_bytes()).unwrap_or(Method::POST)
}

/// The request that a program would send.
fn as_program<'r>(
    ask: &Ask<'r>,
    place: &Place,
    (method, state, words): (Method, Option<&str>, Option<String>),
    user: &User,
) -> Ask<'r> {
    let mut headers = HeaderMap::new();
    if let Some(state) = state {
        headers.insert(header::IF_MATCH, crate::http::field::value(state));
    }
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

/// The columns of a dataset, as its document has them.
async fn columns(ask: &Ask<'_>, session: &Session, slug: &str) -> Result<Vec<Value>, Problem> {
    let place = Place::Dataset(slug.into());
    let (mut document, _) = act::document(ask, &place, &session.user).await?;
    Ok(document["columns"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

async fn shown(ask: &Ask<'_>, session: &Session, target: &Target, filled: Filled) -> Result<Bytes, Problem> {
    let token = session.csrf();
    let text = |key: &str| filled.values[key].as_str().unwrap_or_default();
    let written = target.class == "Article";
    let preview = || edit::preview(ask.base(), text("headline"), text("articleBody"));
    let (current, problem) = (filled.current.as_ref(), filled.problem.as_ref());
    let page = Edit {
        base: ask.base(),
        place: &target.form,
        person: person(session, &token),
        title: target.operation.title,
        button: target.operation.title,
        fields: fields(ask, session, target, &filled).await?,
        problem,
        state: filled.state.as_deref(),
        current: current.map(|now| edit::shown(ask.base(), target.class, now)),
        preview: (filled.preview && written).then(preview),
        can_preview: written,
        can_save: !target.class.is_empty(),
        ending: ending(session, target, &filled.values),
        has_file: matches!(target.place, Place::Revisions(_)),
        many: matches!(target.place, Place::Rows(_)).then(|| tables::rows(problem)),
    };
    Ok(page.page())
}

/// How what a form is about can be ended by who is signed in. `values` is its document, or what was typed.
fn ending(session: &Session, target: &Target, values: &Value) -> Option<Ending> {
    let has = |method: &str| method == Method::DELETE.as_str();
    let deletes = match values["operation"].as_array() {
        Some(now) => now.iter().filter_map(|one| one["method"].as_str()).any(has),
        None => class::operations(&target.place).iter().any(|one| has(one.method)),
    };
    let may_delete = may(&session.user, target.operation.permission.0, Action::Delete).is_ok();
    (deletes && may_delete && target.purpose == Purpose::Change).then_some(match target.place {
        Place::Job(_) => Ending::CallOff,
        _ => Ending::Delete,
    })
}

async fn fields(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    filled: &Filled,
) -> Result<Markup, Problem> {
    let problem = filled.problem.as_ref();
    Ok(match &target.place {
        Place::Rows(slug) | Place::Row(slug, _) => {
            field::cells(&columns(ask, session, slug).await?, &filled.values, problem)
        }
        Place::Revisions(_) => html! {
            (tables::revision(problem))
            (field::fields(target.class, target.purpose, &filled.values, &[], problem))
        },
        Place::Messages => field::message(filled.values["text"].as_str().unwrap_or_default(), problem),
        Place::Models => {
            let datasets = datasets(ask, &session.user).await?;
            let chosen =
                filled.values["dataset"].as_str().filter(|slug| datasets.iter().any(|one| one == slug));
            let columns = match chosen {
                Some(slug) => columns(ask, session, slug).await?,
                None => Vec::new(),
            };
            let names = |kinds: &[&str]| -> Vec<&str> {
                let fits =
                    |column: &&Value| kinds.contains(&column["columnType"].as_str().unwrap_or_default());
                columns.iter().filter(fits).filter_map(|column| column["identifier"].as_str()).collect()
            };
            let mut choices = vec![("dataset", datasets.iter().map(String::as_str).collect())];
            if chosen.is_some() {
                choices.push(("target", names(&["category", "boolean", "integer", "text"])));
            }
            field::fields(target.class, target.purpose, &filled.values, &choices, problem)
        }
        _ => field::fields(target.class, target.purpose, &filled.values, &[], problem),
    })
}

/// Slugs of the datasets that somebody may learn from: what only they have, and what everybody sees, each newest first.
async fn datasets(ask: &Ask<'_>, user: &User) -> Result<Vec<String>, Problem> {
    let all = Listing::stretch(0, MOST_CHOICES);
    let mut conn = ask.read().await?;
    let mut slugs: Vec<String> = Vec::new();
    for listing in [all.clone().hidden_of(user.id), all] {
        let (datasets, _) = store::dataset::page(&mut conn, &listing).await.map_err(fault::store)?;
        slugs.extend(datasets.iter().map(|dataset| dataset.slug.to_string()));
    }
    Ok(slugs)
}
