//! What every function returns at the edges, at every level.

mod batches;
mod elementwise;
mod rows;

use logits::{CrossEntropy, Level, LossSum};

use crate::support::{Real, loss_errors};

const INFINITY: f64 = f64::INFINITY;

/// Lengths around those of registers, stripes and blocks.
const LENGTHS: [usize; 16] = [
    1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 100, 1025, 262_145,
];

/// All that is computed from a row, in `f64`.
struct Outputs {
    /// From `log_sum_exp`, `softmax` and `log_softmax`: all the same.
    log_sum_exp: f64,
    softmax: Vec<f64>,
    log_softmax: Vec<f64>,
}

impl Outputs {
    fn new<T: Real>(level: Level, row: &[T]) -> Self {
        let log_sum_exp = level.log_sum_exp(row);
        let (mut softmax, mut log_softmax) = (row.to_vec(), row.to_vec());
        let returned = [
            level.softmax_in_place(&mut softmax),
            level.log_softmax_in_place(&mut log_softmax),
        ];
        assert_eq!(
            returned.map(T::pattern),
            [log_sum_exp.pattern(); 2],
            "{level}: {row:?}"
        );
        let exact = |row: Vec<T>| row.into_iter().map(T::to_f64).collect();
        Self {
            log_sum_exp: log_sum_exp.to_f64(),
            softmax: exact(softmax),
            log_softmax: exact(log_softmax),
        }
    }

    fn all_nan(&self) -> bool {
        self.softmax
            .iter()
            .chain(&self.log_softmax)
            .all(|y| y.is_nan())
    }
}

/// The loss of one row and its gradient.
fn loss_and_gradient<T: Real>(level: Level, row: &[T], label: usize) -> (LossSum<T>, Vec<f64>) {
    let loss = CrossEntropy::new().level(level);
    let (sum, gradient) = loss_errors::loss_and_gradient(loss, row, label);
    (sum, gradient.into_iter().map(T::to_f64).collect())
}

/// The first, the last and some other places.
fn places(len: usize) -> impl Iterator<Item = usize> {
    [0, 1, len / 3, len / 2, len - 1]
        .into_iter()
        .filter(move |&place| place < len)
}
