//! Predictions of every row of a revision: a table of key, class and probabilities that becomes a new dataset.

use super::{
    Fault, Progress, Works, background,
    import::{self, Order, Source, Target},
    ordered::author,
};
use crate::{
    blob::Spool,
    domain::{
        column::{Cell, Column, ColumnType, Remarks},
        dataset::About,
        fault::{At, Fault as InputFault, Faults},
        job::{Application, Job, Made},
        model::Fitted,
        prediction::Place,
        revision::Revision,
        user::User,
        visibility::Visibility,
    },
    learning::{Batch, Said},
    store,
    table::{Options, header, parquet::own::Artifact, source::Format, write::Writer},
};
use std::{io::BufWriter, iter};

/// Share of the work until the rows are predicted; the rest imports them.
const PREDICTED: f64 = 0.4;
/// Rows between two looks at whether it is still wanted.
const OFTEN: u64 = 1_000;
/// Name of the column of positions.
const POSITION: &str = "row";

/// Predicts, and makes what came out a dataset. The dataset and the end of the job are one transaction.
pub async fn run(works: &Works, job: &Job, wanted: &Application, progress: &Progress) -> Result<Made, Fault> {
    let broken = |what: &str| Fault::Broken(format!("job {}: {what} does not read back", job.id));
    let slug = wanted.dataset.parse().map_err(|()| broken("the dataset's name"))?;
    let author = author(works, job).await?;
    let (fitted, revision, visibility) = source(works, wanted, &author).await?;
    let parquet = revision.parquet.as_ref().ok_or_else(|| {
        Fault::Input(InputFault::at("/revision", "a revision with a Parquet file", "one without").into())
    })?;
    let (file, spool) = (works.blobs.file(&parquet.digest).await?, works.blobs.spool().await?);
    let (wanted_key, step) = (wanted.key.clone(), progress.part(0.0, PREDICTED));
    let key = key(&revision, wanted_key.as_deref());
    let types = iter::once((key.name.trim().to_string(), key.kind));
    let types = types.chain(headers(&fitted).into_iter().zip(told_types())).collect();
    let predicted = background::run(move || {
        let table = Artifact::open(file, &revision.columns)?;
        Table::of(&fitted, &table, wanted_key.as_deref())?.written(&table, spool, &step)
    });
    let (file, untold) = predicted.await??;
    let file = file.into();
    let source = Source { file, format: Format::Csv, options: Options { types, ..Options::canonical() } };
    let note = match untold {
        0 => None,
        rows => Some(format!("{rows} rows have no class: the model does not take their values")),
    };
    let order = Order { note, job: Some(job), derived: Some(wanted.of.clone()), ..Order::of(&author) };
    let about = About { visibility: wanted.about.visibility.min(visibility), ..wanted.about.clone() };
    let target = Target::New { slug, about, remarks: Box::new(remarks(&key)) };
    let imported = import::import(works, source, target, order, &progress.part(PREDICTED, 1.0)).await?;
    Ok(Made::Revision { number: imported.revision.number, fresh: imported.fresh })
}

/// The model, the revision whose rows it is to predict, and who sees both; nothing that the author sees no more.
async fn source(
    works: &Works,
    wanted: &Application,
    author: &User,
) -> Result<(Fitted, Revision, Visibility), Fault> {
    let mut conn = works.store.read().await?;
    let model = store::model::find(&mut conn, &wanted.of.model).await?;
    let version = store::model::version(&mut conn, model.id, wanted.of.version).await?;
    let dataset = store::dataset::find(&mut conn, &wanted.of.dataset).await?;
    let accesses = [model.access(), model.source, dataset.access()];
    if !accesses.iter().all(|access| access.is_seen_by(Some(author))) {
        return Err(store::Fault::Missing.into());
    }
    let revision = store::revision::live(&mut conn, dataset.id, wanted.of.revision).await?;
    let visibility = accesses.iter().map(|access| access.visibility).min().unwrap_or_default();
    Ok((version.fitted, revision, visibility))
}

