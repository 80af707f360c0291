//! `almanac predict`: what a model says of one row.

use super::{Fault, Global};
use crate::{
    domain::prediction::{Asked, Given, Place},
    jobs::Works,
    learning,
    represent::v2,
    store,
};
use clap::Args;

/// Ask a model
#[derive(Debug, Args)]
pub struct Predict {
    /// The model
    model: String,
    /// Features, each as NAME=VALUE
    #[arg(value_name = "NAME=VALUE", value_parser = pair, required = true)]
    features: Vec<(String, String)>,
    /// Version to ask [default: the newest]
    #[arg(long)]
    version: Option<i64>,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((name.into(), value.into()))
}

impl Predict {
    pub(in crate::cli) async fn run(self, works: &Works, global: &Global) -> Result<(), Fault> {
        let mut conn = works.store.read().await?;
        let missing = |what: String| {
            move |fault| match fault {
                store::Fault::Missing | store::Fault::Gone => Fault::missing(what),
                other => other.into(),
            }
        };
        let found = store::model::find(&mut conn, &self.model).await;
        let model = found.map_err(missing(format!("model `{}`", self.model)))?;
        let number = self.version.unwrap_or(model.newest);
        let version = store::model::version(&mut conn, model.id, number).await;
        let version = version.map_err(missing(format!("version {number} of model `{}`", self.model)))?;
        let values = self.features.into_iter().map(|(name, text)| (name, Given::Text(text))).collect();
        let asked = Asked { values, place: Place::Parameters };
        let input = learning::Input::read(&version.fitted, &asked)
            .map_err(|refused| Fault::from(refused.faults().clone()))?;
        let said = learning::predict(&version.fitted, &input);
        if global.json {
            let probabilities: serde_json::Map<String, serde_json::Value> =
                said.probabilities.iter().map(|(class, p)| (class.clone(), (*p).into())).collect();
            let warnings = v2::version::warnings(&said.warnings);
            let told = serde_json::json!({"class": said.class, "probabilities": probabilities,
                "warnings": warnings, "version": version.number});
            println!("{told}");
            return Ok(());
        }
        println!("{}", said.class);
        for (class, probability) in &said.probabilities {
            eprintln!("  {class}: {probability:.4}");
        }
        for warning in &said.warnings {
            let column = warning.column.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
            eprintln!("warning: {column}{}", warning.text);
        }
        Ok(())
    }
}
