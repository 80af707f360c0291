//! Who may do what, route by route: the table in docs/permissions.md is the one that is enforced.
//!
//! `UPDATE_SNAPSHOTS=1 cargo test --test matrix` writes it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::{
    Kind,
    permission::{Action, Role, Whose, may, need, sees, whose},
    visibility::Visibility,
};
use common::{
    Answer, Site, arrange,
    browser::{Browser, site},
    hidden, routes,
};
use rocket::http::Method;
use std::fmt::Write as _;

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/permissions.md");

const HEAD: &str = "\
# Who may do what

Made by `tests/matrix.rs` from the permission table (`src/domain/permission.rs`) and the mounted routes. It and
`tests/permissions.rs` ask each route in each role, and fail where the server answers otherwise and for a route without
an entry.

`yes`: may. `own`: may, to what is theirs. `401`, `403`: who is not signed in, whose role is too low; somebody with a
browser is led to sign in instead of 401. Below `/account` everything is one's own, but for administrators' pages. Jobs and tokens
of others are 404, in the same words as those that do not exist; deleting another's message is 403. A form below `/edit/` also
needs what the operation of the API behind it needs.

";

const HIDDEN: &str = "
## What not everybody sees

Datasets, models and articles have an owner, who made them, and a visibility. What is `public` or `unlisted` is answered
as above, whosever it is; no list, link, search or sitemap leads to what is `unlisted`. What is `private` is answered to its
owner and to administrators as above, with `private, no-store`, and to others as below: `404` in the same bytes and fields as what is
not there, whatever is asked of it; so are `OPTIONS` and `HEAD`. What was private when it was deleted is 404 for them too,
and 410 for its owner. Who sees a thing is said by its owner and by administrators (`visibility`; 403 for others).
A model is seen only with its dataset.

";

/// Pages of who is signed in, by what they are about.
const PAGES: &[(&str, Option<(Kind, Action)>)] = &[
    ("/sign-in", None),
    ("/sign-out", Some((Kind::Token, Action::Read))),
    ("/account", Some((Kind::Token, Action::Read))),
    ("/account/password", Some((Kind::Token, Action::Read))),
    ("/account/sessions", Some((Kind::Token, Action::Read))),
    ("/account/tokens", Some((Kind::Token, Action::Create))),
    ("/account/audit", Some((Kind::Usage, Action::Read))),
    ("/account/users", Some((Kind::User, Action::Patch))),
    ("/account/users/<name>", Some((Kind::User, Action::Patch))),
    ("/edit/datasets", Some((Kind::Dataset, Action::Create))),
    ("/edit/<path..>", Some((Kind::Token, Action::Read))),
];

/// Everybody, nobody first.
fn everybody() -> impl Iterator<Item = Option<Role>> {
    std::iter::once(None).chain(Role::ALL.map(Some))
}

/// What a route is about: nothing where it is about nothing of anybody's.
fn about(method: &str, pattern: &str) -> Option<(Kind, Action)> {
    if let Some((_, about)) = PAGES.iter().find(|(page, _)| *page == pattern) {
        return *about;
    }
    let kind = routes::kind(pattern)?;
    let action = routes::action(method);
    assert!(need(kind, action).is_some(), "expected an entry for {method} {pattern} in the permission table");
    Some((kind, action))
}

fn cell(about: Option<(Kind, Action)>, role: Option<Role>, pattern: &str) -> &'static str {
    let Some((kind, action)) = about else { return "yes" };
    let one = pattern.contains('<') && !pattern.starts_with("/account");
    match (may(role, action, kind, true), may(role, action, kind, false), role) {
        (true, false, _) if one && whose(kind, action) != Whose::Everybodys => "own",
        (true, ..) => "yes",
        (false, _, None) => "401",
        (false, ..) => "403",
    }
}

