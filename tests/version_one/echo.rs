//! The echo: what was sent is given back, and can do nothing.

use super::*;

const WRITES: [Method; 4] = [Method::Post, Method::Put, Method::Patch, Method::Delete];

#[rocket::async_test]
async fn echo_says_the_method_where_there_is_no_body() {
    let site = Site::empty().await;

    for method in [Method::Get].into_iter().chain(WRITES) {
        let answer = site.request(method, "/v1/echo").send().await;
        let echo = answer.is(200).json();
        assert_eq!(echo["method"], method.as_str());
        assert_eq!(echo["message"], format!("ECHO: {method}"));
        assert_eq!(answer.field("Cache-Control"), "no-store");
        says_that_it_ends(&answer, "/v2");
    }
    assert_eq!(site.get_as("/v1/echo", "text/plain").await.is(200).text(), "ECHO: GET\n");
}

#[rocket::async_test]
async fn echo_gives_a_body_back_byte_by_byte_with_its_own_media_type_and_lets_it_do_nothing() {
    let site = Site::empty().await;
    let bodies: [(&str, &[u8]); 4] = [
        ("text/plain; charset=iso-8859-1", b"caf\xe9"),
        ("application/json", b"{\"a\":  1, \"a\": 2"),
        ("application/octet-stream", b"\x00\xff\r\n"),
        ("text/plain", b""),
    ];

    for method in WRITES {
        for (media_type, body) in bodies {
            let sent = site.request(method, "/v1/echo").header("Content-Type", media_type).body(body);
            let answer = sent.send().await;
            assert_eq!(answer.is(200).body, body);
            assert_eq!(answer.field("Content-Type"), media_type);
            assert!(answer.field("Content-Security-Policy").starts_with("sandbox"), "{answer}");
            assert_eq!(answer.field("Content-Disposition"), "attachment");
            assert_eq!(answer.field("X-Content-Type-Options"), "nosniff");
            assert_eq!(answer.field("Cache-Control"), "no-store");
        }
    }
}

#[rocket::async_test]
async fn echo_gives_back_nothing_that_could_run() {
    let site = Site::empty().await;

    for media_type in [
        "text/html",
        "image/svg+xml",
        "application/xhtml+xml",
        "text/javascript",
        "multipart/form-data; boundary=b",
    ] {
        let sent = site.request(Method::Post, "/v1/echo").header("Content-Type", media_type).body("<script>");
        let answer = sent.send().await;
        answer.is(415).has_problem("unsupported-media-type");
        assert!(answer.field("Accept-Post").contains("text/plain"), "{answer}");
    }
    site.request(Method::Put, "/v1/echo").body("untold").send().await.is(415);
}

#[rocket::async_test]
async fn echo_takes_no_more_than_a_document_may_have() {
    let site = Site::with(json!({"bodies": {"json_bytes": 100}})).await;
    let send = |bytes: usize| {
        site.request(Method::Post, "/v1/echo")
            .header("Content-Type", "text/plain")
            .body(vec![b'x'; bytes])
            .send()
    };

    send(100).await.is(200);
    send(101).await.is(413).has_problem("payload-too-large");
}
