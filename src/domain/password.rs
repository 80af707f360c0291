//! Passwords that may be chosen: long enough, in one normal form, and none that everybody tries first.
//!
//! The common ones are the 30,000 that zxcvbn's frequency list has (MIT, its licence beside them): words that were
//! found most often in leaks, in lower case, sorted, compressed.

use super::fault::Fault;
use std::{collections::HashSet, io::Read, sync::LazyLock};
use unicode_normalization::UnicodeNormalization;

/// Bytes of a password after normalisation.
const LONGEST: usize = 1024;
/// What is repeated must have so many characters to count as more than itself.
const SHORTEST_WORD: usize = 8;

static LISTED: &[u8] = include_bytes!("password/common.txt.gz");
static COMMON: LazyLock<HashSet<String>> = LazyLock::new(|| {
    let mut text = String::new();
    // It is part of the program; a test reads it.
    let _ = flate2::read::GzDecoder::new(LISTED).read_to_string(&mut text);
    text.lines().map(String::from).collect()
});

/// A password as it is hashed: NFC, within bounds, not common (RFC 8265 §4 asks for NFC; the rest: NIST 800-63B).
///
/// `least` is in characters. The fault never quotes the password.
pub fn password_at(pointer: &str, text: &str, least: usize) -> Result<String, Fault> {
    let password: String = text.nfc().collect();
    let length = password.chars().count();
    if length < least {
        return Err(Fault::at(pointer, format!("at least {least} characters"), format!("{length}")));
    }
    if password.len() > LONGEST {
        let expected = format!("at most {LONGEST} bytes");
        return Err(Fault::at(pointer, expected, format!("{}", password.len())));
    }
    if is_common(&password) {
        return Err(Fault::at(pointer, "a password that others do not choose", "one that is tried first"));
    }
    Ok(password)
}

/// Whether it is in the list, in any case, or a listed or short one over and over.
fn is_common(password: &str) -> bool {
    let folded: Vec<char> = password.to_lowercase().chars().collect();
    let word = &folded[..period(&folded)];
    let repeated = word.len() < folded.len();
    let word: String = word.iter().collect();
    COMMON.contains(&folded.iter().collect::<String>())
        || repeated && (word.chars().count() < SHORTEST_WORD || COMMON.contains(&word))
}

/// After how many characters a text begins anew; its length if it never does.
fn period(text: &[char]) -> usize {
    let again = |period: &usize| text.iter().skip(*period).zip(text).all(|(later, earlier)| later == earlier);
    (1..=text.len() / 2).find(again).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole() {
        assert_eq!(COMMON.len(), 30_000);
        for word in ["password", "qwerty", "123456789qwerty", "1qaz2wsx3edc4rfv"] {
            assert!(COMMON.contains(word), "{word}");
        }
    }

    #[test]
    fn what_everybody_tries_first_is_refused_however_long() {
        for text in [
            "123456789qwerty",
            "QWERTYUIOP12345",
            "1Qaz2wsx3edc4rfv",
            "aaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "passwordpassword",
            "PasswordPassword",
            "passwordpasswordpass",
            "12345678901234567890",
        ] {
            let fault = password_at("/password", text, 15).unwrap_err();
            assert!(!fault.to_string().contains(text), "a password is not quoted");
        }
        for text in ["correct horse battery", "a new password, long enough", "ein s\u{e4}chsisches Pferd"] {
            assert!(password_at("/password", text, 15).is_ok(), "{text}");
        }
    }

    #[test]
    fn its_length_is_counted_as_it_is_hashed() {
        // 14 characters in the composed form, 15 code points as typed.
        assert!(password_at("/password", "sa\u{308}chsischer Ga", 15).is_err());
        assert!(password_at("/password", &"ab\u{e4} ".repeat(400), 15).is_err());
        assert!(password_at("/password", "shortone, 8", 8).is_ok());
    }
}
