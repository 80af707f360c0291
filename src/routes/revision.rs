//! Revisions of a dataset under version 2.

use super::{
    answer::{self, Answer},
    ask::{self, Ask, Site},
    change,
    content::{self, Canonical},
    dataset, fault, included,
    number::number as spelt,
    once::{Once, Turn},
    queued, upload,
};
use crate::{
    auth::{
        May, Sight, Viewer,
        guard::{act::Create, thing::Revision},
    },
    domain::{
        Kind,
        dataset::Dataset,
        job::{self, Job, Work},
        revision,
    },
    http::{
        body::Body,
        head::Head,
        link_header::Link,
        media::Media,
        problem::Problem,
        reply::{Reply, Success},
    },
    jobs::{
        Progress,
        import::{Imported, Order, Target},
        seal,
    },
    represent::{
        Document,
        link::Place,
        policy::Subject,
        v2::{self, PageOf},
    },
    store::{self, Handle},
};
use http::header;
use rocket::{State, get, post};

/// The revision.
#[get("/datasets/<slug>/revisions/<number>")]
pub async fn read(slug: &str, number: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    let (dataset, revision) = find(&ask.sight, &mut ask.read().await?, slug, number).await?;
    let mut document = v2::revision::read(ask.base(), &dataset, &revision);
    included::name_of_dataset(&ask, &mut document, &dataset);
    included::in_revision(&ask, &mut document, &revision).await?;
    answer::read(&ask, document)
}

/// A page of revisions, newest first.
#[get("/datasets/<slug>/revisions")]
pub async fn list(slug: &str, _viewer: Viewer, ask: Ask<'_>) -> Answer {
    answer::read(&ask, listed(&ask, slug).await?)
}

async fn listed(ask: &Ask<'_>, slug: &str) -> Result<Document, Problem> {
    let page = ask.page()?;
    let mut conn = ask.read().await?;
    let dataset = dataset::find(&ask.sight, &mut conn, slug).await?;
    let (offset, limit) = (page.offset() as i64, page.size as i64);
    let (revisions, total) =
        store::revision::page(&mut conn, dataset.id, offset, limit).await.map_err(fault::store)?;
    let place = Place::Revisions(slug.into());
    let page = PageOf::numbered(ask.base(), &place, &ask.url(), "", page, total);
    let mut document = v2::revision::list(ask.base(), &dataset, &revisions, &page);
    included::name_of_dataset(ask, &mut document, &dataset);
    Ok(document)
}

/// A sealed revision: of the head as it is, or of a table that is sent and becomes the head.
///
/// Content that a revision has already: 303 to that one.
#[post("/datasets/<slug>/revisions", data = "<body>")]
pub async fn create(slug: &str, may: May<Create, Revision>, ask: Ask<'_>, body: Body<'_>) -> Answer {
    let (once, mut body) = match Once::turn(&ask, &may.user, body).await? {
        Turn::First(once, body) => (once, body),
        Turn::Again(reply) => return Ok(reply),
    };
    let dataset = dataset::find(&ask.sight, &mut ask.read().await?, slug).await?;
    let full = !body.is_empty().await;
    let taken: Vec<Media> = [change::WHOLE, upload::TABLES].concat();
    let table = full && {
        let media = body.one_of(&taken)?;
        upload::is_table(&mut body, media).await
    };
    if table && dataset.is_linked() {
        return Err(fault::store(store::Fault::ReadOnly));
    }
    answer::expected(&ask, listed(&ask, slug)).await?;
    let small = if table {
        let upload = upload::receive(&ask, body).await?;
        if upload.is_large(&ask) || queued::is_preferred(&ask) {
            let job = upload.queue(&ask, &once, &dataset.slug, None, &may.user).await;
            return once.answered(later(&ask, slug, job).await).await;
        }
        let remarks = Box::new(upload.remarks());
        upload.import(&ask, &once, Target::Next { dataset: Box::new(dataset), remarks }, &may.user).await
    } else {
        upload::without_table(&ask)?;
        let note = match full {
            true => v2::revision::parse(&change::whole(&ask, body).await?).map_err(fault::input)?,
            false => None,
        };
        if is_large(&ask, &dataset) || queued::is_preferred(&ask) {
            let work = Work::Seal(job::Seal { dataset: slug.into(), note });
            let job = queued::queue(&ask, &once, &work, &may.user).await;
            return once.answered(later(&ask, slug, job).await).await;
        }
        let claim = once.claim();
        let order = Order { note, claim: claim.as_ref(), deed: ask.deed(), ..Order::of(&may.user) };
        seal::seal(ask.works(), slug, order, &Progress::default()).await
    };
    let Imported { dataset, revision, fresh } = small.map_err(fault::work)?;
    once.answered(sealed(&ask, &dataset, &revision, fresh)).await
}

