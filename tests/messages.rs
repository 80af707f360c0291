//! Messages: bytes come back as they were sent, and can do no harm.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::domain::{message::filename, permission::Role};
use base64::{Engine, engine::general_purpose::STANDARD};
use common::{Answer, BASE, Site};
use rocket::http::Method;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const BYTES: &str = "application/octet-stream";
const FORM: &str = "multipart/form-data; boundary=XX";

async fn site() -> (Site, String) {
    let site = Site::empty().await;
    let ann = site.user("ann", Role::Reader).await;
    (site, ann)
}

async fn send(site: &Site, token: &str, media: &str, body: impl Into<Vec<u8>>) -> Answer {
    let request = site.request(Method::Post, "/v2/messages").bearer(token);
    request.header("Content-Type", media).body(body).send().await
}

/// The path of a new message's content.
async fn left(site: &Site, token: &str, media: &str, body: impl Into<Vec<u8>>) -> String {
    let answer = send(site, token, media, body).await;
    let content = answer.is(201).json()["content"].as_str().unwrap().to_string();
    content.strip_prefix(BASE).unwrap().to_string()
}

async fn count(site: &Site) -> u64 {
    site.get("/v2/messages").await.is(200).json()["totalItems"].as_u64().unwrap()
}

/// A part with a file name.
fn file(name: &str, media: &str, content: &str) -> String {
    format!(
        "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {media}\r\n\r\n{content}\r\n"
    )
}

/// A part without one.
fn word(name: &str, content: &str) -> String {
    format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{content}\r\n")
}

fn range<'s>(site: &'s Site, path: &str, range: &str) -> common::Request<'s> {
    site.request(Method::Get, path).header("Range", range)
}

#[rocket::async_test]
async fn bytes_come_back_as_they_were_sent_under_the_media_type_they_were_sent_with() {
    let (site, ann) = site().await;
    let all: Vec<u8> = (0..=255).cycle().take(70_000).collect();

    for (media, body) in [
        ("text/plain", b"rain".to_vec()),
        ("text/plain", b"\xff\xfe no UTF-8".to_vec()),
        ("text/plain; charset=ISO-8859-1", b"caf\xe9".to_vec()),
        ("TEXT/Plain; Charset=\"utf-8\"", "Regen, größer".into()),
        ("text/plain", b"".to_vec()),
        ("application/json", b" {\"b\" : 1.50,\r\n\"a\":[1e2 ,\"\\u00e9\"]}\n ".to_vec()),
        ("application/json; charset=utf-8", b"null".to_vec()),
        (BYTES, all.clone()),
    ] {
        let path = left(&site, &ann, media, body.clone()).await;

        let answer = site.get(&path).await;
        answer.is(200);
        assert_eq!(answer.body, body, "{media}");
        assert_eq!(answer.field("Content-Type"), media);
        assert_eq!(answer.field("Content-Length"), body.len().to_string());
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&body)));
        assert_eq!(answer.field("Repr-Digest"), digest);
    }
}

#[rocket::async_test]
async fn contents_are_sandboxed_and_not_cached_beyond_their_deletion() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, FORM, file("a.html", "text/html", "<script>") + "--XX--\r\n").await;

    let answer = site.request(Method::Get, &path).header("Accept", "image/png").send().await;
    answer.is(200);
    assert_eq!(answer.field("Content-Type"), "text/html");
    assert_eq!(answer.field("Content-Security-Policy"), "sandbox; default-src 'none'");
    assert_eq!(answer.field("X-Content-Type-Options"), "nosniff");
    assert_eq!(answer.field("Content-Disposition"), "attachment; filename=\"a.html\"");
    assert_eq!(answer.field("Cache-Control"), "max-age=0, s-maxage=30, stale-if-error=3600");
    assert_eq!(answer.field("Accept-Ranges"), "bytes");
    assert_eq!(answer.header("Vary"), None);
    assert_eq!(answer.field("xkey"), "message:1");
}

#[rocket::async_test]
async fn contents_are_never_coded() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, "text/plain", "rain ".repeat(1_000)).await;

    let request = site.request(Method::Get, &path).header("Accept-Encoding", "gzip, zstd, identity;q=0");
    let answer = request.send().await;
    assert_eq!(answer.is(200).header("Content-Encoding"), None);
    assert_eq!(answer.body, "rain ".repeat(1_000).into_bytes());
}

