//! The architecture, checked: which folder of `src` may use which, and what may stand in one place only.
//!
//! One crate has no compiler-enforced layers, so this test reads the sources instead. It uses the standard
//! library alone. A fault names file and line; to allow a new edge or a new home is a change of the
//! architecture and belongs in the tables below, with its reason in the commit.

#![allow(clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "architecture/source.rs"]
mod source;

use source::Source;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// A folder (or file) directly under `src`, and what it may use. Order: bottom first.
#[rustfmt::skip]
const ALLOWED: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("http", &[]),
    ("config", &[]),
    ("table", &["domain"]),
    ("learning", &["domain", "table"]),
    ("store", &["domain", "config"]),
    ("blob", &["domain", "config", "store"]),
    ("cache", &["http", "config"]),
    ("represent", &["domain", "http", "table"]),
    ("page", &["represent", "http", "domain"]),
    ("auth", &["domain", "store", "http", "cache", "config"]),
    ("jobs", &["domain", "store", "blob", "table", "learning", "represent", "cache", "config"]),
    ("routes", &["domain", "store", "blob", "table", "learning", "http", "represent", "page", "auth", "cache", "jobs", "config"]),
    ("server", &["routes", "store", "blob", "http", "represent", "auth", "cache", "jobs", "config", "domain"]),
    ("cli", &["server", "store", "blob", "auth", "table", "learning", "jobs", "represent", "config", "domain"]),
];

/// Lines of a source file, at most. Functions: `clippy::too_many_lines`.
const MAX_LINES: usize = 400;

/// Strings that may stand in few files only; tests inside `src` may spell them out.
struct Literal {
    what: &'static str,
    /// The files (or folders) where it may stand.
    homes: &'static [&'static str],
    is: fn(&str) -> bool,
}

const LITERALS: &[Literal] = &[
    Literal { what: "SQL", homes: &["store/"], is: is_sql },
    Literal { what: "a URL", homes: &["represent/link.rs"], is: is_url },
    Literal { what: "a media type", homes: &["http/media.rs"], is: is_media_type },
    Literal {
        what: "a caching directive",
        // A cookie has an attribute of that name.
        homes: &["represent/policy.rs", "http/cache_control.rs", "http/cookie.rs"],
        is: is_directive,
    },
];

/// Other crates that few files may use: the crate, the layer that is bound (`""`: all), the files (or folders)
/// of it that may.
const FOREIGN: &[(&str, &str, &[&str])] = &[
    ("sqlx", "", &["store/"]),
    ("rocket", "domain", &[]),
    ("rocket", "http", &["http/body.rs", "http/head.rs", "http/reply.rs"]),
    ("serde_json", "domain", &[]),
    ("rocket", "cache", &[]),
];

/// Rocket's own ways to read a body: only `http/body.rs` bounds and times one.
const BODY_READERS: &[&str] = &["Data", "Form", "Json", "TempFile"];

/// Route attributes: Rocket needs the path there as a literal (a test equates them with the link patterns).
const ROUTE_ATTRIBUTES: &[&str] =
    &["#[get(", "#[put(", "#[post(", "#[delete(", "#[patch(", "#[head(", "#[options(", "#[route("];

fn starts(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.starts_with(word))
}

fn is_sql(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    (text.starts_with("select ") && text.contains(" from "))
        || (text.starts_with("update ") && text.contains(" set "))
        || (text.starts_with("with ") && text.contains(" as ("))
        || starts(&text, &["insert into ", "delete from ", "create table ", "create index ", "pragma "])
}

fn is_url(text: &str) -> bool {
    ["/v1", "/v2"].iter().any(|version| {
        text.match_indices(version).any(|(at, _)| {
            !text[at + version.len()..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.')
        })
    })
}

fn is_media_type(text: &str) -> bool {
    ["application/", "text/", "image/", "multipart/"].iter().any(|tree| {
        text.match_indices(tree).any(|(at, _)| {
            !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '-' | '.'))
                && text[at + tree.len()..].starts_with(|c: char| c.is_ascii_lowercase() || c == '*')
        })
    })
}

fn is_directive(text: &str) -> bool {
    let text = text.to_lowercase();
    ["max-age", "s-maxage", "no-store", "no-cache", "stale-"].iter().any(|word| text.contains(word))
}

/// What is wrong with the file `inside` of `src` (with `/`), each as `line N: what`.
fn faults(inside: &str, text: &str) -> Vec<String> {
    let source = Source::of(text);
    let mut faults = Vec::new();
    let lines = text.lines().count();
    if lines > MAX_LINES {
        faults.push((lines, format!("{lines} lines, at most {MAX_LINES}")));
    }
    if inside == "lib.rs" {
        faults.extend(source.code.match_indices("pub use ").map(|(at, _)| {
            (source.line(at), "a name exported again at the crate's root hides its folder".to_owned())
        }));
    }
    faults.extend(edges(inside, &source));
    faults.extend(literals(inside, &source));
    faults.extend(status_codes(inside, &source));
    faults.extend(routes(inside, &source));
    faults.sort();
    faults.dedup();
    faults.into_iter().map(|(line, what)| format!("{inside}, line {line}: {what}")).collect()
}

