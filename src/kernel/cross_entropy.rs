//! −ln softmax(x)[label] times the label's weight, and its gradient.
//!
//! With M the largest logit, the loss is ln(Σ e^x / e^M) + (M − x[label]). Both parts are at least
//! 0, so nothing cancels, and a confident row's tiny loss keeps its digits.

use super::few_columns::{Blocks, Cells};
use super::frame::Shifted;
use super::frames::Frames;
use super::lane_targets::LaneTargets;
use super::lanes::lanes;
use super::peak::Apart;
use super::row::{row, up_to};
use super::row_sum::row_sum_unreduced;
use super::softmax::{rows_at_once, scale_rows, sum_rows};
use super::sums::Sums;
use crate::loss::{Labels, LossSum, Options};
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
    let rows_at_once = rows.len().min(V::Register::LANES);
    let mut sum = LossSum::default();
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let mut sums = Sums::<V::Register, Apart>::new(token, rows_at_once);
    let mut first = 0;
    while let Some(rest @ [_, ..]) = rows.data().get(first * columns..) {
        let rows = up_to(rest, rows_at_once * columns);
        let labels = (&labels, &options, first);
        if let Some(block) = blocks.sum::<Apart>(rows, Cells::Kept) {
            let mut targets = LaneTargets::new(token, columns, 0);
            targets.take(token, rows, labels);
            targets.add_losses(token, &mut sum, &block.sum, &lanes(block.argmax));
        } else {
            let mut targets = LaneTargets::new(token, columns, sums.spread());
            targets.take(token, rows, labels);
            sums.clear();
            for number in 0..rows_at_once {
                let Some(row) = row(rows, columns, number) else {
                    break;
                };
                sums.push(match targets.label(number) {
                    Some(_) => row_sum_unreduced::<V, Apart>(token, row),
                    None => Err(V::Element::ZERO),
                });
            }
            let of_rows = sums.sum();
            targets.add_losses(token, &mut sum, &of_rows, sums.argmax());
        }
        first += rows_at_once;
    }
    sum
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
    let rows_at_once = rows_at_once::<V>(&blocks, columns).min(rows.len());
    let mut sums = Sums::<V::Register, Apart>::new(token, rows_at_once);
    let mut first = 0;
    let data = rows.into_data();
    while let Some(rest @ [_, ..]) = data.get_mut(first * columns..) {
        let length = rest.len().min(rows_at_once * columns);
        let rows = rest.get_mut(..length).unwrap_or(&mut []);
        let labels = (&labels, &options, first);
        if let Some(block) = blocks.sum::<Apart>(rows, Cells::Replaced) {
            let mut targets = LaneTargets::new(token, columns, 0);
            targets.take(token, rows, labels);
            targets.add_losses(token, &mut sum, &block.sum, &lanes(block.argmax));
            let frames = Frames::near(token, block.frames);
            let gradients = targets.gradients(token, &block.sum, &frames, scale);
            blocks.map(gradients.softmax);
            blocks.store(rows);
            targets.finish(rows, gradients);
        } else {
            let mut targets = LaneTargets::new(token, columns, sums.spread());
            targets.take(token, rows, labels);
            let wanted = targets.wanted();
            sum_rows::<V, Apart>(token, InOut::in_place(rows), columns, wanted, &mut sums);
            let of_rows = sums.sum();
            targets.add_losses(token, &mut sum, &of_rows, sums.argmax());
            let gradients = targets.gradients(token, &of_rows, &sums.frames(), scale);
            let scales = gradients.softmax.lanes();
            let powers = InOut::in_place(rows);
            scale_rows::<V, Apart>(token, powers, columns, wanted, &sums, &scales);
            targets.finish(rows, gradients);
        }
        first += rows_at_once;
    }
    sum
}