#[rocket::async_test]
async fn a_content_that_the_client_has_is_304_with_the_sandbox() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, "text/plain", "rain").await;
    let first = site.get(&path).await;

    let answer = site.request(Method::Get, &path).if_none_match(&first.etag()).send().await;
    answer.is(304);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("Content-Type"), None);
    for name in ["ETag", "Cache-Control", "Content-Security-Policy", "Content-Disposition", "Last-Modified"] {
        assert_eq!(answer.field(name), first.field(name));
    }
    let since = first.field("Last-Modified");
    site.request(Method::Get, &path).header("If-Modified-Since", since).send().await.is(304);
    let answer = site.request(Method::Get, &path).if_match("\"x\"").send().await;
    answer.is(412).has_problem("precondition-failed");
}

#[rocket::async_test]
async fn equal_bytes_in_two_messages_have_two_entity_tags() {
    let (site, ann) = site().await;
    let one = left(&site, &ann, "text/plain", "rain").await;
    let other = left(&site, &ann, "text/plain", "rain").await;

    assert_ne!(site.get(&one).await.etag(), site.get(&other).await.etag());
}

#[rocket::async_test]
async fn a_range_is_206_with_exactly_its_bytes() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, BYTES, "0123456789").await;

    for (asked, bytes, said) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=-2", "89", "bytes 8-9/10"),
        ("bytes=-99", "0123456789", "bytes 0-9/10"),
        ("bytes=4-99", "456789", "bytes 4-9/10"),
        ("bytes=0-1,2-3", "0123", "bytes 0-3/10"),
    ] {
        let answer = range(&site, &path, asked).send().await;
        answer.is(206);
        assert_eq!(answer.text(), bytes, "{asked}");
        assert_eq!(answer.field("Content-Range"), said);
        assert_eq!(answer.field("Content-Length"), bytes.len().to_string());
        assert_eq!(answer.field("Content-Type"), BYTES);
        assert_eq!(answer.etag(), site.get(&path).await.etag());
    }
    for ignored in ["bytes=0-1,8-9", "lines=1-2", "bytes=3-1", "bytes=x"] {
        assert_eq!(range(&site, &path, ignored).send().await.is(200).text(), "0123456789", "{ignored}");
    }
}

#[rocket::async_test]
async fn a_range_behind_the_end_is_416_with_the_length() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, BYTES, "0123456789").await;
    let empty = left(&site, &ann, BYTES, "").await;

    let answer = range(&site, &path, "bytes=10-").send().await;
    answer.is(416).has_problem("range-not-satisfiable");
    assert_eq!(answer.field("Content-Range"), "bytes */10");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    range(&site, &empty, "bytes=0-").send().await.is(416);
    range(&site, &empty, "bytes=-5").send().await.is(200);
}

#[rocket::async_test]
async fn a_range_of_another_version_is_the_whole() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, BYTES, "0123456789").await;
    let tag = site.get(&path).await.etag();

    for (named, status) in [(tag.clone(), 206), (format!("W/{tag}"), 200), ("\"x\"".into(), 200)] {
        range(&site, &path, "bytes=0-3").header("If-Range", named).send().await.is(status);
    }
    let answer = range(&site, &path, "bytes=0-3").if_none_match(&tag).send().await;
    answer.is(304);
}

#[rocket::async_test]
async fn head_of_a_content_has_the_fields_of_get_and_no_range() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, BYTES, "0123456789").await;
    let get = site.get(&path).await;

    let head = site.request(Method::Head, &path).header("Range", "bytes=0-3").send().await;
    head.is(200);
    assert!(head.body.is_empty());
    assert_eq!(head.fields_without(&[]), get.fields_without(&[]));
}

#[rocket::async_test]
async fn a_suffix_of_a_content_is_nothing() {
    let (site, ann) = site().await;
    let path = left(&site, &ann, "text/plain", "rain").await;

    site.get(&format!("{path}.txt")).await.is(404).has_problem("not-found");
}

