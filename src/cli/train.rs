//! `almanac train`: a classifier, learned from a dataset's newest revision.

use super::{Fault, Global, progress, publish::author};
use crate::{
    domain::{
        job::{Job, Lane, Made, Training, Work},
        model::{Draft, DraftSearch, DraftSplit, DraftThreshold, Saved, Settings, Threshold},
        slug::Slug,
        user::User,
        version::{Version, Words},
        visibility::Visibility,
    },
    jobs::{Works, worker},
    learning::{self, adopt},
    represent::v2,
    store,
};
use chrono::Utc;
use clap::Args;
use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::atomic::AtomicBool,
    time::Duration,
};

/// Train a classifier on a dataset
#[derive(Debug, Args)]
pub struct Train {
    /// The dataset, by its name in URLs
    dataset: String,
    /// The column to predict
    #[arg(long, value_name = "COLUMN")]
    target: String,
    /// Name of the model; one that exists gets another version [default: DATASET-TARGET]
    #[arg(long, value_name = "SLUG")]
    model: Option<String>,
    /// The columns to predict from [default: every one that can serve]
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,..")]
    features: Vec<String>,
    /// Only rows that fulfil this, as in the query of a dataset's rows: filter[age][ge]=18&..
    #[arg(long, value_name = "FILTER")]
    filter: Option<String>,
    /// Penalty C: the smaller, the stronger the weights are held back [default: 1]
    #[arg(short = 'c', long = "penalty", value_name = "C", conflicts_with = "search")]
    c: Option<f64>,
    /// Look for C by cross-validation, among these [default: powers of ten from 1e-4 to 1e4]
    #[arg(long, value_delimiter = ',', value_name = "C,..", num_args = 0..)]
    search: Option<Vec<f64>>,
    /// Folds of the search [default: 5]
    #[arg(long, requires = "search")]
    folds: Option<i64>,
    /// Where the second of two classes begins: most-probable, f1, balanced-accuracy or a probability
    #[arg(long, value_name = "HOW")]
    threshold: Option<String>,
    /// Weights that were learned elsewhere, as the JSON of `coefficients`: they are scored, not learned
    #[arg(long, value_name = "FILE", conflicts_with_all = ["features", "c", "search"])]
    weights: Option<PathBuf>,
    /// Leave the columns on their own scales
    #[arg(long)]
    raw: bool,
    /// What becomes of missing cells: mean-indicator or refuse
    #[arg(long, default_value = "mean-indicator")]
    missing: String,
    /// Share of the rows held out for the scores
    #[arg(long, default_value_t = 0.25, value_name = "SHARE")]
    test: f64,
    /// Chooses the rows held out
    #[arg(long, default_value_t = 1)]
    seed: i64,
    /// Revision to learn from [default: the newest]
    #[arg(long)]
    revision: Option<i64>,
    /// Who trains it, by name [default: almanac, who cannot sign in]
    #[arg(long, value_name = "USER")]
    author: Option<String>,
}

impl Train {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        let author = author(works, self.author.as_deref()).await?;
        let weights = self.weights.as_deref().map(weights).transpose()?;
        let draft = Draft {
            target: Some(self.target.clone()),
            features: self.features,
            filter: self.filter,
            c: self.c,
            search: self.search.map(|c| DraftSearch { c, folds: self.folds }),
            threshold: self.threshold.map(|text| match text.parse() {
                Ok(number) => DraftThreshold::Number(number),
                Err(_) => DraftThreshold::Name(text),
            }),
            standardise: Some(!self.raw),
            missing: Some(self.missing),
            split: DraftSplit { test: Some(self.test), seed: Some(self.seed), stratified: Some(true) },
        };
        let mut settings = draft.checked()?;
        if let Some(weights) = &weights {
            suit(&mut settings, weights)?;
        }
        let name = match self.model {
            Some(name) => Slug::at("/model", &name)?,
            None => Slug::from_title(&format!("{}-{}", self.dataset, self.target))
                .ok_or_else(|| Fault::usage("expected --model"))?,
        };
        let visibility = Visibility::Public;
        let words = Words { headline: name.to_string(), description: None, visibility };
        let how = (settings, weights);
        let job = enqueue(works, &self.dataset, self.revision, &name, &words, how, &author).await?;
        let version = finished(works, job).await?;
        told(&name, &version, global);
        Ok(())
    }
}

/// Weights in a file.
fn weights(file: &Path) -> Result<Saved, Fault> {
    let text = std::fs::read(file).map_err(|error| match error.kind() {
        ErrorKind::NotFound => Fault::missing(format!("{}", file.display())),
        _ => Fault::usage(format!("{}: {error}", file.display())),
    })?;
    let value = serde_json::from_slice(&text)
        .map_err(|error| Fault::refused(format!("{}: expected JSON, found {error}", file.display())))?;
    Ok(v2::weights::parse(&value)?)
}

