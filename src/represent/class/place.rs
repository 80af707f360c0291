//! Which class stands at a place, and so what can be done there.

use super::{Class, Operation, class};
use crate::{
    domain::{Kind, permission::Action},
    represent::link::Place,
};

/// The class of the documents at a place; `None` where there are none, or none with a class.
pub fn at(place: &Place) -> Option<&'static Class> {
    class(match place {
        Place::Root | Place::Entry | Place::V1 => "EntryPoint",
        Place::Articles | Place::V1Articles => "ArticleCollection",
        Place::Article(_) | Place::V1Article(_) => "Article",
        Place::Datasets | Place::V1Datasets => "DatasetCollection",
        Place::Dataset(_) | Place::V1Dataset(_) => "Dataset",
        Place::Rows(_) | Place::V1Rows(_) => "RowCollection",
        Place::Row(..) => "Row",
        Place::Revisions(_) => "RevisionCollection",
        Place::Revision(..) => "Revision",
        Place::Models | Place::V1Models => "ModelCollection",
        Place::Model(_) | Place::V1Model(_) => "Model",
        Place::Versions(_) => "VersionCollection",
        Place::Version(..) => "Version",
        Place::CurrentPrediction(_) | Place::Prediction(..) | Place::V1Predict(..) => "Prediction",
        Place::CurrentPredictions(_) | Place::Predictions(..) => "PredictionCollection",
        Place::Jobs => "JobCollection",
        Place::Job(_) => "Job",
        Place::Messages | Place::V1Messages => "MessageCollection",
        Place::Message(_) => "Message",
        Place::Me => "Me",
        Place::Tokens => "TokenCollection",
        Place::Token(_) => "Token",
        Place::Users => "UserCollection",
        Place::User(_) => "User",
        Place::Vocabulary | Place::Problems | Place::ProblemType(_) | Place::Documentation => return None,
        Place::Context | Place::Columns(_) | Place::V1Context => return None,
        Place::Static(_) | Place::Artifact(..) | Place::Content(_) | Place::V1Message(_) => return None,
        Place::Icon | Place::Live | Place::Ready | Place::V1Hello | Place::V1Echo => return None,
    })
}

/// What can be done at a place, by whoever may. A version may have fewer of these than its successor:
/// the route table says which.
pub fn operations(place: &Place) -> &'static [Operation] {
    match (at(place), place) {
        (Some(class), _) => class.operations,
        (None, Place::V1Echo) => ECHO,
        (None, _) => READ,
    }
}

const READ: &[Operation] = &[anybody("GET", "Read")];

const ECHO: &[Operation] = &[
    anybody("GET", "Read the method"),
    anybody("POST", "Get back what is sent"),
    anybody("PATCH", "Get back what is sent"),
    anybody("PUT", "Get back what is sent"),
    anybody("DELETE", "Get back what is sent"),
];

/// An operation that keeps nothing and is everybody's: as a prediction, by the permission table.
const fn anybody(method: &'static str, title: &'static str) -> Operation {
    let permission = (Kind::Prediction, Action::Create);
    Operation { method, title, permission, expects: None, returns: "hydra:Resource" }
}
