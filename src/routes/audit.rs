//! What was changed, by whom, for administrators with a browser.

use super::{
    account::{may, page, person},
    answer::Answer,
    ask::Ask,
    fault,
    number::number,
};
use crate::{
    auth::Session,
    domain::{Kind, permission::Action},
    http::query,
    page::private::audit,
    store,
};
use rocket::get;

/// Lines on a page.
const LINES: i64 = 100;

/// Lines, the newest first.
#[get("/account/audit")]
pub async fn list(session: Session, ask: Ask<'_>) -> Answer {
    may(&session.user, Kind::Usage, Action::Read)?;
    let query = ask.query()?;
    let before = query::first(&query, "before").and_then(number).unwrap_or(i64::MAX);
    let mut conn = ask.works().store.read().await.map_err(fault::store)?;
    let lines = store::audit::page(&mut conn, before, LINES).await.map_err(fault::store)?;
    let older = lines.last().map(|line| line.id).filter(|id| *id > 1 && lines.len() == LINES as usize);
    Ok(page(audit::list(ask.base(), person(&session, &session.csrf()), &lines, older)))
}
