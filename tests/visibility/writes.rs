//! By writing: who tries to make, train or delete something learns of nothing that is another's alone.

use crate::common::{BASE, Site, hidden};
use almanac::domain::permission::Role;
use rocket::http::Method;
use serde_json::{Value, json};

/// A training on that dataset.
fn training(identifier: &str, dataset: &str, visibility: &str) -> Value {
    json!({
        "identifier": identifier, "headline": "M", "dataset": dataset, "target": "species",
        "missing": "mean-indicator", "features": ["bill_length_mm", "island"], "visibility": visibility,
    })
}

async fn trained(site: &Site, token: &str, wanted: &Value) {
    let request = site.request(Method::Post, "/v2/models").bearer(token).json(wanted);
    request.header("Prefer", "wait=30").send().await.is(202);
}

#[rocket::async_test]
async fn a_name_that_something_private_has_or_had_is_taken_in_the_words_of_any_other() {
    let (site, owner) = hidden::site(json!({})).await;
    let other = site.anybody(Role::Publisher).await;
    let tries = async || {
        let table =
            json!({"identifier": "rain", "name": "Rain", "columns": [{"name": "a", "columnType": "text"}]});
        let article = json!({"identifier": "article-1", "headline": "Mine"});
        let csv = site.request(Method::Post, "/v2/datasets?identifier=rain").bearer(&other);
        [
            site.post("/v2/datasets", &other, &table).await,
            csv.header("Content-Type", "text/csv").body("a\n1\n").send().await,
            site.post("/v2/articles", &other, &article).await,
        ]
    };
    let public = tries().await;

    hidden::hide(&site, &owner, "private").await;
    let private = tries().await;
    site.delete("/v2/datasets/rain", &owner).send().await.is(204);
    let deleted = tries().await;

    for (public, private) in public.iter().zip(&private).chain(public[..2].iter().zip(&deleted[..2])) {
        assert_eq!(public.is(409).body, private.body, "{private}");
        assert_eq!(public.fields_without(&[]), private.fields_without(&[]), "{private}");
    }
}

#[rocket::async_test]
async fn who_does_not_see_a_dataset_learns_nothing_by_training_on_it() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;
    let other = site.anybody(Role::Publisher).await;
    let names = |slug: &str| {
        [
            json!(slug),
            json!(format!("{BASE}/v2/datasets/{slug}")),
            json!({"@id": format!("{BASE}/v2/datasets/{slug}")}),
        ]
    };

    for (real, none) in names("penguins").into_iter().zip(names("pelicans")) {
        let send = async |dataset: Value| {
            let mut wanted = training("mine", "x", "private");
            wanted["dataset"] = dataset;
            site.post("/v2/models", &other, &wanted).await
        };
        let (found, none) = (send(real).await, send(none).await);
        found.is(422).at("/dataset");
        hidden::tells_nothing(&found, ("penguins", "pelicans"), &none, "another publisher");
    }
}

#[rocket::async_test]
async fn a_model_is_never_seen_by_more_than_its_dataset() {
    let (site, owner) = hidden::site(json!({})).await;
    // The dataset first: a public model tells of it.
    let refused = site.patch("/v2/datasets/penguins", &owner, &json!({"visibility": "private"})).send().await;
    refused.is(409).has_problem("in-use");
    assert!(refused.json()["detail"].as_str().unwrap().contains("species"), "{refused}");

    hidden::hide(&site, &owner, "private").await;
    for wanted in ["public", "unlisted"] {
        let refused = site.patch("/v2/models/species", &owner, &json!({"visibility": wanted})).send().await;
        refused.is(422).at("/visibility");
        site.post("/v2/models", &owner, &training("more", "penguins", wanted))
            .await
            .is(422)
            .at("/visibility");
    }
    let mut unsaid = training("same", "penguins", "private");
    unsaid.as_object_mut().unwrap().remove("visibility");
    trained(&site, &owner, &unsaid).await;
    let same = site.request(Method::Get, "/v2/models/same").bearer(&owner).send().await;
    assert_eq!(same.is(200).json()["visibility"], "private");
}

#[rocket::async_test]
async fn who_sees_a_model_of_their_own_does_not_see_it_once_its_dataset_is_anothers_alone() {
    let (site, owner) = hidden::site(json!({})).await;
    let other = site.anybody(Role::Publisher).await;
    trained(&site, &other, &training("mine", "penguins", "private")).await;
    site.request(Method::Get, "/v2/models/mine").bearer(&other).send().await.is(200);

    hidden::hide(&site, &owner, "private").await;

    for path in ["/v2/models/mine", "/v2/models/mine/versions/1", "/v2/models/mine/versions/1/curves"] {
        for token in [&other, &owner] {
            let none = path.replace("mine", "none");
            let found = site.request(Method::Get, path).bearer(token).send().await;
            let none = site.request(Method::Get, &none).bearer(token).send().await;
            hidden::tells_nothing(found.is(404), ("mine", "none"), &none, "who sees half of it");
        }
    }
}

