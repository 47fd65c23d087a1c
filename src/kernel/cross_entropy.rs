//! −ln softmax(x)[label] times the label's weight, and its gradient.
//!
//! With M the largest logit, the loss is ln(Σ e^x / e^M) + (M − x[label]). Both parts are at least
//! 0, so nothing cancels, and a confident row's tiny loss keeps its digits.

use super::block_targets::BlockTargets;
use super::few_columns::{Blocks, Cells};
use super::frame::Shifted;
use super::label_weight::{GradientFactor, weighted_loss};
use super::peak::Apart;
use super::row::{row, row_mut, up_to};
use super::row_sum::{RowSum, row_sum};
use super::softmax::{ROWS_AT_ONCE, scaled_softmax};
use crate::loss::{Labels, LossSum, Options};
use crate::math::TwoFold;
use crate::rows::{Rows, RowsMut};
use crate::simd::{Element, InOut, Vector};

/// The loss of every row. Labels and options have been checked, and the options keep labels.
#[inline(always)]
pub fn loss<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    labels: Labels<'_>,
    options: Options<'_, V::Element>,
) -> LossSum<V::Element> {
    let columns = rows.columns();
    let mut sum = LossSum::default();
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = blocks.rows().unwrap_or(ROWS_AT_ONCE);
    let mut first = 0;
    while let Some(rest @ [_, ..]) = rows.data().get(first * columns..) {
        let rows = up_to(rest, rows_at_once * columns);
        if let Some(block) = blocks.sum::<Apart>(rows, Cells::Kept) {
            let labels = (&labels, &options, first);
            let targets = BlockTargets::<V::Register>::new(token, rows, columns, labels);
            targets.add_losses(token, &mut sum, &block);
        } else {
            add_rows::<V>(token, &mut sum, rows, columns, (&labels, &options, first));
        }
        first += rows_at_once;
    }
    sum
}

/// Adds the losses of at most [`ROWS_AT_ONCE`] rows, each by itself. The first has the label of
/// number `first`.
#[inline(always)]
fn add_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    rows: &[V::Element],
    columns: usize,
    (labels, options, first): (&Labels<'_>, &Options<'_, V::Element>, usize),
) {
    let mut sums = [Err(V::Element::NEG_INFINITY); ROWS_AT_ONCE];
    for (number, sum) in sums.iter_mut().enumerate() {
        let Some(row) = row(rows, columns, number) else {
            break;
        };
        if options.label(labels, first + number).is_some() {
            *sum = row_sum::<V, Apart>(token, row);
        }
    }
    for (number, row_sum) in sums.iter().enumerate() {
        let Some(row) = row(rows, columns, number) else {
            break;
        };
        if let Some(target) = target(row, options.label(labels, first + number)) {
            add_row::<V>(token, sum, row_sum, target);
        }
    }
}

/// The loss of every row, whose logits give way to `scale` times the gradient. Labels and options
/// have been checked, and the options keep labels.
#[inline(always)]
pub fn loss_and_gradient<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: RowsMut<'_, V::Element>,
    labels: Labels<'_>,
    options: Options<'_, V::Element>,
    scale: V::Element,
) -> LossSum<V::Element> {
    let columns = rows.columns();
    let mut sum = LossSum::default();
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = blocks.rows().unwrap_or(1);
    let mut first = 0;
    let data = rows.into_data();
    while let Some(rest @ [_, ..]) = data.get_mut(first * columns..) {
        let length = rest.len().min(rows_at_once * columns);
        let rows = rest.get_mut(..length).unwrap_or(&mut []);
        if let Some(block) = blocks.sum::<Apart>(rows, Cells::Replaced) {
            let labels = (&labels, &options, first);
            let targets = BlockTargets::<V::Register>::new(token, rows, columns, labels);
            targets.add_losses(token, &mut sum, &block);
            targets.store_gradients(token, &mut blocks, rows, &block, scale);
        } else {
            let mut number = 0;
            while let Some(row @ [_, ..]) = row_mut(rows, columns, number) {
                let label = options.label(&labels, first + number);
                loss_and_gradient_of_row::<V>(token, &mut sum, row, label, scale);
                number += 1;
            }
        }
        first += rows_at_once;
    }
    sum
}

/// What a row should be.
#[derive(Clone, Copy)]
struct Target<E> {
    label: usize,
    weight: E,
    /// The label's logit.
    logit: E,
}

/// The target of a row with that label and weight, if there is one.
#[inline(always)]
fn target<E: Copy>(row: &[E], label: Option<(usize, E)>) -> Option<Target<E>> {
    let (label, weight) = label?;
    Some(Target {
        label,
        weight,
        logit: *row.get(label)?,
    })
}

/// Adds the loss of a row, whose logits give way to `scale` times the gradient.
#[inline(always)]
fn loss_and_gradient_of_row<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    row: &mut [V::Element],
    label: Option<(usize, V::Element)>,
    scale: V::Element,
) {
    let Some(target) = target(row, label) else {
        row.fill(V::Element::ZERO);
        return;
    };
    let weight = V::Register::splat(token, target.weight);
    let factor = GradientFactor::new(token, scale, weight).first_lane();
    let row_sum = scaled_softmax::<V, Apart>(token, InOut::in_place(row), factor.first);
    factor.finish(row);
    add_row::<V>(token, sum, &row_sum, target);
    let Target { label, logit, .. } = target;
    if let (Ok(row_sum), Some(place)) = (&row_sum, row.get_mut(label)) {
        let complement = complement::<V>(token, row_sum, label, logit, factor.lift);
        *place = factor.at_label(complement);
    }
}

/// Adds one row's loss.
#[inline(always)]
fn add_row<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    row: &Result<RowSum<V::Element>, V::Element>,
    Target {
        label,
        weight,
        logit,
    }: Target<V::Element>,
) {
    match row {
        Ok(row) => {
            let ratio = row.log_ratio::<V>(token);
            let max = V::Register::splat(token, row.max);
            let logit = V::Register::splat(token, logit);
            let weights = V::Register::splat(token, weight);
            let loss = weighted_loss(token, (max, logit), ratio, weights);
            let correct = label == row.argmax && !loss.hi.first().is_nan();
            sum.add_row(loss.hi.first(), loss.lo.first(), weight, correct);
        }
        Err(_) => sum.add_row(V::Element::NAN, V::Element::ZERO, weight, false),
    }
}

/// `lift`·(1 − softmax(x)\[label\]), from the sum of all other terms: near 0 it keeps its digits.
#[inline(always)]
pub fn complement<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &RowSum<V::Element>,
    label: usize,
    logit: V::Element,
    lift: V::Element,
) -> V::Element {
    let lift = V::Register::splat(token, lift);
    let reciprocal = row.reciprocal::<V>(token).scaled(lift);
    let others = others::<V>(token, row, label, logit).normalized();
    others.product_value(reciprocal).first()
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
