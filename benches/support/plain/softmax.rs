//! Softmax, log-softmax, log-sum-exp, and gradients through them.

use super::{Form, Sum, log_sum_exp_of, sum, sum_of_exponentials};
use crate::support::{Batch, Real};

// Powers of two, so that all element types have the same.
pub const SCALE: f64 = 0.5;
pub const CAP: f64 = 32.0;
pub const TEMPERATURE: f64 = 2.0;
/// A logit that has a share of every softmax.
pub const SINK: f64 = 16.0;

/// The options of softmax, one at a time.
#[derive(Clone, Copy)]
pub enum LogitOption {
    Temperature,
    /// Beside a scale, as in attention.
    Softcap,
    Mask,
    Bias,
    Sink,
}

pub fn softmax<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    softmax_rows::<T, F>(&mut batch.x, batch.columns);
}

pub fn softmax_rows<T: Real, F: Form<T>>(x: &mut [T], columns: usize) {
    for row in x.chunks_exact_mut(columns) {
        softmax_row::<T, F>(row, None);
    }
}

pub fn log_softmax<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    for row in batch.x.chunks_exact_mut(batch.columns) {
        log_softmax_row::<T, F>(row, None);
    }
}

pub fn softmax_into<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    batch.results.copy_from_slice(&batch.x);
    softmax_rows::<T, F>(&mut batch.results, batch.columns);
}

pub fn log_softmax_into<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    batch.results.copy_from_slice(&batch.x);
    for row in batch.results.chunks_exact_mut(batch.columns) {
        log_softmax_row::<T, F>(row, None);
    }
}

pub fn softmax_with<T: Real, F: Form<T>>(batch: &mut Batch<T>, option: LogitOption) {
    with_option(batch, option, |row, sink| {
        softmax_row::<T, F>(row, sink);
    });
}

pub fn log_softmax_with<T: Real, F: Form<T>>(batch: &mut Batch<T>, option: LogitOption) {
    with_option(batch, option, log_softmax_row::<T, F>);
}

/// The log-sum-exp of each row and its sink.
pub fn log_sum_exp_with<T: Real, F: Form<T>>(batch: &mut Batch<T>, option: LogitOption) {
    let columns = batch.columns;
    let mut logits = vec![T::default(); columns];
    let rows = batch.x.chunks_exact(columns);
    for (index, (row, result)) in rows.zip(&mut batch.results).enumerate() {
        logits.copy_from_slice(row);
        let biases = batch.y.get(index * columns..).unwrap_or_default();
        let sink = option.apply(&mut logits, biases, &batch.mask);
        *result = log_sum_exp_of::<T, F>(logits.iter().copied().chain(sink));
    }
}

/// Applies an option to the logits, and then a function to each row and its sink.
fn with_option<T: Real>(
    batch: &mut Batch<T>,
    option: LogitOption,
    function: impl Fn(&mut [T], Option<T>),
) {
    let columns = batch.columns;
    for (index, row) in batch.x.chunks_exact_mut(columns).enumerate() {
        let biases = batch.y.get(index * columns..).unwrap_or_default();
        let sink = option.apply(row, biases, &batch.mask);
        function(row, sink);
    }
}

impl LogitOption {
    /// Applies the option to a row; returns the sink.
    fn apply<T: Real>(self, row: &mut [T], biases: &[T], mask: &[bool]) -> Option<T> {
        match self {
            Self::Temperature => {
                let temperature = T::rounded(TEMPERATURE);
                row.iter_mut().for_each(|x| *x /= temperature);
            }
            Self::Softcap => {
                let (scale, cap) = (T::rounded(SCALE), T::rounded(CAP));
                for x in row {
                    *x = cap * (scale * *x / cap).std_tanh();
                }
            }
            Self::Mask => {
                for (x, &takes_part) in row.iter_mut().zip(mask) {
                    if !takes_part {
                        *x = T::rounded(f64::NEG_INFINITY);
                    }
                }
            }
            Self::Bias => row.iter_mut().zip(biases).for_each(|(x, &bias)| *x += bias),
            Self::Sink => return Some(T::rounded(SINK)),
        }
        None
    }
}

/// The softmax of −E/T.
pub fn boltzmann<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let temperature = T::rounded(TEMPERATURE);
    for row in batch.x.chunks_exact_mut(batch.columns) {
        row.iter_mut().for_each(|x| *x = -*x / temperature);
        softmax_row::<T, F>(row, None);
    }
}

/// −T·ln Σ e^(−E/T).
pub fn free_energy<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let temperature = T::rounded(TEMPERATURE);
    let rows = batch.x.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        let logits = row.iter().map(|&energy| -energy / temperature);
        *result = -temperature * log_sum_exp_of::<T, F>(logits);
    }
}

pub fn log_sum_exp<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact(batch.columns);
    for (row, result) in rows.zip(&mut batch.results) {
        *result = log_sum_exp_of::<T, F>(row.iter().copied());
    }
}

/// y·(dy − Σ y·dy).
pub fn softmax_vjp<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact_mut(batch.columns);
    for (dy, y) in rows.zip(batch.y.chunks_exact(batch.columns)) {
        let products = dy.iter().zip(y).map(|(&dy, &y)| y * dy);
        let Sum { sum, lost } = sum::<T, F>(products);
        for (dy, &y) in dy.iter_mut().zip(y) {
            *dy = y * ((*dy - sum) - lost);
        }
    }
}

/// dy − e^y·Σ dy.
pub fn log_softmax_vjp<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact_mut(batch.columns);
    for (dy, y) in rows.zip(batch.y.chunks_exact(batch.columns)) {
        let total = sum::<T, F>(dy.iter().copied()).value();
        for (dy, &y) in dy.iter_mut().zip(y) {
            *dy -= y.std_exp() * total;
        }
    }
}

/// The softmax of a row with one more logit in the sum, if there is a sink. The shift and the sum.
pub(super) fn softmax_row<T: Real, F: Form<T>>(row: &mut [T], sink: Option<T>) -> (T, Sum<T>) {
    let shift = F::shift(row.iter().copied().chain(sink));
    let mut sum = Sum::default();
    for x in &mut *row {
        *x = (*x - shift).std_exp();
        F::add(&mut sum, *x);
    }
    if let Some(sink) = sink {
        F::add(&mut sum, (sink - shift).std_exp());
    }
    let total = sum.value();
    for x in row {
        *x /= total;
    }
    (shift, sum)
}

fn log_softmax_row<T: Real, F: Form<T>>(row: &mut [T], sink: Option<T>) {
    let (shift, sum) = sum_of_exponentials::<T, F>(row.iter().copied().chain(sink));
    let ln_sum = sum.value().std_ln();
    for x in row {
        *x = (*x - shift) - ln_sum;
    }
}