/// Whether the head is so large that it is sealed by a job.
fn is_large(ask: &Ask<'_>, dataset: &Dataset) -> bool {
    let cells = dataset.rows.saturating_mul(dataset.columns.len() as i64);
    cells.unsigned_abs() > ask.works().settings.import.job_cells
}

/// The answer once there is a revision with that content: 201, or 303 if it was there.
fn sealed(ask: &Ask<'_>, dataset: &Dataset, revision: &revision::Revision, fresh: bool) -> Answer {
    let document = v2::revision::read(ask.base(), dataset, revision);
    match fresh {
        true => answer::written(ask, Success::Created, document),
        false => Ok(Reply::see_other(document.id()).cached(Subject::Passing.cache_control())),
    }
}

/// The answer to a revision that a job makes: the job, or the revision if that was waited for.
async fn later(ask: &Ask<'_>, slug: &str, job: Result<Job, Problem>) -> Answer {
    match queued::revision(ask, job?).await? {
        Ok((number, fresh)) => {
            let (dataset, revision) =
                find(&ask.sight, &mut ask.read().await?, slug, &number.to_string()).await?;
            Ok(queued::preferred(ask, sealed(ask, &dataset, &revision, fresh)?))
        }
        Err(job) => queued::accepted(ask, &job),
    }
}

/// A file of the revision, named by its content.
// After the places whose last segment is fixed.
#[get("/datasets/<slug>/revisions/<number>/<file>", rank = 1)]
pub async fn artifact(
    slug: &str,
    number: &str,
    file: &str,
    _spelt: Canonical,
    head: Head,
    site: &State<Site>,
    sight: Sight,
) -> Answer {
    let mut conn = ask::read(site, &head).await?;
    let (_, revision) = find(&sight, &mut conn, slug, number).await?;
    drop(conn);
    let (digest, media) = self::file(&revision, file)?;
    let whole = Place::Revision(slug.into(), number.into());
    let subject = Subject::Immutable { kind: Kind::Dataset, slug: slug.into() };
    let name = format!("{slug}-{number}.{}", media.suffix().unwrap_or_default());
    let answer =
        content::artifact(&head, &site.works, digest, media, &name, &revision.state(), subject).await?;
    Ok(match media {
        // A file of the revision, as its document lists them; the profile only describes it.
        Media::Csv | Media::Parquet => {
            answer.with(header::LINK, &Link::new(whole.url(site.base()), "collection").to_string())
        }
        _ => answer,
    })
}

/// The file of that name: its digest and media type.
pub fn file<'a>(revision: &'a revision::Revision, name: &str) -> Result<(&'a str, Media), Problem> {
    let rows =
        v2::revision::files(revision).find(|(media, file)| v2::revision::file_name(*media, file) == name);
    match rows {
        Some((media, file)) => Ok((&file.digest, media)),
        None if name == v2::revision::profile_file(revision) => Ok((&revision.profile, Media::Json)),
        None => Err(Problem::not_found("such file of the revision")),
    }
}

/// The revision of that number; 404, or 410 if its dataset was deleted or it was withdrawn.
pub async fn find(
    sight: &Sight,
    conn: &mut impl Handle,
    slug: &str,
    number: &str,
) -> Result<(Dataset, revision::Revision), Problem> {
    let dataset = dataset::find(sight, conn, slug).await?;
    let revision = of(conn, &dataset, number).await?;
    Ok((dataset, revision.ok_or_else(|| Problem::not_found("such revision"))?))
}

/// The revision of that number of a dataset; 410 if it was withdrawn.
pub async fn of(
    conn: &mut impl Handle,
    dataset: &Dataset,
    number: &str,
) -> Result<Option<revision::Revision>, Problem> {
    let Some(wanted) = spelt(number) else { return Ok(None) };
    match store::revision::find(conn, dataset.id, wanted).await {
        Ok(revision) if revision.withdrawn.is_some() => Err(Problem::gone("the revision")),
        Ok(revision) => Ok(Some(revision)),
        Err(store::Fault::Missing) => Ok(None),
        Err(fault) => Err(fault::store(fault)),
    }
}
