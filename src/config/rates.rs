//! Settings about how much is asked: by one client, and of the server at the same time.

use serde::{Deserialize, Serialize};

/// How often one client may ask. Not called `limits`, a key of Rocket's own.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Rates {
    /// Whether clients are held up who ask more often.
    pub enabled: bool,
    /// What everybody at one address may ask for together who does not say who they are.
    pub anonymous: Allowance,
    /// What each user may ask for.
    pub signed_in: Allowance,
}

/// What may be asked for: so much in the long run, and so much at once after a pause.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Allowance {
    /// Reads per second.
    pub reads_per_s: u32,
    /// Reads at once.
    pub reads_at_once: u32,
    /// Writes per second.
    pub writes_per_s: u32,
    /// Writes at once.
    pub writes_at_once: u32,
    /// Trainings, imports and applications per hour, and at once.
    pub jobs_per_h: u32,
}

impl Default for Rates {
    fn default() -> Rates {
        Rates {
            enabled: true,
            anonymous: Allowance {
                reads_per_s: 200,
                reads_at_once: 2_000,
                writes_per_s: 20,
                writes_at_once: 100,
                jobs_per_h: 10,
            },
            signed_in: Allowance {
                reads_per_s: 1_000,
                reads_at_once: 10_000,
                writes_per_s: 100,
                writes_at_once: 1_000,
                jobs_per_h: 120,
            },
        }
    }
}

impl Rates {
    /// Each number with its name; none of them can be 0.
    pub fn numbers(&self) -> impl Iterator<Item = (String, u32)> {
        [("anonymous", self.anonymous), ("signed_in", self.signed_in)].into_iter().flat_map(
            |(of, allowed)| {
                [
                    ("reads_per_s", allowed.reads_per_s),
                    ("reads_at_once", allowed.reads_at_once),
                    ("writes_per_s", allowed.writes_per_s),
                    ("writes_at_once", allowed.writes_at_once),
                    ("jobs_per_h", allowed.jobs_per_h),
                ]
                .map(|(name, number)| (format!("rates.{of}.{name}"), number))
            },
        )
    }
}

/// How much is worked on at the same time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Load {
    /// Reads that no kept answer answers, and as many writes.
    pub at_once: u32,
    /// Of each, those that wait until there is room.
    pub waiting: u32,
}

impl Default for Load {
    fn default() -> Load {
        Load { at_once: 512, waiting: 512 }
    }
}
