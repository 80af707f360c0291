//! Articles.

use super::{Place, is, noon, tx, written};
use almanac::{
    domain::{
        article::{About, Article, Draft},
        visibility::Visibility,
    },
    store::{Fault, article, listing::Listing},
};
use chrono::Duration;

fn draft(headline: &str) -> Draft {
    let slug = |text: &str| text.parse().unwrap();
    Draft {
        headline: headline.into(),
        body: "# \"Rain\"; drop table article; -- \\ % _\n雨 🌧\u{1}\u{fffd}".into(),
        summary: Some(String::new()),
        keywords: vec!["b".into(), "a".into(), "[\"x\"]".into()],
        about: vec![
            About::Other("https://example.org/雨".into()),
            About::Model(slug("species")),
            About::Dataset(slug("penguins")),
            About::Dataset(slug("a")),
        ],
        visibility: Visibility::Public,
    }
}

async fn insert(place: &Place, slug: &str, draft: &Draft, minutes: i64) -> Article {
    let (slug, at) = (slug.parse().unwrap(), noon() + Duration::minutes(minutes));
    written!(place.store, tx => article::insert(&mut tx, &slug, draft, "ann", at))
}

async fn find(place: &Place, slug: &str) -> Result<Article, Fault> {
    article::find(&mut place.store.read().await.unwrap(), slug).await
}

pub async fn an_article_comes_back_as_it_was_written(place: &Place) {
    let written = insert(place, "rain", &draft("Rain"), 0).await;

    assert_eq!(written.draft, draft("Rain"));
    assert_eq!((written.created, written.modified, written.author.as_str()), (noon(), noon(), "ann"));
    assert_eq!(written.state, draft("Rain").state());
    assert_eq!(find(place, "rain").await.unwrap(), written);

    let other = Draft { summary: None, about: vec![], keywords: vec![], ..draft("Snow") };
    let later = noon() + Duration::hours(1);
    let replaced =
        written!(place.store, tx => article::replace(&mut tx, "rain", written.revision, &other, later));
    assert_eq!((&replaced.draft, replaced.created, replaced.modified), (&other, noon(), later));
    assert_eq!(replaced.revision, written.revision + 1);
    assert_eq!(find(place, "rain").await.unwrap(), replaced);
    is(find(place, "snow").await, "Missing");
}

pub async fn an_articles_name_is_taken_once(place: &Place) {
    insert(place, "rain", &draft("First"), 0).await;

    let mut second = tx(place).await;
    is(
        article::insert(&mut second, &"rain".parse().unwrap(), &draft("Second"), "bob", noon()).await,
        "Taken",
    );
    drop(second);

    assert_eq!(find(place, "rain").await.unwrap().draft.headline, "First");
}

pub async fn articles_are_paged_newest_first_each_with_what_it_is_about(place: &Place) {
    for (slug, minutes) in [("second", 2), ("third", 1), ("first", 3), ("fourth", 0)] {
        let mut draft = draft(slug);
        draft.about.push(About::Other(format!("https://example.org/{slug}")));
        insert(place, slug, &draft, minutes).await;
    }

    let mut conn = place.store.read().await.unwrap();
    let (page, total) = article::page(&mut conn, &Listing::stretch(1, 2)).await.unwrap();

    let slugs: Vec<&str> = page.iter().map(|article| article.slug.as_str()).collect();
    assert_eq!((slugs.as_slice(), total), (&["second", "third"][..], 4));
    for article in &page {
        assert_eq!(article.draft.about.len(), 5);
        assert_eq!(*article, article::find(&mut conn, article.slug.as_str()).await.unwrap());
    }
    let about = article::written_about(&mut conn, "model", "species").await.unwrap();
    assert_eq!(about.len(), 4);
    assert_eq!(article::page(&mut conn, &Listing::stretch(9, 2)).await.unwrap().0, []);
}

pub async fn of_forty_writers_that_expect_one_revision_one_succeeds(place: &Place) {
    let old = insert(place, "rain", &draft("Rain"), 0).await;

    let writers: Vec<_> = (0..40)
        .map(|number| {
            let (store, revision) = (place.store.clone(), old.revision);
            tokio::spawn(async move {
                let mut tx = store.write().await?;
                let draft = draft(&format!("Writer {number}"));
                let written = article::replace(&mut tx, "rain", revision, &draft, noon()).await?;
                tx.commit().await?;
                Ok::<Article, Fault>(written)
            })
        })
        .collect();
    let mut won = Vec::new();
    for writer in writers {
        match writer.await.unwrap() {
            Ok(article) => won.push(article),
            Err(Fault::Changed) => {}
            Err(fault) => panic!("expected Changed, found {fault:?}"),
        }
    }

    assert_eq!(won.len(), 1, "{won:?}");
    assert_eq!(find(place, "rain").await.unwrap(), won[0]);
}

pub async fn a_stale_delete_changes_nothing(place: &Place) {
    let old = insert(place, "rain", &draft("Rain"), 0).await;
    let new =
        written!(place.store, tx => article::replace(&mut tx, "rain", old.revision, &draft("Snow"), noon()));

    let mut stale = tx(place).await;
    is(article::delete(&mut stale, "rain", old.revision).await, "Changed");
    drop(stale);
    assert_eq!(find(place, "rain").await.unwrap(), new);

    written!(place.store, tx => article::delete(&mut tx, "rain", new.revision));
    is(find(place, "rain").await, "Missing");
    insert(place, "rain", &draft("Again"), 0).await;
}
