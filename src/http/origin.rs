//! Where a browser's request comes from (Fetch, `Origin`; Fetch Metadata, `Sec-Fetch-*`), and over what.

use super::{field, media::Media, negotiate};
use ::http::{HeaderMap, HeaderName, header};
use url::{Host, Url};

const SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");

/// Over what a browser reaches the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// TLS.
    Secure,
    /// The machine itself, where nobody listens on the way.
    Loopback,
    /// Anything else: whoever listens can take what a browser is given to keep.
    Insecure,
}

impl Reach {
    /// Of a server with this base that is asked by this `Host`, which counts only where the base says no name.
    pub fn of(base: &str, headers: &HeaderMap) -> Reach {
        let Ok(url) = Url::parse(base) else { return Reach::Insecure };
        if url.scheme() == "https" {
            return Reach::Secure;
        }
        let asked = || {
            field::single(headers, &header::HOST).and_then(|host| Url::parse(&format!("http://{host}")).ok())
        };
        let local =
            if is_unspecified(&url) { asked().is_some_and(|url| is_local(&url)) } else { is_local(&url) };
        if local { Reach::Loopback } else { Reach::Insecure }
    }
}

/// Whether a server that listens there is asked by other names.
fn is_unspecified(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_unspecified(),
        Some(Host::Ipv6(address)) => address.is_unspecified(),
        _ => false,
    }
}

fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a page of this server sent the request, as the browser says; a request that says nothing was not.
///
/// What browsers say stands in fields that no script can set.
pub fn is_own(base: &str, headers: &HeaderMap) -> bool {
    if headers.contains_key(SITE) {
        return field::single(headers, &SITE) == Some("same-origin");
    }
    let own = Url::parse(base).map(|url| url.origin().ascii_serialization());
    let sent = field::single(headers, &header::ORIGIN);
    own.is_ok_and(|own| sent == Some(own.as_str()))
}

/// Whether somebody goes to a page with a browser: they can be shown a form, where a program is told what is
/// lacking.
pub fn is_navigation(headers: &HeaderMap) -> bool {
    field::single(headers, &MODE) == Some("navigate")
        && !headers.contains_key(header::AUTHORIZATION)
        && negotiate::media(headers, &[Media::JsonLd, Media::Html]) == Some(Media::Html)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::http::HeaderValue;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let fields = fields.iter().copied();
        fields.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn only_tls_and_the_machine_itself_are_safe() {
        for (base, host, reach) in [
            ("https://almanac.test/data", "x", Reach::Secure),
            ("http://localhost:8000", "x", Reach::Loopback),
            ("http://127.0.0.1", "x", Reach::Loopback),
            ("http://[::1]:80", "x", Reach::Loopback),
            ("http://0.0.0.0:8000", "localhost:8000", Reach::Loopback),
            ("http://[::]:8000", "[::1]:8000", Reach::Loopback),
            ("http://0.0.0.0:8000", "192.0.2.1", Reach::Insecure),
            ("http://0.0.0.0:8000", "localhost.evil.test", Reach::Insecure),
            ("http://almanac.test", "localhost", Reach::Insecure),
            ("http://localhost.evil.test", "localhost", Reach::Insecure),
        ] {
            assert_eq!(Reach::of(base, &headers(&[("host", host)])), reach, "{base} {host}");
        }
        assert_eq!(Reach::of("http://0.0.0.0", &HeaderMap::new()), Reach::Insecure);
    }

    #[test]
    fn a_request_is_our_own_only_if_the_browser_says_so() {
        let base = "https://almanac.test/data";
        for (fields, own) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("origin", "https://almanac.test")], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", "https://almanac.test")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", "https://evil.test")], false),
            (&[("origin", "http://almanac.test")], false),
            (&[("origin", "https://almanac.test.evil.test")], false),
            (&[("origin", "null")], false),
            (&[("referer", "https://almanac.test/")], false),
            (&[], false),
        ] {
            assert_eq!(is_own(base, &headers(fields)), own, "{fields:?}");
        }
    }
}
