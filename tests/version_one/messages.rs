//! Messages: given back as they came.

use super::*;

#[rocket::async_test]
async fn a_message_is_given_back_under_its_location_as_it_came() {
    let (site, ann) = site().await;
    let bodies: [(&str, &[u8]); 3] = [
        ("text/plain; charset=iso-8859-1", b"caf\xe9"),
        ("application/json", b"{\"a\":  1}"),
        ("application/octet-stream", b"\x00\xff\r\n"),
    ];

    for (media_type, body) in bodies {
        let sent = site.request(Method::Post, "/v1/messages").bearer(&ann).header("Content-Type", media_type);
        let made = sent.body(body).send().await;
        let location = made.is(201).field("Location");
        assert_eq!(made.json()["@id"], location);
        assert_eq!(made.json()["size"], body.len());
        assert_eq!(made.header("ETag"), None, "the tag of the document is none of the bytes");
        assert_eq!(made.header("Content-Location"), None, "the document has no URL of its own");

        let given = site.get(location).await;

        assert_eq!(given.is(200).body, body);
        assert_eq!(given.field("Content-Type"), media_type);
        assert!(given.field("Content-Security-Policy").starts_with("sandbox"), "{given}");
        assert!(given.field("Content-Disposition").starts_with("attachment"), "{given}");
        says_that_it_ends(&given, &location.trim_start_matches(BASE).replace("/v1", "/v2"));
        site.request(Method::Get, location).if_none_match(&given.etag()).send().await.is(304);
    }
}

#[rocket::async_test]
async fn a_file_of_a_form_becomes_a_message_and_is_listed_with_its_name() {
    let (site, ann) = site().await;
    let form = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"rain.txt\"\r\n\
                Content-Type: text/plain\r\n\r\nIt rained.\r\n--b--\r\n";

    let sent = site.request(Method::Post, "/v1/messages").bearer(&ann).body(form);
    let made = sent.header("Content-Type", "multipart/form-data; boundary=b").send().await;

    let location = made.is(201).field("Location");
    assert_eq!(site.get(location).await.is(200).text(), "It rained.");
    let list = site.get("/v1/messages").await.is(200).json();
    let item = &list["items"][0];
    assert_eq!((&item["filename"], &item["mediaType"]), (&json!("rain.txt"), &json!("text/plain")));
    assert_eq!(item["links"]["self"], location);
}

#[rocket::async_test]
async fn a_message_needs_somebody_who_sends_it_and_a_media_type_that_is_taken() {
    let (site, ann) = site().await;
    let send = |media_type: &str| {
        site.request(Method::Post, "/v1/messages").header("Content-Type", media_type).body("<p>rain</p>")
    };

    send("text/plain").send().await.is(401);
    send("text/html").bearer(&ann).send().await.is(415).has_problem("unsupported-media-type");

    assert_eq!(site.get("/v1/messages").await.is(200).json()["count"], 0);
    for path in ["/v1/messages/1", "/v1/messages/1.json", "/v1/messages/x", "/v1/messages/01"] {
        site.get(path).await.is(404);
    }
}
