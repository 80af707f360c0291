//! Signing in and out with a browser.
//!
//! A name and a password that came by a page of ours become a session; there is no other way to one.

use super::{
    account::page,
    answer::Answer,
    arrival::Arrival,
    ask::{Ask, Site},
    fault,
};
use crate::{
    auth::{
        Session, Viewer,
        door::Door,
        guard,
        session::{OwnPage, Sessions},
    },
    domain::{audit::Deed, tag::Tag},
    http::{
        body::Body,
        form,
        head::{self, Head},
        media::Media,
        origin::Reach,
        problem::Problem,
        query,
        reply::Reply,
    },
    page::private::sign::{self, SignIn},
    represent::{
        link::{Base, Place},
        policy::Subject,
    },
    store::{self, Store},
};
use http::header;
use rocket::{Request, State, get, post};
use url::{Url, form_urlencoded::byte_serialize};

/// Bytes of a form without texts.
pub const SMALL: u64 = 64 * 1024;
/// Where the form says which page was wanted.
const RETURN: &str = "return";

/// The form.
#[get("/sign-in")]
pub async fn read(_viewer: Viewer, ask: Ask<'_>, sessions: &State<Sessions>) -> Answer {
    let query = ask.query()?;
    let target = target(ask.base(), query::first(&query, RETURN).unwrap_or_default());
    let shown = SignIn { target: &target, ..shown(ask.site(), &ask.head, sessions).await? };
    Ok(page(sign::page(ask.base(), &shown)))
}

/// What the page says before anybody tried.
async fn shown<'a>(site: &Site, head: &Head, sessions: &Sessions) -> Result<SignIn<'a>, Problem> {
    let mut conn = site.works.store.read().await.map_err(fault::store)?;
    let administrators = store::user::administrators(&mut conn).await.map_err(fault::store)?;
    let insecure = sessions.reach(&head.headers) == Reach::Insecure;
    Ok(SignIn { insecure, without_administrator: administrators == 0, ..SignIn::default() })
}

/// Signs in, and leads to the page that was wanted.
#[post("/sign-in", data = "<body>")]
pub async fn create(
    _own: OwnPage,
    ask: Ask<'_>,
    body: Body<'_>,
    sessions: &State<Sessions>,
    door: Door<'_>,
) -> Answer {
    let fields = form::fields(body, SMALL).await?;
    let sent = |name| query::first(&fields, name).unwrap_or_default();
    let (name, target) = (sent("name"), target(ask.base(), sent(RETURN)));
    let before = shown(ask.site(), &ask.head, sessions).await?;
    if before.insecure {
        return Ok(page(sign::page(ask.base(), &SignIn { target: &target, name, ..before })));
    }
    let found = door.judge(name, sent("password")).await?;
    let Some(user) = found else {
        let deed = ask.deed().unwrap_or_else(Deed::own);
        note_refusal(&ask.works().store, deed, name).await;
        let faults = vec!["Name and password do not belong together.".to_string()];
        let again = sign::page(ask.base(), &SignIn { target: &target, name, faults, ..before });
        return Ok(Reply::form_again(Media::Html, again).cached(Subject::Personal.cache_control()));
    };
    let ask = ask.by(&user);
    let mut tx = ask.write().await?;
    let cookie = sessions.begin(&mut tx, &user, &ask.head.headers, !sent("keep").is_empty()).await?;
    tx.commit().await.map_err(fault::store)?;
    Ok(led(&ask.base().join(&target)).with(header::SET_COOKIE, &cookie))
}

/// Notes that somebody tried to be somebody else: of each name in the same steps, so that none takes longer.
async fn note_refusal(store: &Store, deed: Deed, name: &str) {
    let noted = async {
        let mut tx = store.write().await?;
        tx.by(deed);
        let found = store::user::find(&mut tx, name).await;
        tx.tell(Tag::refused(found.is_ok().then_some(name)));
        tx.commit_lazily().await
    };
    if let Err(fault) = noted.await {
        tracing::warn!(%fault, "a sign-in that was refused was not noted");
    }
}

/// Notes the same of a program that came with a wrong password; nobody waits for it.
pub fn note_guess(request: &Request<'_>, site: &Site) {
    let Some(name) = guard::guessed(request).map(String::from) else { return };
    let (method, path) = head::line(request);
    let deed = Deed {
        actor: String::new(),
        action: method.to_string(),
        resource: path.to_string(),
        request: Arrival::of(request).id.clone(),
    };
    let store = site.works.store.clone();
    tokio::spawn(async move { note_refusal(&store, deed, &name).await });
}

/// Signs out.
#[post("/sign-out", data = "<body>")]
pub async fn delete(session: Session, ask: Ask<'_>, body: Body<'_>, sessions: &State<Sessions>) -> Answer {
    session.form(body, SMALL).await?;
    let mut tx = ask.write().await?;
    let cookie = sessions.close(&mut tx, &ask.head.headers).await?;
    tx.commit().await.map_err(fault::store)?;
    let reply = led(&Place::Root.url(ask.base()));
    Ok(match cookie {
        Some(cookie) => reply.with(header::SET_COOKIE, &cookie),
        None => reply,
    })
}

/// Where a form leads once it is done.
pub fn led(url: &str) -> Reply {
    Reply::see_other(url).cached(Subject::Personal.cache_control())
}

/// Where somebody with a browser is sent who must sign in first; from there back to what they wanted to see.
pub fn first(head: &Head, base: &Base) -> Reply {
    let wanted = if head.method.is_safe() { head.target() } else { head.path.clone() };
    let wanted: String = byte_serialize(wanted.as_bytes()).collect();
    led(&format!("{}?{RETURN}={wanted}", Place::SignIn.url(base)))
}

/// The path to which a sign-in leads: one of ours, else the account.
///
/// It becomes a URL behind the base, and a text that would leave it, or would lead here again, counts for nothing.
fn target(base: &Base, text: &str) -> String {
    let parsed = Url::parse(&base.join(text)).ok().zip(Url::parse(&base.join("/")).ok());
    let own = parsed.is_some_and(|(url, base)| {
        url.origin() == base.origin() && url.path().starts_with(base.path()) && url.username().is_empty()
    });
    let plain = text.starts_with('/')
        && !text.starts_with("//")
        && !text.contains(|c: char| c == '\\' || c.is_control() || c.is_whitespace());
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let here = [Place::SignIn, Place::SignOut].iter().any(|place| place.has(path));
    if own && plain && !here { text.to_string() } else { Place::Account.path() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_a_page_of_ours_alone() {
        let base = Base::new("https://almanac.test/data");
        for text in ["/account/tokens", "/v2/users?page=2&x=%2F%2F", "/edit/articles/rain#top"] {
            assert_eq!(target(&base, text), text);
        }
        for text in [
            "",
            "account",
            "//evil.test",
            "/\\evil.test",
            "\\/evil.test",
            "https://evil.test/",
            "javascript:alert(1)",
            ".evil.test",
            "@evil.test",
            ":80@evil.test",
            "/\t/evil.test",
            "/a\r\nSet-Cookie: x=y",
            "/..",
            "/../x",
            "/%2e%2e/x",
            "/sign-in",
            "/sign-in?return=/sign-in",
            "/sign-out",
            "///evil.test",
            " /x",
            "/x y",
        ] {
            assert_eq!(target(&base, text), "/account", "{text:?}");
        }
    }
}
