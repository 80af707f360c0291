//! Many rows at once: every format in, the same format out, wrong rows named.

use super::*;

const PREDICTIONS: &str = "/v2/models/species/versions/1/predictions";

async fn sent(site: &Site, media: &str, accept: Option<&str>, body: &str) -> Answer {
    let request = site.request(Method::Post, PREDICTIONS).header("Content-Type", media).body(body);
    match accept {
        Some(accept) => request.header("Accept", accept).send().await,
        None => request.send().await,
    }
}

const CSV: &str = "island,bill_length_mm\nDream,39.1\nBiscoe,50\nTorgersen,\n";

#[rocket::async_test]
async fn a_table_is_answered_by_a_table_in_the_order_of_its_rows() {
    let site = site().await;
    let expected = [one(&site, "39.1", "Dream").await, one(&site, "50", "Biscoe").await];

    let answer = sent(&site, "text/csv", None, CSV).await;

    assert_eq!(answer.is(200).field("Content-Type"), "text/csv; charset=utf-8");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    let text = answer.text();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(
        lines[0],
        ["class", "probability_Adelie", "probability_Chinstrap", "probability_Gentoo", "warnings"]
    );
    assert_eq!(lines.len(), 4);
    for (line, expected) in lines[1..].iter().zip(&expected) {
        assert_eq!(line[0], expected["class"]);
        let told: Vec<f64> = line[1..4].iter().map(|text| text.parse().unwrap()).collect();
        assert_eq!(told, probabilities(expected));
    }
}

#[rocket::async_test]
async fn rows_in_any_format_are_told_the_same() {
    let site = site().await;
    let lines = "{\"bill_length_mm\": 39.1, \"island\": \"Dream\"}\n\n{\"island\": \"Biscoe\", \"bill_length_mm\": 50}\n";
    let array = json!([
        {"bill_length_mm": 39.1, "island": "Dream"},
        {"features": {"island": "Biscoe", "bill_length_mm": 50}},
    ]);

    let table = sent(&site, "text/csv", Some("application/json"), CSV).await.is(200).json();
    let ndjson = sent(&site, "application/x-ndjson", None, lines).await;
    let array = sent(&site, "application/json", None, &array.to_string()).await;

    assert_eq!(ndjson.is(200).field("Content-Type"), "application/x-ndjson");
    assert_eq!(array.is(200).field("Content-Type"), "application/ld+json");
    let array = array.json();
    assert_eq!((&table["totalItems"], &array["totalItems"]), (&json!(3), &json!(2)));
    for (index, line) in ndjson.text().lines().enumerate() {
        let line: Value = serde_json::from_str(line).unwrap();
        let member = &array["member"][index];
        assert_eq!(&table["member"][index], member);
        assert_eq!(line["class"], member["class"]);
        let told: Vec<f64> =
            line["probabilities"].as_object().unwrap().values().filter_map(Value::as_f64).collect();
        assert_eq!(told, probabilities(member));
        let single = site.get(member["@id"].as_str().unwrap()).await.is(200).json();
        assert_eq!(single["probabilities"], member["probabilities"]);
    }
}

/// A model `lands` with two features in which `NA` is a level of one, and a missing cell of the other.
async fn lands(site: &Site) {
    let root = site.anybody(Role::Admin).await;
    let row = |n: usize| {
        let country = ["NA", "null", "DE"][n % 3];
        let size = if n.is_multiple_of(5) { String::new() } else { (n % 7).to_string() };
        format!(
            "{country},{size},{}\n",
            if n.is_multiple_of(3) || n.is_multiple_of(4) { "yes" } else { "no" }
        )
    };
    let csv = "country,size,told\n".to_string() + &(0..90).map(row).collect::<String>();
    let path = "/v2/datasets?identifier=lands&name=Lands&missing=&types[country]=category";
    let request = site.request(Method::Post, path).bearer(&root).header("Content-Type", "text/csv");
    request.body(csv).send().await.is(201);
    let wanted = json!({
        "identifier": "lands", "dataset": "lands", "target": "told", "missing": "mean-indicator",
    });
    let training = site.request(Method::Post, "/v2/models").bearer(&root).json(&wanted);
    let job = training.header("Prefer", "wait=30").send().await.is(202).json();
    assert_eq!(job["status"], "succeeded", "{job}");
}

