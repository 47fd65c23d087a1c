//! The errors of gradients through softmax and log-softmax.

use logits::{Error, Level};

use super::bounds::Function;
use super::real::Real;
use super::report::{Measured, Report};
use super::rows::same_bits;
use super::ulp::Parts;
use super::vjp_reference::{log_softmax_vjp, softmax_vjp};

type InPlace<T> = fn(Level, &[T], &mut [T]) -> Result<(), Error>;

/// Gradients through softmax and through log-softmax.
pub fn functions<T: Real>() -> [(Function, InPlace<T>); 2] {
    [
        (Function::SoftmaxVjp, Level::softmax_vjp_in_place),
        (Function::LogSoftmaxVjp, Level::log_softmax_vjp_in_place),
    ]
}

/// Notes the errors of both, at every level.
pub fn check<T: Real>(report: &mut Report, inputs: &str, logits: &[T], dy: &[T]) {
    for (function, in_place) in functions::<T>() {
        // Levels of a family give the same `y`, and with it the same truths.
        let (mut before, mut known) = (Measured::default(), Vec::new());
        for level in Level::available() {
            let mut y = logits.to_vec();
            if function == Function::SoftmaxVjp {
                level.softmax_in_place(&mut y);
            } else {
                level.log_softmax_in_place(&mut y);
            }
            if !same_bits(&y, &known) {
                before = Measured::default();
                known.clone_from(&y);
            }
            let mut results = dy.to_vec();
            in_place(level, &y, &mut results).unwrap();
            let truths: Box<dyn Iterator<Item = Parts>> = if function == Function::SoftmaxVjp {
                Box::new(softmax_vjp(&y, dy))
            } else {
                Box::new(log_softmax_vjp(&y, dy))
            };
            let case = |place| format!("length {}, place {place}", y.len());
            report.note_row_after(&mut before, function, level, inputs, results, truths, case);
        }
    }
}
