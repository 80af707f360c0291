//! Imports and sealings that somebody ordered and did not wait for.

use super::{
    Fault, Progress, Works,
    import::{self, Order, Source, Target},
    seal,
};
use crate::{
    domain::{
        audit::Deed,
        dataset::Dataset,
        job::{Import, Job, Made, Seal},
        slug::Slug,
        user::User,
    },
    represent::link::Place,
    store,
    table::{Options, source::Format},
};

/// Share of an import until the table that was sent is here again: it may lie in another machine's store.
const FETCHED: f64 = 0.05;

/// Imports the table that was kept when it was sent.
pub async fn import(works: &Works, job: &Job, wanted: &Import, progress: &Progress) -> Result<Made, Fault> {
    let broken = |what: &str| Fault::Broken(format!("job {}: {what} does not read back", job.id));
    let slug: Slug = wanted.dataset.parse().map_err(|()| broken("the dataset's name"))?;
    let options: Options =
        serde_json::from_str(&wanted.options).map_err(|_| broken("how the table is read"))?;
    let format = Format::from_name(&wanted.format).ok_or_else(|| broken("the table's format"))?;
    let author = author(works, job).await?;
    let target = match &wanted.new {
        Some(new) => Target::New { slug, about: new.about.clone(), remarks: Box::new(new.remarks.clone()) },
        None => {
            let dataset = Box::new(seen(works, slug.as_str(), &author).await?);
            Target::Next { dataset, remarks: Box::new(wanted.remarks.clone()) }
        }
    };
    let source = Source { file: works.blobs.readable(&wanted.upload).await?, format, options };
    let progress = progress.part(FETCHED, 1.0);
    progress.tell(0, 1);
    progress.check()?;
    let order = Order { note: wanted.note.clone(), job: Some(job), ..Order::of(&author) };
    let imported = import::import(works, source, target, order, &progress).await?;
    Ok(Made::Revision { number: imported.revision.number, fresh: imported.fresh })
}

/// Seals the head as it is by now.
pub async fn seal(works: &Works, job: &Job, wanted: &Seal, progress: &Progress) -> Result<Made, Fault> {
    let author = author(works, job).await?;
    seen(works, &wanted.dataset, &author).await?;
    let order = Order { note: wanted.note.clone(), job: Some(job), ..Order::of(&author) };
    let sealed = seal::seal(works, &wanted.dataset, order, progress).await?;
    Ok(Made::Revision { number: sealed.revision.number, fresh: sealed.fresh })
}

/// A job's deed: its owner's, and where it was asked for says the line of its queueing.
pub(in crate::jobs) fn deed(job: &Job) -> Deed {
    Deed {
        actor: job.owner.clone(),
        action: job.work.name().to_string(),
        resource: Place::Job(job.id.to_string()).path(),
        request: String::new(),
    }
}

/// The dataset, if its author still sees it: it may have been hidden while the job waited.
async fn seen(works: &Works, slug: &str, author: &User) -> Result<Dataset, Fault> {
    let found = store::dataset::find(&mut works.store.read().await?, slug).await?;
    if found.access().is_seen_by(Some(author)) { Ok(found) } else { Err(store::Fault::Missing.into()) }
}

/// Whose job it is.
pub(in crate::jobs) async fn author(works: &Works, job: &Job) -> Result<User, Fault> {
    Ok(store::user::find(&mut works.store.read().await?, &job.owner).await?.0)
}
