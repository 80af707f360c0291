//! The command line: exit codes, streams and settings, on the program itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

use std::{
    io::Write,
    path::Path,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

const WET: &str = "mm;wet\n1;no\n2;no\n30;yes\n40;yes\n3;no\n50;yes\n4;no\n60;yes\n";

/// Runs the program on a data folder, in a folder without settings.
fn almanac(data: &Path, words: &[&str], environment: &[(&str, &str)], input: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_almanac"));
    command.args(words).arg("--data-dir").arg(data).current_dir(std::env::temp_dir());
    // The release profile takes no hash that is so cheap.
    command
        .env("ALMANAC_PROFILE", "debug")
        .env("ALMANAC_PASSWORDS__MEMORY_KIB", "8")
        .env("ALMANAC_PASSWORDS__PASSES", "1");
    command.envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // It may end without reading.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn ends(output: &Output, code: i32) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}{err}");
    (out, err)
}

fn folder() -> (TempDir, std::path::PathBuf) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("wet.csv");
    std::fs::write(&file, WET).unwrap();
    (folder, file)
}

#[test]
fn a_table_is_published_learned_from_and_asked() {
    let (folder, file) = folder();
    let data = folder.path().join("data");
    let run = |words: &[&str]| almanac(&data, words, &[], "");

    let said =
        ["--unit", "mm=mm", "--describe", "mm=Rain, x = y", "--missing", "none", "--missing=wet=perhaps"];
    let (out, err) = ends(&run(&[&["publish", file.to_str().unwrap()][..], &said].concat()), 0);
    assert_eq!(out, "wet revision 1\n");
    assert!(err.contains("8 rows, 2 columns"), "{err}");
    let (out, _) = ends(&run(&["publish", file.to_str().unwrap(), "--json"]), 0);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["new"], false);
    let (out, _) = ends(&run(&["train", "wet", "--target", "wet", "--model", "rain"]), 0);
    assert_eq!(out, "rain version 1\n");
    let (out, _) = ends(&run(&["predict", "rain", "mm=55"]), 0);
    assert_eq!(out, "yes\n");
    let (_, err) = ends(&run(&["predict", "rain", "mm=-5"]), 0);
    assert!(err.contains("outside what was seen"), "{err}");
}

#[test]
fn weights_from_elsewhere_are_taken_in_and_predict() {
    let (folder, file) = folder();
    let data = folder.path().join("data");
    let run = |words: &[&str]| almanac(&data, words, &[], "");
    ends(&run(&["publish", file.to_str().unwrap()]), 0);
    let given = folder.path().join("weights.json");
    let weights =
        r#"{"classes": ["no", "yes"], "features": ["mm"], "coef_": [[2.0]], "intercept_": [-81.0]}"#;
    std::fs::write(&given, weights).unwrap();
    let given = given.to_str().unwrap();
    let train = ["train", "wet", "--target", "wet", "--model", "rain", "--weights", given];
    let (_, err) = ends(&run(&train), 0);
    assert!(err.contains("solver imported"), "{err}");
    for (millimetres, class) in [("mm=40", "no\n"), ("mm=41", "yes\n")] {
        assert_eq!(ends(&run(&["predict", "rain", millimetres]), 0).0, class);
    }
    ends(&run(&[&train[..], &["--features", "mm"]].concat()), 2);
    ends(&run(&[&train[..], &["--threshold", "f1"]].concat()), 2);
    ends(&run(&["train", "wet", "--target", "wet", "--weights", "/nowhere.json"]), 3);
    std::fs::write(given, "{}").unwrap();
    let (_, err) = ends(&run(&train), 4);
    assert!(err.contains("/givenWeights/coef_"), "{err}");
}

