//! Adopting: weights that were learned elsewhere become a model of a table, scored like any other.
//!
//! Nothing is fitted. What the rows hold in each feature is looked up as for a training (`feature`), in the
//! columns that the weights name (`layout`), and the exact objective of the training rows says how near
//! their optimum the weights are: that is the certificate.

use super::{
    Bounds, Outcome, Pace, Refusal, Watch,
    check::{Point, Problem},
    errors, feature,
    fit::{TOLERANCE, told},
    layout,
    layout::Given,
    matrix::{self, Matrix},
    penalties,
    plan::{self, Plan},
    rows, scored, split,
    target::{self, Target},
    validate::fits,
};
use crate::{
    domain::{
        column::Column,
        fault::{Fault, Faults, quoted},
        model::{Certificate, Encoded, Feature, Fitted, Rows, Saved, Settings, Solver, Threshold, Warning},
    },
    table::{columnar::Table, filter},
};
use ndarray::Array2;

/// Classes that a fault names.
const NAMED: usize = 12;

/// The settings with identifiers in place of headers and with the features that the weights name, if the
/// columns can serve them; else every fault, by JSON pointer.
pub fn resolve(columns: &[Column], settings: &Settings, saved: &Saved) -> Result<Settings, Faults> {
    let (plan, _) = laid_out(columns, settings, saved)?;
    let features = plan.features.iter().map(|place| columns[*place].identifier.clone()).collect();
    Ok(Settings { target: plan.target_identifier, features, ..settings.clone() })
}

/// Refuses what [`adopt`] would refuse of a table.
pub fn validate(table: &Table, settings: &Settings, saved: &Saved, cells: usize) -> Result<(), Faults> {
    ready(table, settings, saved, cells).map(drop)
}

/// Weights from elsewhere as a model of a table.
///
/// Of more than `bounds.cells` cells, of rows that do not fit the weights, and of weights whose objective is
/// not finite no model comes out.
pub fn adopt(
    table: &Table,
    settings: &Settings,
    saved: &Saved,
    bounds: &Bounds,
    watch: &mut dyn Watch,
) -> Result<Outcome, Refusal> {
    let pace = Pace::new(bounds.deadline, watch);
    let ready = ready(table, settings, saved, bounds.cells)?;
    let Ready { plan, target, rows, held_out: places, columns, order, seen, matrix, untold } = ready;
    pace.check()?;
    let Matrix { training, held_out, left_out } = matrix;
    let shares = training.shares(target.classes.len());
    let varies: Vec<bool> = training.x.columns().into_iter().map(|x| x.iter().any(|z| *z != x[0])).collect();
    let penalties = penalties(settings, settings.c, &columns);
    let problem = Problem { x: training.x, y: training.y, classes: target.classes.len(), penalties };
    let point = problem.at(parameters(saved, &columns, &order), &pace)?;
    if !point.is_finite() {
        let expected = "weights that give the training rows a finite objective";
        return Err(Fault::at("/givenWeights/coef_", expected, "too large ones").into());
    }
    let certificate = certificate(&point, problem.x.nrows());
    let errors = match certificate.converged {
        true => errors::errors(&problem, &point.parameters, &columns, &varies, &pace)?,
        false => None,
    };
    let (coefficients, intercepts) = told(&point.parameters);
    let fitted = Fitted {
        target: plan.target_identifier,
        classes: target.classes,
        features: seen,
        columns,
        coefficients,
        intercepts,
        threshold: match settings.threshold {
            Threshold::Given(at) => Some(at),
            _ => None,
        },
        errors,
        validation: None,
        rows,
        warnings: [warnings(&certificate, settings.c, untold), matrix::warnings(left_out)].concat(),
        certificate,
    };
    Ok(scored(fitted, settings.c, &point.parameters, &held_out, &shares, left_out, places))
}

/// All that is needed to judge weights.
struct Ready {
    plan: Plan,
    target: Target,
    /// Without training rows that the model does not take.
    rows: Rows,
    held_out: Vec<usize>,
    columns: Vec<Encoded>,
    /// For each of them its place among the weights.
    order: Vec<usize>,
    seen: Vec<Feature>,
    matrix: Matrix,
    /// How many training rows the model does not take.
    untold: u64,
}

