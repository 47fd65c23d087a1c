//! The errors of binary cross-entropy.

use logits::{BinaryCrossEntropy, Level, LossSum, Rows, RowsMut};

use super::binary_reference::BinaryRow;
use super::bounds::Function;
use super::real::Real;
use super::report::{Measured, Report};
use super::ulp::{Parts, ulp_error_beside};

/// Notes the errors of the loss and its gradient, at every level.
pub fn check_binary<T: Real>(report: &mut Report, inputs: &str, row: &BinaryRow<T>) {
    let Parts { sum: truth, size } = row.loss();
    let len = row.x.len();
    let mut before = Measured::default();
    for level in Level::available() {
        let mut loss = BinaryCrossEntropy::new().level(level);
        if let Some(weights) = &row.weights {
            loss = loss.weights(weights);
        }
        if row.positive.to_f64() != 1.0 {
            loss = loss.pos_weight(row.positive);
        }
        let (sum, gradient) = run(loss, row.logits, (&row.x, &row.y), len, row.scale);
        let case = |place: usize| {
            let w = row.weights.as_ref().map(|weights| weights[place]);
            let (x, y, v, s) = (row.x[place], row.y[place], row.positive, row.scale);
            format!("length {len}, {x:e} for {y:e} in place {place}, factors {w:?}, {v:e}, {s:e}")
        };
        let error = ulp_error_beside(sum.loss(), truth, size);
        report.note(Function::BinaryLoss, level, inputs, error, || {
            format!("{} gives {:e}", case(0), sum.loss())
        });
        let (function, truths) = (Function::BinaryGradient, row.gradient());
        report.note_row_after(&mut before, function, level, inputs, gradient, truths, case);
    }
}

/// The loss and its gradient, of rows of so many columns; `logits` or probabilities.
pub fn run<T: Real>(
    loss: BinaryCrossEntropy<'_, T>,
    logits: bool,
    (x, y): (&[T], &[T]),
    columns: usize,
    scale: T,
) -> (LossSum<T>, Vec<T>) {
    let mut gradient = x.to_vec();
    let (x, y) = (
        Rows::new(x, columns).unwrap(),
        Rows::new(y, columns).unwrap(),
    );
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let (alone, sum) = if logits {
        (
            loss.loss_from_logits(x, y),
            loss.loss_and_gradient_in_place(written, y, scale),
        )
    } else {
        (
            loss.loss_from_probabilities(x, y),
            loss.loss_and_gradient_from_probabilities_in_place(written, y, scale),
        )
    };
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(alone.loss().pattern(), sum.loss().pattern());
    assert_eq!((alone.rows(), alone.correct()), (sum.rows(), sum.correct()));
    (sum, gradient)
}

/// `p`, but neither 0 nor 1.
pub fn uncertain<T: Real>(p: T) -> T {
    below_one(if p.to_f64() > 0.0 { p } else { p.up() })
}

/// `p`, but not 1: what is certain has no digits to lose.
pub fn below_one<T: Real>(p: T) -> T {
    if p.to_f64() < 1.0 { p } else { p.down() }
}
