//! ln Σ e^x.

use super::few_columns::{BlockSum, Blocks, Cells};
use super::frame::Shifted;
use super::row_sum::{Peak, row_sum};
use crate::rows::Rows;
use crate::simd::Vector;

/// ln Σ e^x of each row, for as many rows as `out` has room for.
#[inline(always)]
pub fn log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let columns = rows.columns();
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let rows_at_once = blocks.rows().unwrap_or(1);
    let batches = rows.data().chunks((rows_at_once * columns).max(1));
    for (rows, out) in batches.zip(out.chunks_mut(rows_at_once)) {
        if let Some(BlockSum { sum, .. }) = blocks.sum(rows, Peak::Among, Cells::Kept) {
            sum.log_sum_exp(token).store(out);
            continue;
        }
        for (row, out) in rows.chunks_exact(columns.max(1)).zip(out) {
            *out = match row_sum::<V>(token, row, Peak::Among) {
                Ok(sum) => sum.log_sum_exp::<V>(token),
                Err(special) => special,
            };
        }
    }
}
