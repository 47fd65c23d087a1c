//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::exp_sum::ExpSum;
use super::few_columns::{Blocks, Cells};
use super::frame::{Frame, Shifted};
use super::lanes::Lanes;
use super::map::{Map, map};
use super::peak::{Among, Peak};
use super::row_sum::{RowSum, Wanted, row_sums_in_one_pass, row_sums_in_two_passes, rows_at_once};
use super::scale::{Scale, scale_all};
use super::sums::Sums;
use crate::simd::{Element, InOut, Span, Vector};

/// Longest row whose exponentials are stored and read again. Measured: from the second or the third level
/// of a cache they come in less time than they are computed.
const LONGEST_STORED: usize = 1 << 18;

/// Softmax of a row; returns its log-sum-exp.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> V::Element {
    let columns = row.len();
    let mut sums = Sums::<V::Register, Among>::new(token, 1);
    let sum = softmax_batch::<V>(token, row, columns, &mut sums);
    sums.log_sum_exp_of_one(sum)
}

/// Softmax of every row.
#[inline(always)]
pub fn softmax_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) {
    let mut blocks = Blocks::<V>::new(token, columns);
    let rows_at_once = rows_at_once::<V>(columns);
    let mut sums = Sums::<V::Register, Among>::new(token, rows_at_once);
    let mut first = 0;
    while rows.len() > 0 {
        let mut done = V::LANES;
        if !softmax_block::<V>(token, &mut blocks, first, rows.reborrow()) {
            done = rows_at_once;
            let (batch, _) = rows.reborrow().split(columns * done);
            softmax_batch::<V>(token, batch, columns, &mut sums);
        }
        (_, rows) = rows.split(columns * done);
        first += done;
    }
}

/// Softmax of a block of few columns, from the row of number `first`; `false` if nothing is done.
#[inline(always)]
fn softmax_block<V: Vector<Element: Shifted>>(
    token: V::Token,
    blocks: &mut Blocks<V>,
    first: usize,
    mut rows: InOut<'_, V::Element>,
) -> bool {
    let Some(block) = blocks.sum::<Among>(first, rows.source(), Cells::Replaced) else {
        return false;
    };
    let scale = Scale::by(token, block.sum(token).reciprocal(token), V::Element::ONE);
    scale.multiply_all(token, blocks.columns_mut());
    blocks.store(rows.target());
    true
}

/// Softmax of at most as many rows as `sums` has room for; returns their sums.
#[inline(always)]
fn softmax_batch<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    sums: &mut Sums<V::Register, Among>,
) -> ExpSum<V::Register> {
    sum_rows::<V, Among>(token, rows.reborrow(), columns, Wanted::ALL, sums);
    let sum = sums.sum();
    let scales = Scale::by(token, sum.reciprocal(token), V::Element::ONE).lanes();
    scale_rows::<V, Among>(token, rows, columns, Wanted::ALL, sums, &scales);
    sum
}

/// The sums of as many rows as [`rows_at_once`] at most, whose exponentials are stored if they are
/// short; 0 for rows that are not `wanted`.
#[inline(always)]
pub fn sum_rows<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    rows: InOut<'_, V::Element>,
    columns: usize,
    wanted: Wanted,
    sums: &mut Sums<V::Register, P>,
) {
    sums.clear();
    if columns <= LONGEST_STORED {
        row_sums_in_two_passes::<V, P, _>(token, rows, columns, wanted, sums);
    } else {
        row_sums_in_one_pass::<V, P>(token, rows.source(), columns, wanted, sums);
    }
}

/// Multiplies the exponentials of the `wanted` rows whose sums [`sum_rows`] made, each row by its
/// scale; every result is NaN where a sum is not finite.
#[inline(always)]
pub fn scale_rows<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    wanted: Wanted,
    sums: &Sums<V::Register, P>,
    scales: &Scale<Lanes<V::Register>>,
) {
    let mut number = 0;
    while rows.len() > 0 {
        let (mut row, rest) = rows.split(columns);
        match (sums.frame(number), scales.lane(sums.lane(number))) {
            _ if !wanted.has(number) => {}
            (Some(_), Some(scale)) if columns <= LONGEST_STORED => {
                scale_all::<V>(token, row.written(), scale);
            }
            (Some(frame), Some(scale)) => {
                map::<V, _>(token, row, ScaledExp { frame, scale });
            }
            _ => row.target().fill(V::Element::NAN),
        }
        number += 1;
        rows = rest;
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
