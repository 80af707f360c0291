//! A browser with one cookie, as far as a server can tell.

use super::{Answer, PASSWORD, Request, Site};
use rocket::http::Method;
use serde_json::json;

/// Where a test's site is reached by browsers.
pub const SECURE: &str = "https://almanac.test";

/// A browser that keeps the cookie of a site.
pub struct Browser<'s> {
    /// The site.
    pub site: &'s Site,
    /// `name=value`, if it has one.
    pub cookie: Option<String>,
}

/// A site that browsers reach over TLS.
pub async fn site() -> Site {
    Site::with(json!({"public_url": SECURE})).await
}

impl<'s> Browser<'s> {
    /// One that has never been here.
    pub fn new(site: &'s Site) -> Browser<'s> {
        Browser { site, cookie: None }
    }

    /// One in which somebody has signed in who has [`PASSWORD`].
    pub async fn signed_in(site: &'s Site, name: &str) -> Browser<'s> {
        let mut browser = Browser::new(site);
        browser.sign_in(name, PASSWORD).await.is(303);
        browser
    }

    /// Sends the form of the sign-in page.
    pub async fn sign_in(&mut self, name: &str, password: &str) -> Answer {
        self.send("/sign-in", &[("name", name), ("password", password)]).await
    }

    /// A request as a page of the site sends it.
    pub fn request(&self, method: Method, target: &str) -> Request<'s> {
        let request = self.site.request(method, target.strip_prefix(SECURE).unwrap_or(target));
        let request = request.header("Accept", "text/html").header("Sec-Fetch-Site", "same-origin");
        let request = request.header("Sec-Fetch-Mode", "navigate").header("Sec-Fetch-Dest", "document");
        match &self.cookie {
            Some(cookie) => request.header("Cookie", cookie),
            None => request,
        }
    }

    /// Goes to a page.
    pub async fn get(&mut self, target: &str) -> Answer {
        let answer = self.request(Method::Get, target).send().await;
        self.keep(&answer);
        answer
    }

    /// Sends a form as it is.
    pub async fn send(&mut self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.request(Method::Post, target).form(fields).send().await;
        self.keep(&answer);
        answer
    }

    /// Opens a page and sends one of its forms, filled in: with the token that the page has.
    pub async fn post(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token(page).await;
        self.send(page, &[&[("csrf", token.as_str())], fields].concat()).await
    }

    /// Opens a page and sends its form with a file.
    pub async fn send_file(
        &mut self,
        page: &str,
        fields: &[(&str, &str)],
        (name, content): (&str, &str),
    ) -> Answer {
        let token = self.token(page).await;
        let part = |name: &str, more: &str, text: &str| {
            format!("--cut\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{text}\r\n")
        };
        let mut body: String = fields.iter().map(|(name, text)| part(name, "", text)).collect();
        body.push_str(&part("csrf", "", &token));
        let more = format!("; filename=\"{name}\"\r\nContent-Type: application/octet-stream");
        body.push_str(&part("file", &more, content));
        body.push_str("--cut--\r\n");
        let request = self.request(Method::Post, page).body(body);
        request.header("Content-Type", "multipart/form-data; boundary=cut").send().await
    }

    /// The token of a page's forms.
    pub async fn token(&mut self, page: &str) -> String {
        let text = self.get(page).await.is(200).text();
        let (_, rest) = text.split_once("name=\"csrf\" value=\"").expect("a form with a token");
        rest.split_once('"').expect("a value").0.to_string()
    }

    fn keep(&mut self, answer: &Answer) {
        if let Some(set) = answer.header("Set-Cookie") {
            let pair = set.split(';').next().expect("a pair").to_string();
            self.cookie = (!set.contains("Max-Age=0")).then_some(pair);
        }
    }
}

/// The fields of the form of a page by which something is made or changed, as a browser would send them if nobody
/// typed anything; files and buttons are left out.
pub fn filled(page: &str) -> Vec<(String, String)> {
    let (_, form) = page.split_once("<form class=\"edit\"").expect("a form");
    let form = form.split("</form>").next().expect("its end");
    let plain = |text: &str| {
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    };
    let mut fields: Vec<(String, String)> = Vec::new();
    for element in form.split('<').skip(1) {
        let (tag, text) = element.split_once('>').expect("the end of a tag");
        let value = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            rest.split('"').next().map(plain)
        };
        match (tag.split(' ').next(), value("name")) {
            (Some("input"), Some(name)) if !tag.contains("type=\"file\"") => {
                fields.push((name, value("value").unwrap_or_default()));
            }
            // The parser eats a first line feed.
            (Some("textarea"), Some(name)) => {
                fields.push((name, plain(text.strip_prefix('\n').unwrap_or(text))));
            }
            (Some("select"), Some(name)) => fields.push((name, String::new())),
            (Some("option"), _) if tag.ends_with(" selected") => {
                fields.last_mut().expect("its list").1 = value("value").unwrap_or_default();
            }
            _ => {}
        }
    }
    fields
}
