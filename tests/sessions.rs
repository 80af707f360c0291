//! Browsers: signing in and out, what a session is good for, and what others can do with it (nothing).

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

use almanac::{cache::flight::Turn, domain::permission::Role, routes::ask, store};
use chrono::{Duration, Utc};
use common::{
    Answer, PASSWORD, Site,
    browser::{Browser, SECURE, site},
    routes,
};
use rocket::http::Method;
use serde_json::json;

const PERSONAL: &str = "private, no-store";
const LONG: &str = "a new password, long enough";

/// A secure site with `ann`, a reader, and `root`, an administrator.
async fn people() -> Site {
    let site = site().await;
    site.user("ann", Role::Reader).await;
    site.user("root", Role::Admin).await;
    site
}

fn is_forbidden(answer: &Answer) {
    assert_eq!(answer.is(403).field("X-Almanac-Error-Code"), "forbidden");
    assert_eq!(answer.field("Cache-Control"), PERSONAL);
}

fn leads_to(answer: &Answer, path: &str) {
    answer.is(303);
    assert_eq!(answer.field("Location"), format!("{SECURE}{path}"), "{answer}");
    assert_eq!(answer.field("Cache-Control"), PERSONAL, "{answer}");
}

// ---- signing in --------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_name_and_a_password_lead_to_the_account_with_a_cookie_that_only_this_host_gets() {
    let site = people().await;
    let mut browser = Browser::new(&site);
    let form = browser.get("/sign-in").await;
    assert!(form.is(200).text().contains("type=\"password\""), "{form}");

    let answer = browser.sign_in("ann", PASSWORD).await;
    leads_to(&answer, "/account");
    let cookie = answer.field("Set-Cookie");
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.split("; ").any(|one| one == attribute), "{cookie}");
    }
    assert!(!cookie.contains("Max-Age") && !cookie.contains("Domain"), "{cookie}");
    assert!(browser.get("/account").await.is(200).text().contains("ann"));
}

#[rocket::async_test]
async fn who_wants_to_stay_gets_a_cookie_that_outlives_the_browser() {
    let site = people().await;
    let mut browser = Browser::new(&site);
    let fields = [("name", "ann"), ("password", PASSWORD), ("keep", "on")];

    let answer = browser.send("/sign-in", &fields).await;
    assert!(answer.is(303).field("Set-Cookie").contains("; Max-Age=2592000;"), "{answer}");
}

#[rocket::async_test]
async fn what_is_wrong_is_said_in_the_same_words_whoever_it_is() {
    let site = people().await;
    let mut browser = Browser::new(&site);
    let user = site.find_user("ann").await;
    let mut tx = site.works().store.write().await.unwrap();
    let off = store::user::insert(&mut tx, "off", None, Role::Reader, Utc::now()).await.unwrap();
    store::user::change(&mut tx, &off, off.role, true, Utc::now()).await.unwrap();
    tx.commit().await.unwrap();

    let mut said = Vec::new();
    for (name, password) in [("ann", "wrong"), ("off", PASSWORD), ("nobody", PASSWORD), (&user.name, "")] {
        let answer = browser.sign_in(name, password).await;
        assert_eq!(answer.is(422).header("Set-Cookie"), None, "{answer}");
        assert_eq!(answer.field("Cache-Control"), PERSONAL);
        assert!(!answer.text().contains("wrong"), "a password is not shown: {answer}");
        said.push(answer.text().replace(&format!("value=\"{name}\""), "value=\"\""));
    }
    assert!(said.iter().all(|one| *one == said[0]), "{said:#?}");
}

