//! The greeting: a document or plain text.

use super::*;

#[rocket::async_test]
async fn hello_greets_whom_the_query_names_and_else_the_world() {
    let site = Site::empty().await;

    for (path, message) in [
        ("/v1/hello", "Hello, world!"),
        ("/v1/hello?name=", "Hello, world!"),
        ("/v1/hello?name=Ann", "Hello, Ann!"),
        ("/v1/hello?name=J%C3%B8rgen+%26+S%C3%B8n", "Hello, Jørgen & Søn!"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.is(200).field("Content-Type"), "application/ld+json");
        assert_eq!(answer.json()["message"], message, "{path}");
        let text = site.get_as(path, "text/plain").await;
        assert_eq!(text.is(200).field("Content-Type"), "text/plain; charset=utf-8");
        assert_eq!(text.text(), format!("{message}\n"));
    }
}

#[rocket::async_test]
async fn each_representation_of_a_greeting_has_its_own_url() {
    let site = Site::empty().await;

    let hello = site.get_as("/v1/hello?name=Ann", "text/plain").await;

    let own = format!("{BASE}/v1/hello.txt?name=Ann");
    assert_eq!(hello.is(200).field("Content-Location"), own);
    let alternate = format!("<{own}>; rel=\"alternate\"; type=\"text/plain\"");
    assert!(hello.all("Link").iter().any(|line| line.ends_with(&alternate)), "{hello}");
    assert_eq!(site.get(&own).await.is(200).text(), "Hello, Ann!\n");
    site.get("/v1/articles.txt").await.is(404);
}

#[rocket::async_test]
async fn a_name_that_is_too_long_is_refused_with_the_parameter() {
    let site = Site::empty().await;
    site.get(&format!("/v1/hello?name={}", "%C3%A9".repeat(100))).await.is(200);

    let answer = site.get(&format!("/v1/hello?name={}", "x".repeat(101))).await;

    answer.is(400).has_problem("invalid-parameter");
    assert_eq!(answer.json()["errors"][0]["parameter"], "name");
}

#[rocket::async_test]
async fn a_name_on_a_page_is_text() {
    let site = Site::empty().await;

    let page = site.get_as("/v1/hello?name=%3Cscript%3E", "text/html").await;

    assert!(!page.is(200).text().contains("<script"), "{page}");
}
