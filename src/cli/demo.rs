//! The example data, and what a server says before it starts.

use super::{Fault, publish::author, train};
use crate::{
    auth::{bearer, password::Hasher},
    domain::{
        article::{About as Subject, Draft as Article},
        column::Remarks,
        dataset::{About, Creator},
        model::Draft,
        permission::Role,
        slug::Slug,
        user::User,
        version::Words,
        visibility::Visibility,
    },
    jobs::{
        Progress, Works,
        import::{self, Order, Source, Target},
    },
    store::{self, listing::Listing},
    table::{Options, source::Format},
};
use chrono::Utc;
use std::io::Write;

const PENGUINS: &str = include_str!("../../static/examples/penguins.csv");
const DATASET: &str = "penguins";
const MODEL: &str = "penguins";
const ARTICLE: &str = "telling-penguins-apart";

/// Units of the example's columns.
const UNITS: &[(&str, &str)] =
    &[("bill_length_mm", "mm"), ("bill_depth_mm", "mm"), ("flipper_length_mm", "mm"), ("body_mass_g", "g")];

const TEXT: &str = "\
The three species of brush-tailed penguins at Palmer Station can be told apart by a few measurements.\n\n\
A logistic regression over bill length, bill depth, flipper length, body mass, sex and island gets nearly \
every penguin right that it has not seen. *Gentoo* penguins are heavy with shallow bills; *Chinstrap* and \
*Adelie* penguins differ mostly in the length of their bills.\n\n\
The table and the model are linked from this article; each version of the model names the revision of the \
table that it learned from.";

/// Loads the example data, as far as it is not there.
pub async fn seed(works: &Works) -> Result<(), Fault> {
    let author = author(works, None).await?;
    dataset(works, &author).await?;
    model(works, &author).await?;
    article(works, &author).await
}

/// Makes an administrator if there is none, and loads the example data.
pub async fn prepare(works: &Works) -> Result<(), Fault> {
    seed(works).await?;
    if has_people(works).await? {
        return Ok(());
    }
    let password = bearer::random_text(20)?;
    let hash = Hasher::new(&works.settings.passwords)?.hash(password.clone()).await?;
    let mut tx = works.store.write().await?;
    store::user::insert(&mut tx, "admin", Some(&hash), Role::Admin, Utc::now()).await?;
    tx.commit().await?;
    eprintln!("administrator: admin\npassword (shown only now): {password}");
    Ok(())
}

/// What to do next, on a server that has nothing yet.
pub async fn hint(works: &Works) -> Result<(), Fault> {
    let (_, datasets) = store::dataset::page(&mut works.store.read().await?, &Listing::stretch(0, 1)).await?;
    if datasets == 0 {
        eprintln!("nothing is published yet: try `almanac publish FILE.csv`, or `almanac serve --demo`");
    }
    if !has_people(works).await? {
        eprintln!("nobody can sign in yet: try `almanac user add NAME --role admin`");
    }
    Ok(())
}

/// Whether there is a user beside the one that commands act as.
async fn has_people(works: &Works) -> Result<bool, Fault> {
    let (users, _) = store::user::page(&mut works.store.read().await?, 0, 2).await?;
    Ok(users.iter().any(|user| !user.disabled) || users.len() > 1)
}

async fn dataset(works: &Works, author: &User) -> Result<(), Fault> {
    let slug = Slug::at("/identifier", DATASET)?;
    match store::dataset::free(&mut works.store.read().await?, DATASET).await {
        Ok(()) => {}
        // There, or deleted on purpose.
        Err(store::Fault::Taken | store::Fault::Retired) => return Ok(()),
        Err(fault) => return Err(fault.into()),
    }
    let mut file = works.blobs.spool().await?;
    file.write_all(PENGUINS.as_bytes()).map_err(Fault::failure)?;
    let about = About {
        name: "Palmer penguins".into(),
        description: Some(
            "Size measurements of 344 adult penguins of three species, taken on three islands of \
                           the Palmer Archipelago, Antarctica, 2007 to 2009."
                .into(),
        ),
        license: Some("https://creativecommons.org/publicdomain/zero/1.0/".into()),
        creator: Some("Kristen Gorman and the Palmer Station LTER; A. M. Horst, A. P. Hill".into()),
        creator_kind: Creator::default(),
        keywords: ["penguins", "Antarctica", "morphology"].map(String::from).to_vec(),
        visibility: Visibility::Public,
    };
    let options = Options { missing: works.settings.import.missing.clone(), ..Options::default() };
    let units = UNITS.iter().map(|(column, unit)| (column.to_string(), unit.to_string())).collect();
    let remarks = Remarks { units, ..Remarks::default() };
    let target = Target::New { slug, about: about.checked()?, remarks: Box::new(remarks) };
    let source = Source { file: file.into(), format: Format::Csv, options };
    import::import(works, source, target, Order::of(author), &Progress::default()).await?;
    Ok(())
}

async fn model(works: &Works, author: &User) -> Result<(), Fault> {
    let slug = Slug::at("/identifier", MODEL)?;
    match store::model::find(&mut works.store.read().await?, MODEL).await {
        Ok(model) if model.newest > 0 => return Ok(()),
        Err(store::Fault::Gone) => return Ok(()),
        Ok(_) | Err(store::Fault::Missing) => {}
        Err(fault) => return Err(fault.into()),
    }
    let features = UNITS.iter().map(|(name, _)| *name).chain(["sex", "island"]);
    let settings =
        Draft { features: features.map(String::from).collect(), ..Draft::of("species") }.checked()?;
    let words = Words {
        headline: "Penguin species".into(),
        description: Some(
            "Which of three species a penguin is, from its measurements, sex and island.".into(),
        ),
        visibility: Visibility::Public,
    };
    let job = train::enqueue(works, DATASET, None, &slug, &words, (settings, None), author).await;
    match job {
        Ok(job) => train::finished(works, job).await.map(drop),
        // The example table was deleted: then there is nothing to learn from.
        Err(fault) if fault.is_missing() => Ok(()),
        Err(fault) => Err(fault),
    }
}

async fn article(works: &Works, author: &User) -> Result<(), Fault> {
    let mut tx = works.store.write().await?;
    match store::article::find(&mut tx, ARTICLE).await {
        Err(store::Fault::Missing) => {}
        found => return Ok(found.map(drop)?),
    }
    let slug = Slug::at("/identifier", ARTICLE)?;
    let draft = Article {
        headline: "Telling penguins apart".into(),
        body: TEXT.into(),
        summary: Some("Four measurements, the sex and the island tell three species apart.".into()),
        keywords: ["penguins", "logistic regression"].map(String::from).to_vec(),
        about: vec![
            Subject::Dataset(Slug::at("/about/0", DATASET)?),
            Subject::Model(Slug::at("/about/1", MODEL)?),
        ],
        visibility: Visibility::Public,
    };
    store::article::insert(&mut tx, &slug, &draft.checked()?, &author.name, Utc::now()).await?;
    Ok(tx.commit().await?)
}
