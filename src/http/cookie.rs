//! Cookies (RFC 6265bis): the one value under a name, and the field that sets or removes it.
//!
//! What a cookie stands for is known elsewhere. Every one is for the whole host, out of reach of scripts, and not
//! sent along when another site's page posts to us.

use super::{field, origin::Reach};
use ::http::{HeaderMap, header};

/// A cookie, by the name that it has where no prefix can guard it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cookie(pub &'static str);

impl Cookie {
    /// Its name where the server is reached so; `None` where nothing can be kept safely.
    ///
    /// With the prefix a browser takes it from this host alone, over TLS alone: no other host of the domain, and
    /// nobody on the way, can put one of theirs beside it.
    fn name(self, reach: Reach) -> Option<String> {
        match reach {
            Reach::Secure => Some(format!("__Host-{}", self.0)),
            Reach::Loopback => Some(self.0.to_string()),
            Reach::Insecure => None,
        }
    }

    /// Its value in a request; `None` where it comes twice, for one of them is somebody else's.
    pub fn of(self, headers: &HeaderMap, reach: Reach) -> Option<&str> {
        let name = self.name(reach)?;
        let pairs = field::lines(headers, &header::COOKIE).flat_map(|line| line.split(';'));
        let mut values = pairs.filter_map(|pair| {
            let (found, value) = pair.trim_matches([' ', '\t']).split_once('=')?;
            (found == name).then_some(value)
        });
        let first = values.next()?;
        values.next().is_none().then_some(first)
    }

    /// The `Set-Cookie` that gives it a value, for so many seconds or until the browser is closed; `None` where
    /// nothing can be kept safely.
    pub fn set(self, value: &str, life_s: Option<u32>, reach: Reach) -> Option<String> {
        let life = life_s.map_or(String::new(), |seconds| format!("; Max-Age={seconds}"));
        let secure = if reach == Reach::Secure { "; Secure" } else { "" };
        Some(format!("{}={value}; Path=/{life}; HttpOnly; SameSite=Lax{secure}", self.name(reach)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOKIE: Cookie = Cookie("session");

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (header::COOKIE, ::http::HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn the_value_under_the_name_of_the_reach_is_found() {
        for (lines, reach, value) in [
            (&["session=a"][..], Reach::Loopback, Some("a")),
            (&["x=1; session=a=b; y"], Reach::Loopback, Some("a=b")),
            (&["__Host-session=a"], Reach::Secure, Some("a")),
            (&["__Host-session=a; session=b"], Reach::Secure, Some("a")),
            (&["session=a"], Reach::Secure, None),
            (&["__host-session=a"], Reach::Secure, None),
            (&["__Host-session=a"], Reach::Loopback, None),
            (&["session=a", "__Host-session=a"], Reach::Insecure, None),
            (&["xsession=a; session"], Reach::Loopback, None),
            (&[], Reach::Loopback, None),
        ] {
            assert_eq!(COOKIE.of(&headers(lines), reach), value, "{lines:?} {reach:?}");
        }
    }

    #[test]
    fn one_that_comes_twice_is_nobodys() {
        assert_eq!(COOKIE.of(&headers(&["session=a; session=b"]), Reach::Loopback), None);
        assert_eq!(COOKIE.of(&headers(&["session=a", "session=a"]), Reach::Loopback), None);
    }

    #[test]
    fn it_is_set_for_the_host_alone_and_not_for_scripts() {
        let secure = "__Host-session=v; Path=/; HttpOnly; SameSite=Lax; Secure";
        assert_eq!(COOKIE.set("v", None, Reach::Secure).as_deref(), Some(secure));
        let kept = "session=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax";
        assert_eq!(COOKIE.set("v", Some(60), Reach::Loopback).as_deref(), Some(kept));
        assert_eq!(COOKIE.set("v", None, Reach::Insecure), None);
    }
}
