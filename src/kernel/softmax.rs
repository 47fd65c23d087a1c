//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::few_columns::{BlockSum, Blocks, Cells};
use super::frame::{Frame, Shifted};
use super::map::{Map, map};
use super::peak::{Among, Peak};
use super::row_sum::{RowSum, row_sum, row_sum_stored, row_sums_stored};
use super::scale::{Scale, scale_all};
use super::sums::Sums;
use crate::simd::{Element, InOut, Span, Vector};

/// Longest row whose exponentials are stored and read again.
const LONGEST_STORED: usize = 1 << 17;

/// The most rows at once. What follows a row's sum is one long chain of dependent instructions:
/// those of several rows, one after the other, overlap.
pub const ROWS_AT_ONCE: usize = 16;

/// Elements of the rows taken at once, so few that they stay in the nearest cache.
#[inline(always)]
const fn batch_length<V: Vector>() -> usize {
    128 * V::Element::STRIPE
}

/// Softmax of a row; returns its log-sum-exp.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> V::Element {
    match scaled_softmax::<V, Among>(token, row, V::Element::ONE) {
        Ok(sum) => sum.log_sum_exp::<V>(token),
        Err(special) => special,
    }
}

/// Softmax of every row.
#[inline(always)]
pub fn softmax_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) {
    let mut block = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = (batch_length::<V>() / columns.max(1)).clamp(1, V::Register::LANES);
    let rows_at_once = block.rows().unwrap_or(rows_at_once);
    let mut sums = Sums::<V::Register>::new(token, rows_at_once);
    while rows.len() > 0 {
        let (mut batch, rest) = rows.split(columns * rows_at_once);
        if rows_at_once == 1 {
            let _ = scaled_softmax::<V, Among>(token, batch, V::Element::ONE);
        } else if !softmax_block::<V>(token, &mut block, batch.reborrow()) {
            softmax_batch::<V>(token, batch, columns, &mut sums);
        }
        rows = rest;
    }
}

/// Softmax of a block of rows of few columns; `false` if nothing is done.
#[inline(always)]
fn softmax_block<V: Vector<Element: Shifted>>(
    token: V::Token,
    block: &mut Blocks<V::Register>,
    mut rows: InOut<'_, V::Element>,
) -> bool {
    let Some(BlockSum { sum, .. }) = block.sum::<Among>(rows.source(), Cells::Replaced) else {
        return false;
    };
    block.map(Scale::by(token, sum.reciprocal(token), V::Element::ONE));
    block.store(rows.target());
    true
}

/// Softmax of at most as many rows as `sums` has room for.
#[inline(always)]
fn softmax_batch<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    sums: &mut Sums<V::Register>,
) {
    sums.clear();
    row_sums_stored::<V>(token, rows.reborrow(), columns, sums);
    let reciprocals = sums.sum().reciprocal(token);
    let scales = Scale::by(token, reciprocals, V::Element::ONE).lanes();
    let mut number = 0;
    while rows.len() > 0 {
        let (row, rest) = rows.split(columns);
        let scale = scales.lane(sums.lane(number));
        let scale = if sums.is_finite(number) { scale } else { None };
        scale_stored::<V>(token, row, scale);
        number += 1;
        rows = rest;
    }
}

/// `factor` times the softmax of one row. On `Err`, with the log-sum-exp, every result is NaN.
#[inline(always)]
pub fn scaled_softmax<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    factor: V::Element,
) -> Result<RowSum<V::Element>, V::Element> {
    if row.len() <= LONGEST_STORED {
        let sum = row_sum_stored::<V, P>(token, row.reborrow());
        let scale = match &sum {
            Ok(sum) => Some(Scale::by(token, sum.reciprocal::<V>(token), factor).first()),
            Err(_) => None,
        };
        scale_stored::<V>(token, row, scale);
        sum
    } else {
        recomputed_softmax::<V, P>(token, row, factor)
    }
}

/// `factor` times the softmax of one row, whose exponentials are computed twice.
#[inline(always)]
fn recomputed_softmax<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    factor: V::Element,
) -> Result<RowSum<V::Element>, V::Element> {
    let sum = row_sum::<V, P>(token, row.source());
    match &sum {
        Ok(sum) => share::<V>(token, row, sum, factor),
        Err(_) => row.target().fill(V::Element::NAN),
    }
    sum
}

/// Multiplies the stored exponentials of a row by `scale`, if its sum is finite; else every result
/// is NaN.
#[inline(always)]
fn scale_stored<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    scale: Option<Scale<V::Element>>,
) {
    match scale {
        Some(scale) => scale_all::<V>(token, row.written(), scale),
        None => row.target().fill(V::Element::NAN),
    }
}

/// `factor` times e^x / Σ e^x of some elements of the row with the sum `sum`.
#[inline(always)]
pub fn share<V: Vector<Element: Shifted>>(
    token: V::Token,
    x: InOut<'_, V::Element>,
    sum: &RowSum<V::Element>,
    factor: V::Element,
) {
    let reciprocal = sum.reciprocal::<V>(token);
    let scale = Scale::by(token, reciprocal, factor).first();
    let frame = sum.frame;
    map::<V, _>(token, x, ScaledExp { frame, scale });
}

/// The exponential in the frame of a sum, multiplied by a number.
#[derive(Clone, Copy)]
struct ScaledExp<E> {
    frame: Frame<E>,
    scale: Scale<E>,
}

impl<V: Vector<Element: Shifted>> Map<V> for ScaledExp<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        self.scale.apply(token, self.frame.exp(token, x))
    }
}
