//! Which class stands at a place, and so what can be done there.

use super::{
    Class, Gives, Operation, class,
    operation::{TENSORS, Takes, anybody, get},
    table::row::CHOSEN,
    v1,
};
use crate::{domain::Kind, represent::link::Place};

/// The class of the documents at a place; `None` where there are none, or none with a class.
pub fn at(place: &Place) -> Option<&'static Class> {
    class_of_version_1(place).or_else(|| class(name(place)?))
}

/// Of version 2 and of what belongs to none.
fn name(place: &Place) -> Option<&'static str> {
    Some(match place {
        Place::Root | Place::Entry => "EntryPoint",
        Place::Search => "SearchCollection",
        Place::Articles => "ArticleCollection",
        Place::Article(_) => "Article",
        Place::Datasets => "DatasetCollection",
        Place::Dataset(_) => "Dataset",
        Place::Rows(_) => "RowCollection",
        Place::Row(..) => "Row",
        Place::Revisions(_) => "RevisionCollection",
        Place::Revision(..) => "Revision",
        Place::Records(..) => "RecordCollection",
        Place::Comparison(..) => "Comparison",
        Place::Models => "ModelCollection",
        Place::Model(_) => "Model",
        Place::Versions(_) => "VersionCollection",
        Place::Version(..) => "Version",
        Place::Card(..) => "Card",
        Place::Applications(..) => "ApplicationCollection",
        Place::Curves(..) => "Curves",
        Place::VersionComparison(..) => "VersionComparison",
        Place::CurrentPrediction(_) | Place::Prediction(..) => "Prediction",
        Place::CurrentPredictions(_) | Place::Predictions(..) => "PredictionCollection",
        Place::Jobs => "JobCollection",
        Place::Job(_) => "Job",
        Place::Messages => "MessageCollection",
        Place::Message(_) => "Message",
        Place::Me => "Me",
        Place::Tokens => "TokenCollection",
        Place::Token(_) => "Token",
        Place::Users => "UserCollection",
        Place::User(_) => "User",
        Place::Usage => "UsageCollection",
        _ => return None,
    })
}

fn class_of_version_1(place: &Place) -> Option<&'static Class> {
    v1::class(match place {
        Place::V1 => "EntryPoint",
        Place::V1Articles => "ArticleCollection",
        Place::V1Article(_) => "Article",
        Place::V1Datasets => "DatasetCollection",
        Place::V1Dataset(_) => "Dataset",
        Place::V1Rows(_) => "RowCollection",
        Place::V1Models => "ModelCollection",
        Place::V1Model(_) => "Model",
        Place::V1Predict(..) => "Prediction",
        Place::V1Messages => "MessageCollection",
        Place::V1Message(_) => "Content",
        Place::V1Hello => "Greeting",
        Place::V1Echo => "Echo",
        _ => return None,
    })
}

/// What can be done at a place, by whoever may.
pub fn operations(place: &Place) -> &'static [Operation] {
    match (at(place), place) {
        (Some(class), _) => class.operations,
        (None, Place::Context | Place::ContextOf(_) | Place::Columns(_) | Place::V1Context) => CONTEXT,
        (None, Place::Content(_)) => CONTENT,
        (None, Place::Export(_)) => EXPORT,
        (None, Place::Artifact(..)) => ARTIFACT,
        (None, Place::Static(_)) => FILE,
        (None, Place::Icon) => ICON,
        (None, Place::Live | Place::Ready | Place::InferenceLive | Place::InferenceReady) => HEALTH,
        (None, Place::ModelReady(_) | Place::VersionReady(..)) => READY,
        (None, Place::Onnx(..)) => ONNX,
        (None, Place::Coefficients(..)) => COEFFICIENTS,
        (None, Place::Infer(_) | Place::VersionInfer(..)) => INFER,
        (None, Place::Problems) => PROBLEMS,
        (None, Place::ProblemType(_)) => PROBLEM,
        (None, Place::Documentation) => DOCUMENTATION,
        (None, Place::OpenApi(_)) => OPENAPI,
        (None, Place::References | Place::Reference(_)) => REFERENCE,
        (None, Place::Catalog) => CATALOG,
        (None, Place::Robots) => ROBOTS,
        (None, Place::Sitemap) => SITEMAP,
        (None, _) => READ,
    }
}

const READ: &[Operation] = &[anybody("GET", "Read")];
const CONTEXT: &[Operation] = &[anybody("GET", "Read the JSON-LD context")];
const CONTENT: &[Operation] =
    &[get("Read the bytes of the message", Kind::Message, "hydra:Resource").giving(Gives::Bytes)];
const ARTIFACT: &[Operation] =
    &[get("Read a file of the revision", Kind::Revision, "hydra:Resource").giving(Gives::Bytes)];
const EXPORT: &[Operation] = &[get("Read the rows as one file", Kind::Row, "hydra:Resource").with(CHOSEN)];
const FILE: &[Operation] = &[anybody("GET", "Read a file that pages need").giving(Gives::Bytes)];
const ICON: &[Operation] = &[anybody("GET", "Read the icon").giving(Gives::Bytes)];
const HEALTH: &[Operation] = &[anybody("GET", "Ask whether the server can work")];
const ONNX: &[Operation] =
    &[get("Read the version as an ONNX graph", Kind::Version, "hydra:Resource").giving(Gives::Bytes)];
const COEFFICIENTS: &[Operation] =
    &[get("Read the weights of the version", Kind::Version, "hydra:Resource").giving(Gives::Bytes)];
const READY: &[Operation] = &[anybody("GET", "Ask whether the model can predict")];
const INFER: &[Operation] = &[anybody("POST", "Infer from tensors (Open Inference Protocol)")
    .taking(Takes::Bytes(TENSORS))
    .giving(Gives::Bytes)];
const PROBLEMS: &[Operation] = &[anybody("GET", "List the types of problems")];
const PROBLEM: &[Operation] = &[anybody("GET", "Read about a type of problem")];
const OPENAPI: &[Operation] = &[anybody("GET", "Read the OpenAPI description")];
const REFERENCE: &[Operation] = &[anybody("GET", "Read about the API")];
const CATALOG: &[Operation] = &[anybody("GET", "List the APIs of this server")];
const ROBOTS: &[Operation] = &[anybody("GET", "Read what search engines may read")];
const SITEMAP: &[Operation] = &[anybody("GET", "List the pages of public things")];
const DOCUMENTATION: &[Operation] = &[anybody("GET", "Read the Hydra documentation")];
