//! The functions as plain loops over std's `exp` and `ln`, in three forms.

use super::{Batch, Real};

/// Options of softmax: powers of two, so that all element types have the same.
pub const SCALE: f64 = 0.5;
pub const CAP: f64 = 32.0;
pub const TEMPERATURE: f64 = 2.0;

/// What sets the forms apart.
pub trait Form<T> {
    /// What is subtracted from a row before its exponentials are taken.
    fn shift(row: &[T]) -> T;
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
    fn shift(_: &[T]) -> T {
        T::default()
    }

    fn add(sum: &mut Sum<T>, term: T) {
        sum.sum += term;
    }
}

/// The textbook's stable form, which subtracts the largest element.
pub struct Stable;

impl<T: Real> Form<T> for Stable {
    fn shift(row: &[T]) -> T {
        let mut max = T::rounded(f64::NEG_INFINITY);
        for &x in row {
            max = if x > max { x } else { max };
        }
        max
    }

    fn add(sum: &mut Sum<T>, term: T) {
        sum.sum += term;
    }
}

/// The stable form with compensated sums, to check the others against.
pub struct Reference;

impl Form<f64> for Reference {
    fn shift(row: &[f64]) -> f64 {
        Stable::shift(row)
    }

    fn add(sum: &mut Sum<f64>, term: f64) {
        let next = sum.sum + term;
        let part = next - sum.sum;
        sum.lost += (sum.sum - (next - part)) + (term - part);
        sum.sum = next;
    }
}

pub fn softmax<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    for row in batch.logits.chunks_exact_mut(batch.columns) {
        softmax_row::<T, F>(row);
    }
}

/// The softmax of logits times a scale, within ±a cap.
pub fn capped_softmax<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let (scale, cap) = (T::rounded(SCALE), T::rounded(CAP));
    for row in batch.logits.chunks_exact_mut(batch.columns) {
        for x in &mut *row {
            *x = cap * (scale * *x / cap).std_tanh();
        }
        softmax_row::<T, F>(row);
    }
}

/// The softmax of logits at a temperature.
pub fn tempered_softmax<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let temperature = T::rounded(TEMPERATURE);
    for row in batch.logits.chunks_exact_mut(batch.columns) {
        for x in &mut *row {
            *x /= temperature;
        }
        softmax_row::<T, F>(row);
    }
}

pub fn log_sum_exp<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.logits.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        let (shift, sum) = sum_of_exponentials::<T, F>(row);
        *result = sum.value().std_ln() + shift;
    }
}

/// The first of the results becomes the summed loss.
pub fn cross_entropy<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let mut loss = Sum::default();
    let rows = batch.logits.chunks_exact(batch.columns);
    for (row, &label) in rows.zip(&batch.labels) {
        let (shift, sum) = sum_of_exponentials::<T, F>(row);
        F::add(
            &mut loss,
            sum.value().std_ln() - (row[label as usize] - shift),
        );
    }
    batch.results[0] = loss.value();
}

/// The first of the results becomes the summed loss, and the logits its gradient.
pub fn cross_entropy_gradient<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let mut loss = Sum::default();
    let rows = batch.logits.chunks_exact_mut(batch.columns);
    for (row, &label) in rows.zip(&batch.labels) {
        let logit = row[label as usize];
        let (shift, sum) = softmax_row::<T, F>(row);
        F::add(&mut loss, sum.value().std_ln() - (logit - shift));
        let term = (logit - shift).std_exp();
        row[label as usize] = ((term - sum.sum) - sum.lost) / sum.value();
    }
    batch.results[0] = loss.value();
}

/// −Σ p ln p of each row.
pub fn entropy<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.logits.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        let mut sum = Sum::default();
        for &p in row {
            add_surprise::<T, F>(&mut sum, p);
        }
        *result = sum.value();
    }
}

/// −Σ p ln p of the softmax of each row.
pub fn entropy_from_logits<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.logits.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        let (shift, total) = sum_of_exponentials::<T, F>(row);
        let mut sum = Sum::default();
        for &x in row {
            add_surprise::<T, F>(&mut sum, (x - shift).std_exp() / total.value());
        }
        *result = sum.value();
    }
}

/// Adds −p ln p.
fn add_surprise<T: Real, F: Form<T>>(sum: &mut Sum<T>, p: T) {
    if p > T::default() {
        F::add(sum, -p * p.std_ln());
    }
}

/// The results become the exponentials.
pub fn exp<T: Real>(batch: &mut Batch<T>) {
    for (result, x) in batch.results.iter_mut().zip(&batch.logits) {
        *result = x.std_exp();
    }
}

fn softmax_row<T: Real, F: Form<T>>(row: &mut [T]) -> (T, Sum<T>) {
    let shift = F::shift(row);
    let mut sum = Sum::default();
    for x in &mut *row {
        *x = (*x - shift).std_exp();
        F::add(&mut sum, *x);
    }
    let total = sum.value();
    for x in row {
        *x /= total;
    }
    (shift, sum)
}

fn sum_of_exponentials<T: Real, F: Form<T>>(row: &[T]) -> (T, Sum<T>) {
    let shift = F::shift(row);
    let mut sum = Sum::default();
    for &x in row {
        F::add(&mut sum, (x - shift).std_exp());
    }
    (shift, sum)
}
