//! Host (RFC 9110 §7.2): that a request names the one server it is for, as RFC 9112 §3.2 demands.
//!
//! Nothing is made from the name: links begin with the setting `public_url`. But two readers of one
//! request that pick different ones, a proxy and we, disagree about whose answer it is.

use super::problem::Problem;
use std::net::Ipv6Addr;

/// What of a name's characters needs no percent sign (RFC 3986 §3.2.2); without the comma, which joins
/// two lines into one.
const PLAIN: &[u8] = b"-._~!$&'()*+;=";

/// 400 unless these lines name one host; none at all is as wrong as two.
pub fn check(lines: &[&str]) -> Result<(), Problem> {
    let found = match lines {
        [one] if is_host(one) => return Ok(()),
        [one] => format!("{one:?}"),
        [] => "none".to_string(),
        several => format!("{} lines", several.len()),
    };
    Err(Problem::malformed(format!("host: expected one line with `name` or `name:port`, found {found}")))
}

/// `name`, `name:port`, `192.0.2.1:80`, `[2001:db8::1]:80`; the port may be left out behind its colon.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) if address.parse::<Ipv6Addr>().is_ok() => {
            (None, if rest.is_empty() { Some("") } else { rest.strip_prefix(':') })
        }
        Some(_) => return false,
        None => {
            let (name, port) = text.split_once(':').unwrap_or((text, ""));
            (Some(name), Some(port))
        }
    };
    name.is_none_or(is_name) && port.is_some_and(is_port)
}

fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    let mut fine = !text.is_empty();
    while let Some(byte) = bytes.next() {
        fine &= match byte {
            b'%' => (0..2).all(|_| bytes.next().is_some_and(|digit| digit.is_ascii_hexdigit())),
            other => other.is_ascii_alphanumeric() || PLAIN.contains(&other),
        };
    }
    fine
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.bytes().all(|b| b.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_is_a_host() {
        for text in [
            "almanac.test",
            "almanac.test:8000",
            "almanac.test:",
            "127.0.0.1:80",
            "[::1]",
            "[2001:db8::1]:8000",
            "a-b_c.example.",
            "caf%C3%A9.example",
        ] {
            assert!(check(&[text]).is_ok(), "{text}");
        }
    }

    #[test]
    fn nothing_two_and_nonsense_are_none() {
        assert!(check(&[]).is_err());
        assert!(check(&["a", "a"]).is_err());
        for text in [
            "", ":80", "a, b", "a,b", "a b", "a/b", "a@b", "a:b", "a:80:80", "a:65536", "a:+1", "http://a",
            "[::1", "::1", "[::1]x", "[a]", "[]", "%", "%4", "%zz", "\u{e9}", "a\"b", "a?b", "a#b",
        ] {
            assert!(check(&[text]).is_err(), "{text}");
        }
    }
}