#[rocket::async_test]
async fn a_level_that_is_spelt_like_a_missing_cell_is_that_level_in_a_table_too() {
    let site = site().await;
    lands(&site).await;
    let told = async |country: &str, size: &str| {
        let query = format!("country={country}&size={size}");
        site.get(&format!("/v2/models/lands/versions/1/prediction?{query}")).await.is(200).json()
    };
    let expected = [told("NA", "3").await, told("null", "").await, told("DE", "").await];

    let request = site.request(Method::Post, "/v2/models/lands/versions/1/predictions");
    let csv = "country,size\nNA,3\nnull,NA\nDE,null\n";
    let request = request.header("Content-Type", "text/csv").header("Accept", "application/json");
    let table = request.body(csv).send().await.is(200).json();

    for (member, expected) in table["member"].as_array().unwrap().iter().zip(&expected) {
        assert_eq!(member["probabilities"], expected["probabilities"]);
        assert_eq!(member["@id"], expected["@id"]);
    }
    assert_ne!(expected[0]["probabilities"], expected[1]["probabilities"]);
    let request = site.request(Method::Post, "/v2/models/lands/versions/1/predictions");
    let refused = request.header("Content-Type", "text/csv").body("country,size\nNaN,3\n").send().await;
    assert!(refused.is(422).json()["errors"].to_string().contains("a missing value"), "{refused}");
}

#[rocket::async_test]
async fn one_object_is_answered_by_one_row_where_rows_are_accepted() {
    let site = site().await;
    let url = one(&site, "39.1", "Dream").await["@id"].clone();
    let row = json!({"bill_length_mm": 39.1, "island": "Dream"});
    let ask = async |accept: &str, query: &str, body: &Value| {
        let request = site.request(Method::Post, &format!("{PREDICTIONS}{query}")).json(body);
        request.header("Accept", accept).send().await
    };

    for accept in ["text/csv", "application/x-ndjson"] {
        for query in ["", "?contributions=true"] {
            let expected = ask(accept, query, &json!([row])).await.is(200).text();
            for body in [row.clone(), json!({"features": row})] {
                let answer = ask(accept, query, &body).await;
                assert_eq!(answer.is(201).text(), expected);
                assert_eq!(answer.field("Location"), url);
                assert!(answer.field("Content-Type").starts_with(accept), "{answer}");
                assert_eq!(answer.field("Cache-Control"), "no-store");
            }
        }
        let wrong = ask(accept, "", &json!({"bill_length_mm": "wet", "island": "Dream"})).await;
        assert_eq!(wrong.is(422).pointers(), ["/bill_length_mm"]);
    }
    let request = site.request(Method::Post, &format!("{PREDICTIONS}.csv")).json(&row);
    assert!(request.send().await.is(201).text().starts_with("class,"));
}

#[rocket::async_test]
async fn contributions_are_told_of_many_rows_on_request_and_sum_to_the_logit() {
    let site = site().await;
    let expected = one(&site, "39.1", "Dream").await;
    let path = format!("{PREDICTIONS}?contributions=true");
    let body = json!([{"bill_length_mm": 39.1, "island": "Dream"}]);
    let answer = site.request(Method::Post, &path).json(&body).send().await.is(200).json();

    let contributions = &answer["member"][0]["contributions"];
    assert_eq!(contributions, &expected["contributions"]);
    for (k, logit) in expected["logit"].as_array().unwrap().iter().enumerate() {
        let added =
            contributions.as_array().unwrap().iter().map(|one| one["contribution"][k].as_f64().unwrap());
        let sum = expected["baseLogit"][k].as_f64().unwrap() + added.sum::<f64>();
        assert!((sum - logit.as_f64().unwrap()).abs() < 1e-12);
    }
    let wrong =
        site.request(Method::Post, &format!("{PREDICTIONS}?contributions=maybe")).json(&body).send().await;
    wrong.is(400);
}