type Fault = (usize, String);

fn layer(inside: &str) -> &str {
    inside.split('/').next().unwrap_or(inside).trim_end_matches(".rs")
}

fn module(inside: &str) -> Vec<&str> {
    inside.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect()
}

fn is_test(source: &Source, inside: &str, at: usize) -> bool {
    inside.ends_with("/tests.rs") || source.tests().iter().any(|range| range.contains(&at))
}

/// Who uses whom. `lib.rs` declares all and `main.rs` starts all: neither is bound.
fn edges(inside: &str, source: &Source) -> Vec<Fault> {
    let layer = layer(inside);
    let mut faults: Vec<Fault> = source
        .code
        .match_indices("super::super")
        .map(|(at, _)| (source.line(at), "`super::super` hides its target".to_owned()))
        .collect();
    faults.extend(foreign(inside, source));
    if matches!(inside, "main.rs" | "lib.rs") {
        return faults;
    }
    let Some((_, may)) = ALLOWED.iter().find(|(name, _)| *name == layer) else {
        faults.push((1, format!("`{layer}` has no row in ALLOWED")));
        return faults;
    };
    for (at, path) in source.paths(&module(inside), &[]) {
        let Some(used) = path.first().map(String::as_str).filter(|used| *used != layer) else { continue };
        if !ALLOWED.iter().any(|(name, _)| *name == used) {
            faults.push((source.line(at), format!("`crate::{used}` hides its folder")));
        } else if !may.contains(&used) {
            faults.push((source.line(at), format!("`{layer}` must not use `{used}`")));
        }
    }
    faults
}

fn foreign(inside: &str, source: &Source) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, bound, homes) in FOREIGN {
        if (bound.is_empty() || *bound == layer(inside)) && !starts(inside, homes) {
            let uses = from(inside, source, name);
            faults.extend(uses.map(|(at, _)| (source.line(at), format!("`{name}` must not be used here"))));
        }
    }
    faults
}

/// The paths that begin with another crate's name.
fn from(inside: &str, source: &Source, name: &str) -> impl Iterator<Item = (usize, Vec<String>)> {
    let paths = source.paths(&module(inside), &[name]);
    paths.into_iter().filter(move |(_, path)| path.first().is_some_and(|first| first == name))
}

/// Strings away from their home.
fn literals(inside: &str, source: &Source) -> Vec<Fault> {
    let attributes: Vec<_> = ROUTE_ATTRIBUTES.iter().flat_map(|start| source.enclosed(start)).collect();
    let mut faults = Vec::new();
    for Literal { what, homes, is } in LITERALS {
        for (at, text) in &source.strings {
            let route = inside.starts_with("routes/") && attributes.iter().any(|range| range.contains(at));
            if is(text) && !route && !starts(inside, homes) && !is_test(source, inside, *at) {
                faults.push((
                    source.line(*at),
                    format!("{what} stands in {} only: {text:?}", homes.join(", ")),
                ));
            }
        }
    }
    faults
}

/// A constant of Rocket's or the http crate's status type outside `http`. A status of our own (a job has one)
/// is not meant: `Status` alone counts only in a file that names Rocket's.
fn status_codes(inside: &str, source: &Source) -> Vec<Fault> {
    if inside.starts_with("http/") {
        return Vec::new();
    }
    let rockets: Vec<_> =
        from(inside, source, "rocket").filter(|(_, path)| path.iter().any(|name| name == "Status")).collect();
    // `rocket::http::Status::NotFound`, then `Status::NotFound` and `StatusCode::NOT_FOUND`.
    let spelt = rockets.iter().filter(|(_, path)| path.last().is_some_and(|name| name != "Status"));
    let tokens = source.tokens();
    let short = tokens.windows(3).filter(|words| {
        let (before, name, after) = (words[0].1, words[1].1, words[2].1);
        let rockets = name == "Status" && !rockets.is_empty() && before != "::";
        after == "::" && (name == "StatusCode" || rockets)
    });
    spelt
        .map(|(at, _)| *at)
        .chain(short.map(|words| words[1].0))
        .filter(|at| !is_test(source, inside, *at))
        .map(|at| (source.line(at), "a status code is chosen in http/ only".to_owned()))
        .collect()
}