fn table(site: &Site) -> String {
    let mut text = HEAD.to_string();
    text.push_str(
        "| | nobody | reader | editor | publisher | admin |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (method, pattern) in routes::mounted(site) {
        let about = about(&method, &pattern);
        let cells: Vec<_> = everybody().map(|role| cell(about, role, &pattern)).collect();
        let _ = writeln!(text, "| `{method} {pattern}` | {} |", cells.join(" | "));
    }
    text.push_str(HIDDEN);
    text.push_str(
        "| another's, private | nobody | reader | editor | publisher | admin |\n| --- | --- | --- | --- | --- | --- |\n",
    );
    for (method, pattern) in routes::all(site).into_iter().filter(|(_, pattern)| is_of_a_thing(pattern)) {
        let cell = |role| seen(&method, &pattern, role, false, Visibility::Private);
        let cells: Vec<_> = everybody().map(cell).collect();
        let _ = writeln!(text, "| `{method} {pattern}` | {} |", cells.join(" | "));
    }
    text
}

/// Whether a route is about something that has a visibility, or about what belongs to it.
///
/// A new collection of such things must say so here: `<slug>` is the name of nothing else.
fn is_of_a_thing(pattern: &str) -> bool {
    let things = ["/articles/<slug>", "/datasets/<slug>", "/models/<slug>"];
    let is = things.iter().any(|thing| pattern.contains(thing));
    assert_eq!(is, pattern.contains("<slug>"), "expected {pattern} to be below something with a visibility");
    is
}

/// What a route of a thing answers: as [`cell`] if it is seen.
fn seen(method: &str, pattern: &str, role: Option<Role>, own: bool, visibility: Visibility) -> &'static str {
    match cell(about(method, pattern), role, pattern) {
        "yes" if !sees(role, own, visibility) => "404",
        other => other,
    }
}

#[rocket::async_test]
async fn each_route_answers_each_role_as_the_table_says_by_visibility_and_ownership() {
    let (site, owner) = hidden::site(serde_json::json!({})).await;
    let root = site.user("root", Role::Admin).await;
    let routes = hidden::routes(&site).await;

    for visibility in Visibility::ALL {
        hidden::hide(&site, &root, visibility.name()).await;
        for (role, own) in everybody().flat_map(|role| [(role, false), (role, true)]) {
            let token = match (role, own) {
                (None, true) => continue,
                (None, false) => None,
                (Some(role), false) => Some(site.anybody(role).await),
                (Some(role), true) => {
                    let wanted = serde_json::json!({"role": role.name()});
                    site.patch("/v2/users/owner", &root, &wanted).send().await.is(200);
                    Some(owner.clone())
                }
            };
            for route in routes.iter().filter(|route| is_of_a_thing(&route.pattern)) {
                answered(&site, route, (role, own, visibility), token.as_deref()).await;
            }
        }
    }
}

/// Says that a route answers as the table says. A write expects a state that nothing has, and so changes nothing.
async fn answered(
    site: &Site,
    route: &hidden::Route,
    (role, own, visibility): (Option<Role>, bool, Visibility),
    token: Option<&str>,
) {
    let who = format!("{role:?}, own: {own}, {visibility}");
    let line = (route.method != "GET").then_some(("If-Match", "\"nothing\""));
    let found = hidden::send(site, &route.method, &route.path, token, line).await;
    match seen(&route.method, &route.pattern, role, own, visibility) {
        "401" => drop(found.is(401)),
        "403" => drop(found.is(403)),
        "404" => {
            let (none, name, other) = hidden::absent(&route.path);
            let none = hidden::send(site, &route.method, &none, token, line).await;
            hidden::tells_nothing(&found, (name, other), &none, &who);
        }
        _ if route.method == "GET" => assert!([200, 307, 308].contains(&found.status), "{who}: {found}"),
        _ => assert_eq!(found.status, 412, "{who}: {found}"),
    }
}

#[rocket::async_test]
async fn the_table_in_the_documentation_is_the_one_that_is_enforced() {
    let site = Site::empty().await;
    let table = table(&site);

    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(FILE, &table).unwrap();
    }
    let written = std::fs::read_to_string(FILE).unwrap_or_default();
    assert!(written == table, "docs/permissions.md is not as it is enforced: run with UPDATE_SNAPSHOTS=1");
}

