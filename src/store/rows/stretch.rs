//! Rows by their position: a stretch from an offset on, as version 1 asks for it.
//!
//! Numbers of rows are positions where none was deleted. Of each block of numbers it is kept how many were, so
//! that an offset is found by adding up blocks, whatever stands before it.

use super::{
    after, effort, kinds, last,
    lines::{self, Effort, Question, lines},
    names, table,
};
use crate::{
    domain::{column::Column, dataset::Row},
    store::{Fault, Handle, Tx, run, sql},
};

/// Numbers of a block: what is left to be counted row by row.
const BLOCK: i64 = 256;

sql! {
    COUNT_DELETED = "
  insert into row_gap (storage, block, deleted) values ($1, $2, 1)
      on conflict (storage, block) do update set deleted = row_gap.deleted + 1";

    GAPS = "
  select block, deleted
    from row_gap
   where storage = $1 and block < $2
order by block";

    FORGET = "delete from row_gap where storage = $1";
}

/// Where a stretch begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// A number below those of its rows.
    pub after: i64,
    /// Rows behind that number which come before it.
    pub skip: i64,
}

/// At most `limit` of `all` rows, by number, without the first `offset`.
///
/// What it costs does not depend on the offset, but where numbers are lacking that no row was deleted from: a
/// writer of many rows on PostgreSQL that came to nothing takes its numbers with it.
pub async fn window(
    conn: &mut impl Handle,
    (storage, columns): (i64, &[Column]),
    all: i64,
    offset: i64,
    limit: i64,
) -> Result<Vec<Row>, Fault> {
    let known = if storage < 0 { None } else { start(conn, storage, all, offset).await? };
    let (start, most) = match known {
        Some(start) => (start, limit.saturating_add(start.skip)),
        None => (Start { after: first(storage), skip: offset }, i64::MAX),
    };
    if start.skip == 0 {
        return after(conn, storage, columns, start.after, limit).await;
    }
    let (names, table) = (names(columns), table(storage));
    let sql =
        format!("select id, revision, {names} from {table} where id > $1 order by id limit $2 offset $3");
    let question = Question::new(sql, &[start.after, limit, start.skip], effort(columns.len(), most));
    lines::rows(conn, question, kinds(columns)).await
}

/// A number before that of the first row: those of others begin where they like.
pub fn first(storage: i64) -> i64 {
    if storage < 0 { i64::MIN } else { 0 }
}

/// Where the rows behind the first `offset` of `all` begin; `None` if it is not known how many were deleted where.
pub async fn start(
    conn: &mut impl Handle,
    storage: i64,
    all: i64,
    offset: i64,
) -> Result<Option<Start>, Fault> {
    let last = last(conn, storage).await?;
    if offset == 0 || last == all {
        return Ok(Some(Start { after: offset, skip: 0 }));
    }
    // Rows behind the last one may have been deleted too: of its block the rows are counted.
    let end = (last - 1).max(0) / BLOCK;
    let sql = format!("select count(*) from {} where id > $1", table(storage));
    let question = Question::new(sql, &[end * BLOCK], Effort::Little);
    let there = lines(conn, question, |line| line.number(0)).await?.first().copied().unwrap_or_default();
    let question = Question::new(GAPS.into(), &[storage, end], Effort::Little);
    let gaps = lines(conn, question, |line| Ok((line.number(0)?, line.number(1)?))).await?;
    let deleted: i64 = gaps.iter().map(|(_, deleted)| deleted).sum();
    let is_known = end * BLOCK - deleted + there == all;
    Ok(is_known.then(|| begin(&gaps, end, offset)))
}

/// Where an offset is among blocks of which these have gaps; the last block has them perhaps.
fn begin(gaps: &[(i64, i64)], end: i64, offset: i64) -> Start {
    let mut before = 0;
    for (block, deleted) in gaps {
        // Rows that come before this block.
        let rows = block * BLOCK - before;
        if offset < rows {
            break;
        }
        if offset < rows + BLOCK - deleted {
            return Start { after: block * BLOCK, skip: offset - rows };
        }
        before += deleted;
    }
    let rows = end * BLOCK - before;
    match offset < rows {
        true => Start { after: offset + before, skip: 0 },
        false => Start { after: end * BLOCK, skip: offset - rows },
    }
}

/// Notes that the row of a number was deleted.
pub(super) async fn deleted(tx: &mut Tx, storage: i64, row: i64) -> Result<(), Fault> {
    run!(tx, sqlx::query(COUNT_DELETED).bind(storage).bind((row - 1) / BLOCK))?;
    Ok(())
}

/// Forgets the gaps of a table that is dropped.
pub(super) async fn forget(tx: &mut Tx, storage: i64) -> Result<(), Fault> {
    run!(tx, sqlx::query(FORGET).bind(storage))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_found_among_blocks_with_and_without_gaps() {
        // Block 1 lacks 10 rows, block 2 all of them, block 5 one; block 7 is the last.
        let gaps = [(1, 10), (2, BLOCK), (5, 1)];
        for (offset, after, skip) in [
            (0, 0, 0),
            (255, 255, 0),
            (256, 256, 0),
            (260, 256, 4),
            (501, 256, 245),
            (502, 768, 0),
            (503, 769, 0),
            (1_013, 1_279, 0),
            (1_014, 1_280, 0),
            (1_015, 1_280, 1),
            (1_269, 1_536, 0),
            (1_524, 1_791, 0),
            (1_525, 1_792, 0),
            (1_600, 1_792, 75),
        ] {
            assert_eq!(begin(&gaps, 7, offset), Start { after, skip }, "{offset}");
        }
    }
}
