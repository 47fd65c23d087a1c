//! Losses: the first of the results becomes the sum, the rows the gradient if that is wanted.

use super::softmax::softmax_row;
use super::{Form, Sum, sum, sum_of_exponentials};
use crate::support::{Batch, Real};

// Powers of two, so that all element types have the same.
pub const SMOOTHING: f64 = 0.125;
pub const Z_LOSS: f64 = 1.0 / 1024.0;
pub const POS_WEIGHT: f64 = 2.0;
pub const IGNORED: u32 = 0;
/// An ignored label that is no class.
pub const PADDING: u32 = u32::MAX;

/// What is wanted of a loss.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    Loss,
    /// The loss and its gradient.
    Gradient,
}

pub fn cross_entropy<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact(batch.columns);
    let losses = rows.zip(&batch.labels).map(|(row, &label)| {
        let (shift, sum) = sum_of_exponentials::<T, F>(row.iter().copied());
        sum.value().std_ln() - (row[label as usize] - shift)
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

/// Of all rows but the padding.
pub fn cross_entropy_padded<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact(batch.columns).zip(&batch.labels);
    let rows = rows.filter(|(_, label)| **label != PADDING);
    let losses = rows.map(|(row, &label)| {
        let (shift, sum) = sum_of_exponentials::<T, F>(row.iter().copied());
        sum.value().std_ln() - (row[label as usize] - shift)
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

pub fn cross_entropy_gradient<T: Real, F: Form<T>>(batch: &mut Batch<T>) {
    let rows = batch.x.chunks_exact_mut(batch.columns);
    let losses = rows.zip(&batch.labels).map(|(row, &label)| {
        let logit = row[label as usize];
        let (shift, sum) = softmax_row::<T, F>(row, None);
        let term = (logit - shift).std_exp();
        row[label as usize] = ((term - sum.sum) - sum.lost) / sum.value();
        sum.value().std_ln() - (logit - shift)
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

/// With class weights, label smoothing, an ignored label and a z-loss, which is added to the loss.
pub fn cross_entropy_options<T: Real, F: Form<T>>(batch: &mut Batch<T>, pass: Pass) {
    let weights = &batch.y;
    let uniform = T::rounded(SMOOTHING) / T::rounded(batch.columns as f64);
    let rest = T::rounded(1.0 - SMOOTHING);
    let rows = batch.x.chunks_exact_mut(batch.columns);
    let losses = rows.zip(&batch.labels).map(|(row, &label)| {
        if label == IGNORED {
            if pass == Pass::Gradient {
                row.fill(T::default());
            }
            return T::default();
        }
        let target = |class: usize| {
            let at_label = if class == label as usize {
                rest
            } else {
                T::default()
            };
            (at_label + uniform) * weights[class]
        };
        row_loss::<T, F>(row, target, T::rounded(Z_LOSS), pass)
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

pub fn cross_entropy_soft<T: Real, F: Form<T>>(batch: &mut Batch<T>, pass: Pass) {
    let rows = batch.x.chunks_exact_mut(batch.columns);
    let losses = rows.zip(batch.y.chunks_exact(batch.columns));
    let losses = losses
        .map(|(row, targets)| row_loss::<T, F>(row, |class| targets[class], T::default(), pass));
    batch.results[0] = sum::<T, F>(losses).value();
}

/// −ln p at the label; the gradient −1/p.
pub fn cross_entropy_from_probabilities<T: Real, F: Form<T>>(batch: &mut Batch<T>, pass: Pass) {
    let rows = batch.x.chunks_exact_mut(batch.columns);
    let losses = rows.zip(&batch.labels).map(|(row, &label)| {
        let p = row[label as usize];
        if pass == Pass::Gradient {
            row.fill(T::default());
            row[label as usize] = T::rounded(-1.0) / p;
        }
        -p.std_ln()
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

/// With a weight of positive targets: v·y·ln(1 + e^−x) + (1 − y)·ln(1 + e^x).
pub fn binary_cross_entropy<T: Real, F: Form<T>>(batch: &mut Batch<T>, pass: Pass) {
    let one = T::rounded(1.0);
    decisions::<T, F>(batch, pass, |x, positive, negative| {
        let e = (-x).std_exp();
        let ln = (one + e).std_ln();
        let p = one / (one + e);
        let loss = positive * ln + negative * (x + ln);
        (loss, negative * p - positive * (e * p))
    });
}

/// With a weight of positive targets: −v·y·ln p − (1 − y)·ln(1 − p).
pub fn binary_cross_entropy_from_probabilities<T: Real, F: Form<T>>(
    batch: &mut Batch<T>,
    pass: Pass,
) {
    let one = T::rounded(1.0);
    decisions::<T, F>(batch, pass, |p, positive, negative| {
        let loss = -(positive * p.std_ln() + negative * (one - p).std_ln());
        (loss, negative / (one - p) - positive / p)
    });
}

/// The sum of a loss over all elements: `element` makes it, and its derivative, of an element and
/// the weights of the two decisions.
fn decisions<T: Real, F: Form<T>>(
    batch: &mut Batch<T>,
    pass: Pass,
    element: impl Fn(T, T, T) -> (T, T),
) {
    let (one, pos_weight) = (T::rounded(1.0), T::rounded(POS_WEIGHT));
    let rows = batch.x.chunks_exact_mut(batch.columns);
    let rows = rows.zip(batch.y.chunks_exact(batch.columns));
    let losses = rows.map(|(row, targets)| {
        let losses = row.iter_mut().zip(targets).map(|(x, &y)| {
            let (loss, derivative) = element(*x, pos_weight * y, one - y);
            if pass == Pass::Gradient {
                *x = derivative;
            }
            loss
        });
        sum::<T, F>(losses).value()
    });
    batch.results[0] = sum::<T, F>(losses).value();
}

/// The loss Σ q·(ln Σ e^x − x) + z·(ln Σ e^x)² of a row with the targets q, and its gradient
/// softmax(x)·(Σ q + 2·z·ln Σ e^x) − q.
fn row_loss<T: Real, F: Form<T>>(
    row: &mut [T],
    target: impl Fn(usize) -> T,
    z_loss: T,
    pass: Pass,
) -> T {
    let (shift, total) = sum_of_exponentials::<T, F>(row.iter().copied());
    let ln_total = total.value().std_ln();
    let lse = shift + ln_total;
    let (mut loss, mut mass) = (Sum::default(), Sum::default());
    for (class, &x) in row.iter().enumerate() {
        let target = target(class);
        F::add(&mut loss, target * (ln_total - (x - shift)));
        F::add(&mut mass, target);
    }
    if pass == Pass::Gradient {
        let factor = (mass.value() + (z_loss + z_loss) * lse) / total.value();
        for (class, x) in row.iter_mut().enumerate() {
            *x = (*x - shift).std_exp() * factor - target(class);
        }
    }
    loss.value() + z_loss * lse * lse
}
