//! Changes of many rows at once.

use super::{ROWS, birds, posted, rows};
use crate::common::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::{Value, json};

on_both! {
    many_rows_are_changed_at_once_in_json_and_in_ndjson
    one_change_that_does_not_fit_keeps_all_others_out
    a_row_in_another_state_than_its_etag_names_keeps_all_others_out
    many_rows_are_not_changed_when_the_collection_is_in_another_state
    of_two_who_change_the_same_rows_at_once_no_change_is_lost
}

async fn changed(site: &Site, token: &str, changes: &Value) -> Answer {
    site.request(Method::Patch, ROWS).bearer(token).json(changes).send().await
}

/// Three rows: of a mass of 1, 2 and 3.
async fn three(site: &Site) -> String {
    let token = birds(site).await;
    posted(site, &token, "text/csv", "mass,site,seen\n2,Ulm,\n3,,2024-02-29\n").await.is(201);
    token
}

mod promises {
    use super::*;

    pub async fn many_rows_are_changed_at_once_in_json_and_in_ndjson(site: &Site) {
        let token = three(site).await;
        let changes = json!([
            {"identifier": "3", "cells": {"site": "Aalen", "seen": null}},
            {"@id": format!("{BASE}{ROWS}/1"), "@type": ["Row"], "cells": {"mass": 1.5}},
        ]);

        let answer = changed(site, &token, &changes).await;

        let page = answer.is(200).json();
        assert_eq!((&page["changed"], &page["totalItems"]), (&json!(2), &json!(3)));
        let numbers: Vec<&Value> =
            page["member"].as_array().unwrap().iter().map(|row| &row["identifier"]).collect();
        assert_eq!(numbers, ["3", "1"]);
        assert!(answer.header("ETag").is_none());
        assert_eq!(
            rows(site).await,
            [
                json!({"mass": 1.5, "seen": null, "site": "first"}),
                json!({"mass": 2, "seen": null, "site": "Ulm"}),
                json!({"mass": 3, "seen": null, "site": "Aalen"}),
            ]
        );
        let lines =
            "{\"identifier\": 2, \"cells\": {\"mass\": 20}}\n\n{\"identifier\": \"1\", \"cells\": {}}\n";
        let request = site.request(Method::Patch, ROWS).bearer(&token);
        request.header("Content-Type", "application/x-ndjson").body(lines).send().await.is(200);
        assert_eq!(rows(site).await[1]["mass"], 20);
        assert_eq!(site.get("/v2/datasets/birds").await.json()["editedSinceRevision"], true);
    }

    pub async fn one_change_that_does_not_fit_keeps_all_others_out(site: &Site) {
        let token = three(site).await;
        let before = rows(site).await;
        let (fine, long) = (json!({"identifier": "1", "cells": {"mass": 9}}), "x".repeat(2_001));
        for (wrong, at) in [
            (json!({"identifier": "2", "cells": {"mass": "wet"}}), "/1/cells/mass"),
            (json!({"identifier": "2", "cells": {"mass": null}}), "/1/cells/mass"),
            (json!({"identifier": "2", "cells": {"colour": 1}}), "/1/cells/colour"),
            (json!({"identifier": "2", "cells": {"c0": 1}}), "/1/cells/c0"),
            (json!({"identifier": "2", "cells": {"site": long}}), "/1/cells/site"),
            (
                json!({"identifier": "2", "cells": {"\"; drop table d1 --": 1}}),
                "/1/cells/\"; drop table d1 --",
            ),
            (json!({"identifier": "4", "cells": {"mass": 1}}), "/1/identifier"),
            (json!({"identifier": "1", "cells": {"mass": 1}}), "/1/identifier"),
            (json!({"identifier": "1 or 1=1", "cells": {}}), "/1/identifier"),
            (json!({"identifier": 0, "cells": {}}), "/1/identifier"),
            (json!({"cells": {"mass": 1}}), "/1/identifier"),
            (json!({"@id": format!("{BASE}/v2/datasets/other/rows/2"), "cells": {}}), "/1/@id"),
            (json!({"identifier": "2"}), "/1/cells"),
            (json!({"identifier": "2", "cells": [1]}), "/1/cells"),
            (json!({"identifier": "2", "cells": {}, "etag": 7}), "/1/etag"),
            (json!("2"), "/1"),
        ] {
            let answer = changed(site, &token, &json!([fine, wrong])).await;
            answer.is(422).at(at);
        }
        changed(site, &token, &json!([])).await.is(422);
        changed(site, &token, &fine).await.is(400);
        let request = site.request(Method::Patch, ROWS).bearer(&token);
        request.header("Content-Type", "text/csv").body("mass\n1\n").send().await.is(415);
        site.request(Method::Patch, ROWS).json(&json!([fine])).send().await.is(401);
        assert_eq!(rows(site).await, before);
    }

    pub async fn a_row_in_another_state_than_its_etag_names_keeps_all_others_out(site: &Site) {
        let token = three(site).await;
        let row = |number: i64| format!("{ROWS}/{number}");
        let (first, second) = (site.get(&row(1)).await.etag(), site.get(&row(2)).await.etag());
        site.patch(&row(2), &token, &json!({"cells": {"mass": 7}})).send().await.is(200);
        let before = rows(site).await;
        let change =
            |number: i64, tag: &str| json!({"identifier": number, "cells": {"mass": 8}, "etag": tag});

        for tag in [second.as_str(), "\"x\"", "*", "", &format!("W/{}", site.get(&row(2)).await.etag())] {
            let answer = changed(site, &token, &json!([change(1, &first), change(2, tag)])).await;
            answer.is(412).has_problem("precondition-failed").at("/1/etag");
        }

        assert_eq!(rows(site).await, before);
        let second = site.get(&row(2)).await.etag();
        changed(site, &token, &json!([change(1, &first), change(2, &second)])).await.is(200);
        assert_eq!(rows(site).await[1]["mass"], 8);
    }

    pub async fn many_rows_are_not_changed_when_the_collection_is_in_another_state(site: &Site) {
        let token = three(site).await;
        let old = site.get(ROWS).await.etag();
        let change = json!([{"identifier": "1", "cells": {"mass": 5}}]);
        changed(site, &token, &change).await.is(200);

        let send = async |tag: &str| {
            let request = site.request(Method::Patch, ROWS).bearer(&token).json(&change);
            request.if_match(tag).send().await
        };

        send(&old).await.is(412);
        send(&site.get(ROWS).await.etag()).await.is(200);
    }

    pub async fn of_two_who_change_the_same_rows_at_once_no_change_is_lost(site: &Site) {
        let token = three(site).await;
        let (up, down) = (json!([1, 2, 3]), json!([3, 2, 1]));
        let change = |numbers: &Value, cell: Value| -> Value {
            let one = |number: &Value| json!({"identifier": number, "cells": cell});
            numbers.as_array().unwrap().iter().map(one).collect()
        };
        let (masses, sites) = (change(&up, json!({"mass": 50})), change(&down, json!({"site": "both"})));

        let answers =
            futures::future::join(changed(site, &token, &masses), changed(site, &token, &sites)).await;

        // Who came second on PostgreSQL may be told that the rows changed; then they are as the other left them.
        let statuses = [answers.0.status, answers.1.status];
        assert!(statuses.iter().all(|status| [200, 409].contains(status)), "{statuses:?}");
        for row in rows(site).await {
            assert_eq!(row["mass"] == 50, statuses[0] == 200, "{row}");
            assert_eq!(row["site"] == "both", statuses[1] == 200, "{row}");
        }
    }
}
