//! Jobs: work that takes longer than a request.

use super::state::State;
use chrono::{DateTime, Utc};
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
pub struct Training {
    /// The model that gets a version.
    pub model: String,
    /// The dataset it learns from.
    pub dataset: String,
    /// The pinned revision.
    pub revision: i64,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// Number in the database.
    pub id: i64,
    /// What it has to do; today every job trains.
    pub training: Training,
    /// Where it stands.
    pub status: Status,
    /// Done so far, 0..=1.
    pub progress: f64,
    /// The version of the model that came out.
    pub version: Option<i64>,
    /// Why it failed: one sentence for its owner.
    pub reason: Option<String>,
    /// The owner's name.
    pub owner: String,
    /// How often a worker took it.
    pub attempt: i64,
    /// When it was asked for.
    pub created: DateTime<Utc>,
    /// When it was last touched.
    pub modified: DateTime<Utc>,
}

impl Job {
    /// The state of the job's document.
    pub fn state(&self) -> State {
        State::of(["job", &self.id.to_string(), self.status.name(), &self.progress.to_string()])
    }
}
