//! Models that can be trusted: right where they are published, an honest refusal where they are not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic: that is how it fails")]

#[path = "learning/choices.rs"]
mod choices;
#[path = "learning/hostile.rs"]
mod hostile;
#[path = "learning/imports.rs"]
mod imports;
#[path = "learning/parity.rs"]
mod parity;
#[path = "learning/predictions.rs"]
mod predictions;
#[path = "learning/scores.rs"]
mod scores;
#[path = "learning/settings.rs"]
mod settings;
#[path = "learning/solver.rs"]
mod solver;

use almanac::{
    domain::{
        column::Cell,
        fault::{At, Faults},
        model::{Draft, DraftSearch, DraftThreshold, Fitted, Part, Seen, Settings, Solver, Split, Threshold},
        prediction::{Asked, Given, Place, Prediction},
    },
    learning::{
        self, Bounds, Input, Outcome, Pace, Refusal, Refused, Step, Stop, Watch,
        check::{Point, Problem},
        newton::{self, Goal},
        predict::most,
        score,
        split::split,
    },
    table::{Failure, Options, columnar::Table, infer::infer, read::Rows},
};
use std::{
    fmt::Write,
    time::{Duration, Instant},
};

/// The table that a CSV text holds.
fn table(csv: &str) -> Table {
    let options = Options::default();
    let schema = infer(csv.as_bytes(), &options).unwrap();
    let mut table = Table::new(schema.columns.clone());
    let rows = Rows::new(csv.as_bytes(), &schema, &options).unwrap();
    rows.try_each(|row| table.push(&row).map_err(Failure::from)).unwrap();
    table
}

/// A CSV text with a header and `rows` lines.
fn csv(header: &str, rows: usize, mut line: impl FnMut(usize) -> String) -> String {
    (0..rows).fold(format!("{header}\n"), |mut text, row| {
        writeln!(text, "{}", line(row)).unwrap();
        text
    })
}

fn settings(target: &str) -> Settings {
    Draft::of(target).checked().unwrap()
}

fn bounds() -> Bounds {
    Bounds { cells: 10_000_000, deadline: Instant::now() + Duration::from_secs(60) }
}

fn train(csv: &str, target: &str) -> Result<Outcome, Refusal> {
    learning::train(&table(csv), &settings(target), &bounds(), &mut ())
}

/// The first fault of a training that must be refused.
fn fault(csv: &str, settings: &Settings) -> String {
    match learning::train(&table(csv), settings, &bounds(), &mut ()) {
        Err(Refusal::Faults(faults)) => faults.first().to_string(),
        other => panic!("expected a fault, got {other:?}"),
    }
}

/// Random numbers that are the same everywhere.
struct Random(u64);

impl Random {
    /// In 0..1, neither end.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let bits = self.0 ^ (self.0 >> 29);
        ((bits >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Mean 0, deviation 1 (Box and Muller).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

/// 60 rows with numbers, categories, truth values and missing cells; the targets `y3` and `y2`.
fn mixed() -> String {
    csv("a,b,s,flag,y3,y2", 60, |i| {
        let (a, b) = (((i * 37) % 101) as f64 / 10.0, ((i * 53) % 97) as f64 - 40.0);
        let v = a + b / 20.0 + ((i * 29) % 13) as f64 / 2.0;
        let b = if i % 11 == 3 { String::new() } else { b.to_string() };
        let s = if i % 17 == 5 { "" } else { ["f", "m", "x"][(i * 7 + i / 5) % 3] };
        let y3 = if v > 9.0 {
            "high"
        } else if v < 5.5 {
            "low"
        } else {
            "mid"
        };
        format!("{a},{b},{s},{},{y3},{}", (i * 5) % 4 < 2, if v > 7.0 { "yes" } else { "no" })
    })
}

/// Settings for one of the targets of [`mixed`], without the other.
fn of_mixed(target: &str) -> Settings {
    let features = ["a", "b", "s", "flag"].map(String::from).to_vec();
    Draft { features, ..Draft::of(target) }.checked().unwrap()
}

fn train_mixed(settings: &Settings) -> Outcome {
    learning::train(&table(&mixed()), settings, &bounds(), &mut ()).unwrap()
}
