//! −ln softmax(x)[label], and its gradient.
//!
//! With M the largest logit, the loss is ln(Σ e^x / e^M) + (M − x[label]). Both parts are at least
//! 0, so nothing cancels, and a confident row's tiny loss keeps its digits.

use super::frame::Shifted;
use super::row_sum::{Peak, RowSum, row_sum};
use super::softmax::scaled_softmax;
use crate::loss::{Labels, LossSum};
use crate::math::TwoFold;
use crate::rows::{Rows, RowsMut};
use crate::simd::{Element, InOut, Vector};

/// The loss of every row. Labels are in range.
#[inline(always)]
pub fn loss<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    labels: Labels<'_>,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.iter().enumerate() {
        let label = labels.get(index);
        let row_sum = row_sum::<V>(token, row, Peak::Apart);
        if let (Some(label), Some(&logit)) = (label, label.and_then(|label| row.get(label))) {
            add_row::<V>(token, &mut sum, &row_sum, label, logit);
        }
    }
    sum
}

/// The loss of every row, whose logits give way to `scale` times the gradient. Labels are in range.
#[inline(always)]
pub fn loss_and_gradient<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: RowsMut<'_, V::Element>,
    labels: Labels<'_>,
    scale: V::Element,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.into_iter().enumerate() {
        let label = labels.get(index);
        if let (Some(label), Some(&logit)) = (label, label.and_then(|label| row.get(label))) {
            let row_sum = scaled_softmax::<V>(token, InOut::in_place(row), scale);
            add_row::<V>(token, &mut sum, &row_sum, label, logit);
            if let (Ok(row_sum), Some(target)) = (&row_sum, row.get_mut(label)) {
                *target = -(complement::<V>(token, row_sum, label, logit, scale));
            }
        }
    }
    sum
}

/// Adds one row's loss.
#[inline(always)]
fn add_row<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    row: &Result<RowSum<V::Element>, V::Element>,
    label: usize,
    logit: V::Element,
) {
    match row {
        Ok(row) => {
            let ratio = row.log_ratio::<V>(token);
            let gap = V::Register::splat(token, row.max - logit);
            let loss = TwoFold::sum(gap, ratio.hi);
            let correct = label == row.argmax && !loss.hi.first().is_nan();
            let lo = loss.lo.add(ratio.lo).first();
            sum.add_row(loss.hi.first(), lo, V::Element::ONE, correct);
        }
        Err(_) => sum.add_row(V::Element::NAN, V::Element::ZERO, V::Element::ONE, false),
    }
}

/// `scale · (1 − softmax(x)[label])`, from the sum of all other terms: near 0 it keeps its digits.
#[inline(always)]
fn complement<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &RowSum<V::Element>,
    label: usize,
    logit: V::Element,
    scale: V::Element,
) -> V::Element {
    // Not times `scale` first: where that is tiny, the product has no digits.
    let reciprocal = row.reciprocal::<V>(token);
    let others = others::<V>(token, row, label, logit).value();
    others
        .mul_add(reciprocal.hi, others.mul(reciprocal.lo))
        .first()
        * scale
}

/// Σ e^x over all classes but one, which has the logit `logit`.
#[inline(always)]
pub fn others<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &RowSum<V::Element>,
    class: usize,
    logit: V::Element,
) -> TwoFold<V::Register> {
    let rest = row.rest::<V>(token);
    if class == row.argmax {
        return rest;
    }
    let term = row.frame.exp(token, V::Register::splat(token, logit));
    let zero = V::Register::splat(token, V::Element::ZERO);
    let peak = V::Register::splat(token, row.peak);
    rest.add_single(zero.sub(term)).add_single(peak)
}
