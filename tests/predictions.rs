//! Predictions of many rows, the Open Inference Protocol and models as files, over HTTP.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

mod common;

#[path = "predictions/applications.rs"]
mod applications;
#[path = "predictions/early.rs"]
mod early;
#[path = "predictions/exports.rs"]
mod exports;
#[path = "predictions/imports.rs"]
mod imports;
#[path = "predictions/many.rs"]
mod many;
#[path = "predictions/tensors.rs"]
mod tensors;

use almanac::domain::permission::Role;
use common::{Answer, Site, arrange, wire::Wire};
use rocket::http::Method;
use serde_json::{Value, json};
use std::time::Duration;

/// A model of penguins with a number that may be missing and a category: `species`.
async fn site() -> Site {
    let site = Site::empty().await;
    let root = site.user("root", Role::Admin).await;
    arrange::everything(&site, &root).await;
    site
}

/// The prediction of one row by GET.
async fn one(site: &Site, length: &str, island: &str) -> Value {
    let query = format!("bill_length_mm={length}&island={island}");
    site.get(&format!("/v2/models/species/versions/1/prediction?{query}")).await.is(200).json()
}

/// The probability of each class, in order.
fn probabilities(prediction: &Value) -> Vec<f64> {
    let all = prediction["probabilities"].as_array().unwrap().iter();
    all.map(|one| one["probability"].as_f64().unwrap()).collect()
}
