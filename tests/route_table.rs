//! The mounted routes against everything that speaks of them: the URL patterns, the permission table,
//! the classes with their operations, `Allow`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{
    domain::permission::{Role, need},
    represent::{
        class::{self, class, classes},
        link::Place,
    },
};
use common::{Site, arrange, routes};
use rocket::http::Method;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

/// Where the documents of each class stand. Classes that stand only inside others have no place.
const PLACES: &[(&str, &str)] = &[
    ("EntryPoint", "/v2"),
    ("SearchCollection", "/v2/search"),
    ("ArticleCollection", "/v2/articles"),
    ("Article", "/v2/articles/<>"),
    ("DatasetCollection", "/v2/datasets"),
    ("Dataset", "/v2/datasets/<>"),
    ("RowCollection", "/v2/datasets/<>/rows"),
    ("Row", "/v2/datasets/<>/rows/<>"),
    ("RevisionCollection", "/v2/datasets/<>/revisions"),
    ("Revision", "/v2/datasets/<>/revisions/<>"),
    ("RecordCollection", "/v2/datasets/<>/revisions/<>/rows"),
    ("Comparison", "/v2/datasets/<>/revisions/<>/comparison"),
    ("ModelCollection", "/v2/models"),
    ("Model", "/v2/models/<>"),
    ("VersionCollection", "/v2/models/<>/versions"),
    ("Version", "/v2/models/<>/versions/<>"),
    ("ApplicationCollection", "/v2/models/<>/versions/<>/applications"),
    ("Card", "/v2/models/<>/versions/<>/card"),
    ("Curves", "/v2/models/<>/versions/<>/curves"),
    ("VersionComparison", "/v2/models/<>/versions/<>/comparison"),
    ("PredictionCollection", "/v2/models/<>/predictions"),
    ("PredictionCollection", "/v2/models/<>/versions/<>/predictions"),
    ("Prediction", "/v2/models/<>/versions/<>/prediction"),
    ("JobCollection", "/v2/jobs"),
    ("Job", "/v2/jobs/<>"),
    ("MessageCollection", "/v2/messages"),
    ("Message", "/v2/messages/<>"),
    ("Me", "/v2/me"),
    ("TokenCollection", "/v2/me/tokens"),
    ("Token", "/v2/me/tokens/<>"),
    ("UserCollection", "/v2/users"),
    ("User", "/v2/users/<>"),
    ("UsageCollection", "/v2/usage"),
];

/// Patterns without names of variables, and the methods of each.
fn mounted(site: &Site) -> BTreeMap<String, BTreeSet<String>> {
    let mut mounted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (method, pattern) in routes::mounted(site) {
        mounted.entry(routes::nameless(&pattern)).or_default().insert(method);
    }
    mounted
}

#[rocket::async_test]
async fn every_mounted_route_is_a_place_and_every_place_is_mounted() {
    let site = Site::empty().await;

    let mounted: BTreeSet<String> = mounted(&site).into_keys().collect();
    let places: BTreeSet<String> = Place::PATTERNS.iter().map(|pattern| routes::nameless(pattern)).collect();

    let nowhere: Vec<_> = mounted.difference(&places).collect();
    let missing: Vec<_> = places.difference(&mounted).collect();
    assert!(nowhere.is_empty(), "mounted, but no Place: {nowhere:?}");
    assert!(missing.is_empty(), "a Place, but not mounted: {missing:?}");
}

#[test]
fn every_place_is_told_apart_from_every_other() {
    let patterns: BTreeSet<String> =
        Place::PATTERNS.iter().map(|pattern| routes::nameless(pattern)).collect();
    assert_eq!(patterns.len(), Place::PATTERNS.len(), "two places have one pattern");

    for pattern in Place::PATTERNS {
        let path = routes::filled(pattern);
        let place = Place::parse(&path).unwrap_or_else(|| panic!("expected a place, found none for {path}"));
        assert_eq!((place.pattern(), place.path()), (*pattern, path));
    }
}

#[rocket::async_test]
async fn every_route_about_a_resource_stands_in_the_permission_table() {
    let site = Site::empty().await;

    for (method, pattern) in routes::all(&site) {
        let Some(kind) = routes::kind(&pattern) else { continue };
        let action = routes::action(&method);
        assert!(need(kind, action).is_some(), "{method} {pattern}: no row for {kind:?} × {action:?}");
    }
}

#[test]
fn every_place_knows_its_class() {
    for pattern in Place::PATTERNS.iter().filter(|pattern| !Place::is_v1(pattern)) {
        let place = Place::parse(&routes::filled(pattern)).unwrap();
        let class = class::at(&place).map(|class| class.name);
        let told =
            PLACES.iter().find(|(_, found)| *found == routes::nameless(pattern)).map(|(name, _)| *name);
        let told = told.or(match place {
            // Its operations are those of the entry points that it leads to.
            Place::Root => Some("EntryPoint"),
            Place::CurrentPrediction(_) => Some("Prediction"),
            _ => None,
        });
        assert_eq!(class, told, "{pattern}");
    }
}

