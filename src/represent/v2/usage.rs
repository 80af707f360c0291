//! Usage in version 2.

use super::{PageOf, collection};
use crate::{
    domain::usage::{Principal, Usage},
    represent::{
        Document,
        link::{Base, Place, encoded},
        policy::Subject,
    },
};
use serde_json::{Value, json};

/// A page of usage; `deprecated` are the versions that will end.
pub fn list(base: &Base, found: &[Usage], deprecated: &[&str], page: &PageOf) -> Document {
    let members = found.iter().map(|usage| member(base, usage, deprecated)).collect();
    collection(base, &Place::Usage, "UsageCollection", Subject::Private, page, members)
}

/// One entry. Its name is that of the page that shows nothing else, and a fragment.
fn member(base: &Base, usage: &Usage, deprecated: &[&str]) -> Value {
    let day = usage.day.format("%Y-%m-%d").to_string();
    let (route, principal) = (encoded(&usage.route), encoded(usage.principal.name()));
    let page = format!("{}?from={day}&to={day}&route={route}&principal={principal}", Place::Usage.url(base));
    let mut value = json!({
        "@id": format!("{page}#usage"),
        "@type": ["Usage"],
        "day": day,
        "apiVersion": usage.version,
        "route": usage.route,
        "principal": usage.principal.name(),
        "requests": usage.requests,
        "deprecated": deprecated.contains(&usage.version.as_str()),
    });
    if let Principal::User(name) = &usage.principal {
        value["user"] = json!(Place::User(name.clone()).url(base));
    }
    value
}