/// What handlers must leave to others: reading bodies and choosing by media type.
fn routes(inside: &str, source: &Source) -> Vec<Fault> {
    if !inside.starts_with("routes/") {
        return Vec::new();
    }
    let tokens = source.tokens();
    let generic = tokens
        .windows(2)
        .filter(|words| BODY_READERS.contains(&words[0].1) && words[1].1 == "<")
        .map(|words| words[0].0);
    let named = from(inside, source, "rocket")
        .filter(|(_, path)| path.iter().any(|name| BODY_READERS.contains(&name.as_str())))
        .map(|(at, _)| at);
    let mut faults: Vec<Fault> = generic
        .chain(named)
        .map(|at| (source.line(at), "a body is read through http/body.rs only".to_owned()))
        .collect();
    for range in ROUTE_ATTRIBUTES.iter().flat_map(|start| source.enclosed(start)) {
        if source.code[range.clone()].contains("format") {
            faults.push((
                source.line(range.start),
                "`format` on a route: http/negotiate.rs decides".to_owned(),
            ));
        }
    }
    faults
}

fn sources(dir: &Path, out: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).expect("src is readable").flatten() {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            out.push(path);
        }
    }
}

#[test]
fn everything_stands_where_it_belongs() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    files.sort();

    let found: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let inside = file.strip_prefix(&root).expect("under src").to_string_lossy().replace('\\', "/");
            faults(&inside, &fs::read_to_string(file).expect("a source is UTF-8"))
        })
        .collect();
    assert!(files.len() > 1, "no sources under {}", root.display());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn the_table_itself_has_no_cycle() {
    for (i, (name, may)) in ALLOWED.iter().enumerate() {
        for below in *may {
            let j = ALLOWED.iter().position(|(n, _)| n == below).expect(below);
            assert!(j < i, "`{name}` may use `{below}`, which stands above it");
        }
    }
}

#[test]
fn each_fault_is_seen() {
    for (inside, text, fault) in [
        ("domain/slug.rs", "use crate::store::Tx;", "`domain` must not use `store`"),
        ("domain/mod.rs", "use super::store;", "`domain` must not use `store`"),
        ("config.rs", "use super::routes::x;", "`config` must not use `routes`"),
        ("config.rs", "let a = \"http://b\"; crate::routes::x()", "`config` must not use `routes`"),
        ("config.rs", "use super::*;", "`crate::*` hides its folder"),
        ("store/user.rs", "use crate::Kind;", "`crate::Kind` hides its folder"),
        ("store/user.rs", "use super::super::auth;", "`super::super` hides its target"),
        ("other/mod.rs", "", "`other` has no row in ALLOWED"),
        ("lib.rs", "pub use domain::Kind;", "hides its folder"),
        ("domain/user.rs", "use rocket::Request;", "`rocket` must not be used here"),
        ("http/etag.rs", "rocket::Request", "`rocket` must not be used here"),
        ("routes/user.rs", "sqlx::query(text)", "`sqlx` must not be used here"),
        ("routes/user.rs", "let a = \"select a from b\";", "SQL stands in store/ only"),
        ("page/home.rs", "format!(\"{base}/v2/articles\")", "a URL stands in"),
        ("routes/user.rs", "let a = \"text/csv\";", "a media type stands in"),
        ("routes/user.rs", "let a = \"max-age=60\";", "a caching directive stands in"),
        ("routes/user.rs", "use rocket::http::Status; fn f() { Status::NotFound }", "a status code"),
        ("routes/user.rs", "rocket::http::Status::NotFound", "a status code"),
        ("routes/user.rs", "http::StatusCode::OK", "a status code"),
        ("routes/user.rs", "use rocket::{fs::TempFile, State};", "a body is read through"),
        ("routes/user.rs", "fn f(body: Data<'_>) {}", "a body is read through"),
        ("routes/user.rs", "#[post(\"/v2/users\", format = \"json\")]", "`format` on a route"),
    ] {
        let found = faults(inside, text);
        assert!(found.iter().any(|f| f.contains(fault)), "{text}: {found:?}");
    }
    assert!(faults("http/etag.rs", &"\n".repeat(401))[0].contains("401 lines"));
}

#[test]
fn what_is_allowed_is_no_fault() {
    for (inside, text) in [
        ("store/user.rs", "use super::Tx; use crate::domain::user::User; sqlx::query(\"select a from b\")"),
        ("config.rs", "//! [`crate::routes`]\n#[cfg(test)] mod tests { use super::*; }"),
        ("domain/slug.rs", "use super::fault::Fault; pub(crate) fn f(&self) {}"),
        (
            "routes/user.rs",
            "#[get(\"/v2/users/<slug>\")] fn read() { problem(\"select a file, then send\") }",
        ),
        ("routes/job.rs", "use crate::domain::job::Status; use crate::http::reply::Json; Status::Queued"),
        ("routes/job.rs", "use rocket::http::Status; job::Status::Queued; fn f(s: Status) {}"),
        ("routes/user.rs", "#[cfg(test)] mod tests { const A: &str = \"text/csv\"; }"),
        ("http/media.rs", "\"application/vnd.almanac.v1+json\""),
        ("page/home.rs", "\"the context/example, v2 of it\""),
        ("lib.rs", "pub mod domain; pub mod store;"),
    ] {
        assert_eq!(faults(inside, text), Vec::<String>::new(), "{text}");
    }
}
