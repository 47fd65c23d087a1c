//! x − ln Σ e^x.

use super::exp_sum::ExpSum;
use super::few_columns::{Blocks, Cells};
use super::frame::Shifted;
use super::lanes::{get, lanes};
use super::map::{Map, map};
use super::peak::Apart;
use super::row_sum::{Wanted, row_sums, rows_at_once};
use super::sums::Sums;
use crate::simd::{Element, InOut, Span, Vector};

/// Log-softmax of a row; returns its log-sum-exp.
///
/// With M the largest element, (x − M) − ln(Σ e^x / e^M): neither part is positive, so nothing
/// cancels, and for x = M the second part is the whole result with all its digits.
#[inline(always)]
pub fn log_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> V::Element {
    let columns = row.len();
    let mut sums = Sums::<V::Register, Apart>::new(token, 1);
    let sum = log_softmax_batch::<V>(token, row, columns, &mut sums);
    sums.log_sum_exp_of_one(sum)
}

/// Log-softmax of every row.
#[inline(always)]
pub fn log_softmax_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) {
    let mut blocks = Blocks::<V>::new(token, columns);
    let rows_at_once = rows_at_once::<V>(columns);
    let mut sums = Sums::<V::Register, Apart>::new(token, rows_at_once);
    let mut first = 0;
    while rows.len() > 0 {
        let mut done = V::LANES;
        if !log_softmax_block::<V>(token, &mut blocks, first, rows.reborrow()) {
            done = rows_at_once;
            let (batch, _) = rows.reborrow().split(columns * done);
            log_softmax_batch::<V>(token, batch, columns, &mut sums);
        }
        (_, rows) = rows.split(columns * done);
        first += done;
    }
}

/// Log-softmax of at most as many rows as `sums` has room for; returns their sums.
#[inline(always)]
fn log_softmax_batch<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    sums: &mut Sums<V::Register, Apart>,
) -> ExpSum<V::Register> {
    let sum = row_sums::<V, Apart>(token, rows.source(), columns, Wanted::ALL, sums);
    let (max, log_ratio) = (lanes(sum.max), lanes(sum.log_ratio(token).value()));
    let mut number = 0;
    while rows.len() > 0 {
        let (mut row, rest) = rows.split(columns);
        let lane = sums.lane(number);
        match (get(&max, lane), get(&log_ratio, lane)) {
            (Some(max), Some(log_ratio)) if max.is_finite() => {
                map::<V, _>(token, row, Subtract { max, log_ratio });
            }
            _ => row.target().fill(V::Element::NAN),
        }
        number += 1;
        rows = rest;
    }
    sum
}

/// Log-softmax of a block of few columns, from the row of number `first`; `false` if nothing is done.
#[inline(always)]
fn log_softmax_block<V: Vector<Element: Shifted>>(
    token: V::Token,
    blocks: &mut Blocks<V>,
    first: usize,
    mut rows: InOut<'_, V::Element>,
) -> bool {
    let Some(block) = blocks.sum::<Apart>(first, rows.source(), Cells::Kept) else {
        return false;
    };
    let sum = block.sum(token);
    let log_ratio = sum.log_ratio(token).value();
    for column in blocks.columns_mut() {
        *column = column.sub(sum.max).sub(log_ratio);
    }
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