#[rocket::async_test]
async fn a_value_outside_of_what_was_seen_is_answered_with_a_warning_in_every_format() {
    let site = site().await;
    let csv = sent(&site, "text/csv", None, "bill_length_mm,island\n900,Dream\n").await.is(200).text();
    let json = sent(&site, "application/json", None, "[{\"bill_length_mm\":900,\"island\":\"Dream\"}]").await;

    assert!(csv.contains("column `bill_length_mm`: 900 is outside what was seen"), "{csv}");
    let warning = json.is(200).json()["member"][0]["warnings"][0].clone();
    assert!(warning.as_str().unwrap().contains("900 is outside what was seen"), "{warning}");
}

#[rocket::async_test]
async fn wrong_cells_are_named_by_line_and_feature_before_any_row_is_answered() {
    let site = site().await;
    let csv = format!("bill_length_mm,island\n{}39,Atlantis\nwet,Dream\n", "39.1,Dream\n".repeat(2_000));
    let table = sent(&site, "text/csv", None, &csv).await.is(422).json();
    assert_eq!(
        (&table["errors"][0]["line"], &table["errors"][0]["column"]),
        (&json!(2002), &json!("island"))
    );
    assert_eq!(
        (&table["errors"][1]["line"], &table["errors"][1]["column"]),
        (&json!(2003), &json!("bill_length_mm"))
    );

    let body = "[{\"bill_length_mm\":39.1,\"island\":\"Dream\"},{\"bill_length_mm\":[1],\"hue\":2},7]";
    let array = sent(&site, "application/json", None, body).await.is(422).json();
    let pointers: Vec<&str> =
        array["errors"].as_array().unwrap().iter().map(|one| one["pointer"].as_str().unwrap()).collect();
    assert!(
        ["/1/bill_length_mm", "/1/hue", "/1/island", "/2"].iter().all(|one| pointers.contains(one)),
        "{pointers:?}"
    );

    let lines =
        "{\"bill_length_mm\":39.1,\"island\":\"Dream\"}\n{\"bill_length_mm\":1e999,\"island\":\"Dream\"}\n";
    sent(&site, "application/x-ndjson", None, lines).await.is(400);
    sent(&site, "application/json", None, "[{\"bill_length_mm\":39.1").await.is(400);
    for (media, body) in
        [("text/csv", "bill_length_mm,island\n"), ("application/x-ndjson", ""), ("application/json", "[]")]
    {
        sent(&site, media, None, body).await.is(422);
    }
    sent(&site, "text/csv", None, "bill_length_mm,island,hue\n1,Dream,2\n").await.is(422);
    sent(&site, "text/csv", None, "bill_length_mm\n1\n").await.is(422);
    sent(&site, "image/png", None, "x").await.is(415);
}

#[rocket::async_test]
async fn an_answer_larger_than_the_memory_for_it_is_whole_and_in_order() {
    let site = site().await;
    let rows = 60_000;
    let mut csv = String::from("bill_length_mm,island\n");
    (0..rows).for_each(|row| csv.push_str(&format!("{},Dream\n", 30.0 + f64::from(row) / 1e4)));

    let answer = sent(&site, "text/csv", Some("application/ld+json"), &csv).await.is(200).clone();

    assert!(answer.body.len() > 8 << 20);
    let document = answer.json();
    assert_eq!(document["totalItems"], rows);
    let last = &document["member"][rows as usize - 1];
    assert_eq!(
        last["@id"],
        "http://almanac.test/v2/models/species/versions/1/prediction?bill_length_mm=35.9999&island=Dream"
    );
}

#[rocket::async_test]
async fn the_collection_as_a_table_is_the_header_to_fill() {
    let site = site().await;
    let answer = site.get_as(PREDICTIONS, "text/csv").await;
    assert_eq!(answer.is(200).text(), "bill_length_mm,island\n");
}