/// Settings that go with given weights: nothing is looked for, and where the second class begins they may say.
fn suit(settings: &mut Settings, weights: &Saved) -> Result<(), Fault> {
    if settings.threshold.is_chosen() {
        return Err(Fault::usage("expected --threshold as a probability: the weights are given"));
    }
    if let Some(at) = weights.threshold.filter(|_| settings.threshold == Threshold::MostProbable) {
        settings.threshold = Threshold::Given(at);
    }
    Ok(())
}

/// Queues a training of a model, which is made if there is none of that name.
pub async fn enqueue(
    works: &Works,
    dataset: &str,
    revision: Option<i64>,
    name: &Slug,
    words: &Words,
    (settings, weights): (Settings, Option<Saved>),
    author: &User,
) -> Result<Job, Fault> {
    let missing = |what: String| {
        move |fault| match fault {
            store::Fault::Missing | store::Fault::Gone => Fault::missing(what),
            other => other.into(),
        }
    };
    let mut tx = works.store.write().await?;
    let source =
        store::dataset::find(&mut tx, dataset).await.map_err(missing(format!("dataset `{dataset}`")))?;
    let number = match revision {
        Some(number) => number,
        None => store::revision::newest(&mut tx, source.id).await?.map_or(0, |newest| newest.number),
    };
    let pinned = store::revision::live(&mut tx, source.id, number).await;
    let pinned = pinned.map_err(missing(format!("revision {number} of `{dataset}`")))?;
    let settings = match &weights {
        Some(weights) => adopt::resolve(&pinned.columns, &settings, weights)?,
        None => learning::resolve(&pinned.columns, &settings)?,
    };
    let now = Utc::now();
    let model = match store::model::find(&mut tx, name.as_str()).await {
        Ok(model) if model.newest > 0 && model.dataset == source.slug => model,
        Ok(model) if model.newest > 0 => {
            return Err(Fault::conflict(format!("model `{name}` learns from dataset `{}`", model.dataset)));
        }
        _ => {
            // A model tells what it learned from.
            let visibility = words.visibility.min(source.about.visibility);
            let words = Words { visibility, ..words.clone() };
            store::model::insert(&mut tx, name, &words, source.id, &author.name, now).await?
        }
    };
    let work = Work::Train(Training {
        model: model.slug.to_string(),
        dataset: source.slug.to_string(),
        revision: number,
        settings,
        weights,
    });
    let job = store::job::enqueue(&mut tx, &work, author, now).await?;
    tx.commit().await?;
    Ok(job)
}

/// Works on the queue until the job ended; a server on the same database may be quicker.
pub async fn finished(works: &Works, job: Job) -> Result<Version, Fault> {
    let bar = progress::bar("training");
    bar.set_length(100);
    let stop = AtomicBool::new(false);
    let ended = loop {
        let now = store::job::find(&mut works.store.read().await?, job.id).await?;
        bar.set_position((now.progress * 100.0) as u64);
        if now.status.is_final() {
            break now;
        }
        if !worker::next(works, Lane::Learning, &stop).await? {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    bar.finish_and_clear();
    let (Work::Train(training), Some(Made::Version(number))) = (ended.work, ended.made) else {
        let reason = ended.failure.map(|why| why.reason);
        return Err(Fault::refused(
            reason.unwrap_or_else(|| format!("job {} was {}", ended.id, ended.status)),
        ));
    };
    let mut conn = works.store.read().await?;
    let model = store::model::find(&mut conn, &training.model).await?;
    Ok(store::model::version(&mut conn, model.id, number).await?)
}

fn told(name: &Slug, version: &Version, global: &Global) {
    let (scores, certificate) = (&version.scores, &version.fitted.certificate);
    if global.json {
        let told = serde_json::json!({"model": name.as_str(), "version": version.number,
            "accuracy": scores.accuracy, "logLoss": scores.log_loss,
            "baselineAccuracy": scores.baseline.accuracy, "converged": certificate.converged});
        println!("{told}");
        return;
    }
    println!("{name} version {}", version.number);
    eprintln!(
        "accuracy {:.3} on {} held-out rows (always \"{}\": {:.3}); solver {}, largest gradient {:.1e}",
        scores.accuracy,
        scores.rows,
        scores.baseline.class,
        scores.baseline.accuracy,
        certificate.solver.name(),
        certificate.max_gradient
    );
    for warning in &version.fitted.warnings {
        let column = warning.column.as_ref().map(|name| format!("column {name}: ")).unwrap_or_default();
        eprintln!("warning: {column}{}", warning.text);
    }
}
