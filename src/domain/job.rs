//! Jobs: work that takes longer than a request.

use super::{
    column::Remarks,
    dataset::About,
    fault::Fault,
    model::{Saved, Settings},
    revision::Derived,
    state::State,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Waits for a worker.
    Queued,
    /// A worker has it.
    Running,
    /// Done; there is a result.
    Succeeded,
    /// Given up; there is a reason.
    Failed,
    /// Its owner called it off.
    Cancelled,
}

impl Status {
    /// Every one, in the order of a life.
    pub const ALL: [Status; 5] =
        [Status::Queued, Status::Running, Status::Succeeded, Status::Failed, Status::Cancelled];

    /// The name used in documents and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Status::Queued => "queued",
            Status::Running => "running",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more will happen.
    pub fn is_final(self) -> bool {
        matches!(self, Status::Succeeded | Status::Failed | Status::Cancelled)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Status {
    type Err = ();

    fn from_str(name: &str) -> Result<Status, ()> {
        Status::ALL.into_iter().find(|status| status.name() == name).ok_or(())
    }
}

/// What a job has to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Work {
    /// Learn a version of a model.
    Train(Training),
    /// Make a table that was sent a dataset, or the next revision of one.
    Import(Import),
    /// Seal a dataset's head.
    Seal(Seal),
    /// Predict every row of a revision, as a new dataset.
    Predict(Application),
}

/// Which workers take a job: long trainings do not hold up tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Those that learn.
    Learning,
    /// Those that import and seal.
    Tables,
}

impl Work {
    /// The name in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Work::Train(_) => "train",
            Work::Import(_) => "import",
            Work::Seal(_) => "seal",
            Work::Predict(_) => "predict",
        }
    }

    /// Which workers take it.
    pub fn lane(&self) -> Lane {
        match self {
            Work::Train(_) => Lane::Learning,
            Work::Import(_) | Work::Seal(_) | Work::Predict(_) => Lane::Tables,
        }
    }

    /// The dataset that it works on, by its name in URLs.
    pub fn dataset(&self) -> &str {
        match self {
            Work::Train(training) => &training.dataset,
            Work::Import(import) => &import.dataset,
            Work::Seal(seal) => &seal.dataset,
            Work::Predict(application) => &application.dataset,
        }
    }
}

/// Predictions of every row of a revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Application {
    /// The new dataset's name in URLs.
    pub dataset: String,
    /// What is said of it.
    pub about: About,
    /// Whose rows, and by which model.
    pub of: Derived,
    /// The column that tells rows apart, by identifier; `None`: their position.
    pub key: Option<String>,
}

/// A training.
#[derive(Debug, Clone, PartialEq)]
pub struct Training {
    /// The model that gets a version.
    pub model: String,
    /// The dataset it learns from.
    pub dataset: String,
    /// The pinned revision.
    pub revision: i64,
    /// How it learns.
    pub settings: Settings,
    /// What was learned elsewhere, to be judged and scored in place of learning.
    pub weights: Option<Saved>,
}

/// An import of a table that was sent and is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Import {
    /// The dataset's name in URLs.
    pub dataset: String,
    /// The blob that was sent: its SHA-256, hexadecimal.
    pub upload: String,
    /// The format that it is in, by name.
    pub format: String,
    /// What is said of a new dataset; `None` for the next revision of one that is there.
    pub new: Option<New>,
    /// What is said of the columns of the next revision.
    #[serde(default)]
    pub remarks: Remarks,
    /// How the table is to be read, as whoever reads tables writes that down.
    pub options: String,
    /// What the author says about the revision.
    pub note: Option<String>,
}

/// What is said of a dataset that a job is to make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct New {
    /// What its publisher says about it.
    pub about: About,
    /// And about its columns.
    #[serde(flatten)]
    pub remarks: Remarks,
}

/// A sealing of a dataset's head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seal {
    /// The dataset's name in URLs.
    pub dataset: String,
    /// What the author says about the revision.
    pub note: Option<String>,
}

/// How far a training is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Which search for weights this is, from 1; the last one is the model's.
    pub part: u64,
    /// How many there are: one for each fold and penalty that is tried, and the last.
    pub parts: u64,
    /// Iterations of this one so far.
    pub iteration: u64,
    /// The objective, which falls.
    pub objective: f64,
    /// Largest absolute component of its gradient.
    pub max_gradient: f64,
}

/// What a job made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Made {
    /// A version of the model, by number.
    Version(i64),
    /// A revision of the dataset.
    Revision {
        /// Its number.
        number: i64,
        /// Whether it is new, or the newest had this content before.
        fresh: bool,
    },
}

/// Why a job came to nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// What kind of trouble it was.
    pub trouble: Trouble,
    /// One sentence for its owner.
    pub reason: String,
    /// Each place in the input where something is wrong.
    pub faults: Vec<Fault>,
}

impl Failure {
    /// A failure whose reason says everything.
    pub fn new(trouble: Trouble, reason: impl Into<String>) -> Failure {
        Failure { trouble, reason: reason.into(), faults: Vec::new() }
    }
}

/// What kind of trouble a job had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The table cannot be learned from as asked.
    Training,
    /// The table that was sent is wrong.
    Input,
    /// The name was taken meanwhile.
    Taken,
    /// The name belonged to something that was deleted.
    Retired,
    /// What it works on was deleted meanwhile.
    Gone,
    /// There is no room for what it makes.
    NoRoom,
    /// Database or blob store were away for too long.
    Unavailable,
    /// A fault of ours.
    Internal,
}

impl Trouble {
    /// Every one.
    pub const ALL: [Trouble; 8] = [
        Trouble::Training,
        Trouble::Input,
        Trouble::Taken,
        Trouble::Retired,
        Trouble::Gone,
        Trouble::NoRoom,
        Trouble::Unavailable,
        Trouble::Internal,
    ];

    /// The name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Trouble::Training => "training",
            Trouble::Input => "input",
            Trouble::Taken => "taken",
            Trouble::Retired => "retired",
            Trouble::Gone => "gone",
            Trouble::NoRoom => "no-room",
            Trouble::Unavailable => "unavailable",
            Trouble::Internal => "internal",
        }
    }
}

impl FromStr for Trouble {
    type Err = ();

    fn from_str(name: &str) -> Result<Trouble, ()> {
        Trouble::ALL.into_iter().find(|trouble| trouble.name() == name).ok_or(())
    }
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Number in the database.
    pub id: i64,
    /// What it has to do.
    pub work: Work,
    /// Where it stands.
    pub status: Status,
    /// Done so far, 0..=1.
    pub progress: f64,
    /// How far a training is, or was when it was last heard of.
    pub step: Option<Step>,
    /// What came out.
    pub made: Option<Made>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The owner's name.
    pub owner: String,
    /// How often a worker took it.
    pub attempt: i64,
    /// How often it was put off because database or blob store were away.
    pub postponed: i64,
    /// When it was asked for.
    pub created: DateTime<Utc>,
    /// When it was last touched.
    pub modified: DateTime<Utc>,
}

impl Job {
    /// The state of the job's document.
    pub fn state(&self) -> State {
        let iteration = self.step.map(|step| format!("{} {}", step.part, step.iteration));
        let [known, iteration] = State::maybe(iteration.as_deref());
        let (id, progress) = (self.id.to_string(), self.progress.to_string());
        State::of(["job", &id, self.status.name(), &progress, known, iteration])
    }
}
