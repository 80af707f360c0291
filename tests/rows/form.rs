//! The form on a page of rows: it has each column that the page has, and keeps what it has no field for.

use crate::common::{Site, arrange};
use almanac::domain::permission::Role;

/// A table of so many columns of numbers, then one of categories.
async fn wide(site: &Site, columns: usize) {
    let publisher = site.anybody(Role::Publisher).await;
    let names: Vec<String> = (1..=columns).map(|number| format!("c{number}")).collect();
    let row = |place: usize| {
        let cells: Vec<String> = (0..columns).map(|column| format!("{}.5", place + column)).collect();
        format!("{},{}\n", cells.join(","), ["red", "white"][place % 2])
    };
    let rows: String = (0..40).map(row).collect();
    arrange::table(site, &publisher, "wide", "Wide", &format!("{},class\n{rows}", names.join(","))).await;
}

/// The form that chooses rows.
async fn form(site: &Site, query: &str) -> String {
    let page = site.get_as(&format!("/v2/datasets/wide/rows?{query}"), "text/html").await.is(200).text();
    let (_, form) = page.split_once("<summary>Choose rows</summary>").expect("a form");
    form.split("</form>").next().unwrap().to_string()
}

#[rocket::async_test]
async fn each_column_of_a_page_has_fields_and_is_in_the_template() {
    for columns in [13, 24, 40] {
        let site = Site::empty().await;
        wide(&site, columns).await;

        let form = form(&site, "").await;
        let template = site.get("/v2/datasets/wide/rows").await.json()["search"].clone();
        let variables: Vec<&str> = template["mapping"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["variable"].as_str().unwrap())
            .collect();

        assert!(variables.len() <= 100, "{}", variables.len());
        for column in 1..=columns {
            let fields = [format!("filter[c{column}][ge]"), format!("filter[c{column}][le]")];
            assert!(fields.iter().all(|name| variables.contains(&name.as_str())), "{fields:?} {variables:?}");
            let shown = fields.iter().all(|name| form.contains(&format!("name=\"{name}\"")));
            assert_eq!(shown, column <= 24, "{fields:?}: {form}");
        }
        assert_eq!(form.contains("name=\"filter[class][eq]\""), columns == 13, "{form}");
    }
}

#[rocket::async_test]
async fn what_the_form_has_no_field_for_is_kept() {
    let site = Site::empty().await;
    wide(&site, 30).await;

    let query = "filter[class][eq]=red&filter[c2][lt]=9&filter[c1][ge]=1&filter[c1][ge]=2&sort=-c1&limit=5";
    let form = form(&site, query).await;

    for (name, text) in [
        ("filter[class][eq]", "red"),
        ("filter[c2][lt]", "9"),
        ("filter[c1][ge]", "2"),
        ("sort", "-c1"),
        ("limit", "5"),
    ] {
        let hidden = format!("<input type=\"hidden\" name=\"{name}\" value=\"{text}\">");
        assert_eq!(form.matches(&hidden).count(), 1, "{hidden}: {form}");
    }
    assert!(form.contains("name=\"filter[c1][ge]\" value=\"1\""), "{form}");
}

#[rocket::async_test]
async fn a_value_that_no_row_has_stays_chosen() {
    let site = Site::empty().await;
    wide(&site, 3).await;

    let form = form(&site, "filter[class][eq]=green").await;

    assert!(form.contains("<option value=\"green\" selected>"), "{form}");
}

#[rocket::async_test]
async fn what_is_wrong_with_a_choice_stands_in_the_form_that_made_it() {
    let site = Site::empty().await;
    wide(&site, 3).await;
    let path = "/v2/datasets/wide/rows?filter[c1][ge]=abc&filter[c2][le]=7&filter[class][eq]=red&sort=none";

    let page = site.get_as(path, "text/html").await;

    let text = page.is(400).text();
    let (_, form) = text.split_once("<summary>Choose rows</summary>").expect("a form");
    let form = form.split("</form>").next().unwrap();
    let (_, field) = form.split_once("name=\"filter[c1][ge]\"").unwrap();
    let field = field.split('>').next().unwrap();
    assert!(field.contains("value=\"abc\"") && field.contains("aria-invalid=\"true\""), "{field}");
    assert!(form.contains("id=\"filter[c1][ge]-fault\""), "{form}");
    assert!(form.contains("name=\"filter[c2][le]\" value=\"7\""), "{form}");
    assert!(form.contains("<option value=\"red\" selected>"), "{form}");
    assert!(!form.contains("value=\"none\""), "sent again it would be wrong again: {form}");
    site.get(path).await.is(400).has_problem("invalid-parameter");
}
