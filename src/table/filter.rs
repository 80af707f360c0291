//! Filters as queries spell them, `filter[column][operator]=value`: read, and asked of a table in memory.
//!
//! What a condition means stands in [`crate::domain::selection`]; how the database is asked, in
//! `store/rows/select.rs`, with the same answers.

use super::{
    cell,
    columnar::{Table, Values},
};
use crate::domain::{
    column::{Cell, Column},
    fault::{Fault, Faults, quoted},
    selection::{Condition, MOST_CONDITIONS, MOST_VALUES, Operator},
};
use url::form_urlencoded;

/// Whether a parameter is spelt as a filter.
pub fn is_filter(name: &str) -> bool {
    parts(name).is_some()
}

/// Adds the condition of a parameter; one without a value asks for nothing.
pub fn add(conditions: &mut Vec<Condition>, columns: &[Column], name: &str, text: &str) -> Result<(), Fault> {
    let expected = "`filter[column][operator]`";
    let (identifier, operator, rest) =
        parts(name).ok_or_else(|| Fault::parameter(name, expected, quoted(name)))?;
    let found = columns.iter().position(|column| column.identifier == identifier);
    let column =
        found.ok_or_else(|| Fault::parameter(name, "a column of the dataset", quoted(identifier)))?;
    let operator = fitting(&columns[column], name, operator)?;
    let is_list = operator == Operator::In && is_index(rest);
    if !rest.is_empty() && !is_list {
        return Err(Fault::parameter(name, expected, quoted(name)));
    }
    if text.is_empty() {
        return Ok(());
    }
    let values = values(&columns[column], operator, name, text)?;
    let same = |one: &&mut Condition| one.column == column && one.operator == Operator::In;
    match conditions.iter_mut().find(same).filter(|_| operator == Operator::In) {
        Some(condition) => condition.values.extend(values),
        None => conditions.push(Condition { column, operator, values }),
    }
    Ok(())
}

/// The conditions of filters with `&` between, as in the query of a URL; every fault at `pointer`.
pub fn read(columns: &[Column], text: &str, pointer: &str) -> Result<Vec<Condition>, Faults> {
    let (mut conditions, mut faults) = (Vec::new(), Vec::new());
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        if let Err(fault) = add(&mut conditions, columns, &name, &value) {
            faults.push(Fault::at(pointer, fault.expected, fault.found));
        }
    }
    let values: usize = conditions.iter().map(|condition| condition.values.len()).sum();
    for (what, found, most) in
        [("filters", conditions.len(), MOST_CONDITIONS), ("values of filters", values, MOST_VALUES)]
    {
        if found > most {
            faults.push(Fault::at(pointer, format!("at most {most} {what}"), found.to_string()));
        }
    }
    Faults::unless(faults, conditions)
}

/// Whether each row of a table fulfils all conditions.
pub fn kept(table: &Table, conditions: &[Condition]) -> Vec<bool> {
    let mut kept = vec![true; table.rows()];
    for condition in conditions {
        let Some((_, values)) = table.iter().nth(condition.column) else { continue };
        if let Values::Text(texts) = values {
            let words: Vec<bool> =
                texts.words().iter().map(|word| condition.holds(&Cell::Text(word.to_string()))).collect();
            let missing = condition.holds(&Cell::Missing);
            let holds = |code: &Option<u32>| code.map_or(missing, |code| words[code as usize]);
            kept.iter_mut().zip(texts.codes()).for_each(|(kept, code)| *kept &= holds(code));
        } else {
            kept.iter_mut().enumerate().for_each(|(row, kept)| *kept &= condition.holds(&values.cell(row)));
        }
    }
    kept
}

/// `filter[column][operator]`: column, operator and what follows.
fn parts(name: &str) -> Option<(&str, &str, &str)> {
    let (column, rest) = name.strip_prefix("filter[")?.split_once(']')?;
    let (operator, rest) = rest.strip_prefix('[')?.split_once(']')?;
    Some((column, operator, rest))
}

/// The operator of that name, if it says something about cells of the column.
fn fitting(column: &Column, parameter: &str, name: &str) -> Result<Operator, Fault> {
    let fitting = || Operator::ALL.into_iter().filter(|operator| operator.fits(column.kind));
    fitting().find(|operator| operator.name() == name).ok_or_else(|| {
        let names: Vec<&str> = fitting().map(Operator::name).collect();
        let expected = format!("one of {} for a column of type {}", names.join(", "), column.kind);
        Fault::parameter(parameter, expected, quoted(name))
    })
}

/// `[]` or `[12]`: how clients end the name of a list.
fn is_index(rest: &str) -> bool {
    let inner = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    inner.is_some_and(|inner| inner.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What a cell is compared with.
fn values(column: &Column, operator: Operator, name: &str, text: &str) -> Result<Vec<Cell>, Fault> {
    match operator {
        Operator::Contains => Ok(vec![Cell::Text(searched(name, text)?)]),
        Operator::IsNull => match text {
            "true" => Ok(vec![Cell::Boolean(true)]),
            "false" => Ok(vec![Cell::Boolean(false)]),
            _ => Err(Fault::parameter(name, "true or false", quoted(text))),
        },
        // As a line of a CSV file, so that a value may have a comma in it.
        Operator::In => {
            let mut reader =
                csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let wrong = |_| Fault::parameter(name, "values with commas between, as in CSV", quoted(text));
            let lines = reader.records().collect::<Result<Vec<_>, _>>().map_err(wrong)?;
            let values: Vec<Cell> =
                lines.iter().flatten().map(|text| value(column, name, text)).collect::<Result<_, _>>()?;
            match values.is_empty() {
                true => Err(Fault::parameter(name, "values with commas between, as in CSV", quoted(text))),
                false => Ok(values),
            }
        }
        _ => Ok(vec![value(column, name, text)?]),
    }
}

fn value(column: &Column, name: &str, text: &str) -> Result<Cell, Fault> {
    let read = cell::parse(text, column.kind).filter(|_| !text.is_empty()).map(Cell::kept);
    read.ok_or_else(|| Fault::parameter(name, column.kind.expected(), quoted(text)))
}

/// A text that a database can look for.
pub fn searched(name: &str, text: &str) -> Result<String, Fault> {
    match text.contains('\0') {
        true => Err(Fault::parameter(name, "text without U+0000", "U+0000")),
        false => Ok(text.into()),
    }
}
