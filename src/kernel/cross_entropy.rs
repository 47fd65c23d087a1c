//! −ln softmax(x)[label] times the label's weight, and its gradient.
//!
//! With M the largest logit, the loss is ln(Σ e^x / e^M) + (M − x[label]). Both parts are at least
//! 0, so nothing cancels, and a confident row's tiny loss keeps its digits.

use super::few_columns::{Blocks, Cells};
use super::frame::Shifted;
use super::frames::Frames;
use super::lane_targets::{ByRow, InLanes, LaneTargets, RowLabels};
use super::peak::Apart;
use super::row::up_to;
use super::row_losses::RowLosses;
use super::row_sum::{row_sums, rows_at_once};
use super::softmax::{scale_rows, sum_rows};
use super::sums::Sums;
use crate::loss::{Labels, LossSum, Options};
use crate::rows::{Rows, RowsMut};
use crate::simd::{InOut, Vector};

/// The loss of every row. Labels and options have been checked, and the options keep labels.
#[inline(always)]
pub fn loss<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    labels: Labels<'_>,
    options: Options<'_, V::Element>,
) -> LossSum<V::Element> {
    let columns = rows.columns();
    let batch = rows.len().min(V::Register::LANES);
    let mut losses = RowLosses::<V::Register>::new(token);
    let mut blocks = Blocks::<V>::new(token, columns);
    let mut sums = Sums::<V::Register, Apart>::new(token, batch);
    let mut first = 0;
    while let Some(rest @ [_, ..]) = rows.data().get(first * columns..) {
        if let Some(block) = blocks.sum::<Apart>(first, rest, Cells::Kept) {
            let sum = block.sum(token);
            let row_labels = RowLabels::<V>::new(0, (&labels, &options, first));
            let targets = LaneTargets::new(token, (rest, columns), 0, &row_labels, &options);
            targets.add_losses(token, &mut losses, &sum, InLanes(block.argmax));
            first += V::LANES;
        } else {
            let rows = up_to(rest, batch * columns);
            let spread = sums.spread();
            let row_labels = RowLabels::<V::Register>::new(spread, (&labels, &options, first));
            let of_rows =
                row_sums::<V, Apart>(token, rows, columns, row_labels.wanted(), &mut sums);
            // The rows have been read: their logits may still be in a cache.
            let targets = LaneTargets::new(token, (rows, columns), spread, &row_labels, &options);
            targets.add_losses(token, &mut losses, &of_rows, ByRow(sums.argmax()));
            first += batch;
        }
    }
    losses.finish(options.class_weights.is_some())
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
    let mut losses = RowLosses::<V::Register>::new(token);
    let mut blocks = Blocks::<V>::new(token, columns);
    let rows_at_once = rows_at_once::<V>(columns).min(rows.len());
    let mut sums = Sums::<V::Register, Apart>::new(token, rows_at_once);
    let mut first = 0;
    let data = rows.into_data();
    while let Some(rest @ [_, ..]) = data.get_mut(first * columns..) {
        if let Some(block) = blocks.sum::<Apart>(first, rest, Cells::Replaced) {
            let sum = block.sum(token);
            let row_labels = RowLabels::<V>::new(0, (&labels, &options, first));
            let targets = LaneTargets::new(token, (rest, columns), 0, &row_labels, &options);
            targets.add_losses(token, &mut losses, &sum, InLanes(block.argmax));
            let frames = Frames::near(token, block.frames);
            let gradients = targets.gradients(token, &sum, &frames, scale);
            gradients.softmax.multiply_all(token, blocks.columns_mut());
            blocks.store(rest);
            targets.finish(rest, gradients);
            first += V::LANES;
        } else {
            let length = rest.len().min(rows_at_once * columns);
            let rows = rest.get_mut(..length).unwrap_or(&mut []);
            let spread = sums.spread();
            let row_labels = RowLabels::<V::Register>::new(spread, (&labels, &options, first));
            let wanted = row_labels.wanted();
            let targets = LaneTargets::new(token, (rows, columns), spread, &row_labels, &options);
            sum_rows::<V, Apart>(token, InOut::in_place(rows), columns, wanted, &mut sums);
            let of_rows = sums.sum();
            targets.add_losses(token, &mut losses, &of_rows, ByRow(sums.argmax()));
            let gradients = targets.gradients(token, &of_rows, &sums.frames(), scale);
            let scales = gradients.softmax.lanes();
            let powers = InOut::in_place(rows);
            scale_rows::<V, Apart>(token, powers, columns, wanted, &sums, &scales);
            targets.finish(rows, gradients);
            first += rows_at_once;
        }
    }
    losses.finish(options.class_weights.is_some())
}
