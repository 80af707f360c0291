//! Whether something stands at a place, judged as GET judges it, and what of its operations would be
//! refused now: because it is another's, or because of the state that it is in.
//!
//! Roles are not asked here: they are the permission table's.

use super::{
    article, ask::Site, dataset, description, entry, fault, job, me, message, model, revision, row, user,
    version,
};
use crate::{
    auth::{Sight, Viewer},
    domain::user::User as Somebody,
    http::problem::Problem,
    represent::{
        asset,
        link::Place::{
            self, Account, AccountAudit, AccountPassword, AccountSessions, AccountTokens, AccountUser,
            AccountUsers, Applications, Article, Articles, Artifact, Card, Catalog, Coefficients, Columns,
            Comparison, Content, Context, ContextOf, CurrentPrediction, CurrentPredictions, Curves, Dataset,
            Datasets, Documentation, Edit, EditDatasets, Entry, Export, Icon, Infer, InferenceLive,
            InferenceReady, Job, Jobs, Live, Me, Message, Messages, Model, ModelReady, Models, Onnx, OpenApi,
            Prediction, Predictions, ProblemType, Problems, Ready, Records, Reference, References, Revision,
            Revisions, Robots, Root, Row, Rows, Search, SignIn, SignOut, Sitemap, Static, Token, Tokens,
            Usage, User, Users, V1, V1Article, V1Articles, V1Context, V1Dataset, V1Datasets, V1Echo, V1Hello,
            V1Message, V1Messages, V1Model, V1Models, V1Predict, V1Rows, Version, VersionComparison,
            VersionInfer, VersionReady, Versions, Vocabulary, VocabularyOf,
        },
        v2,
    },
    store::Conn,
};

/// Methods that would be refused now.
pub type Barred = &'static [&'static str];

const NOTHING: Barred = &[];
const DELETE: Barred = &["DELETE"];
/// Of rows that others write.
const WRITES: Barred = &["POST", "PUT", "PATCH", "DELETE"];

/// What is barred at a place to somebody whose role lets them read there; GET's own 404 or 410 where they
/// would get that.
#[allow(clippy::too_many_lines, reason = "a table: each place has its line")]
pub async fn barred(
    site: &Site,
    place: &Place,
    (viewer, sight): (&Viewer, &Sight),
) -> Result<Barred, Problem> {
    let open = async || -> Result<Conn, Problem> { site.works.store.read().await.map_err(fault::store) };
    match place {
        Root | Robots | Sitemap | Catalog | References | Vocabulary | VocabularyOf(_) | ContextOf(_)
        | Problems | Icon | Live | Ready | InferenceLive | InferenceReady | Entry | Documentation
        | Context | Search | Articles | Datasets | Models | Messages | Jobs | Users | Usage | Me | Tokens
        | V1 | V1Context | V1Articles | V1Datasets | V1Models | V1Messages | V1Hello | V1Echo | SignIn
        | SignOut | Account | AccountPassword | AccountSessions | AccountTokens | AccountAudit
        | AccountUsers | AccountUser(_) | Edit(_) | EditDatasets => {}
        ProblemType(name) => drop(v2::entry::problem(site.base(), name).ok_or_else(entry::no_problem)?),
        OpenApi(version) | Reference(version) => drop(description::version(version)?),
        Static(file) => drop(asset::find(file).ok_or_else(|| Problem::not_found("such file"))?),
        Article(slug) | V1Article(slug) => drop(article::find(sight, &mut open().await?, slug).await?),
        Dataset(slug) | V1Dataset(slug) => {
            let mut conn = open().await?;
            let found = dataset::find(sight, &mut conn, slug).await?;
            return unless(dataset::is_free(&mut conn, &found).await?);
        }
        Rows(slug) => {
            let found = dataset::find(sight, &mut open().await?, slug).await?;
            return Ok(if found.is_linked() { WRITES } else { NOTHING });
        }
        Columns(slug) | Export(slug) | Revisions(slug) | V1Rows(slug) => {
            drop(dataset::find(sight, &mut open().await?, slug).await?)
        }
        Row(slug, id) => {
            let (found, _) = row::find(sight, &mut open().await?, slug, id).await?;
            return Ok(if found.is_linked() { WRITES } else { NOTHING });
        }
        Revision(slug, number) | Records(slug, number) | Comparison(slug, number) => {
            drop(revision::find(sight, &mut open().await?, slug, number).await?)
        }
        Artifact(slug, number, file) => {
            let (_, found) = revision::find(sight, &mut open().await?, slug, number).await?;
            revision::file(&found, file)?;
        }
        Model(slug)
        | Versions(slug)
        | CurrentPrediction(slug)
        | CurrentPredictions(slug)
        | ModelReady(slug)
        | Infer(slug)
        | V1Model(slug)
        | V1Predict(slug, _) => drop(model::find(sight, &mut open().await?, slug).await?),
        Version(slug, number)
        | VersionComparison(slug, number)
        | Prediction(slug, number)
        | Predictions(slug, number)
        | VersionReady(slug, number)
        | VersionInfer(slug, number)
        | Card(slug, number)
        | Applications(slug, number)
        | Onnx(slug, number)
        | Coefficients(slug, number) => drop(version::find(sight, &mut open().await?, slug, number).await?),
        Curves(slug, number) => drop(version::kept_curves(sight, &mut open().await?, slug, number).await?),
        Job(id) => {
            return unless(!job::find(&mut open().await?, id, known(viewer)?).await?.status.is_final());
        }
        Message(id) | Content(id) | V1Message(id) => {
            let found = message::find(&mut open().await?, id).await?;
            return unless(known(viewer).is_ok_and(|user| message::is_theirs(&found, user)));
        }
        Token(id) => drop(me::find(&mut open().await?, id, known(viewer)?).await?),
        User(name) => {
            let mut conn = open().await?;
            let found = user::find(&mut conn, name).await?;
            return unless(user::is_free(&mut conn, &found).await?);
        }
    }
    Ok(NOTHING)
}

/// DELETE is barred unless it would succeed.
fn unless(it_would_succeed: bool) -> Result<Barred, Problem> {
    Ok(if it_would_succeed { NOTHING } else { DELETE })
}

/// Who it is; nobody has things of their own.
fn known(viewer: &Viewer) -> Result<&Somebody, Problem> {
    match viewer {
        Viewer::User(user) => Ok(user),
        Viewer::Nobody => Err(Problem::not_found("such resource")),
    }
}
