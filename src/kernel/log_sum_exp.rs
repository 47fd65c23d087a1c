//! ln Σ e^x.

use super::few_columns::{Blocks, Cells};
use super::frame::Shifted;
use super::frames::Frames;
use super::peak::Among;
use super::row::up_to;
use super::row_sum::{Wanted, row_sums};
use super::sums::Sums;
use crate::rows::Rows;
use crate::simd::{Element, Vector};

/// ln Σ e^x of each row, for as many rows as `out` has room for.
///
/// As many rows at once as a register has lanes: what is done once a row is a chain of instructions
/// as long as the sum of a hundred elements.
#[inline(always)]
pub fn log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let columns = rows.columns();
    if columns == 0 {
        out.fill(V::Element::NEG_INFINITY);
        return;
    }
    let mut blocks = Blocks::<V>::new(token, columns);
    let batch = out.len().min(V::Register::LANES);
    let mut sums = Sums::<V::Register, Among>::new(token, batch);
    let mut first = 0;
    while let Some(rest @ [_, ..]) = out.get_mut(first..) {
        let rows = rows.data().get(first * columns..).unwrap_or(&[]);
        if let Some(block) = blocks.sum::<Among>(first, rows, Cells::Kept) {
            let peak = Frames::near(token, block.frames).peak(token, block.max);
            block.sum(token).log_sum_exp(token, peak).store(rest);
            first += V::LANES;
        } else {
            let rows = up_to(rows, rest.len().min(batch) * columns);
            let sum = row_sums::<V, Among>(token, rows, columns, Wanted::ALL, &mut sums);
            sums.log_sum_exp(sum, rest);
            first += batch;
        }
    }
}
