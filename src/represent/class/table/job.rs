//! Jobs: work that outlives its request.

use super::{
    collection::{PAGE, PER_PAGE, class, collection},
    shared::{AUTHOR, COUNT, CREATED, MODIFIED, NUMBERED, SHARE, TITLE},
};
use crate::{
    domain::{Kind, job::Status},
    represent::class::{
        Bounds, Class,
        Range::{Integer, Link, Number, Object, Text},
        operation::{delete, get},
        property::shown,
    },
};

fn statuses() -> Vec<&'static str> {
    Status::ALL.map(Status::name).into()
}

/// The classes.
pub const CLASSES: &[Class] = &[
    collection!(
        "JobCollection",
        "Jobs",
        "Job",
        [],
        [get("List jobs", Kind::Job, "JobCollection").with(&[PAGE, PER_PAGE])]
    ),
    class!(
        "Job",
        ["schema:Action"],
        "Job",
        [
            NUMBERED,
            TITLE,
            shown("status", "almanac:status", Text, "How far it is.").of(Bounds::Among(statuses)).always(),
            shown("progress", "almanac:progress", Number, "Share of the work that is done.")
                .of(SHARE)
                .always(),
            shown("part", "almanac:part", Integer, "Which search for weights a training is at.").of(COUNT),
            shown(
                "parts",
                "almanac:parts",
                Integer,
                "How many it makes, for folds, penalties and the model."
            )
            .of(COUNT),
            shown("iterations", "almanac:iterations", Integer, "Steps that it took.").of(COUNT),
            shown("objective", "almanac:objective", Number, "Penalised log-likelihood, negative."),
            shown("maxGradient", "almanac:maxGradient", Number, "Greatest component of its gradient."),
            shown("dataset", "almanac:dataset", Link("Dataset"), "The dataset that it works on."),
            shown("revision", "almanac:revision", Link("Revision"), "The revision that it learns from."),
            shown("attempt", "almanac:attempt", Integer, "How often it was begun.").of(COUNT).always(),
            AUTHOR,
            CREATED,
            MODIFIED,
            shown("model", "almanac:model", Link("Model"), "The model that got a version."),
            shown("result", "schema:result", Link("Resource"), "The version or the revision that it made."),
            shown("error", "schema:error", Object("Problem"), "Why it failed."),
        ],
        [get("Read the job, or follow it as events", Kind::Job, "Job"), delete("Cancel the job", Kind::Job)]
    ),
];
