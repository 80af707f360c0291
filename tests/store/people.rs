//! Users, tokens, messages.

use super::{Place, is, noon, tx, written};
use almanac::{
    domain::{message::Message, permission::Role, user::User},
    store::{message, token, user},
};
use chrono::Duration;
use futures::future::join_all;

/// A new editor.
pub async fn user(place: &Place, name: &str) -> User {
    written!(place.store, tx => user::insert(&mut tx, name, Some("$argon2id$x"), Role::Editor, noon()))
}

pub async fn users_are_added_changed_and_deleted(place: &Place) {
    let ann = user(place, "ann").await;
    assert_eq!(
        (ann.name.as_str(), ann.role, ann.disabled, ann.created),
        ("ann", Role::Editor, false, noon())
    );

    let mut conn = place.store.read().await.unwrap();
    let (found, password) = user::find(&mut conn, "ann").await.unwrap();
    assert_eq!((found, password.as_deref()), (ann.clone(), Some("$argon2id$x")));
    is(user::find(&mut conn, "bob").await, "Missing");
    drop(conn);

    let changed = written!(place.store, tx => user::change(&mut tx, &ann, Role::Admin, true, noon()));
    assert_eq!((changed.role, changed.disabled, changed.id), (Role::Admin, true, ann.id));
    assert_ne!(changed.state(), ann.state());
    written!(place.store, tx => user::set_password(&mut tx, "ann", "$argon2id$y", noon()));
    let changed = find(place, "ann").await;
    written!(place.store, tx => user::delete(&mut tx, &changed));

    let mut conn = place.store.read().await.unwrap();
    is(user::find(&mut conn, "ann").await, "Missing");
    assert_eq!(user::count(&mut conn).await.unwrap(), 0);
    drop(conn);
    let again = user(place, "ann").await;
    assert!(again.id > ann.id, "expected a number that nobody had");
}

pub async fn find(place: &Place, name: &str) -> User {
    let mut conn = place.store.read().await.unwrap();
    user::find(&mut conn, name).await.unwrap().0
}

pub async fn a_users_name_is_taken_once(place: &Place) {
    user(place, "ann").await;

    let mut second = tx(place).await;
    is(user::insert(&mut second, "ann", None, Role::Reader, noon()).await, "Taken");
    drop(second);

    assert_eq!(find(place, "ann").await.role, Role::Editor);
}

pub async fn users_are_listed_by_code_point(place: &Place) {
    let sorted = ["a", "a-b", "a1", "a_b", "aa", "ab", "b"];
    for name in sorted.iter().rev() {
        user(place, name).await;
    }

    let mut conn = place.store.read().await.unwrap();
    let (first, total) = user::page(&mut conn, 0, 4).await.unwrap();
    let (rest, _) = user::page(&mut conn, 4, 4).await.unwrap();

    let names: Vec<&str> = first.iter().chain(&rest).map(|user| user.name.as_str()).collect();
    assert_eq!((names.as_slice(), total), (&sorted[..], 7));
}

pub async fn of_two_changes_of_one_user_the_second_is_refused(place: &Place) {
    let ann = user(place, "ann").await;
    written!(place.store, tx => user::change(&mut tx, &ann, Role::Publisher, false, noon()));

    let mut stale = tx(place).await;
    is(user::change(&mut stale, &ann, Role::Admin, false, noon()).await, "Changed");
    is(user::delete(&mut stale, &ann).await, "Changed");
    drop(stale);

    assert_eq!(find(place, "ann").await.role, Role::Publisher);
}

pub async fn a_token_is_its_owners_until_it_ends_or_is_revoked(place: &Place) {
    let ann = user(place, "ann").await;
    let later = noon() + Duration::milliseconds(1);
    let ending =
        written!(place.store, tx => token::insert(&mut tx, &ann, "ending", "d1", noon(), Some(later)));
    let endless = written!(place.store, tx => token::insert(&mut tx, &ann, "endless", "d2", noon(), None));
    assert_eq!((ending.owner.as_str(), ending.expires, ending.revoked), ("ann", Some(later), None));

    let mut conn = place.store.read().await.unwrap();
    assert_eq!(user::of_token(&mut conn, "d1", noon()).await.unwrap().0, ann);
    is(user::of_token(&mut conn, "d1", later).await, "Missing");
    assert_eq!(user::of_token(&mut conn, "d2", later + Duration::days(9_999)).await.unwrap().0, ann);
    is(user::of_token(&mut conn, "d3", noon()).await, "Missing");
    let (tokens, total) = token::page(&mut conn, ann.id, 0, 10).await.unwrap();
    assert_eq!((tokens.len(), total), (2, 2));
    assert_eq!(token::find(&mut conn, ending.id).await.unwrap(), ending);
    drop(conn);

    written!(place.store, tx => token::revoke(&mut tx, endless.id, noon()));
    let mut again = tx(place).await;
    is(token::revoke(&mut again, endless.id, noon()).await, "Missing");
    drop(again);
    let mut conn = place.store.read().await.unwrap();
    is(user::of_token(&mut conn, "d2", noon()).await, "Missing");
    assert_eq!(token::find(&mut conn, endless.id).await.unwrap().revoked, Some(noon()));
}

pub async fn a_new_password_and_disabling_revoke_every_token(place: &Place) {
    let (ann, bob) = (user(place, "ann").await, user(place, "bob").await);
    for (owner, digest) in [(&ann, "a"), (&bob, "b")] {
        written!(place.store, tx => token::insert(&mut tx, owner, "one", digest, noon(), None));
    }

    written!(place.store, tx => user::set_password(&mut tx, "ann", "$argon2id$y", noon()));
    let mut conn = place.store.read().await.unwrap();
    is(user::of_token(&mut conn, "a", noon()).await, "Missing");
    assert_eq!(user::of_token(&mut conn, "b", noon()).await.unwrap().0, bob);
    drop(conn);

    written!(place.store, tx => user::change(&mut tx, &bob, Role::Editor, true, noon()));
    let mut conn = place.store.read().await.unwrap();
    is(user::of_token(&mut conn, "b", noon()).await, "Missing");
    drop(conn);
    let mut nobody = tx(place).await;
    is(user::set_password(&mut nobody, "eve", "x", noon()).await, "Missing");
}

pub async fn messages_come_back_as_they_were(place: &Place) {
    let written = |number: i64| Message {
        id: 0,
        media_type: "text/plain; charset=utf-8".into(),
        digest: format!("{number:064x}"),
        size: number,
        filename: (number % 2 == 0).then(|| format!("{number} 雨.txt")),
        author: "ann".into(),
        created: noon(),
    };
    let sent = join_all(
        (0..5).map(async |number| written!(place.store, tx => message::insert(&mut tx, written(number)))),
    );
    let mut sent = sent.await;
    sent.sort_by_key(|message| -message.id);

    let mut conn = place.store.read().await.unwrap();
    let (listed, total) = message::page(&mut conn, 0, 10).await.unwrap();
    assert_eq!((listed, total), (sent.clone(), 5));
    assert_eq!(message::find(&mut conn, sent[0].id).await.unwrap(), sent[0]);
    drop(conn);
    written!(place.store, tx => message::delete(&mut tx, sent[0].id));
    let mut again = tx(place).await;
    is(message::delete(&mut again, sent[0].id).await, "Missing");
    drop(again);
    let mut conn = place.store.read().await.unwrap();
    is(message::find(&mut conn, sent[0].id).await, "Missing");
}
