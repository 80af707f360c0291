//! Settings about the versions of the API: the end of the first one, and who calls which.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// The first version of the API and its end.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct V1 {
    /// Day from which on v1 is deprecated (RFC 9745), `YYYY-MM-DD`.
    pub deprecation: String,
    /// Day on which v1 ends (RFC 8594), `YYYY-MM-DD`: from its first moment (UTC) on, every URL of v1
    /// answers 410 and names its successor. Whoever wants v1 to last longer says so here.
    pub sunset: String,
}

impl Default for V1 {
    fn default() -> V1 {
        V1 { deprecation: "2026-11-01".into(), sunset: "2028-11-01".into() }
    }
}

/// Requests counted by version, route and principal.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Days for which the counts are kept; with 0 nothing is counted.
    pub days: u32,
}

impl Default for Usage {
    fn default() -> Usage {
        Usage { days: 400 }
    }
}

impl V1 {
    /// What is wrong with them.
    pub fn check(&self) -> Result<(), String> {
        for day in [&self.deprecation, &self.sunset] {
            midnight(day).ok_or_else(|| format!("v1: expected a day as YYYY-MM-DD, found {day:?}"))?;
        }
        if self.deprecated_from() > self.ends() {
            let found = format!("found {} after {}", self.deprecation, self.sunset);
            return Err(format!("v1: expected a deprecation that is not after the sunset, {found}"));
        }
        Ok(())
    }

    /// When v1 begins to be deprecated.
    pub fn deprecated_from(&self) -> Option<DateTime<Utc>> {
        midnight(&self.deprecation)
    }

    /// When v1 ends.
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        midnight(&self.sunset)
    }

    /// Whether v1 is deprecated at a moment.
    pub fn is_deprecated(&self, at: DateTime<Utc>) -> bool {
        self.deprecated_from().is_some_and(|from| from <= at)
    }

    /// Whether v1 has ended at a moment.
    pub fn has_ended(&self, at: DateTime<Utc>) -> bool {
        self.ends().is_some_and(|end| end <= at)
    }
}

fn midnight(day: &str) -> Option<DateTime<Utc>> {
    Some(NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN).and_utc())
}