fn ready(table: &Table, settings: &Settings, saved: &Saved, cells: usize) -> Result<Ready, Faults> {
    let (plan, layout) = laid_out(table.columns(), settings, saved)?;
    let kept = filter::kept(table, &plan.filter);
    let target = target::read(table, plan.target, &kept)?;
    same_classes(&target.classes, &saved.classes)?;
    fits(settings, target.classes.len())?;
    let mut parts = split::split(&target.labels, target.classes.len(), &settings.split)?;
    let (features, order) = feature::given(table, &layout, saved, &parts)?;
    matrix::within(&features, &parts, cells)?;
    let all = rows(table, &target, &parts);
    parts.training.retain(|row| features.can_tell(*row));
    if parts.training.is_empty() {
        let expected = "weights of the categories and missing cells that the training rows hold";
        return Err(Fault::at("/givenWeights/features", expected, "of others").into());
    }
    let training = parts.training.len() as u64;
    let matrix = matrix::encode(&features, &target.labels, &parts)?;
    let feature::Features { seen, columns, .. } = features;
    Ok(Ready {
        plan,
        target,
        rows: Rows { training, ..all },
        held_out: parts.held_out,
        columns,
        order,
        seen,
        matrix,
        untold: all.training - training,
    })
}

/// What is predicted, and from what the weights predict it.
fn laid_out(columns: &[Column], settings: &Settings, saved: &Saved) -> Result<(Plan, Vec<Given>), Faults> {
    let target = plan::target(columns, &settings.target)?;
    let layout = layout::of(columns, target, saved)?;
    let features = layout.iter().map(|one| columns[one.place].identifier.clone()).collect();
    let plan = plan::of(columns, &Settings { features, ..settings.clone() })?;
    Ok((plan, layout))
}

/// Whether the weights are of the classes that the rows have, in their order, which is scikit-learn's too.
fn same_classes(classes: &[String], given: &[String]) -> Result<(), Fault> {
    let listed = |classes: &[String]| {
        let named: Vec<String> = classes.iter().take(NAMED).map(|class| quoted(class)).collect();
        let more = if classes.len() > NAMED { ", .." } else { "" };
        format!("{}{more}", named.join(", "))
    };
    if classes == given {
        return Ok(());
    }
    let expected = format!("the classes that the rows have, sorted: {}", listed(classes));
    Err(Fault::at("/givenWeights/classes", expected, listed(given)))
}

/// The weights on the scale of the model's columns, `(d + 1) × outputs`.
fn parameters(saved: &Saved, columns: &[Encoded], order: &[usize]) -> Array2<f64> {
    let raw = saved.is_raw();
    Array2::from_shape_fn((columns.len() + 1, saved.coef_.len()), |(row, output)| {
        let weights = &saved.coef_[output];
        match columns.get(row) {
            Some(column) => weights[order[row]] * if raw { column.scale } else { 1.0 },
            None => {
                let shift = columns.iter().zip(order).map(|(column, place)| weights[*place] * column.mean);
                saved.intercept_[output] + if raw { shift.sum() } else { 0.0 }
            }
        }
    })
}

/// How near the optimum of the training rows the weights are.
fn certificate(point: &Point, rows: usize) -> Certificate {
    let (max_gradient, tolerance) = (point.max_gradient(), TOLERANCE * rows as f64);
    Certificate {
        solver: Solver::Imported,
        iterations: 0,
        objective: point.objective,
        max_gradient,
        tolerance,
        gap: None,
        converged: max_gradient <= tolerance,
    }
}

/// What a reader should know of weights that were not learned here.
fn warnings(certificate: &Certificate, c: f64, untold: u64) -> Vec<Warning> {
    let mut texts = vec![
        "the weights were learned elsewhere, perhaps from the rows that are held out here too".to_string(),
    ];
    if !certificate.converged {
        let Certificate { max_gradient, tolerance, .. } = certificate;
        texts.push(format!(
            "the weights are not the optimum of the training rows at C = {c}: the largest gradient is \
             {max_gradient:.1e}, the bound is {tolerance:.1e}"
        ));
    }
    if untold > 0 {
        texts.push(format!(
            "{untold} training rows are not looked at: they hold a category or a missing cell that the \
             weights do not know"
        ));
    }
    texts.into_iter().map(|text| Warning { column: None, text }).collect()
}
