//! Taking a revision's content back.

use super::{Fault, Works};
use crate::store;
use chrono::Utc;

/// What became of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdrawn {
    /// Files that were deleted; others are another revision's too.
    pub deleted: usize,
    /// Slugs of the models that learned from it, whose documents say so now.
    pub models: Vec<String>,
}

/// Takes a revision back: its URLs answer 410 from now on, then its files are deleted.
///
/// What learned from it stays and says so. The head is not touched, nor are other revisions. One that is
/// withdrawn and has files still, since whoever withdrew it was stopped half-way, is done with now;
/// [`store::Fault::Changed`] where nothing is left to do.
pub async fn withdraw(works: &Works, slug: &str, number: i64) -> Result<Withdrawn, Fault> {
    let mut tx = works.store.write().await?;
    let dataset = store::dataset::find(&mut tx, slug).await?;
    let revision = store::revision::find(&mut tx, dataset.id, number).await?;
    let models = match revision.withdrawn {
        None => store::revision::withdraw(&mut tx, &dataset, number, Utc::now()).await?,
        Some(_) => store::revision::learners(&mut tx, &dataset, number).await?,
    };
    tx.commit().await?;
    let mut deleted = 0;
    let parquet = revision.parquet.map(|file| file.digest);
    for digest in [revision.csv.digest, revision.profile].into_iter().chain(parquet) {
        deleted += usize::from(works.blobs.forget(&digest, revision.created).await?);
    }
    match (revision.withdrawn, deleted) {
        (Some(_), 0) => Err(store::Fault::Changed.into()),
        _ => Ok(Withdrawn { deleted, models }),
    }
}