#[rocket::async_test]
async fn a_sign_in_leads_to_the_page_that_was_wanted_and_to_no_other_site() {
    let site = people().await;

    for (wanted, leads) in [
        ("/v2/me/tokens?page=1", "/v2/me/tokens?page=1"),
        ("//evil.test/", "/account"),
        ("https://evil.test/", "/account"),
        ("/\\evil.test", "/account"),
        ("@evil.test", "/account"),
        ("/x\r\nSet-Cookie: a=b", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/sign-out", "/account"),
    ] {
        let fields = [("name", "ann"), ("password", PASSWORD), ("return", wanted)];
        let answer = Browser::new(&site).send("/sign-in", &fields).await;
        leads_to(&answer, leads);
        assert_eq!(answer.all("Set-Cookie").len(), 1, "{answer}");
    }
}

#[rocket::async_test]
async fn a_session_that_somebody_brought_is_not_the_one_that_a_sign_in_gives() {
    let site = people().await;
    let mut mallory = Browser::signed_in(&site, "root").await;
    let planted = mallory.cookie.clone();

    let mut ann = Browser { cookie: planted.clone(), ..Browser::new(&site) };
    ann.sign_in("ann", PASSWORD).await.is(303);
    assert_ne!(ann.cookie, planted);
    mallory.get("/account").await.is(303);
    // Nor one that was never given.
    let made_up = Some(format!("__Host-session={}", "A".repeat(43)));
    let mut bob = Browser { cookie: made_up.clone(), ..Browser::new(&site) };
    bob.get("/account").await.is(303);
    bob.sign_in("ann", PASSWORD).await.is(303);
    assert_ne!(bob.cookie, made_up);
}

#[rocket::async_test]
async fn a_cookie_that_another_host_could_have_set_is_nobodys() {
    let site = people().await;
    let ann = Browser::signed_in(&site, "ann").await;
    let cookie = ann.cookie.unwrap();
    let value = cookie.split_once('=').unwrap().1;

    for tossed in [
        format!("session={value}"),
        format!("__host-session={value}"),
        format!("{cookie}; __Host-session=other"),
        format!("__Host-session={value}x"),
        format!("__Host-session=\"{value}\""),
    ] {
        let mut browser = Browser { cookie: Some(tossed.clone()), ..Browser::new(&site) };
        assert_eq!(browser.get("/account").await.status, 303, "{tossed}");
    }
}

#[rocket::async_test]
async fn the_database_does_not_hold_what_the_cookie_holds() {
    let site = people().await;
    let ann = Browser::signed_in(&site, "ann").await;
    let value = ann.cookie.unwrap().split_once('=').unwrap().1.to_string();

    let user = site.find_user("ann").await;
    let mut conn = site.works().store.read().await.unwrap();
    let all = store::session::of_user(&mut conn, &user, Utc::now(), Duration::hours(1)).await.unwrap();
    assert_eq!(all.len(), 1);
    let missing = store::session::find(&mut conn, &value, Utc::now(), Duration::hours(1)).await;
    assert!(matches!(missing, Err(store::Fault::Missing)));
}

#[rocket::async_test]
async fn over_an_open_connection_nobody_is_signed_in_and_the_page_says_what_to_do() {
    let site = Site::empty().await;
    site.user("ann", Role::Reader).await;
    let mut browser = Browser::new(&site);

    let page = browser.get("/sign-in").await;
    assert!(
        page.is(200).text().contains("public_url") && !page.text().contains("type=\"password\""),
        "{page}"
    );
    let answer = browser.sign_in("ann", PASSWORD).await;
    assert_eq!(answer.is(200).header("Set-Cookie"), None);
}

#[rocket::async_test]
async fn on_the_machine_itself_the_cookie_has_a_plain_name() {
    for base in ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"] {
        let site = Site::with(json!({"public_url": base})).await;
        site.user("ann", Role::Reader).await;
        let mut browser = Browser::new(&site);

        let answer = browser.sign_in("ann", PASSWORD).await;
        let cookie = answer.is(303).field("Set-Cookie").to_string();
        assert!(cookie.starts_with("session=") && !cookie.contains("Secure"), "{cookie}");
        browser.get("/account").await.is(200);
    }
}

#[rocket::async_test]
async fn a_site_without_an_administrator_says_how_to_get_one() {
    let site = site().await;
    let help = "almanac user add";

    assert!(Browser::new(&site).get("/sign-in").await.is(200).text().contains(help));
    site.user("root", Role::Admin).await;
    assert!(!Browser::new(&site).get("/sign-in").await.is(200).text().contains(help));
}

// ---- the end of a session ----------------------------------------------------------------------------------------

#[rocket::async_test]
async fn who_signs_out_is_out_also_with_the_cookie_kept() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let kept = ann.cookie.clone();
    let token = ann.token("/account").await;

    let answer = ann.send("/sign-out", &[("csrf", &token)]).await;
    leads_to(&answer, "/");
    assert!(answer.field("Set-Cookie").contains("Max-Age=0"), "{answer}");
    assert_eq!(ann.cookie, None);
    let mut thief = Browser { cookie: kept, ..Browser::new(&site) };
    thief.get("/account").await.is(303);
}

