//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::few_columns::{BlockSum, Blocks, Cells};
use super::frame::{Frame, Shifted};
use super::map::{Map, map};
use super::row_sum::{Peak, RowSum, row_sum, row_sum_stored};
use super::scale::{Scale, scale_all};
use crate::simd::{Element, InOut, Span, Vector};

/// Longest row whose exponentials are stored and read again.
const LONGEST_STORED: usize = 1 << 17;

/// The most rows at once. What follows a row's sum is one long chain of dependent instructions:
/// those of several rows, one after the other, overlap.
pub const ROWS_AT_ONCE: usize = 16;

/// Elements of the rows taken at once, so few that they stay in the nearest cache.
#[inline(always)]
const fn batch_length<V: Vector>() -> usize {
    256 * V::Element::STRIPE
}

/// Softmax of every row; returns the log-sum-exp of the last, −∞ if there is none.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) -> V::Element {
    let mut block = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = (batch_length::<V>() / columns.max(1)).clamp(1, ROWS_AT_ONCE);
    let rows_at_once = block.rows().unwrap_or(rows_at_once);
    let mut last = Err(V::Element::NEG_INFINITY);
    while rows.len() > 0 {
        let (mut batch, rest) = rows.split(columns * rows_at_once);
        // The last row's sum is wanted: it is not for a block.
        if rest.len() == 0 || !softmax_block::<V>(token, &mut block, batch.reborrow()) {
            last = softmax_batch::<V>(token, batch, columns);
        }
        rows = rest;
    }
    match last {
        Ok(sum) => sum.log_sum_exp::<V>(token),
        Err(special) => special,
    }
}

/// Softmax of a block of rows of few columns; `false` if nothing is done.
#[inline(always)]
fn softmax_block<V: Vector<Element: Shifted>>(
    token: V::Token,
    block: &mut Blocks<V::Register>,
    mut rows: InOut<'_, V::Element>,
) -> bool {
    let Some(BlockSum { sum, .. }) = block.sum(rows.source(), Peak::Apart, Cells::Replaced) else {
        return false;
    };
    block.map(Scale::by(token, sum.reciprocal(token), V::Element::ONE));
    block.store(rows.target());
    true
}

/// Softmax of at most [`ROWS_AT_ONCE`] rows; returns the last sum.
#[inline(always)]
fn softmax_batch<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) -> Result<RowSum<V::Element>, V::Element> {
    let mut sums = [Err(V::Element::NEG_INFINITY); ROWS_AT_ONCE];
    let mut last = Err(V::Element::NEG_INFINITY);
    let mut unsummed = rows.reborrow();
    for sum in &mut sums {
        if unsummed.len() == 0 {
            break;
        }
        let (row, rest) = unsummed.split(columns);
        *sum = softmax_sum::<V>(token, row);
        last = *sum;
        unsummed = rest;
    }
    for sum in &sums {
        if rows.len() == 0 {
            break;
        }
        let (row, rest) = rows.split(columns);
        softmax_scale::<V>(token, row, sum, V::Element::ONE);
        rows = rest;
    }
    last
}

/// `factor` times the softmax of one row. On `Err`, with the log-sum-exp, every result is NaN.
#[inline(always)]
pub fn scaled_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    factor: V::Element,
) -> Result<RowSum<V::Element>, V::Element> {
    let sum = softmax_sum::<V>(token, row.reborrow());
    softmax_scale::<V>(token, row, &sum, factor);
    sum
}

/// The sum of a row's exponentials, which are stored unless the row is long.
#[inline(always)]
fn softmax_sum<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> Result<RowSum<V::Element>, V::Element> {
    if row.len() <= LONGEST_STORED {
        row_sum_stored::<V>(token, row)
    } else {
        row_sum::<V>(token, row.source(), Peak::Apart)
    }
}

/// Divides the exponentials by their sum and multiplies them by `factor`.
#[inline(always)]
fn softmax_scale<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    sum: &Result<RowSum<V::Element>, V::Element>,
    factor: V::Element,
) {
    match sum {
        Ok(sum) => {
            let reciprocal = sum.reciprocal::<V>(token);
            let scale = Scale::by(token, reciprocal, factor).first();
            if row.len() <= LONGEST_STORED {
                scale_all::<V>(token, row.written(), scale);
            } else {
                let frame = sum.frame;
                map::<V, _>(token, row, ScaledExp { frame, scale });
            }
        }
        Err(_) => row.target().fill(V::Element::NAN),
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
