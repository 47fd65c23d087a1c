//! Entropy, cross-entropy and divergences.

use super::{Form, sum, sum_of_exponentials};
use crate::support::{Batch, Real};

/// −Σ p ln p.
pub fn entropy<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        *result = sum::<T, F>(row.iter().map(|&p| surprise(p, p))).value();
    }
}

/// −Σ p ln p of the softmax.
pub fn entropy_from_logits<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        let (shift, total) = sum_of_exponentials::<T, F>(row.iter().copied());
        let p = row.iter().map(|&x| (x - shift).std_exp() / total.value());
        *result = sum::<T, F>(p.map(|p| surprise(p, p))).value();
    }
}

/// −Σ p ln q.
pub fn cross_entropy_of_probabilities<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    sum_of_pairs::<T, F>(batch, surprise);
}

/// Σ p ln(p/q).
pub fn kl_divergence<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    sum_of_pairs::<T, F>(batch, |p, q| p * (p / q).std_ln());
}

/// ½ Σ p ln(p/m) + q ln(q/m), with m = (p + q)/2.
pub fn js_divergence<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let half = T::rounded(0.5);
    sum_of_pairs::<T, F>(batch, |p, q| {
        let m = half * (p + q);
        half * (p * (p / m).std_ln() + q * (q / m).std_ln())
    });
}

/// Σ p (ln p − ln q) of the softmax of both.
pub fn kl_divergence_from_logits<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let x = batch.x.chunks_exact(batch.columns);
    let y = batch.y.chunks_exact(batch.columns);
    for ((x, y), result) in x.zip(y).zip(&mut batch.results) {
        let (ln_p, ln_q) = (log_softmax_of::<T, F>(x), log_softmax_of::<T, F>(y));
        let terms = ln_p
            .zip(ln_q)
            .map(|(ln_p, ln_q)| ln_p.std_exp() * (ln_p - ln_q));
        *result = sum::<T, F>(terms).value();
    }
}

/// The logarithms of the softmax.
fn log_softmax_of<T: Real, F: Form<T>>(row: &[T]) -> impl Iterator<Item = T> {
    let (shift, sum) = sum_of_exponentials::<T, F>(row.iter().copied());
    let ln_sum = sum.value().std_ln();
    row.iter().map(move |&x| (x - shift) - ln_sum)
}

/// The sum of the terms of p and q, the elements of each row of x and that of y.
fn sum_of_pairs<T: Real, F: Form<T>>(batch: &mut Batch<T>, term: impl Fn(T, T) -> T) {
    let x = batch.x.chunks_exact(batch.columns);
    let y = batch.y.chunks_exact(batch.columns);
    for ((p, q), result) in x.zip(y).zip(&mut batch.results) {
        let terms = p.iter().zip(q).map(|(&p, &q)| term(p, q));
        *result = sum::<T, F>(terms).value();
    }
}

/// −p ln q.
fn surprise<T: Real>(p: T, q: T) -> T {
    if p > T::default() {
        -p * q.std_ln()
    } else {
        T::default()
    }
}