#[rocket::async_test]
async fn a_session_ends_unused_and_in_any_case() {
    let site = Site::with(json!({"public_url": SECURE, "sessions": {"idle_s": 3600, "life_s": 7200}})).await;
    site.user("ann", Role::Reader).await;
    let user = site.find_user("ann").await;
    let mut conn = site.works().store.read().await.unwrap();
    let mut later = async |minutes| {
        let (now, idle) = (Utc::now() + Duration::minutes(minutes), Duration::hours(1));
        store::session::of_user(&mut conn, &user, now, idle).await.unwrap().len()
    };
    Browser::signed_in(&site, "ann").await;

    assert_eq!((later(59).await, later(61).await), (1, 0));
    let mut kept = Browser::new(&site);
    kept.send("/sign-in", &[("name", "ann"), ("password", PASSWORD), ("keep", "on")]).await.is(303);
    assert_eq!((later(61).await, later(30 * 24 * 60 - 1).await, later(30 * 24 * 60 + 1).await), (1, 1, 0));
}

#[rocket::async_test]
async fn another_password_ends_every_other_session_and_changes_the_cookie_of_this_one() {
    let site = people().await;
    let token = site.token(&site.find_user("ann").await, None).await;
    let (mut here, mut there) =
        (Browser::signed_in(&site, "ann").await, Browser::signed_in(&site, "ann").await);
    let before = here.cookie.clone();

    let fields = [("current", PASSWORD), ("new", LONG), ("again", LONG)];
    leads_to(&here.post("/account/password", &fields).await, "/account");
    assert_ne!(here.cookie, before);
    here.get("/account").await.is(200);
    there.get("/account").await.is(303);
    Browser { cookie: before, ..Browser::new(&site) }.get("/account").await.is(303);
    site.request(Method::Get, "/v2/me").bearer(&token).send().await.is(401);
    Browser::new(&site).sign_in("ann", PASSWORD).await.is(422);
    Browser::new(&site).sign_in("ann", LONG).await.is(303);
}

#[rocket::async_test]
async fn a_password_is_changed_only_by_who_knows_the_old_one_to_one_that_is_long_enough() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;

    for fields in [
        [("current", "wrong"), ("new", LONG), ("again", LONG)],
        [("current", PASSWORD), ("new", "short"), ("again", "short")],
        [("current", PASSWORD), ("new", LONG), ("again", "another one, long enough")],
    ] {
        let answer = ann.post("/account/password", &fields).await;
        assert!(answer.is(422).text().contains("role=\"alert\""), "{answer}");
        assert!(!answer.text().contains(LONG) && !answer.text().contains("wrong"), "{answer}");
    }
    Browser::new(&site).sign_in("ann", PASSWORD).await.is(303);
}

#[rocket::async_test]
async fn whoever_is_disabled_is_out_at_once() {
    let site = people().await;
    let (mut root, mut ann) =
        (Browser::signed_in(&site, "root").await, Browser::signed_in(&site, "ann").await);
    let revision = site.find_user("ann").await.revision.to_string();

    let fields = [("revision", revision.as_str()), ("role", "reader"), ("disabled", "on")];
    leads_to(&root.post("/account/users/ann", &fields).await, "/account/users/ann");
    ann.get("/account").await.is(303);
    Browser::new(&site).sign_in("ann", PASSWORD).await.is(422);
}

#[rocket::async_test]
async fn one_ends_ones_own_sessions_and_nobody_elses() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let mut other = Browser::signed_in(&site, "ann").await;
    let mut root = Browser::signed_in(&site, "root").await;
    let of = async |name: &str| {
        let user = site.find_user(name).await;
        let mut conn = site.works().store.read().await.unwrap();
        store::session::of_user(&mut conn, &user, Utc::now(), Duration::hours(1)).await.unwrap()
    };
    let roots = of("root").await[0].id.to_string();

    ann.post("/account/sessions", &[("end", &roots)]).await.is(404);
    root.get("/account").await.is(200);
    ann.post("/account/sessions", &[("end", "others")]).await.is(303);
    other.get("/account").await.is(303);
    ann.get("/account").await.is(200);
    let own = of("ann").await[0].id.to_string();
    ann.post("/account/sessions", &[("end", &own)]).await.is(303);
    ann.get("/account").await.is(303);
}

// ---- forms of other sites ----------------------------------------------------------------------------------------

