//! What functions take: each makes it of a batch of logits.

use super::batch::{self, SPREAD};
use super::plain::{self, PADDING, Stable};
use super::{Batch, Real};

/// One row of probabilities for each of logits.
pub fn probabilities<T: Real>(batch: &mut Batch<T>) {
    plain::softmax_rows::<T, Stable>(&mut batch.x, batch.columns);
}

/// Logits, and others.
pub fn two_logits<T: Real>(batch: &mut Batch<T>) {
    batch.y = batch::other_logits(batch.x.len());
}

/// Logits, and rows of probabilities to be their targets.
pub fn soft_targets<T: Real>(batch: &mut Batch<T>) {
    two_logits(batch);
    plain::softmax_rows::<T, Stable>(&mut batch.y, batch.columns);
}

/// Probabilities, and others.
pub fn two_probabilities<T: Real>(batch: &mut Batch<T>) {
    probabilities(batch);
    soft_targets(batch);
}

/// Logits, and a weight a class in [½, 1½).
pub fn class_weights<T: Real>(batch: &mut Batch<T>) {
    batch.y = batch::other_logits(batch.columns);
    spread(&mut batch.y, 0.5, 1.5);
}

/// Logits, every eighth row of which is padding.
pub fn padded<T>(batch: &mut Batch<T>) {
    for label in batch.labels.iter_mut().step_by(8) {
        *label = PADDING;
    }
}

/// Logits, and a mask that removes every fourth column.
pub fn mask<T: Real>(batch: &mut Batch<T>) {
    batch.mask = (0..batch.columns).map(|column| column % 4 != 3).collect();
}

/// Logits of decisions, half of them negative, and targets of 0 or 1.
pub fn decisions<T: Real>(batch: &mut Batch<T>) {
    spread(&mut batch.x, -10.0, 10.0);
    decided_targets(batch);
}

/// Probabilities of 1, and targets of 0 or 1.
pub fn decided_probabilities<T: Real>(batch: &mut Batch<T>) {
    spread(&mut batch.x, 0.0, 1.0);
    decided_targets(batch);
}

fn decided_targets<T: Real>(batch: &mut Batch<T>) {
    batch.y = batch::other_logits(batch.x.len());
    let middle = T::rounded(0.5 * SPREAD);
    for y in &mut batch.y {
        *y = T::rounded(f64::from(u8::from(*y < middle)));
    }
}

/// The gradient of a log-likelihood, −1 at the label, and the log-probabilities.
pub fn gradient_of_log_softmax<T: Real>(batch: &mut Batch<T>) {
    plain::log_softmax::<T, Stable>(batch);
    gradient_at_labels(batch);
}

/// The gradient of a likelihood, −1 at the label, and the probabilities.
pub fn gradient_of_softmax<T: Real>(batch: &mut Batch<T>) {
    probabilities(batch);
    gradient_at_labels(batch);
}

fn gradient_at_labels<T: Real>(batch: &mut Batch<T>) {
    let gradient = vec![T::default(); batch.x.len()];
    batch.y = std::mem::replace(&mut batch.x, gradient);
    let rows = batch.x.chunks_exact_mut(batch.columns);
    for (row, &label) in rows.zip(&batch.labels) {
        row[label as usize] = T::rounded(-1.0);
    }
}

/// Moves logits of [0, `SPREAD`) to [`low`, `high`).
pub fn spread<T: Real>(logits: &mut [T], low: f64, high: f64) {
    for x in logits {
        let logit: f64 = (*x).into();
        *x = T::rounded(low + (high - low) / SPREAD * logit);
    }
}