#[test]
fn the_exit_code_tells_usage_absence_refusal_and_conflict_apart() {
    let (folder, file) = folder();
    let data = folder.path().join("data");
    let run = |words: &[&str], input: &str| almanac(&data, words, &[], input);
    let password = "correct horse battery\n";

    ends(&run(&["publish"], ""), 2);
    ends(&run(&["publish", folder.path().to_str().unwrap()], ""), 2);
    ends(&run(&["publish", "/nowhere.csv"], ""), 3);
    ends(&run(&["publish", file.to_str().unwrap(), "--delimiter", ","], ""), 0);
    ends(&run(&["train", "wet", "--target", "none"], ""), 4);
    ends(&run(&["train", "none", "--target", "wet"], ""), 3);
    ends(&run(&["user", "add", "ann", "--role", "admin", "--password-stdin"], "short\n"), 4);
    ends(&run(&["user", "add", "ann", "--role", "admin", "--password-stdin"], password), 0);
    ends(&run(&["user", "add", "ann", "--password-stdin"], password), 5);
    ends(&run(&["user", "role", "ann", "reader"], ""), 5);
    ends(&run(&["user", "add", "bob", "--password-stdin"], password), 0);
    ends(&run(&["user", "disable", "bob"], ""), 0);
    ends(&run(&["token", "add", "bob"], ""), 4);
    ends(&run(&["user", "enable", "bob"], ""), 0);
    let (out, _) = ends(&run(&["token", "add", "bob"], ""), 0);
    assert!(out.starts_with("alm_") && out.trim_end().len() == 40, "{out}");
    ends(&run(&["token", "revoke", "99"], ""), 3);
    ends(&run(&["migrate", "down"], ""), 4);
}

#[test]
fn a_table_of_the_database_is_linked_and_unlinked() {
    let (folder, _) = folder();
    let data = folder.path().join("data");
    let run = |words: &[&str]| almanac(&data, words, &[], "");
    ends(&run(&["migrate", "up"]), 0);
    let database = rusqlite::Connection::open(data.join("almanac.db")).unwrap();
    database
        .execute_batch("create table data (n integer, x text); insert into data values (1, 'a'), (2, 'b')")
        .unwrap();

    ends(&run(&["dataset", "link", "none"]), 4);
    let (_, err) = ends(&run(&["dataset", "link", "data"]), 4);
    assert!(err.contains("expected --key"), "{err}");
    let (out, err) = ends(&run(&["dataset", "link", "data", "--key", "n", "--title", "My data"]), 0);
    assert!(out == "my-data\n" && err.contains("2 rows of 2 columns"), "{out}{err}");
    ends(&run(&["dataset", "link", "data", "--key", "n", "--slug", "my-data"]), 5);
    let (out, _) = ends(&run(&["dataset", "link", "data", "--key", "n", "--json"]), 0);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["columns"][1]["type"], "text");
    ends(&run(&["dataset", "unlink", "my-data"]), 0);
    ends(&run(&["dataset", "unlink", "my-data"]), 3);
    let left: i64 = database.query_row("select count(*) from data", [], |row| row.get(0)).unwrap();
    assert_eq!(left, 2);
}

