//! What depends on a dataset: the models that learned from it.

use super::{super::revision, bump};
use crate::{
    domain::{Kind, access::Access, dataset::Dataset, tag::Tag, visibility::Visibility},
    store::{Fault, Handle, Tx, on, sql, value},
};

/// Models that are told of where they are in the way.
const MOST_TOLD: usize = 100;

sql! {
    DEPENDENTS = "
  select slug, owner_id, visibility
    from model
   where dataset_id = $1 and deleted is null
     and (newest > 0 or exists (select 1 from job
                                 where job.model_id = model.id and job.status in ('queued', 'running')))
order by slug";

    MODELS = "
  select model.slug, model.headline
    from model
    join dataset on dataset.id = model.dataset_id
   where dataset.slug = $1 and model.deleted is null and model.newest > 0
     and model.visibility = 'public'
order by model.slug
   limit 100";
}

/// Slug and headline of the models trained on a dataset, at most 100.
pub async fn models(conn: &mut impl Handle, slug: &str) -> Result<Vec<(String, String)>, Fault> {
    Ok(on!(conn, db => sqlx::query_as(MODELS).bind(slug).fetch_all(db))?)
}

/// Who sees a dataset from now on. [`Fault::InUse`] while a model is seen by more.
pub(in crate::store) async fn turn(
    tx: &mut Tx,
    dataset: &Dataset,
    visibility: Visibility,
) -> Result<(), Fault> {
    let before = dataset.about.visibility;
    bump(tx, dataset.slug.as_str(), before.max(visibility));
    if visibility != before {
        revision::bump_derived(tx, Kind::Dataset, dataset.slug.as_str()).await?;
    }
    if visibility >= before {
        return Ok(());
    }
    tx.bump([Tag::hidden()]);
    let more_visible = |(_, access): &(String, Access)| access.visibility > visibility;
    in_use(dependents(tx, dataset).await?.into_iter().filter(more_visible))
}

/// The models that depend on the dataset, by slug, whoever sees them.
pub async fn dependents(conn: &mut impl Handle, dataset: &Dataset) -> Result<Vec<(String, Access)>, Fault> {
    let rows: Vec<(String, Option<i64>, String)> =
        on!(conn, db => sqlx::query_as(DEPENDENTS).bind(dataset.id).fetch_all(db))?;
    let access = |(slug, owner, visibility): (String, Option<i64>, String)| {
        Ok((slug, Access { owner, visibility: value::visibility("model.visibility", &visibility)? }))
    };
    rows.into_iter().map(access).collect()
}

/// Whether a model keeps its dataset from being deleted: one that everybody sees. Of another nobody learns by it; it
/// is gone with its dataset.
pub fn keeps(model: &Access) -> bool {
    model.visibility == Visibility::Public
}

/// [`Fault::InUse`] if there are any; of those that are not for everybody the names are not told.
fn in_use(models: impl Iterator<Item = (String, Access)>) -> Result<(), Fault> {
    let models: Vec<(String, Access)> = models.collect();
    if models.is_empty() {
        return Ok(());
    }
    let told = models.into_iter().filter(|(_, access)| access.visibility == Visibility::Public);
    Err(Fault::InUse(told.take(MOST_TOLD).map(|(slug, _)| (Kind::Model, slug)).collect()))
}

/// Takes along the models that do not keep a deleted dataset. [`Fault::InUse`] if one does.
pub(in crate::store) async fn take(tx: &mut Tx, dataset: &Dataset) -> Result<(), Fault> {
    let dependents = dependents(tx, dataset).await?;
    for (slug, model) in &dependents {
        tx.bump_seen(model.visibility, [Tag::item(Kind::Model, slug)]);
    }
    in_use(dependents.into_iter().filter(|(_, model)| keeps(model)))
}
