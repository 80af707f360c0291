//! The page of a form: with what stands in it, and why it is shown again.

use super::{Target, act};
use crate::{
    auth::{Session, bearer},
    domain::{
        permission::{self, Action},
        user::User,
    },
    http::problem::Problem,
    page::faults::Faults,
    page::private::{
        edit::{self, Conflict, Edit, Ending},
        field, table as tables,
    },
    represent::{class, form::Purpose, link::Place, v2},
    routes::{
        account::{may, person},
        article,
        ask::Ask,
        dataset, fault, model,
    },
    store::{self, listing::Listing},
};
use bytes::Bytes;
use http::Method;
use maud::{Markup, html};
use serde_json::Value;

/// Datasets among which a model's is chosen.
const MOST_CHOICES: i64 = 500;

/// What stands in a form, and why it is shown again.
#[derive(Default)]
pub struct Filled {
    /// What stands in it: a document, or the fields as they were typed.
    pub values: Value,
    /// Entity tag of what it changes.
    pub state: Option<String>,
    /// By what the form is known, if it was sent before.
    pub once: Option<String>,
    /// What was wrong.
    pub problem: Option<Value>,
    /// What the thing is now, where somebody changed it meanwhile.
    pub current: Option<Value>,
    /// Whether it was to be deleted as it no longer is.
    pub is_late: bool,
    /// Whether it is to be seen as its page would show it.
    pub preview: bool,
}

/// The columns of a dataset, as its document has them.
pub async fn columns(ask: &Ask<'_>, session: &Session, slug: &str) -> Result<Vec<Value>, Problem> {
    let place = Place::Dataset(slug.into());
    let (mut document, _) = act::document(ask, &place, &session.user).await?;
    Ok(document["columns"].as_array_mut().map(std::mem::take).unwrap_or_default())
}

/// The page of a form.
pub async fn shown(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    filled: Filled,
) -> Result<Bytes, Problem> {
    let token = session.csrf();
    let text = |key: &str| filled.values[key].as_str().unwrap_or_default();
    let written = target.class == "Article";
    let preview = || edit::preview(ask.base(), text("headline"), text("articleBody"));
    let mut faults = Faults::of(filled.problem.as_ref());
    let fields = fields(ask, session, target, &filled, &mut faults).await?;
    let many = matches!(target.place, Place::Rows(_)).then(|| tables::rows(&mut faults));
    let conflict = match &filled.current {
        Some(now) => Some(Conflict::Change(present(ask, session, target, now).await?)),
        None => filled.is_late.then_some(Conflict::Deletion),
    };
    let page = Edit {
        base: ask.base(),
        place: &target.form,
        person: person(session, &token),
        title: target.operation.title,
        button: target.operation.title,
        fields,
        faults: faults.summary(),
        state: filled.state.as_deref(),
        once: (target.purpose == Purpose::Make).then(|| once(filled.once.as_deref())).transpose()?,
        conflict,
        preview: (filled.preview && written).then(preview),
        can_preview: written,
        can_save: !target.class.is_empty(),
        ending: ending(session, target, &filled.values),
        has_file: matches!(target.place, Place::Revisions(_)),
        many,
    };
    Ok(page.page())
}

/// What a form is known by: what it was known by before, if it was sent.
pub fn once(before: Option<&str>) -> Result<String, Problem> {
    match before {
        // That of the other form of the page has an end.
        Some(before) => Ok(before.split('.').next().unwrap_or_default().to_string()),
        None => bearer::fresh().map_err(fault::password),
    }
}

/// What a form is about, as it is.
async fn present(
    ask: &Ask<'_>,
    session: &Session,
    target: &Target,
    document: &Value,
) -> Result<Markup, Problem> {
    Ok(match &target.place {
        Place::Row(slug, _) => edit::cells(&columns(ask, session, slug).await?, document),
        _ => edit::shown(ask.base(), target.class, document),
    })
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
    faults: &mut Faults<'_>,
) -> Result<Markup, Problem> {
    Ok(match &target.place {
        Place::Rows(slug) | Place::Row(slug, _) => {
            field::cells(&columns(ask, session, slug).await?, &filled.values, faults)
        }
        Place::Revisions(_) => html! {
            (tables::revision(faults))
            (field::fields(target.class, target.purpose, &filled.values, &[], None, faults))
        },
        Place::Messages => field::message(filled.values["text"].as_str().unwrap_or_default(), faults),
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
            field::fields(target.class, target.purpose, &filled.values, &choices, None, faults)
        }
        place => {
            let without = (!may_show(ask, session, place).await?).then_some(v2::visibility::KEY);
            field::fields(target.class, target.purpose, &filled.values, &[], without, faults)
        }
    })
}

/// Whether who is signed in says who sees the thing that a form is about.
async fn may_show(ask: &Ask<'_>, session: &Session, place: &Place) -> Result<bool, Problem> {
    let (user, sight) = (&session.user, ask.sight.with_eyes_of(&session.user));
    let mut conn = ask.read().await?;
    let access = match place {
        Place::Article(slug) => article::find(&sight, &mut conn, slug).await?.access(),
        Place::Dataset(slug) => dataset::find(&sight, &mut conn, slug).await?.access(),
        Place::Model(slug) => model::find(&sight, &mut conn, slug).await?.0.access(),
        _ => return Ok(true),
    };
    Ok(permission::may_show(user.role, access.is_of(user)))
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