#[rocket::async_test]
async fn a_retraining_is_seen_at_once_by_predictions_of_the_current_model() {
    let site = site().await;
    let root = site.anybody(Role::Admin).await;
    let body = json!({"bill_length_mm": 39.1, "island": "Dream"});
    let ask = async || site.request(Method::Post, "/v2/models/species/predictions").json(&body).send().await;
    assert!(ask().await.is(201).json()["modelVersion"].as_str().unwrap().ends_with("/1"));

    let versions = site.get("/v2/models/species").await.json()["versionCollection"].clone();
    let training =
        site.request(Method::Post, versions.as_str().unwrap()).bearer(&root).json(&json!({"c": 0.01}));
    training.header("Prefer", "wait=30").send().await.is(202);

    assert!(ask().await.is(201).json()["modelVersion"].as_str().unwrap().ends_with("/2"));
    let old = site.get("/v2/models/species/versions/1").await.is(200).json();
    let new = site.get("/v2/models/species/versions/2").await.is(200).json();
    assert_eq!(old["classes"], new["classes"]);
    assert_eq!(old["revisionDigest"], new["revisionDigest"]);
    for (old, new) in
        old["coefficients"].as_array().unwrap().iter().zip(new["coefficients"].as_array().unwrap())
    {
        let weight = |one: &Value| one["weights"][0]["coefficient"].as_f64().unwrap();
        assert_eq!(weight(old).signum(), weight(new).signum(), "of {}", old["ofClass"]);
    }
}

#[rocket::async_test]
async fn rows_beyond_the_most_are_refused_without_being_read() {
    let site = site().await;
    // Rows of which one is wrong are counted, but not predicted.
    let lines = "{\"bill_length_mm\":39,\"island\":0}\n".to_string()
        + &"{\"bill_length_mm\":39,\"island\":\"Dream\"}\n".repeat(1_000_000);
    let table = "bill_length_mm,island\nwet,Dream\n".to_string() + &"39,Dream\n".repeat(1_000_000);
    let array = "[{},".to_string() + &"{\"island\":\"Dream\",\"bill_length_mm\":1},".repeat(1_000_000);
    for (media, rows) in [("application/x-ndjson", lines), ("text/csv", table), ("application/json", array)] {
        let answer = sent(&site, media, None, &format!("{rows}[[[")).await;
        let detail = answer.is(422).json()["errors"].to_string();
        assert!(detail.contains("1 to 1000000 rows"), "{answer}");
    }
}

#[rocket::async_test]
async fn an_answer_larger_than_the_bound_is_refused() {
    let site = Site::with(json!({"bodies": {"predictions_bytes": 200_000}})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let csv = |rows: usize| "bill_length_mm,island\n".to_string() + &"39,Dream\n".repeat(rows);

    sent(&site, "text/csv", Some("application/ld+json"), &csv(100)).await.is(200);
    let answer = sent(&site, "text/csv", Some("application/ld+json"), &csv(2_000)).await;

    assert!(answer.is(422).text().contains("200000 bytes"), "{answer}");
}

#[rocket::async_test]
async fn an_answer_that_its_client_does_not_read_is_cut_off_in_the_end() {
    let site = Site::with(json!({"bodies": {"predictions_s": 1}})).await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    let wire = Wire::beside(&site).await;
    let rows = "bill_length_mm,island\n".to_string() + &"39,Dream\n".repeat(400_000);
    let head = format!(
        "POST /v2/models/species/versions/1/predictions HTTP/1.1\r\nHost: almanac.test\r\nConnection: close\r\n\
         Accept: text/csv\r\nContent-Type: text/csv\r\nContent-Length: {}\r\n\r\n",
        rows.len()
    );

    let begun = wire.begin(head + &rows).await;
    while !begun.is_answered() || !spooled(&site).iter().all(|size| *size == 0) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let answer = begun.end([]).await;
    let whole: usize = answer.is(200).field("Content-Length").parse().unwrap();
    assert!(answer.body.len() < whole, "{} of {whole} bytes", answer.body.len());
    wire.end().await;
}

/// Sizes of the spool files of a site.
fn spooled(site: &Site) -> Vec<u64> {
    let folder = site.works().settings.data_dir.join("incoming");
    let entries = std::fs::read_dir(folder).unwrap().flatten();
    entries
        .filter_map(|entry| entry.metadata().ok())
        .filter(|data| data.is_file())
        .map(|data| data.len())
        .collect()
}
