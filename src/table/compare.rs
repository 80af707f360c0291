//! What two tables have in common, and what is new, gone or changed.
//!
//! Rows are told apart by a key, columns that no two rows share; without one they are compared as a whole, and
//! a row that was changed is one that is gone and one that is new.

use super::{Failure, parquet::own::Artifact};
use crate::domain::{
    column::{Cell, Column, ColumnType},
    fault::{Fault, Faults, quoted},
};
use std::{
    collections::hash_map::DefaultHasher,
    hash::{Hash, Hasher},
};

/// Rows of a table that can be compared: the hashes of both are in memory.
pub const MOST_ROWS: usize = 2_000_000;

/// What makes one table another.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Identifiers of the columns that tell rows apart; none if rows were compared as a whole.
    pub key: Vec<String>,
    /// Columns that only the later table has.
    pub columns_added: Vec<Column>,
    /// Columns that only the earlier table has.
    pub columns_removed: Vec<Column>,
    /// Columns of both that hold another type, as they are in the later.
    pub columns_retyped: Vec<Column>,
    /// Rows that only the later table has.
    pub rows_added: u64,
    /// Rows that only the earlier table has.
    pub rows_removed: u64,
    /// Rows of both with other cells; not known without a key.
    pub rows_changed: Option<u64>,
    /// Rows of both with the same cells.
    pub rows_unchanged: u64,
}

impl Difference {
    /// What a table is that had none before it: all new.
    pub fn since_nothing(table: &Artifact, key: &[String]) -> Result<Difference, Faults> {
        let own = Shared::of(table.columns(), table.columns());
        let key = own.named(key)?.into_iter().map(|place| own.name(table, place)).collect();
        let (columns_added, rows_added) = (table.columns().to_vec(), table.rows() as u64);
        Ok(Difference { key, columns_added, rows_added, ..Difference::default() })
    }
}

/// Compares two tables over the columns that both have, by the key of these identifiers.
///
/// Without identifiers the key is the first column of whole numbers or texts that tells the rows of both apart.
pub fn compare(earlier: &Artifact, later: &Artifact, key: &[String]) -> Result<Difference, Failure> {
    for table in [earlier, later] {
        if table.rows() > MOST_ROWS {
            let expected =
                format!("revisions of at most {MOST_ROWS} rows, whose files can be compared instead");
            return Err(Fault::parameter("since", expected, table.rows().to_string()).into());
        }
    }
    let shared = Shared::of(earlier.columns(), later.columns());
    let mut found = shared.schema(earlier, later);
    if shared.pairs.is_empty() {
        (found.rows_added, found.rows_removed) = (later.rows() as u64, earlier.rows() as u64);
        return Ok(found);
    }
    let keys = match key {
        [] => shared.found_key(earlier, later)?.into_iter().collect(),
        named => shared.named(named)?,
    };
    found.key = keys.iter().map(|&place| shared.name(later, place)).collect();
    if keys.is_empty() {
        return whole(found, shared.hashes(earlier, later, &[])?);
    }
    let [old, new] = shared.hashes(earlier, later, &keys)?;
    for (rows, table) in [(&old, "earlier"), (&new, "later")] {
        if rows.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            let found = format!("rows of the {table} revision that have the same");
            return Err(Fault::parameter("key", "columns that no two rows share", found).into());
        }
    }
    Ok(keyed(found, &old, &new))
}

/// Hash of the key, or of the whole row, and of the rest.
type Row = (u64, u64);

/// The columns that both tables have with the same type: places in each.
struct Shared {
    pairs: Vec<(usize, usize)>,
    names: Vec<String>,
    kinds: Vec<ColumnType>,
}

impl Shared {
    fn of(earlier: &[Column], later: &[Column]) -> Shared {
        let mut shared = Shared { pairs: Vec::new(), names: Vec::new(), kinds: Vec::new() };
        for (new, column) in later.iter().enumerate() {
            let same =
                |one: &Column| one.identifier == column.identifier && one.kind.is_kept_like(column.kind);
            if let Some(old) = earlier.iter().position(same) {
                shared.pairs.push((old, new));
                shared.names.push(column.identifier.clone());
                shared.kinds.push(column.kind);
            }
        }
        shared
    }

    fn schema(&self, earlier: &Artifact, later: &Artifact) -> Difference {
        let has = |table: &Artifact, column: &Column| {
            table.columns().iter().any(|one| one.identifier == column.identifier)
        };
        let missing = |from: &Artifact, to: &Artifact| {
            from.columns().iter().filter(|column| !has(to, column)).cloned().collect::<Vec<_>>()
        };
        let retyped = later.columns().iter().filter(|column| {
            let before = earlier.columns().iter().find(|one| one.identifier == column.identifier);
            before.is_some_and(|before| before.kind != column.kind)
        });
        Difference {
            columns_added: missing(later, earlier),
            columns_removed: missing(earlier, later),
            columns_retyped: retyped.cloned().collect(),
            ..Difference::default()
        }
    }