#[rocket::async_test]
async fn json_that_is_none_is_refused_and_nothing_is_kept() {
    let (site, ann) = site().await;
    let deep = "[".repeat(40) + &"]".repeat(40);

    for body in ["", "{", "rain", "{\"a\": 1, \"a\": 2}", "[NaN]", "\"\\ud800\"", "[1] x", "\u{feff}1", &deep]
    {
        let answer = send(&site, &ann, "application/json", body).await;
        answer.is(400).has_problem("malformed");
    }
    send(&site, &ann, "application/json", b"\"\xff\"".to_vec()).await.is(400).has_problem("malformed");
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn other_media_types_are_415_that_lists_those_taken() {
    let (site, ann) = site().await;

    for media in ["text/html", "image/png", "application/ld+json", "application/x-www-form-urlencoded"] {
        let answer = send(&site, &ann, media, "x").await;
        answer.is(415).has_problem("unsupported-media-type");
        let taken = "text/plain, application/json, application/octet-stream, multipart/form-data, \
                     application/vnd.almanac.v2+json";
        assert_eq!(answer.field("Accept-Post"), taken);
    }
    let none = site.request(Method::Post, "/v2/messages").bearer(&ann).body("x").send().await;
    none.is(415).has_problem("unsupported-media-type");
    send(&site, &ann, "nonsense", "x").await.is(400).has_problem("malformed");
    let long = format!("text/plain; x={}", "x".repeat(300));
    send(&site, &ann, &long, "x").await.is(400).has_problem("malformed");
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn the_one_file_of_a_form_is_kept_with_its_name_and_type() {
    let (site, ann) = site().await;
    let part = file("weather/größe 50%.csv", "text/csv; header=present", "a,b\r\n");
    let body = word("note", "ignored") + &part + &word("note", "") + "--XX--\r\n";

    let message = send(&site, &ann, FORM, body).await.is(201).json();
    assert_eq!(message["filename"], "größe 50%.csv");
    assert_eq!(message["encodingFormat"], "text/csv; header=present");
    assert_eq!(message["contentSize"], "5");
    let content = site.get(message["content"].as_str().unwrap()).await;
    assert_eq!(content.is(200).text(), "a,b\r\n");
    let disposition = "attachment; filename=\"gr__e 50_.csv\"; filename*=UTF-8''gr%C3%B6%C3%9Fe%2050%25.csv";
    assert_eq!(content.field("Content-Disposition"), disposition);
}

#[rocket::async_test]
async fn a_form_file_without_a_type_is_unknown_bytes() {
    let (site, ann) = site().await;
    let body = "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"x\"\r\n\r\nrain\r\n--XX--\r\n";

    let path = left(&site, &ann, FORM, body).await;
    assert_eq!(site.get(&path).await.field("Content-Type"), BYTES);
}

#[rocket::async_test]
async fn a_form_without_a_file_or_with_several_is_422_and_nothing_is_kept() {
    let (site, ann) = site().await;
    let one = file("a.txt", "text/plain", "a");

    for body in [
        "--XX--\r\n".to_string(),
        word("note", "x") + "--XX--\r\n",
        file("", "application/octet-stream", "") + "--XX--\r\n",
        one.clone() + &file("b.txt", "text/plain", "b") + "--XX--\r\n",
    ] {
        send(&site, &ann, FORM, body).await.is(422).has_problem("unprocessable");
    }
    for body in [String::new(), "rain".into(), one.clone(), one.clone() + "--XX"] {
        send(&site, &ann, FORM, body).await.is(400).has_problem("malformed");
    }
    send(&site, &ann, "multipart/form-data", one.clone()).await.is(400).has_problem("malformed");
    let typed = file("a", "nonsense", "a") + "--XX--\r\n";
    send(&site, &ann, FORM, typed).await.is(400).has_problem("malformed");
    assert_eq!(count(&site).await, 0);
}

#[rocket::async_test]
async fn a_body_over_the_limit_is_413_whatever_its_type() {
    let site = Site::with(json!({"bodies": {"message_bytes": 1_000}})).await;
    let ann = site.user("ann", Role::Reader).await;
    let text = "x".repeat(1_001);

    send(&site, &ann, "text/plain", "x".repeat(1_000)).await.is(201);
    send(&site, &ann, "text/plain", text.clone()).await.is(413).has_problem("payload-too-large");
    send(&site, &ann, "application/json", format!("\"{text}\"")).await.is(413);
    send(&site, &ann, FORM, file("a", "text/plain", &text) + "--XX--\r\n").await.is(413);
    send(&site, &ann, FORM, word("a", &text) + "--XX--\r\n").await.is(413);
    assert_eq!(count(&site).await, 1);
}

#[rocket::async_test]
async fn a_coded_message_is_undone_and_a_coded_form_refused() {
    let (site, ann) = site().await;
    let coded = {
        use std::io::Write;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(b"rain").unwrap();
        gzip.finish().unwrap()
    };
    let request = |media: &str| {
        let request = site.request(Method::Post, "/v2/messages").bearer(&ann).header("Content-Type", media);
        request.header("Content-Encoding", "gzip").body(coded.clone())
    };

    let message = request("text/plain").send().await.is(201).json();
    assert_eq!(site.get(message["content"].as_str().unwrap()).await.text(), "rain");
    request(FORM).send().await.is(415).has_problem("unsupported-coding");
}

#[rocket::async_test]
async fn the_document_of_a_message_is_about_its_bytes() {
    let (site, ann) = site().await;

    let answer = send(&site, &ann, "text/plain", "rain").await;
    let document = answer.is(201).json();
    assert_eq!(answer.field("Location"), "http://almanac.test/v2/messages/1");
    assert_eq!(answer.field("Cache-Control"), "no-store");
    assert_eq!(document["@id"], "http://almanac.test/v2/messages/1");
    assert_eq!(document["@type"][0], "Message");
    assert_eq!(document["author"], "ann");
    assert_eq!(document["contentSize"], "4");
    assert_eq!(document["encodingFormat"], "text/plain");
    let hex: String = Sha256::digest(b"rain").iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(document["sha256"], hex);
    assert_eq!(document["content"], "http://almanac.test/v2/messages/1/content");
    let read = site.get("/v2/messages/1").await;
    assert_eq!(read.is(200).body, answer.body);
    assert_eq!(read.etag(), answer.etag());
    site.request(Method::Get, "/v2/messages/1").if_none_match(&read.etag()).send().await.is(304);
}

#[rocket::async_test]
async fn messages_are_listed_newest_first_page_by_page() {
    let (site, ann) = site().await;
    for text in ["one", "two", "three"] {
        left(&site, &ann, "text/plain", text).await;
    }

    let page = site.get("/v2/messages?page=1&itemsPerPage=2").await.is(200).json();
    let ids = |page: &Value| -> Vec<String> {
        let members = page["member"].as_array().unwrap().iter();
        members.map(|member| member["identifier"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!((ids(&page), &page["totalItems"]), (vec!["3".into(), "2".into()], &json!(3)));
    let next = site.get(page["view"]["next"].as_str().unwrap()).await.is(200).json();
    assert_eq!(ids(&next), ["1"]);
    site.get("/v2/messages?page=0").await.is(400).has_problem("invalid-parameter");
}

#[rocket::async_test]
async fn a_message_needs_somebody_signed_in() {
    let (site, _) = site().await;

    let answer = site
        .request(Method::Post, "/v2/messages")
        .header("Content-Type", "text/plain")
        .body("x")
        .send()
        .await;
    answer.is(401).has_problem("unauthorized");
    site.request(Method::Delete, "/v2/messages/1").send().await.is(401);
    for path in ["/v2/messages", "/v2/messages/1", "/v2/messages/1/content"] {
        let answer = site.request(Method::Get, path).basic("ann", "wrong").send().await;
        answer.is(401).has_problem("unauthorized");
    }
}

#[rocket::async_test]
async fn senders_delete_their_own_messages_and_administrators_any() {
    let (site, ann) = site().await;
    let bob = site.user("bob", Role::Publisher).await;
    let root = site.user("root", Role::Admin).await;
    for _ in 0..2 {
        left(&site, &ann, "text/plain", "rain").await;
    }

    site.delete("/v2/messages/1", &bob).send().await.is(403).has_problem("forbidden");
    site.delete("/v2/messages/1", &ann).if_match("\"x\"").send().await.is(412);
    site.get("/v2/messages/1").await.is(200);
    site.delete("/v2/messages/1", &ann).send().await.is(204);
    site.delete("/v2/messages/2", &root).send().await.is(204);
    for path in ["/v2/messages/1", "/v2/messages/1/content", "/v2/messages/2"] {
        site.get(path).await.is(404).has_problem("not-found");
    }
    site.delete("/v2/messages/1", &ann).send().await.is(404);
}

#[rocket::async_test]
async fn the_bytes_outlive_a_message_while_another_has_the_same() {
    let (site, ann) = site().await;
    left(&site, &ann, "text/plain", "rain").await;
    let other = left(&site, &ann, "text/plain", "rain").await;

    site.delete("/v2/messages/1", &ann).send().await.is(204);
    assert_eq!(site.get(&other).await.is(200).text(), "rain");
}

#[rocket::async_test]
async fn the_number_of_a_deleted_message_is_not_given_again() {
    let (site, ann) = site().await;
    left(&site, &ann, "text/plain", "rain").await;
    site.delete("/v2/messages/1", &ann).send().await.is(204);

    assert_eq!(left(&site, &ann, "text/plain", "wind").await, "/v2/messages/2/content");
}

#[rocket::async_test]
async fn only_one_spelling_of_a_number_names_a_message() {
    let (site, ann) = site().await;
    left(&site, &ann, "text/plain", "rain").await;

    for id in ["01", "+1", "-1", "0", "1%20", "%201", "x", "9223372036854775808", "1;", "%00"] {
        site.get(&format!("/v2/messages/{id}")).await.is(404);
        site.get(&format!("/v2/messages/{id}/content")).await.is(404);
    }
    for path in ["/v2/messages/1/content/", "//v2/messages/1//content?x=1"] {
        let answer = site.get(path).await;
        assert!(answer.is(308).field("Location").starts_with("http://almanac.test/v2/messages/1/content"));
    }
    assert_eq!(site.get("//").await.is(308).field("Location"), "http://almanac.test/");
    site.get("/v2/messages/1").await.is(200);
}

#[test]
fn a_file_name_is_the_last_part_of_a_path_and_plain_to_read() {
    let long = "ü".repeat(200);
    for (sent, kept) in [
        ("rain.csv", Some("rain.csv")),
        ("../../etc/passwd", Some("passwd")),
        ("C:\\data\\rain.csv", Some("rain.csv")),
        (" a\r\nb\0.csv ", Some("ab.csv")),
        ("txt.\u{202E}vsc.exe", Some("txt.vsc.exe")),
        ("..", None),
        ("a/", None),
        ("\t", None),
        (&long, Some(&"ü".repeat(127))),
    ] {
        assert_eq!(filename(sent).as_deref(), kept, "{sent:?}");
    }
}

#[rocket::async_test]
async fn ranges_that_stay_apart_are_parts_of_one_content() {
    let (site, ann) = site().await;
    let text: String = (0..200).map(|number| format!("{number:04} ")).collect();
    let path = left(&site, &ann, "text/plain", text.as_str()).await;

    let answer = range(&site, &path, "bytes=990-994, 0-3, -5").send().await;

    let kind = answer.is(206).field("Content-Type").to_string();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").expect("a boundary");
    assert_eq!(answer.header("Content-Range"), None);
    assert_eq!(answer.field("Content-Length"), answer.body.len().to_string());
    let body = answer.text();
    let parts: Vec<&str> = body.split(&format!("\r\n--{boundary}")).collect();
    assert_eq!((parts.len(), parts[0], parts[3]), (4, "", "--\r\n"), "{body}");
    for (part, range, bytes) in [(1, "990-999", &text[990..]), (2, "0-3", &text[..4])] {
        let (head, content) = parts[part].trim_start().split_once("\r\n\r\n").unwrap();
        let fields = format!("Content-Type: text/plain\r\nContent-Range: bytes {range}/1000");
        assert_eq!((head, content), (fields.as_str(), bytes));
    }
    assert_eq!(range(&site, &path, "bytes=990-994, 0-3, -5").send().await.body, answer.body);
    assert!(answer.body.len() < text.len());
}
