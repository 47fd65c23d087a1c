//! What losses with options and of soft targets return at the edges, at every level.

mod options;
mod rows;
mod sums;

use logits::{CrossEntropy, LossSum, Rows, RowsMut};

use crate::support::Real;

const INFINITY: f64 = f64::INFINITY;

/// Lengths around those of registers and stripes.
const LENGTHS: [usize; 9] = [2, 3, 4, 8, 17, 32, 33, 100, 1025];

#[derive(Clone, Copy)]
enum Wanted<'a, T> {
    Label(i64),
    Soft(&'a [T]),
}

/// The loss of one row and its gradient.
fn run<T: Real>(
    loss: CrossEntropy<'_, T>,
    row: &[T],
    wanted: Wanted<'_, T>,
) -> (LossSum<T>, Vec<f64>) {
    let mut gradient = row.to_vec();
    let read = Rows::new(row, row.len()).unwrap();
    let written = RowsMut::new(&mut gradient, row.len()).unwrap();
    let one = T::from_f64(1.0);
    let (alone, sum) = match wanted {
        Wanted::Label(label) => (
            loss.loss_from_logits(read, &[label]),
            loss.loss_and_gradient_in_place(written, &[label], one),
        ),
        Wanted::Soft(targets) => {
            let targets = Rows::new(targets, row.len()).unwrap();
            (
                loss.loss_from_logits_soft(read, targets),
                loss.loss_and_gradient_soft_in_place(written, targets, one),
            )
        }
    };
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(bits(&alone), bits(&sum));
    (sum, gradient.into_iter().map(T::to_f64).collect())
}

/// All that a sum tells.
fn bits<T: Real>(sum: &LossSum<T>) -> [u64; 5] {
    let (loss, weight, z_loss) = (sum.loss(), sum.weight(), sum.z_loss());
    [
        loss.pattern(),
        weight.pattern(),
        z_loss.pattern(),
        sum.rows(),
        sum.correct(),
    ]
}
