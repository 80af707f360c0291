//! What happens between the matrix and the certificate.

use super::*;
use linfa::{DatasetBase, prelude::Fit, traits::Predict};
use linfa_logistic::{LogisticRegression, MultiLogisticRegression};
use ndarray::{Array1, Array2, Axis, concatenate};

/// A standardised matrix with lognormal columns, three classes, and C = 100.
fn heavy_tailed(seed: u64) -> Problem {
    let mut random = Random(seed);
    let (rows, d) = (150, 4);
    let mut x = Array2::from_shape_simple_fn((rows, d), || (2.5 * random.normal()).exp());
    let y = x
        .rows()
        .into_iter()
        .map(|row| (row[0].ln() + random.normal() > 0.0) as usize + (row[1].ln() > 1.0) as usize)
        .collect();
    for mut column in x.columns_mut() {
        let (mean, sd) = (column.mean().unwrap(), column.std(0.0));
        column.mapv_inplace(|x| (x - mean) / sd);
    }
    Problem { x, y, classes: 3, penalties: Array1::from_elem(d, 0.01) }
}

fn in_peace<T>(work: impl FnOnce(&mut Pace<'_>) -> Result<T, Stop>) -> T {
    work(&mut Pace::new(bounds().deadline, &mut ())).unwrap()
}

#[test]
fn newton_reaches_the_optimum_where_linfa_says_ok_and_is_wrong() {
    let worst = (0..8)
        .map(|seed| {
            let problem = heavy_tailed(seed);
            let data = DatasetBase::new(problem.x.view(), problem.y.view());
            let model =
                MultiLogisticRegression::default().alpha(0.01).max_iterations(500).fit(&data).unwrap();
            let intercepts = model.intercept().view().insert_axis(Axis(0));
            let found = concatenate![Axis(0), model.params().view(), intercepts];
            let linfa: Point = in_peace(|pace| problem.at(found, pace));
            let start = in_peace(|pace| problem.at(Array2::zeros((5, 3)), pace));
            let end = in_peace(|pace| newton::descend(&problem, start, Goal::exact(1e-6), Some(0), pace));

            assert!(end.point.max_gradient() <= 1e-6 && end.gap <= 1e-10 * end.point.objective);
            assert!(end.point.objective <= linfa.objective * (1.0 + 1e-9));
            linfa.objective / end.point.objective
        })
        .fold(1.0, f64::max);
    assert!(worst > 1.01, "linfa is right here: {worst}");
}

#[test]
fn a_heavy_tailed_table_of_three_classes_is_published_with_a_certificate() {
    let problem = heavy_tailed(3);
    let text = csv("a,b,c,d,y", problem.y.len(), |i| {
        let cells: Vec<_> = problem.x.row(i).iter().map(f64::to_string).collect();
        format!("{},k{}", cells.join(","), problem.y[i])
    });
    let certificate = train(&text, "y").unwrap().fitted.certificate;
    assert!(certificate.converged && certificate.max_gradient <= certificate.tolerance);
    assert_ne!(certificate.solver, Solver::Linfa);
}

#[test]
fn the_gradient_and_curvature_are_those_of_the_objective() {
    for classes in [2, 3] {
        let mut problem = heavy_tailed(1);
        problem.classes = classes;
        problem.y.mapv_inplace(|class| class.min(classes - 1));
        let shape = problem.shape();
        let mut random = Random(9);
        // Each parameter sums to 0 over the classes, as in any search.
        let mut at = Array2::from_shape_simple_fn(shape, || random.normal());
        if shape.1 > 1 {
            at -= &at.mean_axis(Axis(1)).unwrap().insert_axis(Axis(1));
        }
        let point = in_peace(|pace| problem.at(at.clone(), pace));
        let hessian = in_peace(|pace| problem.curvature(&at, pace));
        for (j, a) in [(0, 0), (2, 0), (4, shape.1 - 1)] {
            let nudged = |by: f64| {
                let mut nudged = at.clone();
                nudged[[j, a]] += by;
                in_peace(|pace| problem.at(nudged, pace))
            };
            let (below, above) = (nudged(-1e-5), nudged(1e-5));
            let slope = (above.objective - below.objective) / 2e-5;
            assert!((slope - point.gradient[[j, a]]).abs() < 1e-5 * (1.0 + slope.abs()));
            if classes == 2 {
                let bend = (above.gradient[[j, a]] - below.gradient[[j, a]]) / 2e-5;
                assert!((bend - hessian[[j, j]]).abs() < 1e-5 * (1.0 + bend.abs()));
            }
        }
    }
}

#[test]
fn our_dot_product_says_what_linfa_says_on_a_standardised_table() {
    let settings = of_mixed("y2");
    let mut ours = train_mixed(&settings).fitted;
    let rows: Vec<Vec<f64>> = (0..60)
        .filter_map(|row| {
            let input = Input::read(&ours, &asked(&ours, &table(&mixed()), row)).ok()?;
            Some(standardised(&ours, &input.cells(&ours).collect::<Vec<_>>()))
        })
        .collect();
    let x = Array2::from_shape_fn((rows.len(), ours.columns.len()), |(i, j)| rows[i][j]);
    let y: Array1<usize> = (0..rows.len()).map(|i| usize::from(i % 3 > 0)).collect();
    let theirs = LogisticRegression::default().fit(&DatasetBase::new(x.view(), y.view())).unwrap();
    // "yes", the second class, is linfa's positive one: it is the more frequent.
    ours.coefficients = vec![theirs.params().to_vec()];
    ours.intercepts = vec![theirs.intercept()];

    let expected = theirs.predict_probabilities(&x);
    let classes = theirs.predict(&x);
    let mut compared = 0;
    for row in 0..60 {
        let Ok(input) = Input::read(&ours, &asked(&ours, &table(&mixed()), row)) else { continue };
        let told = learning::predict(&ours, &input);
        assert!((told.probabilities[1].1 - expected[compared]).abs() < 1e-12);
        assert_eq!(told.class, ["no", "yes"][classes[compared]]);
        compared += 1;
    }
    assert_eq!(compared, rows.len());
}

fn asked(fitted: &Fitted, table: &Table, row: usize) -> Asked {
    let value = |name: &String| Given::Typed(table.column(name).unwrap().1.cell(row));
    let values = fitted.features.iter().map(|f| (f.identifier.clone(), value(&f.identifier))).collect();
    Asked { values, place: Place::Object(String::new()) }
}

/// The columns of a row, encoded once more by hand.
fn standardised(fitted: &Fitted, cells: &[Cell]) -> Vec<f64> {
    let of = |column: &almanac::domain::model::Encoded| {
        let (feature, cell) = (&fitted.features[column.feature], &cells[column.feature]);
        let x = match (column.part, &feature.seen, cell) {
            (Part::Missing, _, cell) => f64::from(*cell == Cell::Missing),
            (_, _, Cell::Missing) => column.mean,
            (Part::Level(level), Seen::Category { levels }, Cell::Text(text)) => {
                f64::from(levels[level].value == *text)
            }
            (_, _, Cell::Number(x)) => *x,
            (_, _, Cell::Boolean(is)) => f64::from(*is),
            other => panic!("{other:?}"),
        };
        (x - column.mean) / column.scale
    };
    fitted.columns.iter().map(of).collect()
}

struct Impatient(usize);

impl Watch for Impatient {
    fn step(&mut self, _: &Step) {
        self.0 += 1;
    }

    fn cancelled(&self) -> bool {
        self.0 > 0
    }
}

#[test]
fn a_training_tells_its_steps_and_stops_when_it_is_called_off() {
    let mut impatient = Impatient(0);
    let refused = learning::train(&table(&mixed()), &of_mixed("y3"), &bounds(), &mut impatient);
    assert_eq!(refused, Err(Refusal::Stopped(Stop::Cancelled)));
    assert_eq!(impatient.0, 1);
}

#[test]
fn a_training_past_its_deadline_stops() {
    let late = Bounds { deadline: Instant::now(), ..bounds() };
    let refused = learning::train(&table(&mixed()), &of_mixed("y3"), &late, &mut ());
    assert_eq!(refused, Err(Refusal::Stopped(Stop::Deadline)));
}

#[test]
fn the_penalty_can_be_on_weights_in_the_columns_own_units() {
    let raw = Settings { standardise: false, ..of_mixed("y2") };
    let fitted = train_mixed(&raw).fitted;
    let (weights, _) = fitted.unscaled();
    assert_ne!(train_mixed(&of_mixed("y2")).fitted.unscaled().0, weights);
    assert!(fitted.certificate.converged && fitted.certificate.solver == Solver::Newton);
}