/// The pages that take a form, with the forms that change something.
const FORMS: &[(&str, &[(&str, &str)])] = &[
    ("/sign-out", &[]),
    ("/account/password", &[("current", PASSWORD), ("new", LONG), ("again", LONG)]),
    ("/account/sessions", &[("end", "others")]),
    ("/account/tokens", &[("name", "planted"), ("days", "9")]),
    ("/account/users", &[("identifier", "eve"), ("role", "admin"), ("password", LONG)]),
    ("/account/users/<name>", &[("revision", "1"), ("role", "admin")]),
];

#[rocket::async_test]
async fn every_page_that_takes_a_form_is_tried_here() {
    let site = people().await;

    let tried =
        |pattern: &str| FORMS.iter().any(|(form, _)| *form == pattern) || pattern.starts_with("/edit");
    for (method, pattern) in routes::pages(&site) {
        assert!(method == "GET" || pattern == "/sign-in" || tried(&pattern), "{method} {pattern}");
    }
}

#[rocket::async_test]
async fn a_form_that_no_page_of_the_session_showed_changes_nothing() {
    let site = people().await;
    let mut root = Browser::signed_in(&site, "root").await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let (token, anns) = (root.token("/account").await, ann.token("/account").await);
    assert_ne!(token, anns);

    for (pattern, fields) in FORMS {
        let path = pattern.replace("<name>", "ann");
        let with = |csrf: &str| {
            let fields: Vec<(String, String)> =
                fields.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
            [vec![("csrf".to_string(), csrf.to_string())], fields].concat()
        };
        let send = |fields: Vec<(String, String)>| {
            let fields: Vec<(&str, &str)> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            root.request(Method::Post, &path).form(&fields)
        };
        for csrf in ["", "x", &anns, &token[1..], &token.to_lowercase()] {
            is_forbidden(&send(with(csrf)).send().await);
        }
        for (name, value) in [
            ("Sec-Fetch-Site", "cross-site"),
            ("Sec-Fetch-Site", "same-site"),
            ("Sec-Fetch-Site", "none"),
            ("Sec-Fetch-Site", "same-origin, same-origin"),
        ] {
            assert_eq!(
                send(with(&token)).header(name, value).send().await.is(403).field("X-Almanac-Error-Code"),
                "forbidden"
            );
        }
        // Another media type, which a page may send without asking.
        let text = send(with(&token)).header("Content-Type", "text/plain");
        text.send().await.is(415);
        // Nobody's.
        let request = site.request(Method::Post, &path).header("Sec-Fetch-Site", "same-origin").form(&[]);
        request.send().await.is(303);
    }
    assert_eq!(site.find_user("ann").await.role, Role::Reader);
    root.get("/account").await.is(200);
    Browser::new(&site).sign_in("root", PASSWORD).await.is(303);
}

#[rocket::async_test]
async fn a_browser_that_says_only_its_origin_is_believed() {
    let site = people().await;
    let send = async |origin: Option<&'static str>| {
        let fields = [("name", "ann"), ("password", PASSWORD)];
        let request = site.request(Method::Post, "/sign-in").form(&fields);
        let request = if let Some(origin) = origin { request.header("Origin", origin) } else { request };
        request.send().await
    };

    send(Some(SECURE)).await.is(303);
    // Signing somebody in as oneself is an attack too.
    for origin in [None, Some("https://evil.test"), Some("null"), Some("http://almanac.test")] {
        let answer = send(origin).await;
        assert_eq!(answer.is(403).header("Set-Cookie"), None, "{origin:?}");
    }
}

/// Whether what is posted there changes nothing.
fn asks_a_model(pattern: &str) -> bool {
    pattern.contains("/prediction") || pattern.ends_with("/infer")
}

#[rocket::async_test]
async fn a_session_never_writes_by_the_api() {
    let site = people().await;
    let root = Browser::signed_in(&site, "root").await;

    for (method, pattern) in routes::all(&site) {
        if method == "GET" || pattern.ends_with("/echo") || asks_a_model(&pattern) {
            continue;
        }
        let request = root.request(routes::method(&method), &routes::filled(&pattern)).json(&json!({}));
        let answer = request.send().await;
        assert!([401, 405].contains(&answer.status), "{answer}");
        assert_eq!(answer.all("WWW-Authenticate").len(), 2, "{answer}");
    }
}

#[rocket::async_test]
async fn a_form_cannot_take_the_place_of_another_method() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let token = ann.token("/account").await;

    let answer = ann.send("/account", &[("_method", "DELETE"), ("csrf", &token)]).await;
    answer.is(405);
    let answer =
        ann.send("/account/tokens?_method=DELETE", &[("csrf", &token), ("name", "x"), ("days", "1")]).await;
    answer.is(200);
}