    fn name(&self, later: &Artifact, place: usize) -> String {
        later.columns()[self.pairs[place].1].identifier.clone()
    }

    /// Places of the named columns.
    fn named(&self, names: &[String]) -> Result<Vec<usize>, Faults> {
        let (mut places, mut faults) = (Vec::new(), Vec::new());
        for name in names {
            match self.names.iter().position(|known| known == name) {
                Some(place) => places.push(place),
                None => {
                    faults.push(Fault::parameter(
                        "key",
                        "a column of both revisions, of one type",
                        quoted(name),
                    ));
                }
            }
        }
        Faults::unless(faults, places)
    }

    /// The first column of whole numbers or texts without a missing cell and without one twice, in both.
    fn found_key(&self, earlier: &Artifact, later: &Artifact) -> Result<Option<usize>, Failure> {
        for (place, &(old, new)) in self.pairs.iter().enumerate() {
            let fits = matches!(self.kinds[place], ColumnType::Integer | ColumnType::Text);
            if fits && is_unique(earlier, old)? && is_unique(later, new)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// The rows of both, sorted by the hash of the key; without one the hash of the whole row stands there.
    fn hashes(&self, earlier: &Artifact, later: &Artifact, key: &[usize]) -> Result<[Vec<Row>; 2], Failure> {
        let old: Vec<usize> = self.pairs.iter().map(|&(old, _)| old).collect();
        let new: Vec<usize> = self.pairs.iter().map(|&(_, new)| new).collect();
        Ok([hashed(earlier, &old, key)?, hashed(later, &new, key)?])
    }
}

fn hashed(table: &Artifact, places: &[usize], key: &[usize]) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::with_capacity(table.rows());
    table.try_each::<Failure>(|row| {
        let of = |chosen: &mut dyn Iterator<Item = usize>| {
            let mut hasher = DefaultHasher::new();
            chosen.for_each(|place| identity(&row[places[place]]).hash(&mut hasher));
            hasher.finish()
        };
        let whole = of(&mut (0..places.len()));
        rows.push(if key.is_empty() { (whole, 0) } else { (of(&mut key.iter().copied()), whole) });
        Ok(())
    })?;
    rows.sort_unstable();
    Ok(rows)
}

/// What two equal cells share.
fn identity(cell: &Cell) -> (u8, u64, &str) {
    match cell {
        Cell::Missing => (0, 0, ""),
        Cell::Integer(value) => (1, *value as u64, ""),
        Cell::Number(value) => (2, value.to_bits(), ""),
        Cell::Boolean(value) => (3, u64::from(*value), ""),
        Cell::Text(text) => (4, 0, text),
        Cell::Date(day) => (5, chrono::Datelike::num_days_from_ce(day) as u64, ""),
        Cell::Datetime(moment) => (6, moment.timestamp_micros() as u64, ""),
    }
}

fn is_unique(table: &Artifact, place: usize) -> Result<bool, Failure> {
    let (mut hashes, mut whole) = (Vec::with_capacity(table.rows()), true);
    table.each(place, |cell| {
        whole &= cell != Cell::Missing;
        let mut hasher = DefaultHasher::new();
        identity(&cell).hash(&mut hasher);
        hashes.push(hasher.finish());
    })?;
    hashes.sort_unstable();
    Ok(whole && hashes.windows(2).all(|pair| pair[0] != pair[1]))
}

/// Both lists are sorted; a row that is there twice counts twice.
fn whole(mut found: Difference, [old, new]: [Vec<Row>; 2]) -> Result<Difference, Failure> {
    let (mut left, mut right) = (old.iter().peekable(), new.iter().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let order = a.0.cmp(&b.0);
        match order {
            std::cmp::Ordering::Less => found.rows_removed += 1,
            std::cmp::Ordering::Greater => found.rows_added += 1,
            std::cmp::Ordering::Equal => found.rows_unchanged += 1,
        }
        if order.is_le() {
            left.next();
        }
        if order.is_ge() {
            right.next();
        }
    }
    found.rows_removed += left.count() as u64;
    found.rows_added += right.count() as u64;
    Ok(found)
}

fn keyed(mut found: Difference, old: &[Row], new: &[Row]) -> Difference {
    let mut changed = 0;
    for (key, rest) in new {
        match old.binary_search_by_key(key, |row| row.0) {
            Ok(place) if old[place].1 == *rest => found.rows_unchanged += 1,
            Ok(_) => changed += 1,
            Err(_) => found.rows_added += 1,
        }
    }
    found.rows_changed = Some(changed);
    found.rows_removed = old.len() as u64 - changed - found.rows_unchanged;
    found
}
