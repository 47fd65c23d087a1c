//! The functions as plain loops over std's `exp` and `ln`, in three forms.

mod information;
mod loss;
mod softmax;

pub use information::*;
pub use loss::*;
pub use softmax::*;

use super::Real;

/// What sets the forms apart.
pub trait Form<T> {
    const NAME: &'static str;
    /// What is subtracted from a row before its exponentials are taken.
    fn shift(row: impl Iterator<Item = T>) -> T;
    /// Adds a term to a sum.
    fn add(sum: &mut Sum<T>, term: T);
}

/// A sum, and what rounding left over of it, if the form keeps that.
#[derive(Clone, Copy, Default)]
pub struct Sum<T> {
    sum: T,
    lost: T,
}

impl<T: Real> Sum<T> {
    fn value(self) -> T {
        self.sum + self.lost
    }
}

/// Straight from the definition: overflows from e^89 in `f32`.
pub struct Naive;

impl<T: Real> Form<T> for Naive {
    const NAME: &'static str = "naive";

    fn shift(_: impl Iterator<Item = T>) -> T {
        T::default()
    }

    fn add(sum: &mut Sum<T>, term: T) {
        sum.sum += term;
    }
}

/// The textbook's stable form, which subtracts the largest element.
pub struct Stable;

impl<T: Real> Form<T> for Stable {
    const NAME: &'static str = "stable";

    fn shift(row: impl Iterator<Item = T>) -> T {
        let lowest = T::rounded(f64::NEG_INFINITY);
        row.fold(lowest, |max, x| if x > max { x } else { max })
    }

    fn add(sum: &mut Sum<T>, term: T) {
        sum.sum += term;
    }
}

/// The stable form with compensated sums, to check the others against.
pub struct Reference;

impl Form<f64> for Reference {
    const NAME: &'static str = "reference";

    fn shift(row: impl Iterator<Item = f64>) -> f64 {
        Stable::shift(row)
    }

    fn add(sum: &mut Sum<f64>, term: f64) {
        let next = sum.sum + term;
        let part = next - sum.sum;
        sum.lost += (sum.sum - (next - part)) + (term - part);
        sum.sum = next;
    }
}

/// The sum of terms.
fn sum<T: Real, F: Form<T>>(terms: impl Iterator<Item = T>) -> Sum<T> {
    let mut sum = Sum::default();
    terms.for_each(|term| F::add(&mut sum, term));
    sum
}

/// The shift of a row, and the sum of its shifted exponentials.
fn sum_of_exponentials<T: Real, F: Form<T>>(row: impl Iterator<Item = T> + Clone) -> (T, Sum<T>) {
    let shift = F::shift(row.clone());
    (shift, sum::<T, F>(row.map(|x| (x - shift).std_exp())))
}

/// ln Σ e^x of a row.
fn log_sum_exp_of<T: Real, F: Form<T>>(row: impl Iterator<Item = T> + Clone) -> T {
    let (shift, sum) = sum_of_exponentials::<T, F>(row);
    sum.value().std_ln() + shift
}