#[rocket::async_test]
async fn every_operation_of_a_class_has_a_route() {
    let site = Site::empty().await;
    let mounted = mounted(&site);

    for (name, pattern) in PLACES {
        let class = class(name).unwrap_or_else(|| panic!("expected the class {name}"));
        for operation in class.operations {
            let there = mounted.get(*pattern).is_some_and(|methods| methods.contains(operation.method));
            assert!(there, "{name} announces {}, which {pattern} lacks", operation.method);
        }
    }
}

#[rocket::async_test]
async fn every_route_of_a_class_is_one_of_its_operations() {
    let site = Site::empty().await;
    let mounted = mounted(&site);

    for (name, pattern) in PLACES {
        let announced: Vec<&str> = class(name).unwrap().operations.iter().map(|one| one.method).collect();
        for method in mounted.get(*pattern).into_iter().flatten() {
            assert!(
                announced.contains(&method.as_str()),
                "{pattern} has {method}, which {name} does not announce"
            );
        }
    }
}

#[test]
fn every_class_with_operations_has_a_place_and_every_operation_a_row_in_the_permission_table() {
    for class in classes().filter(|class| !class.operations.is_empty()) {
        assert!(PLACES.iter().any(|(name, _)| *name == class.name), "{} has no place", class.name);
        for operation in class.operations {
            assert!(operation.need().is_some(), "{}: {} has no row", class.name, operation.method);
            for named in operation.expects.iter().chain([&operation.returns]) {
                let known = named.contains(':') || classes().any(|class| class.name == *named);
                assert!(known, "{}: {} names {named}, which is no class", class.name, operation.method);
            }
        }
        let position = |method: &str| class.operations.iter().position(|one| one.method == method);
        if let (Some(patch), Some(put)) = (position("PATCH"), position("PUT")) {
            assert!(patch < put, "{}: expected PATCH before PUT", class.name);
        }
    }
}

#[rocket::async_test]
async fn options_names_the_methods_of_every_pattern() {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;

    for pattern in routes::all(&site).into_iter().map(|(_, pattern)| pattern).collect::<BTreeSet<_>>() {
        let target = arrange::real(&site, &pattern).await;
        let answer = site.request(Method::Options, &target).bearer(&root).send().await;
        answer.is(200);
        let methods = mounted(&site)[&routes::nameless(&pattern)].clone();
        let allow: BTreeSet<String> = answer.field("Allow").split(", ").map(String::from).collect();
        let mut wanted = methods.clone();
        wanted.insert("OPTIONS".into());
        if methods.contains("GET") {
            wanted.insert("HEAD".into());
        }
        assert_eq!(allow, wanted, "{pattern}");
        assert_eq!(answer.field("Cache-Control"), "no-store");
        if methods.contains("POST") {
            assert!(answer.field("Accept-Post").contains("application/json"), "{answer}");
        }
        if methods.contains("PATCH") {
            let patches = answer.field("Accept-Patch");
            // The echo changes nothing: it gives back what it reads. Many rows are changed by a list.
            assert!(
                pattern == "/v1/echo" && patches.contains("text/plain")
                    || pattern.ends_with("/rows") && patches.contains("application/x-ndjson")
                    || patches.contains(common::MERGE) && patches.contains("application/json-patch+json"),
                "{answer}"
            );
        }
    }
    site.request(Method::Options, "/nothing").send().await.is(404).has_problem("not-found");
}

#[rocket::async_test]
async fn a_script_of_another_site_is_told_what_it_may_send() {
    let site = Site::empty().await;

    let request = site.request(Method::Options, "/v2/articles/rain").header("Origin", "https://example.org");
    let request = request.header("Access-Control-Request-Method", "PATCH");
    let answer = request.header("Access-Control-Request-Headers", "authorization, if-match").send().await;

    assert!([200, 204].contains(&answer.status), "{answer}");
    assert_eq!(answer.field("Access-Control-Allow-Origin"), "*");
    assert!(answer.field("Access-Control-Allow-Methods").contains("PATCH"), "{answer}");
    let fields = answer.field("Access-Control-Allow-Headers").to_ascii_lowercase();
    for name in ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "prefer"] {
        assert!(fields.contains(name), "expected {name}, found {answer}");
    }
}

#[rocket::async_test]
async fn one_catcher_answers_for_everything() {
    let site = Site::empty().await;

    let catchers: Vec<_> = site.rocket().catchers().collect();

    assert_eq!(catchers.len(), 1, "{catchers:?}");
    assert_eq!((catchers[0].code, catchers[0].base.path().as_str()), (None, "/"));
}

#[test]
fn no_route_takes_a_body_but_through_our_own_guard() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/routes")];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            for other in ["Data<", "Form<", "Json<", "TempFile", "MsgPack<", "Capped<"] {
                let taken =
                    text.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(other));
                assert!(!taken, "{}: expected `Body`, found `{other}`", path.display());
            }
        }
    }
}