/// Headers of what is told of each row: the class, and the probability of each.
pub fn headers(fitted: &Fitted) -> Vec<String> {
    let probabilities = fitted.classes.iter().map(|class| format!("probability_{class}"));
    header::distinct(iter::once("class".to_string()).chain(probabilities))
}

/// The column that tells rows apart: the one of that identifier, or their positions.
fn key(revision: &Revision, wanted: Option<&str>) -> Column {
    let of = |identifier: &str| revision.columns.iter().find(|column| column.identifier == identifier);
    wanted.and_then(of).cloned().unwrap_or_else(position)
}

fn position() -> Column {
    Column::new(POSITION, POSITION, ColumnType::Integer)
}

/// What is known of the key, by its header: its identifier may be another where it stands first.
fn remarks(key: &Column) -> Remarks {
    let named = |text: &Option<String>| text.clone().map(|text| (key.name.trim().to_string(), text));
    Remarks {
        units: named(&key.unit).into_iter().collect(),
        descriptions: named(&key.description).into_iter().collect(),
        ..Remarks::default()
    }
}

/// Types of what is told of each row, in the order of its headers: a class that looks like a number is none.
fn told_types() -> impl Iterator<Item = ColumnType> {
    iter::once(ColumnType::Category).chain(iter::repeat(ColumnType::Number))
}

/// A table that is being predicted.
struct Table<'f> {
    fitted: &'f Fitted,
    /// For each feature its column.
    places: Vec<usize>,
    /// The column that tells rows apart.
    key: Option<usize>,
}

impl<'f> Table<'f> {
    fn of(fitted: &'f Fitted, table: &Artifact, key: Option<&str>) -> Result<Table<'f>, Fault> {
        let place = |name: &str| table.columns().iter().position(|column| column.identifier == name);
        let (mut places, mut faults) = (Vec::new(), Vec::new());
        for feature in &fitted.features {
            match place(&feature.identifier) {
                Some(place) => places.push(place),
                None => {
                    let at = At::Column(feature.identifier.clone());
                    faults.push(InputFault::new(at, "a column for each feature of the model", "none"));
                }
            }
        }
        let key = key.map(|key| place(key).ok_or(key)).transpose().unwrap_or_else(|key| {
            faults.push(InputFault::at("/keyColumn", "a column of the dataset", format!("`{key}`")));
            None
        });
        Ok(Faults::unless(faults, Table { fitted, places, key })?)
    }

    /// Writes key, class and probabilities of each row; how many have none.
    fn written(&self, table: &Artifact, spool: Spool, progress: &Progress) -> Result<(Spool, u64), Fault> {
        let mut writer = Writer::new(BufWriter::new(spool), &self.columns(table))?;
        let (mut batch, mut rows, mut untold) = (Batch::new(self.fitted), 0_u64, 0);
        table.try_each::<Fault>(|cells| {
            rows += 1;
            if rows.is_multiple_of(OFTEN) {
                progress.check()?;
                progress.tell(rows, table.rows() as u64);
            }
            let at = || Place::Row(rows);
            batch.begin();
            for (feature, place) in self.places.iter().enumerate() {
                batch.give_to(feature, Said::from(&cells[*place]), &at);
            }
            let mut row = vec![match self.key {
                Some(place) => cells[place].clone(),
                None => Cell::Integer(rows as i64),
            }];
            match batch.tell(&at) {
                Some(told) => {
                    row.push(Cell::Text(told.name().into()));
                    row.extend(told.probabilities.iter().map(|one| Cell::Number(*one)));
                }
                None => {
                    batch.faults.clear();
                    untold += 1;
                    row.resize(2 + self.fitted.classes.len(), Cell::Missing);
                }
            }
            Ok(writer.write(&row)?)
        })?;
        let spool = writer.finish()?.into_inner().map_err(|error| Fault::from(error.into_error()))?;
        Ok((spool, untold))
    }

    fn columns(&self, table: &Artifact) -> Vec<Column> {
        let key = match self.key {
            Some(place) => table.columns()[place].clone(),
            None => position(),
        };
        let told = headers(self.fitted).into_iter().zip(told_types());
        iter::once(key).chain(told.map(|(header, kind)| Column::new("told", &header, kind))).collect()
    }
}