// ---- reading -----------------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_browser_without_a_session_is_sent_to_sign_in_and_a_program_is_told_401() {
    let site = people().await;
    let mut browser = Browser::new(&site);

    for path in ["/account", "/account/users/ann", "/v2/me", "/v2/users?page=1", "/v2/usage", "/v2/jobs"] {
        let answer = browser.get(path).await;
        let wanted: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
        leads_to(&answer, &format!("/sign-in?return={wanted}"));
        assert_eq!(answer.header("WWW-Authenticate"), None, "a browser would show a dialog: {answer}");
    }
    for (name, value) in [("Accept", "application/json"), ("Sec-Fetch-Mode", "cors")] {
        let answer = browser.request(Method::Get, "/v2/me").header(name, value).send().await;
        assert_eq!(answer.is(401).all("WWW-Authenticate").len(), 2, "{answer}");
    }
    let answer = browser.request(Method::Get, "/v2/me").bearer("alm_wrong").send().await;
    answer.is(401);
    browser.request(Method::Get, "/account").bearer("alm_wrong").send().await.is(401);
}

#[rocket::async_test]
async fn what_is_read_by_a_session_is_kept_nowhere_and_for_no_other_site() {
    let site = people().await;
    let mut root = Browser::signed_in(&site, "root").await;

    for path in ["/v2/me", "/v2/me/tokens", "/v2/users", "/v2/users/ann", "/v2/usage", "/v2/jobs"] {
        for target in [path.to_string(), format!("{path}.json")] {
            let answer = root.get(&target).await;
            assert_eq!(answer.is(200).field("Cache-Control"), PERSONAL, "{answer}");
            assert_eq!(answer.field("Cross-Origin-Resource-Policy"), "same-origin", "{answer}");
            for name in ["ETag", "Access-Control-Allow-Origin", "xkey", "Last-Modified"] {
                assert_eq!(answer.header(name), None, "{name}: {answer}");
            }
        }
    }
    for (_, pattern) in routes::pages(&site).into_iter().filter(|(method, _)| method == "GET") {
        let path = pattern.replace("<name>", "ann");
        if path.contains('<') {
            continue;
        }
        let answer = root.get(&path).await;
        assert_eq!(answer.is(200).field("Cache-Control"), PERSONAL, "{answer}");
        assert!(answer.text().contains("noindex") && answer.header("ETag").is_none(), "{answer}");
        let head = root.request(Method::Head, &path).send().await;
        assert_eq!((head.is(200).field("Cache-Control"), head.body.len()), (PERSONAL, 0));
    }
}

#[rocket::async_test]
async fn a_session_changes_no_byte_of_what_is_public() {
    let site = people().await;
    let token = site.token(&site.find_user("root").await, None).await;
    site.article(&token, "Rain").await;
    let root = Browser::signed_in(&site, "root").await;

    for path in
        ["/", "/v2", "/v2/articles", "/v2/articles/rain", "/v2/datasets", "/v2/articles/none", "/problems"]
    {
        let nobody = Browser::new(&site).request(Method::Get, path).send().await;
        let somebody = root.request(Method::Get, path).send().await;
        assert_eq!(somebody.body, nobody.body, "{path}");
        assert_eq!(somebody.fields_without(&[]), nobody.fields_without(&[]), "{path}");
        let vary = nobody.header("Vary").unwrap_or_default().to_lowercase();
        assert!(!vary.contains("cookie") && nobody.header("Set-Cookie").is_none(), "{nobody}");
    }
}

#[rocket::async_test]
async fn a_role_that_is_too_low_sees_no_users_with_a_session_either() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;

    for path in ["/account/users", "/account/users/root", "/account/users/none", "/v2/users", "/v2/usage"] {
        is_forbidden(&ann.get(path).await);
    }
    let page = ann.get("/account").await;
    assert!(!page.is(200).text().contains("/account/users"), "{page}");
}

// ---- tokens and users --------------------------------------------------------------------------------------------