#[rocket::async_test]
async fn a_dataset_does_not_tell_of_models_that_others_have_to_themselves() {
    let (site, _) = hidden::site(json!({})).await;
    let other = site.anybody(Role::Publisher).await;
    trained(&site, &other, &training("mine", "penguins", "private")).await;
    let third = site.user("third", Role::Publisher).await;
    let asked = async |method| site.request(method, "/v2/datasets/penguins").bearer(&third).send().await;

    let kept = asked(Method::Delete).await;
    assert!(!kept.is(409).text().contains("mine"), "{kept}");
    site.delete("/v2/models/species", &third).send().await.is(204);

    let options = asked(Method::Options).await.is(200).text();
    assert!(options.contains("DELETE"), "{options}");
    asked(Method::Delete).await.is(204);
    site.request(Method::Get, "/v2/models/mine").bearer(&other).send().await.is(410);
    site.request(Method::Get, "/v2/models/mine").bearer(&third).send().await.is(404);
}

#[rocket::async_test]
async fn jobs_that_name_something_private_are_their_owners_alone() {
    let (site, owner) = hidden::site(json!({})).await;
    hidden::hide(&site, &owner, "private").await;
    let other = site.anybody(Role::Publisher).await;
    let job = site.request(Method::Get, "/v2/jobs").bearer(&owner).send().await.json();
    let path = job["member"][0]["@id"].as_str().unwrap().to_string();

    assert_eq!(site.request(Method::Get, "/v2/jobs").bearer(&other).send().await.json()["totalItems"], 0);
    site.request(Method::Get, &path).bearer(&other).send().await.is(404);
    let events = site.request(Method::Get, &path).bearer(&other).header("Accept", "text/event-stream");
    events.send().await.is(404);
}

#[rocket::async_test]
async fn what_is_predicted_is_seen_by_no_more_than_what_it_is_predicted_from() {
    let (site, owner) = hidden::site(json!({})).await;
    let apply = async |identifier: &str| {
        let wanted = json!({"identifier": identifier, "dataset": "penguins"});
        let path = "/v2/models/species/versions/1/applications";
        let order = site.request(Method::Post, path).bearer(&owner).json(&wanted);
        order.header("Prefer", "wait=30").send().await.is(202);
    };
    apply("open").await;
    let lineage = "wasDerivedFrom";
    let derived = "/v2/datasets/open/revisions/1";
    assert!(site.get(derived).await.is(200).json().get(lineage).is_some());

    hidden::hide(&site, &owner, "private").await;
    apply("closed").await;

    site.get("/v2/datasets/closed").await.is(404);
    let own = site.request(Method::Get, "/v2/datasets/closed").bearer(&owner).send().await;
    assert_eq!(own.is(200).json()["visibility"], "private");
    assert_eq!(site.get(derived).await.is(200).json().get(lineage), None, "it names what is not there");
    hidden::show(&site, &owner).await;
    assert!(site.get(derived).await.is(200).json().get(lineage).is_some());
}

#[rocket::async_test]
async fn a_model_in_memory_is_given_to_nobody_who_does_not_see_it() {
    let (site, owner) = hidden::site(json!({})).await;
    let asked = [
        "/v2/models/species/versions/1/prediction?bill_length_mm=40&island=Dream",
        "/v2/models/species/predictions",
        "/v2/models/species/versions/1/onnx",
        "/v2/models/species/versions/1/coefficients",
        "/v2/models/species/ready",
        "/v1/models/species/predict/bill_length_mm/40/island/Dream",
    ];
    for path in asked {
        site.get(path).await.is(200);
    }

    hidden::hide(&site, &owner, "private").await;

    for path in asked {
        site.get(path).await.is(404);
        site.request(Method::Get, path).bearer(&owner).send().await.is(200);
        site.get(path).await.is(404);
        let features = json!({"bill_length_mm": 40, "island": "Dream"});
        for of in ["species", "species/versions/1"] {
            let path = format!("/v2/models/{of}/predictions");
            site.request(Method::Post, &path).json(&features).send().await.is(404);
            site.post(&path, &owner, &features).await.is(201);
        }
    }
}

#[rocket::async_test]
async fn a_job_that_waited_does_nothing_to_what_its_author_no_longer_sees() {
    let site = Site::empty().await;
    site.rocket().state::<almanac::jobs::runner::Runner>().unwrap().stop().await;
    let owner = site.user("owner", Role::Publisher).await;
    let other = site.anybody(Role::Publisher).await;
    crate::common::arrange::table(&site, &owner, "rain", "Rain", "a,b\n1,2\n").await;
    let later = site.request(Method::Post, "/v2/datasets/rain/revisions").bearer(&other);
    let later = later.header("Content-Type", "text/csv").header("Prefer", "respond-async");
    let job = later.body("a,b\n3,4\n").send().await.is(202).field("Location").to_string();
    site.patch("/v2/datasets/rain", &owner, &json!({"visibility": "private"})).send().await.is(200);

    let stop = std::sync::atomic::AtomicBool::new(false);
    let lane = almanac::domain::job::Lane::Tables;
    almanac::jobs::worker::next(site.works(), lane, &stop).await.unwrap();

    let ended = site.request(Method::Get, &job).bearer(&other).send().await.json();
    assert_eq!(ended["status"], "failed", "{ended}");
    let revisions = site.request(Method::Get, "/v2/datasets/rain/revisions").bearer(&owner).send().await;
    assert_eq!(revisions.json()["totalItems"], 1);
}