#[test]
fn a_setting_that_nobody_knows_or_that_is_out_of_bounds_is_an_error_that_names_it() {
    let (folder, _) = folder();
    let data = folder.path().join("data");
    let cases = [
        ("ALMANAC_DATA_DIRR", "x", "data_dirr"),
        ("ALMANAC_DATABASES__ALMANACC__URL", "x", "databases.almanacc.url"),
        ("ALMANAC_PROFILE", "nonsense", "nonsense"),
        ("ALMANAC_CONFIG", "/nowhere.toml", "/nowhere.toml"),
        ("ALMANAC_LEARNING__WORKERS", "0", "learning.workers"),
        ("ALMANAC_LOG", "nonsense", "nonsense"),
        ("ALMANAC_PORT", "abc", "abc"),
        ("ALMANAC_PUBLIC_URL", "ftp://x", "public_url"),
        ("ALMANAC_DATABASES__ALMANAC__URL", "mysql://x", "mysql"),
        ("ALMANAC_DATABASES__ALMANAC__READ_URL", "postgres://x/y", "read_url"),
        ("ALMANAC_BLOBS__URL", "ftp://x", "blobs.url"),
        ("ALMANAC_BLOBS__URL", "s3://key:hush@bucket", "blobs.url"),
        ("ALMANAC_BLOBS__ENDPOINT", "s3.example.org", "blobs.endpoint"),
    ];
    for (name, value, told) in cases {
        let (out, err) = ends(&almanac(&data, &["migrate", "status"], &[(name, value)], ""), 1);
        assert!(out.is_empty() && err.contains(told) && !err.contains("hush"), "{name}: {err}");
    }
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn blobs_elsewhere_are_swept_when_nothing_refers_to_them_and_checked_when_something_does() {
    let (folder, file) = folder();
    let (data, blobs) = (folder.path().join("data"), folder.path().join("elsewhere"));
    let url = format!("file://{}", blobs.display());
    let environment = [("ALMANAC_BLOBS__URL", url.as_str()), ("ALMANAC_BLOBS__GRACE_S", "0")];
    let run = |words: &[&str]| almanac(&data, words, &environment, "");
    ends(&run(&["publish", file.to_str().unwrap()]), 0);
    let kept = files(&blobs);
    assert_eq!(kept.len(), 3, "the table in two formats and its profile: {kept:?}");
    let stray = "0123456789abcdef".repeat(4);
    std::fs::create_dir(blobs.join("01")).unwrap();
    std::fs::write(blobs.join("01").join(&stray), "left by a process that was killed").unwrap();

    let (out, _) = ends(&run(&["blobs", "sweep", "--json"]), 0);
    let swept: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((swept["found"].as_u64(), swept["deleted"].as_u64()), (Some(1), Some(1)), "{out}");
    assert_eq!(files(&blobs).len(), 3);
    ends(&run(&["blobs", "check", "--verify"]), 0);

    let length = std::fs::metadata(&kept[0]).unwrap().len() as usize;
    std::fs::write(&kept[0], "x".repeat(length)).unwrap();
    std::fs::remove_file(&kept[1]).unwrap();
    let (out, _) = ends(&run(&["blobs", "check"]), 1);
    assert!(out.lines().count() == 1 && out.contains("is missing"), "{out}");
    let (out, err) = ends(&run(&["blobs", "check", "--verify"]), 1);
    assert!(
        out.contains("have another SHA-256") && err.contains("2 blobs are not as they were kept"),
        "{out}{err}"
    );
}

#[test]
fn a_file_of_settings_counts_in_each_of_its_sections_and_a_variable_wins() {
    let (folder, _) = folder();
    let (data, file) = (folder.path().join("data"), folder.path().join("settings.toml"));
    let config = file.to_str().unwrap().to_string();
    // 20 characters.
    let password = "twenty characters...\n";
    let add = |name: &str, environment: &[(&str, &str)]| {
        let all = [&[("ALMANAC_CONFIG", config.as_str())], environment].concat();
        almanac(&data, &["user", "add", name, "--role", "reader", "--password-stdin"], &all, password)
    };

    std::fs::write(&file, "[default]\npasswords.min_password_length = 30\n").unwrap();
    let (_, err) = ends(&add("ann", &[]), 4);
    assert!(err.contains("at least 30 characters"), "{err}");
    ends(&add("ann", &[("ALMANAC_PASSWORDS__MIN_PASSWORD_LENGTH", "20")]), 0);
    std::fs::write(
        &file,
        "[default]\npasswords.min_password_length = 30\n[release]\npasswords.min_password_length = 20\n",
    )
    .unwrap();
    let (_, err) = ends(&add("bob", &[("ALMANAC_PROFILE", "release")]), 1);
    assert!(err.contains("passwords.memory_kib: expected at least 19456, found 8"), "{err}");
    let in_earnest = [("ALMANAC_PASSWORDS__MEMORY_KIB", "19456"), ("ALMANAC_PASSWORDS__PASSES", "2")];
    ends(&add("bob", &[&[("ALMANAC_PROFILE", "release")], &in_earnest[..]].concat()), 0);
}