#[rocket::async_test]
async fn a_token_is_shown_once_and_can_be_revoked() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;

    let answer = ann.post("/account/tokens", &[("name", "notebook"), ("days", "30")]).await;
    let text = answer.is(200).text().to_string();
    let at = text.find("alm_").expect("a token");
    let token = &text[at..at + 40];
    site.request(Method::Get, "/v2/me").bearer(token).send().await.is(200);
    let list = ann.get("/account/tokens").await;
    assert!(list.is(200).text().contains("notebook") && !list.text().contains(token), "{list}");
    let answer = site.request(Method::Get, "/v2/me/tokens").bearer(token).send().await;
    let id = answer.json()["member"][0]["identifier"].as_str().unwrap().to_string();
    let mut root = Browser::signed_in(&site, "root").await;
    root.post("/account/tokens", &[("revoke", &id)]).await.is(404);
    ann.post("/account/tokens", &[("revoke", &id)]).await.is(303);
    site.request(Method::Get, "/v2/me").bearer(token).send().await.is(401);
}

#[rocket::async_test]
async fn an_administrator_adds_changes_and_resets_somebody() {
    let site = people().await;
    let mut root = Browser::signed_in(&site, "root").await;

    let fields = [("identifier", "eve"), ("role", "editor"), ("password", LONG), ("owner", "ann")];
    leads_to(&root.post("/account/users", &fields).await, "/account/users/eve");
    root.post("/account/users", &fields).await.is(422);
    let mut eve = Browser::new(&site);
    eve.sign_in("eve", LONG).await.is(303);
    let stale = [("revision", "0"), ("role", "publisher")];
    root.post("/account/users/eve", &stale).await.is(422);
    assert_eq!(site.find_user("eve").await.role, Role::Editor);
    root.post("/account/users/eve", &[("revision", "1"), ("role", "publisher")]).await.is(303);
    assert_eq!(site.find_user("eve").await.role, Role::Publisher);
    root.post("/account/users/eve", &[("revision", "2"), ("password", "another one, long")]).await.is(303);
    eve.get("/account").await.is(303);
    eve.sign_in("eve", "another one, long").await.is(303);
    // Nobody else could keep users.
    let refused = root.post("/account/users/root", &[("revision", "1"), ("role", "reader")]).await;
    assert!(refused.is(422).text().contains("expected another administrator"), "{refused}");
    assert_eq!(site.find_user("root").await.role, Role::Admin);
}

#[rocket::async_test]
async fn what_somebody_calls_themselves_is_no_markup() {
    let site = people().await;
    let browser = Browser::new(&site);
    let fields = [("name", "ann"), ("password", PASSWORD)];
    let request = browser.request(Method::Post, "/sign-in").header("User-Agent", "<script>alert(1)</script>");
    let cookie =
        request.form(&fields).send().await.is(303).field("Set-Cookie").split(';').next().unwrap().to_string();
    let mut ann = Browser { cookie: Some(cookie), ..browser };

    let page = ann.get("/account/sessions").await;
    assert!(page.is(200).text().contains("&lt;script&gt;") && !page.text().contains("<script>"), "{page}");
    let page = ann.get("/sign-in?return=/%22%3E%3Cscript%3E").await;
    assert!(!page.is(200).text().contains("<script>"), "{page}");
}

#[rocket::async_test]
async fn a_form_that_is_sent_again_makes_no_second_token() {
    let site = site().await;
    site.user("ann", Role::Editor).await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let page = ann.get("/account/tokens").await.is(200).text();
    let hidden = |name: &str| {
        let (_, rest) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        rest.split('"').next().unwrap().to_string()
    };
    let (csrf, once) = (hidden("csrf"), hidden("once"));
    let fields = [("csrf", csrf.as_str()), ("once", &once), ("name", "notebook"), ("days", "30")];

    assert!(ann.send("/account/tokens", &fields).await.is(200).text().contains("Copy the token now"));
    let again = ann.send("/account/tokens", &fields).await;
    assert_eq!(again.is(303).field("Location"), format!("{SECURE}/account/tokens"));
    assert_eq!(ann.get("/account/tokens").await.text().matches("notebook").count(), 1);
}

#[rocket::async_test]
async fn who_reads_what_is_their_own_waits_for_nobody_elses_answer() {
    let site = people().await;
    let mut ann = Browser::signed_in(&site, "ann").await;
    let cache = &site.rocket().state::<ask::Site>().unwrap().cache;
    let headers = [(http::header::ACCEPT, http::HeaderValue::from_static("text/html"))].into_iter().collect();

    let Turn::Lead(_another) = cache.turn("/account", &headers) else { panic!("somebody is at it") };
    let answer = tokio::time::timeout(std::time::Duration::from_secs(20), ann.get("/account")).await;
    answer.expect("an answer at once").is(200);
}
