//! The store's story, one text told on SQLite and on PostgreSQL: both databases answer alike.
//!
//! PostgreSQL is the server that `ALMANAC_TEST_POSTGRES` names; without one those tests say that they
//! were left out and pass.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may panic: that is how it fails")]

#[path = "store/articles.rs"]
mod articles;
#[path = "store/blobs.rs"]
mod blobs;
mod common;
#[path = "store/durability.rs"]
mod durability;
#[path = "store/indexes.rs"]
mod indexes;
#[path = "store/migrations.rs"]
mod migrations;
#[path = "store/people.rs"]
mod people;
#[path = "store/tables.rs"]
mod tables;
#[path = "store/work.rs"]
mod work;

use almanac::store::{Fault, Store, Tx, migrate};
use chrono::{DateTime, Utc};
use common::database::Database;
use std::time::Duration;
use tempfile::TempDir;

/// An empty, migrated database and what it lies in.
struct Place {
    store: Store,
    url: String,
    _folder: TempDir,
    _database: Option<Database>,
}

impl Place {
    async fn sqlite() -> Place {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite://{}", folder.path().join("almanac.db").display());
        Place::at(url, folder, None).await
    }

    async fn postgres() -> Option<Place> {
        let database = Database::create().await?;
        Some(Place::at(database.url.clone(), TempDir::new().unwrap(), Some(database)).await)
    }

    async fn at(url: String, _folder: TempDir, _database: Option<Database>) -> Place {
        // Patient: forty writers wait for SQLite's one connection, on a machine that does other things too.
        let store = Store::open(&url, 10, Duration::from_secs(60)).await.unwrap();
        migrate::up(&store).await.unwrap();
        Place { store, url, _folder, _database }
    }
}

/// Each chapter as a test on either database.
macro_rules! story {
    ($($part:ident::$chapter:ident,)*) => {
        mod sqlite {
            $(#[rocket::async_test]
            async fn $chapter() {
                super::$part::$chapter(&super::Place::sqlite().await).await;
            })*
        }

        mod postgres {
            $(#[rocket::async_test]
            async fn $chapter() {
                if let Some(place) = super::Place::postgres().await {
                    super::$part::$chapter(&place).await;
                }
            })*
        }
    };
}

story! {
    migrations::every_statement_is_one_that_the_database_can_prepare,
    migrations::migrations_go_up_down_and_up_again,
    migrations::what_every_version_knows_survives_the_way_down_to_it_and_up_again,
    migrations::trainings_are_kept_when_jobs_become_any_work_and_back,
    migrations::a_database_of_a_newer_almanac_is_refused,
    migrations::what_is_not_for_all_keeps_the_database_from_a_version_that_would_show_it,
    migrations::a_secret_is_made_once_however_many_ask,
    migrations::a_transaction_that_is_not_committed_changes_nothing,
    migrations::a_closed_database_is_busy_and_not_empty,
    durability::a_change_that_a_crash_may_have_undone_is_not_acknowledged,
    durability::rows_are_numbered_in_the_order_in_which_they_can_be_read,
    durability::a_table_that_lost_rows_is_not_published,
    durability::rows_that_a_crash_may_have_undone_are_not_acknowledged_nor_added_twice,
    durability::whoever_adds_a_row_to_a_closed_database_hears_that_it_is_busy,
    people::users_are_added_changed_and_deleted,
    people::a_users_name_is_taken_once,
    people::users_are_listed_by_code_point,
    people::of_two_changes_of_one_user_the_second_is_refused,
    people::a_token_is_its_owners_until_it_ends_or_is_revoked,
    people::a_new_password_and_disabling_revoke_every_token,
    people::messages_come_back_as_they_were,
    articles::an_article_comes_back_as_it_was_written,
    articles::an_articles_name_is_taken_once,
    articles::articles_are_paged_newest_first_each_with_what_it_is_about,
    articles::of_forty_writers_that_expect_one_revision_one_succeeds,
    articles::a_stale_delete_changes_nothing,
    tables::cells_of_every_type_come_back_as_they_were,
    tables::text_sorts_by_code_point,
    tables::rows_are_paged_by_number_and_numbers_are_never_reused,
    tables::rows_are_ordered_by_any_column_and_paged_from_any_position,
    indexes::a_page_by_a_column_with_an_index_reads_no_more_than_the_page,
    tables::of_two_changes_of_one_row_the_second_is_refused,
    tables::a_large_append_keeps_every_row_in_order,
    tables::some_rows_at_once_come_back_as_they_were_by_the_numbers_that_were_given,
    tables::a_dataset_comes_back_as_it_was_described,
    tables::a_deleted_dataset_is_gone_and_its_name_retired,
    tables::tables_of_broken_imports_are_dropped_and_others_stay,
    tables::a_snapshot_does_not_see_what_is_written_meanwhile,
    tables::revisions_come_back_as_they_were_sealed,
    tables::a_stretch_of_rows_begins_where_its_offset_is_whatever_was_deleted,
    tables::a_stretch_is_right_where_numbers_are_lacking_that_nobody_deleted,
    blobs::only_blobs_that_nothing_refers_to_are_marked_and_removed,
    blobs::a_blob_that_is_kept_again_or_referred_to_again_is_not_removed,
    blobs::keeping_waits_for_a_removal_that_is_at_work,
    blobs::a_removal_whose_bytes_are_not_deleted_changes_nothing,
    blobs::a_quota_is_not_exceeded_and_what_is_there_needs_none,
    blobs::what_is_found_in_the_blob_store_is_noted_once,
    work::of_eight_workers_one_gets_the_job,
    work::a_worker_that_lost_its_lease_can_end_nothing,
    work::a_dataset_that_a_training_waits_for_cannot_be_deleted,
    work::each_lane_has_its_own_jobs,
    work::what_a_job_reads_is_named_until_the_job_has_ended,
    work::a_job_that_is_put_off_waits_and_has_not_been_tried,
    work::a_job_that_cannot_be_read_holds_up_no_other,
}

/// A fixed moment, to the millisecond.
fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(1_767_268_800_123).unwrap()
}

/// What a transaction did, committed.
macro_rules! written {
    ($store:expr, $tx:ident => $work:expr) => {{
        let mut $tx = $store.write().await.unwrap();
        let done = $work.await.unwrap();
        $tx.commit().await.unwrap();
        done
    }};
}
use written;

async fn tx(place: &Place) -> Tx {
    place.store.write().await.unwrap()
}

/// Says which fault it was.
#[track_caller]
fn is<T: std::fmt::Debug>(result: Result<T, Fault>, wanted: &str) {
    let found = match &result {
        Ok(value) => format!("Ok({value:?})"),
        Err(fault) => format!("{fault:?}"),
    };
    assert!(found.split(['(', ' ']).next() == Some(wanted), "expected {wanted}, found {found}");
}
