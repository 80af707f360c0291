//! Who called what: counting it, and showing it to administrators under version 2.

use super::{
    answer::{self, Answer},
    ask::{Ask, Site},
    fault, hit,
};
use crate::{
    auth::{
        May,
        guard::{self, act::Read, thing::Usage},
    },
    domain::{
        fault::{Fault, Faults, quoted},
        usage::Wanted,
    },
    http::query,
    jobs::tally::{self, V1, V2},
    represent::{
        link::{Place, encoded},
        v2::{self, PageOf},
    },
    store,
};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use rocket::{Request, get};

/// Counts a request that was answered.
pub fn count(request: &Request<'_>, site: &Site) {
    // What a browser asks before it asks is no call of anybody's.
    if site.works.settings.usage.days == 0 || request.method() == rocket::http::Method::Options {
        return;
    }
    let route = hit::counted(request).unwrap_or_else(|| tally::route(request.uri().path().as_str()));
    if let Some(route) = route {
        site.works.tally.count(route, guard::name(request));
    }
}

/// A page of usage, the newest day first, what was counted a moment ago included.
#[get("/usage")]
pub async fn list(_may: May<Read, Usage>, ask: Ask<'_>) -> Answer {
    let (page, pairs) = (ask.page()?, ask.query()?);
    let deprecated = deprecated(&ask);
    let wanted = wanted(&pairs, &deprecated).map_err(fault::input)?;
    tally::write(ask.works()).await.map_err(fault::work)?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let mut conn = ask.read().await?;
    let (found, total) = store::usage::page(&mut conn, &wanted, offset, limit).await.map_err(fault::store)?;
    let kept: String = FILTERS
        .iter()
        .filter_map(|name| Some(format!("{name}={}&", encoded(query::first(&pairs, name)?))))
        .collect();
    let page = PageOf::numbered(ask.base(), &Place::Usage, &ask.url(), &kept, page, total);
    answer::read(&ask, v2::usage::list(ask.base(), &found, &deprecated, &page))
}

/// The parameters that choose.
const FILTERS: [&str; 6] = ["version", "route", "principal", "from", "to", "deprecated"];

/// The versions that are deprecated today.
fn deprecated(ask: &Ask<'_>) -> Vec<&'static str> {
    let v1 = ask.works().settings.v1.is_deprecated(Utc::now());
    if v1 { vec![V1] } else { Vec::new() }
}

/// Which usage a query asks for.
fn wanted(pairs: &[(String, String)], deprecated: &[&'static str]) -> Result<Wanted, Faults> {
    let mut faults = Vec::new();
    let given = |name: &str| query::first(pairs, name).filter(|text| !text.is_empty());
    let mut day = |name: &str| match given(name).map(|text| date(text).ok_or(text)) {
        Some(Err(text)) => {
            faults.push(Fault::parameter(name, "a day as YYYY-MM-DD", quoted(text)));
            None
        }
        other => other.and_then(Result::ok),
    };
    let (from, to) = (day("from"), day("to"));
    let mut one_of = |name: &str, known: [&'static str; 2]| {
        let text = given(name)?;
        let found = known.into_iter().find(|known| *known == text);
        if found.is_none() {
            faults.push(Fault::parameter(name, format!("{} or {}", known[0], known[1]), quoted(text)));
        }
        found
    };
    let version = one_of("version", [V1, V2]);
    let outgoing = one_of("deprecated", ["true", "false"]).map(|text| text == "true");
    let fits = |known: &&'static str| {
        version.is_none_or(|version| version == *known)
            && outgoing.is_none_or(|outgoing| outgoing == deprecated.contains(known))
    };
    let versions =
        (version.is_some() || outgoing.is_some()).then(|| [V1, V2].into_iter().filter(fits).collect());
    let mut text = |name: &str| {
        let text = given(name)?;
        if text.contains('\0') {
            faults.push(Fault::parameter(name, "text without U+0000", "U+0000"));
        }
        Some(text.to_string())
    };
    let wanted = Wanted { versions, route: text("route"), principal: text("principal"), from, to };
    Faults::unless(faults, wanted)
}

fn date(text: &str) -> Option<DateTime<Utc>> {
    Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN).and_utc())
}