#[rocket::async_test]
async fn every_page_has_an_entry() {
    let site = Site::empty().await;

    for (method, pattern) in routes::pages(&site) {
        let known = PAGES.iter().any(|(page, _)| *page == pattern);
        assert!(known, "expected an entry for {method} {pattern} in PAGES");
    }
}

#[rocket::async_test]
async fn every_page_is_answered_to_each_role_as_the_table_says() {
    let site = site().await;
    site.user("1", Role::Reader).await;

    for (method, pattern) in routes::pages(&site).into_iter().filter(|(method, _)| method == "GET") {
        // What is behind such a form says who may; tests/editing.rs asks.
        if pattern.ends_with("..>") {
            continue;
        }
        for role in everybody() {
            let mut browser = Browser::new(&site);
            if let Some(role) = role {
                site.anybody(role).await;
                browser.sign_in(&format!("any-{role}"), common::PASSWORD).await.is(303);
            }
            let answer = browser.get(&routes::filled(&pattern)).await;
            match cell(about(&method, &pattern), role, &pattern) {
                // A person is shown the way to sign in.
                "401" => answer.is(303),
                "403" => answer.is(403),
                _ => answer.is(200),
            };
        }
    }
}

// ---- one's own and another's ---------------------------------------------------------------------------------------

/// A site where `owner`, a publisher, has a message, a token and a job: paths of the three.
async fn owned() -> (Site, String, [String; 3]) {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let owner = site.user("owner", Role::Publisher).await;
    let message =
        site.request(Method::Post, "/v2/messages").bearer(&owner).header("Content-Type", "text/plain");
    let made = message.body("hello").send().await;
    let message = made.is(201).field("Location").trim_start_matches(common::BASE).to_string();
    let tokens = site.request(Method::Get, "/v2/me/tokens").bearer(&owner).send().await.json();
    let token = format!("/v2/me/tokens/{}", tokens["member"][0]["identifier"].as_str().unwrap());
    let wanted = serde_json::json!({
        "identifier": "mine", "headline": "Mine", "dataset": "penguins", "target": "species",
        "missing": "mean-indicator", "features": ["bill_length_mm", "island"],
    });
    let training = site.request(Method::Post, "/v2/models").bearer(&owner).json(&wanted);
    let made = training.header("Prefer", "respond-async").send().await;
    let job = made.is(202).field("Location").trim_start_matches(common::BASE).to_string();
    (site, owner, [message, token, job])
}

fn but_for_the_name(answer: &Answer) -> String {
    let path = answer.json()["instance"].as_str().unwrap().to_string();
    answer.text().replace(&path, "")
}

#[rocket::async_test]
async fn anothers_is_answered_as_the_table_says_and_as_if_it_were_not_there() {
    let (site, owner, [message, token, job]) = owned().await;

    for role in Role::ALL {
        let other = site.anybody(role).await;
        let send = async |method, path: &str, who: &str| site.request(method, path).bearer(who).send().await;
        for (kind, path) in [(Kind::Token, &token), (Kind::Job, &job)] {
            for (method, action) in [(Method::Get, Action::Read), (Method::Delete, Action::Delete)] {
                if may(Some(role), action, kind, false) {
                    let answer = send(method, path, &other).await;
                    assert!([200, 204, 409].contains(&answer.status), "{role}: {answer}");
                    continue;
                }
                let (hidden, absent) = (format!("{path}0000"), send(method, path, &other).await);
                let none = send(method, &hidden, &other).await;
                assert_eq!(but_for_the_name(absent.is(404)), but_for_the_name(none.is(404)), "{role}");
                assert_eq!(absent.fields_without(&["x-request-id"]), none.fields_without(&["x-request-id"]));
            }
        }
        if !may(Some(role), Action::Delete, Kind::Message, false) {
            send(Method::Delete, &message, &other).await.is(403);
        }
    }
    for (kind, path, least) in [(Kind::Message, &message, 204), (Kind::Token, &token, 204)] {
        assert!(may(Some(Role::Publisher), Action::Delete, kind, true));
        site.delete(path, &owner).send().await.is(least);
    }
}
