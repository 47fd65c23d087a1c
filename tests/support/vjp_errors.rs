//! The errors of gradients through softmax and log-softmax.

use logits::{Error, Level};

use super::bounds::Function;
use super::double_double::DoubleDouble;
use super::extended::Extended;
use super::real::Real;
use super::report::Report;
use super::rows::bits;
use super::ulp::ulp_error_beside;

type InPlace<T> = fn(Level, &[T], &mut [T]) -> Result<(), Error>;

/// Gradients through softmax and through log-softmax.
pub fn functions<T: Real>() -> [(Function, InPlace<T>); 2] {
    [
        (Function::SoftmaxVjp, Level::softmax_vjp_in_place),
        (Function::LogSoftmaxVjp, Level::log_softmax_vjp_in_place),
    ]
}

fn extended<T: Real>(x: T) -> Extended {
    x.to_f64().into()
}

/// The result for each element, and the magnitude whose last place is the unit of its error.
fn truths<T: Real>(function: Function, y: &[T], dy: &[T]) -> Vec<(Extended, Extended)> {
    let pairs = || y.iter().zip(dy);
    let sum_of = |term: &dyn Fn(T, T) -> DoubleDouble| {
        pairs().fold(DoubleDouble::ZERO, |sum, (&y, &dy)| sum + term(y, dy))
    };
    let magnitude = |x: DoubleDouble| if x.hi < 0.0 { -x } else { x };
    // What the sum's own error comes to, beside the bound.
    let own = DoubleDouble::from(libm::scalbn(1.0, -8));
    if function == Function::SoftmaxVjp {
        let term = |y: T, dy: T| DoubleDouble::product(y.to_f64(), dy.to_f64());
        let sum = sum_of(&term);
        let own = own * sum_of(&|y, dy| magnitude(term(y, dy)));
        let truth = |(y, dy): (&T, &T)| {
            let difference = DoubleDouble::from(dy.to_f64()) - sum;
            let unit = magnitude(difference) + own;
            (extended(*y) * difference.into(), extended(*y) * unit.into())
        };
        pairs().map(truth).collect()
    } else {
        let sum = sum_of(&|_, dy| dy.to_f64().into());
        let own = own * sum_of(&|_, dy| dy.to_f64().abs().into());
        let truth = |(y, dy): (&T, &T)| {
            let (y, dy) = (
                DoubleDouble::from(y.to_f64()),
                DoubleDouble::from(dy.to_f64()),
            );
            let power = Extended::exp(y);
            let less_one = Extended::exp_m1(y);
            let sum_magnitude = Extended::from(magnitude(sum));
            let (truth, unit) = if y.hi > -0.5 {
                (
                    Extended::from(dy - sum) - less_one * sum.into(),
                    Extended::from(magnitude(dy - sum)) + -less_one * sum_magnitude,
                )
            } else {
                (
                    Extended::from(dy) - power * sum.into(),
                    Extended::from(magnitude(dy)) + power * sum_magnitude,
                )
            };
            (truth, unit + power * own.into())
        };
        pairs().map(truth).collect()
    }
}

/// Notes the errors of both, at every level.
pub fn check<T: Real>(report: &mut Report, inputs: &str, logits: &[T], dy: &[T]) {
    for (function, in_place) in functions::<T>() {
        // Levels of a family give the same `y`, and with it the same truths.
        let (mut known, mut wanted) = (Vec::new(), Vec::new());
        for level in Level::available() {
            let mut y = logits.to_vec();
            if function == Function::SoftmaxVjp {
                level.softmax_in_place(&mut y);
            } else {
                level.log_softmax_in_place(&mut y);
            }
            if bits(&y) != bits(&known) {
                wanted = truths(function, &y, dy);
                known.clone_from(&y);
            }
            let mut results = dy.to_vec();
            in_place(level, &y, &mut results).unwrap();
            let errors = results.iter().zip(&wanted);
            let errors =
                errors.map(|(&result, &(truth, unit))| ulp_error_beside(result, truth, unit));
            report.note_worst(function, level, inputs, errors, |place| {
                format!("length {}, place {place}: {:e}", y.len(), results[place])
            });
        }
    }
}
