//! A source file as the rules of `architecture.rs` need it: its code without comments and without what
//! literals hold, its string literals, its paths. A lexer, not a parser: it knows Rust's literals and
//! brackets and nothing of its grammar.

use std::ops::Range;

/// A source file, taken apart.
pub struct Source {
    /// The text with comments and the insides of literals blanked: as long as before, line for line.
    pub code: String,
    /// The string literals: where the inside of each begins, and the inside as it is written.
    pub strings: Vec<(usize, String)>,
}

/// What stands at one place of a text.
enum Piece {
    Code,
    Comment,
    Char,
    Text,
}

impl Source {
    /// Takes `text` apart.
    pub fn of(text: &str) -> Source {
        let (bytes, mut code, mut strings, mut at) =
            (text.as_bytes(), text.as_bytes().to_vec(), Vec::new(), 0);
        while at < bytes.len() {
            let (piece, inside, end) = piece(bytes, at);
            if let Piece::Text = piece {
                strings.push((inside.start, text[inside.clone()].to_owned()));
            }
            if !matches!(piece, Piece::Code) {
                code[inside].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
            }
            at = end;
        }
        Source { code: String::from_utf8(code).expect("blanked whole characters"), strings }
    }

    /// The line (from 1) of a place in the code.
    pub fn line(&self, at: usize) -> usize {
        1 + self.code[..at].matches('\n').count()
    }

    /// Words, `::` and single signs, each with its place.
    pub fn tokens(&self) -> Vec<(usize, &str)> {
        let (bytes, mut tokens, mut at) = (self.code.as_bytes(), Vec::new(), 0);
        while at < bytes.len() {
            let end = match bytes[at] {
                b if is_word(b) => word_end(bytes, at),
                b':' if bytes.get(at + 1) == Some(&b':') => at + 2,
                _ => at + 1,
            };
            if !bytes[at].is_ascii_whitespace() {
                tokens.push((at, &self.code[at..end]));
            }
            at = end;
        }
        tokens
    }

    /// The places from each `start` (which ends in an opening bracket) to the bracket that closes it.
    pub fn enclosed(&self, start: &str) -> Vec<Range<usize>> {
        self.code.match_indices(start).map(|(at, _)| at..self.closing(at + start.len() - 1)).collect()
    }

    /// What is compiled for tests alone: from each `#[cfg(test)]` to the end of the item that it marks.
    pub fn tests(&self) -> Vec<Range<usize>> {
        let end = |from: usize| match self.code[from..].find(['{', ';']).map(|i| from + i) {
            Some(open) if self.code.as_bytes()[open] == b'{' => self.closing(open),
            Some(semicolon) => semicolon,
            None => self.code.len(),
        };
        self.code.match_indices("#[cfg(test)]").map(|(at, mark)| at..end(at + mark.len())).collect()
    }

    fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for (i, b) in self.code.bytes().enumerate().skip(open) {
            match b {
                b'{' | b'[' | b'(' => depth += 1,
                b'}' | b']' | b')' => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                return i + 1;
            }
        }
        self.code.len()
    }

    /// Every path that begins with `crate`, `super` or `self`, as names from the crate's root, for a
    /// file that is the module `module`; and every one that begins with a crate of `foreign`, as written.
    pub fn paths(&self, module: &[&str], foreign: &[&str]) -> Vec<(usize, Vec<String>)> {
        let tokens = self.tokens();
        let words: Vec<&str> = tokens.iter().map(|(_, word)| *word).collect();
        let (mut inline, mut found, mut i) = (Vec::<Option<&str>>::new(), Vec::new(), 0);
        while i < words.len() {
            let begins = i == 0 || !matches!(words[i - 1], "::" | ".");
            match words[i] {
                "{" => inline.push((i >= 2 && words[i - 2] == "mod").then(|| words[i - 1])),
                "}" => drop(inline.pop()),
                first if begins && (is_relative(first) || foreign.contains(&first)) => {
                    let mut trees = Vec::new();
                    let next = tree(&words, i, Vec::new(), &mut trees);
                    let here: Vec<&str> =
                        module.iter().copied().chain(inline.iter().flatten().copied()).collect();
                    found.extend(trees.iter().map(|path| (tokens[i].0, resolved(&here, path))));
                    i = next;
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        found
    }
}

/// The piece that begins at `at`: its kind, what is inside of it, where the next one begins.
fn piece(bytes: &[u8], at: usize) -> (Piece, Range<usize>, usize) {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        let end = rest.iter().position(|b| *b == b'\n').map_or(bytes.len(), |i| at + i);
        return (Piece::Comment, at..end, end);
    }
    if rest.starts_with(b"/*") {
        let end = block_end(bytes, at);
        return (Piece::Comment, at..end, end);
    }
    match rest[0] {
        b'"' => text(bytes, at),
        b'\'' => character(bytes, at),
        b if is_word(b) => {
            let end = word_end(bytes, at);
            let hashes = bytes[end..].iter().take_while(|b| **b == b'#').count();
            match (&bytes[at..end], bytes.get(end), bytes.get(end + hashes)) {
                (b"r" | b"br" | b"cr", _, Some(b'"')) => raw(bytes, end, hashes),
                (b"b" | b"c", Some(b'"'), _) => text(bytes, end),
                (b"b", Some(b'\''), _) => character(bytes, end),
                _ => (Piece::Code, at..end, end),
            }
        }
        _ => (Piece::Code, at..at + 1, at + 1),
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_' || !b.is_ascii()
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    bytes[at..].iter().position(|b| !is_word(*b)).map_or(bytes.len(), |i| at + i)
}

/// Block comments nest.
fn block_end(bytes: &[u8], at: usize) -> usize {
    let (mut depth, mut i) = (0, at);
    while i < bytes.len() {
        match &bytes[i..bytes.len().min(i + 2)] {
            b"/*" => (depth, i) = (depth + 1, i + 2),
            b"*/" if depth == 1 => return i + 2,
            b"*/" => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
    }
    bytes.len()
}

/// The first `quote` from `from` on that no backslash stands before.
fn quoted_until(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut i = from;
    while i < bytes.len() && bytes[i] != quote {
        i += if bytes[i] == b'\\' { 2 } else { 1 };
    }
    i.min(bytes.len())
}

fn text(bytes: &[u8], quote: usize) -> (Piece, Range<usize>, usize) {
    let end = quoted_until(bytes, quote + 1, b'"');
    (Piece::Text, quote + 1..end, (end + 1).min(bytes.len()))
}

fn raw(bytes: &[u8], first_hash: usize, hashes: usize) -> (Piece, Range<usize>, usize) {
    let (from, close) = (first_hash + hashes + 1, [b"\"".as_slice(), &vec![b'#'; hashes]].concat());
    let end = bytes[from..].windows(close.len()).position(|w| w == close).map_or(bytes.len(), |i| from + i);
    (Piece::Text, from..end, (end + close.len()).min(bytes.len()))
}

/// A character literal; a lifetime or a label is code.
fn character(bytes: &[u8], quote: usize) -> (Piece, Range<usize>, usize) {
    let from = quote + 1;
    let width = match bytes.get(from) {
        Some(b'\\') => quoted_until(bytes, from, b'\'') - from,
        Some(first) => first.leading_ones().max(1) as usize,
        None => 0,
    };
    match bytes.get(from + width) {
        Some(b'\'') if width > 0 => (Piece::Char, from..from + width, from + width + 1),
        _ => (Piece::Code, quote..from, from),
    }
}

fn is_relative(word: &str) -> bool {
    matches!(word, "crate" | "super" | "self")
}

/// Adds each path of the tree (`a::{b, c::d}`) that begins at word `i`; gives the word after it.
fn tree(words: &[&str], mut i: usize, mut path: Vec<String>, out: &mut Vec<Vec<String>>) -> usize {
    loop {
        match words.get(i) {
            Some(&"{") => return branches(words, i + 1, &path, out),
            Some(word) if *word == "*" || word.bytes().all(is_word) => path.push(word.to_string()),
            _ => break,
        }
        i += 1;
        match words.get(i) {
            Some(&"::") => i += 1,
            Some(&"as") => {
                // `use crate as root`: a second name for the root hides what is reached through it.
                if path.iter().all(|word| is_relative(word)) {
                    path.push("as".to_owned());
                }
                i += 2;
                break;
            }
            _ => break,
        }
    }
    out.push(path);
    i
}

/// The trees between braces, of which the first begins at word `i`; gives the word after the closing one.
fn branches(words: &[&str], mut i: usize, path: &[String], out: &mut Vec<Vec<String>>) -> usize {
    loop {
        match words.get(i) {
            None | Some(&"}") => return i + 1,
            Some(&"{") => i = branches(words, i + 1, path, out),
            Some(word) if *word == "*" || word.bytes().all(is_word) => {
                i = tree(words, i, path.to_vec(), out);
            }
            Some(_) => i += 1,
        }
    }
}

/// The path from the crate's root, or as written if it begins elsewhere.
fn resolved(module: &[&str], path: &[String]) -> Vec<String> {
    let mut at: Vec<String> = match path[0].as_str() {
        "self" | "super" => module.iter().map(|name| name.to_string()).collect(),
        _ => Vec::new(),
    };
    for name in path {
        match name.as_str() {
            "crate" | "self" => {}
            "super" => drop(at.pop()),
            name => at.push(name.to_owned()),
        }
    }
    at
}

fn paths(module: &[&str], text: &str) -> Vec<String> {
    let source = Source::of(text);
    source.paths(module, &["rocket"]).iter().map(|(_, path)| path.join("::")).collect()
}

#[test]
fn a_comment_mark_inside_a_string_ends_nothing() {
    let source = Source::of("let a = \"http://b\"; crate::store::x(); // crate::auth\n");

    assert!(source.code.contains("crate::store::x();"));
    assert!(!source.code.contains("auth") && !source.code.contains("http"));
    assert_eq!(source.strings, [(9, "http://b".to_owned())]);
}

#[test]
fn literals_of_each_kind_are_blanked_and_text_is_kept() {
    for (text, code, inside) in [
        (r#""a\"b" c"#, r#""    " c"#, r#"a\"b"#),
        (r##"r#"a"b"# c"##, r##"r#"   "# c"##, "a\"b"),
        ("b\"a\" c", "b\" \" c", "a"),
        ("br\"a\\\" c", "br\"  \" c", "a\\"),
        ("\"é//\" c", "\"    \" c", "é//"),
        ("\"open", "\"    ", "open"),
    ] {
        let source = Source::of(text);
        assert_eq!(source.code, code, "{text}");
        assert_eq!(source.strings[0].1, inside, "{text}");
    }
    for (text, code) in [
        (r"'\'' c", r"'  ' c"),
        (r"'\u{e9}' c", r"'      ' c"),
        ("'\"' c", "' ' c"),
        ("'é' c", "'  ' c"),
        ("b'/' c", "b' ' c"),
        ("f::<'a>('b')", "f::<'a>(' ')"),
        ("'a: loop { break 'a }", "'a: loop { break 'a }"),
        ("r#type c", "r#type c"),
        ("a /* b /* c */ \" */ d", "a                   d"),
        ("a // b \" c\nd", "a         \nd"),
    ] {
        let source = Source::of(text);
        assert_eq!(source.code, code, "{text}");
        assert!(source.strings.is_empty(), "{text}");
    }
}

#[test]
fn paths_are_told_from_the_root_of_the_crate() {
    for (module, text, expected) in [
        (&["store"][..], "crate::a::b(); $crate::c", &["a::b", "c"][..]),
        (&["store"], "use crate::{a, b::{c, d as e}, f::*};", &["a", "b::c", "b::d", "f::*"]),
        (&["config"], "use super::auth;", &["auth"]),
        (&["store", "user"], "use super::{Tx, fault::Fault};", &["store::Tx", "store::fault::Fault"]),
        (&["store", "user"], "super::super::auth::x", &["auth::x"]),
        (&["store", "user"], "use super::{super::auth, self::a};", &["auth", "store::a"]),
        (&["config"], "mod tests { use super::*; } super::b", &["config::*", "b"]),
        (&["config"], "use {crate::a, self::b};", &["a", "config::b"]),
        (&["config"], "use crate as root;", &["as"]),
        (&["config"], "use crate::{self as root};", &["as"]),
        (&["config"], "fn f(&self) -> T { self.x() }", &["config"]),
        (&["config"], "rocket::http::Status; x::rocket", &["rocket::http::Status"]),
        (&["config"], "crate::a::<T>(super::b, 1)", &["a", "b"]),
    ] {
        let mut found = paths(module, text);
        found.retain(|path| path != "config" || expected.contains(&"config"));
        found.dedup();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn items_for_tests_are_found_whole() {
    let source = Source::of("a #[cfg(test)] mod tests { fn f() { \"}\" } } b #[cfg(test)] use x; c");

    let left: String = source
        .tests()
        .iter()
        .rev()
        .fold(source.code.clone(), |code, range| [&code[..range.start], &code[range.end..]].concat());
    assert_eq!(left, "a  b ; c");
}
