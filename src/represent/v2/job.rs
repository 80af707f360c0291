//! Jobs in version 2.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::job::{Application, Job, Made, Step, Training, Work},
    represent::{
        Document, failure,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use http::Method;
use serde::Serialize;
use serde_json::json;

/// How far a job is: what its followers are told.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Standing {
    status: &'static str,
    progress: f64,
    #[serde(flatten)]
    step: Option<Told>,
}

/// The same of a training.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    part: u64,
    parts: u64,
    iterations: u64,
    objective: f64,
    max_gradient: f64,
}

impl Told {
    fn of(step: Step) -> Told {
        let Step { part, parts, iteration, objective, max_gradient } = step;
        Told { part, parts, iterations: iteration, objective, max_gradient }
    }
}

impl Standing {
    /// How far the job is.
    pub fn of(job: &Job) -> Standing {
        Standing { status: job.status.name(), progress: job.progress, step: job.step.map(Told::of) }
    }

    /// The same as JSON, the members as in the job's document.
    pub fn json(&self) -> String {
        json!(self).to_string()
    }
}

/// The document of a job.
pub fn read(base: &Base, job: &Job) -> Document {
    let id = job.id.to_string();
    let subject = if job.status.is_final() { Subject::Private } else { Subject::Passing };
    let mut document = item(base, &Place::Job(id.clone()), "Job", subject);
    document.at(&job.state(), job.modified);
    document
        .set("identifier", id.clone())
        .set("title", title(&job.work))
        .set("status", job.status.name())
        .set("progress", job.progress)
        .set("attempt", job.attempt)
        .set("author", job.owner.clone())
        .set("dateCreated", moment(job.created))
        .set("dateModified", moment(job.modified));
    let dataset = job.work.dataset().to_string();
    // A new dataset is not there before the job has made it.
    let makes_one = match &job.work {
        Work::Import(import) => import.new.is_some(),
        Work::Predict(_) => true,
        Work::Train(_) | Work::Seal(_) => false,
    };
    if job.made.is_some() || !makes_one {
        document.set("dataset", Place::Dataset(dataset.clone()).url(base));
    }
    if let Work::Train(training) = &job.work {
        let revision = Place::Revision(dataset.clone(), training.revision.to_string());
        document.set("revision", revision.url(base));
        if job.made.is_some() {
            document.set("model", Place::Model(training.model.clone()).url(base));
        }
    }
    if let Some(step) = job.step {
        document
            .set("part", step.part)
            .set("parts", step.parts)
            .set("iterations", step.iteration)
            .set("objective", step.objective)
            .set("maxGradient", step.max_gradient);
    }
    if let Some(place) = result(job) {
        document.set("result", place.url(base));
    }
    if let Some(why) = &job.failure {
        let problem = failure::problem(why).document(&base.join(""), &Place::Job(id).url(base));
        document.set("error", problem);
    }
    document.link("collection", Place::Jobs.url(base));
    operable(&mut document, "Job");
    if job.status.is_final()
        && let Some(operations) = document.value["operation"].as_array_mut()
    {
        // What has ended cannot be called off.
        operations.retain(|operation| operation["method"] != Method::DELETE.as_str());
    }
    document
}

/// What it does, in words.
fn title(work: &Work) -> String {
    match work {
        Work::Train(Training { model, dataset, weights: Some(_), .. }) => {
            format!("Take in weights of {model} on {dataset}")
        }
        Work::Train(training) => format!("Train {} on {}", training.model, training.dataset),
        Work::Import(import) if import.new.is_some() => format!("Import {}", import.dataset),
        Work::Import(import) => format!("Import a revision of {}", import.dataset),
        Work::Seal(seal) => format!("Seal a revision of {}", seal.dataset),
        Work::Predict(Application { of, .. }) => format!("Predict {} by {}", of.dataset, of.model),
    }
}

/// Where what it made stands.
fn result(job: &Job) -> Option<Place> {
    match (&job.work, job.made?) {
        (Work::Train(training), Made::Version(number)) => {
            Some(Place::Version(training.model.clone(), number.to_string()))
        }
        (work, Made::Revision { number, .. }) => {
            Some(Place::Revision(work.dataset().into(), number.to_string()))
        }
        (_, Made::Version(_)) => None,
    }
}

/// A page of jobs.
pub fn list(base: &Base, jobs: &[Job], page: &PageOf) -> Document {
    let members = jobs.iter().map(|job| read(base, job).embedded()).collect();
    collection(base, &Place::Jobs, "JobCollection", Subject::Private, page, members)
}
