//! Jobs in version 2.

use super::{PageOf, collection, item, operable};
use crate::{
    domain::job::Job,
    represent::{
        Document,
        link::{Base, Place},
        moment,
        policy::Subject,
    },
};
use http::Method;
use serde_json::json;

/// The document of a job.
pub fn read(base: &Base, job: &Job) -> Document {
    let id = job.id.to_string();
    let subject = if job.status.is_final() { Subject::Private } else { Subject::Passing };
    let mut document = item(base, &Place::Job(id.clone()), "Job", subject);
    document.at(&job.state(), job.modified);
    let training = &job.training;
    let model = Place::Model(training.model.clone());
    let revision = Place::Revision(training.dataset.clone(), training.revision.to_string());
    document
        .set("identifier", id)
        .set("title", format!("Train {} on {}", training.model, training.dataset))
        .set("status", job.status.name())
        .set("progress", job.progress)
        .set("revision", revision.url(base))
        .set("attempt", job.attempt)
        .set("author", job.owner.clone())
        .set("dateCreated", moment(job.created))
        .set("dateModified", moment(job.modified));
    if let Some(version) = job.version {
        let version = Place::Version(training.model.clone(), version.to_string());
        document.set("model", model.url(base)).set("result", version.url(base));
    }
    if let Some(reason) = &job.reason {
        let kind = Place::ProblemType("training-failed".into()).url(base);
        document.set("error", json!({"type": kind, "title": "Training failed", "detail": reason}));
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

/// A page of jobs.
pub fn list(base: &Base, jobs: &[Job], page: &PageOf) -> Document {
    let members = jobs.iter().map(|job| read(base, job).embedded()).collect();
    collection(base, &Place::Jobs, "JobCollection", Subject::Private, page, members)
}
