//! x − ln Σ e^x.

use super::few_columns::{BlockSum, Blocks, Cells, Columnwise};
use super::frame::Shifted;
use super::map::{Map, map};
use super::peak::Apart;
use super::row_sum::{RowSum, row_sum};
use crate::simd::{Element, InOut, Span, Vector};

/// Log-softmax of every row; returns the log-sum-exp of the last, −∞ if there is none.
///
/// With M the largest element, (x − M) − ln(Σ e^x / e^M): neither part is positive, so nothing
/// cancels, and for x = M the second part is the whole result with all its digits.
#[inline(always)]
pub fn log_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) -> V::Element {
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = blocks.rows().unwrap_or(1);
    let mut last = Err(V::Element::NEG_INFINITY);
    while rows.len() > 0 {
        let (mut batch, rest) = rows.split(columns * rows_at_once);
        // The last row's sum is wanted: it is not for a block.
        if rest.len() == 0 || !log_softmax_block::<V>(token, &mut blocks, batch.reborrow()) {
            while batch.len() > 0 {
                let (row, rest) = batch.split(columns);
                last = log_softmax_row::<V>(token, row);
                batch = rest;
            }
        }
        rows = rest;
    }
    match last {
        Ok(sum) => sum.log_sum_exp::<V>(token),
        Err(special) => special,
    }
}

/// Log-softmax of one row.
#[inline(always)]
fn log_softmax_row<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
) -> Result<RowSum<V::Element>, V::Element> {
    let sum = row_sum::<V, Apart>(token, row.source());
    match &sum {
        Ok(sum) => {
            let log_ratio = sum.log_ratio::<V>(token).value().first();
            let max = sum.max;
            map::<V, _>(token, row, Subtract { max, log_ratio });
        }
        Err(_) => row.target().fill(V::Element::NAN),
    }
    sum
}

/// Log-softmax of a block of rows of few columns; `false` if nothing is done.
#[inline(always)]
fn log_softmax_block<V: Vector<Element: Shifted>>(
    token: V::Token,
    blocks: &mut Blocks<V::Register>,
    mut rows: InOut<'_, V::Element>,
) -> bool {
    let Some(BlockSum { sum, .. }) = blocks.sum::<Apart>(rows.source(), Cells::Kept) else {
        return false;
    };
    let log_ratio = sum.log_ratio(token).value();
    let max = sum.max;
    blocks.map(Subtract { max, log_ratio });
    blocks.store(rows.target());
    true
}

/// (x − max) − log_ratio.
#[derive(Clone, Copy)]
struct Subtract<E> {
    max: E,
    log_ratio: E,
}

impl<V: Vector> Map<V> for Subtract<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        x.sub(V::splat(token, self.max))
            .sub(V::splat(token, self.log_ratio))
    }
}

impl<R: Vector> Columnwise<R> for Subtract<R> {
    #[inline(always)]
    fn apply(self, _: R::Token, column: R) -> R {
        column.sub(self.max).sub(self.log_ratio)
    }
}
