//! ln Σ e^x.

use super::few_columns::{BlockSum, Blocks, Cells};
use super::frame::Shifted;
use super::row::{row, up_to};
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
    let mut first = 0;
    while let Some(rest @ [_, ..]) = out.get_mut(first..) {
        let rows = rows.data().get(first * columns..).unwrap_or(&[]);
        let rows = up_to(rows, rows_at_once * columns);
        if let Some(BlockSum { sum, .. }) = blocks.sum(rows, Peak::Among, Cells::Kept) {
            sum.log_sum_exp(token).store(rest);
        } else {
            for (number, out) in rest.iter_mut().take(rows_at_once).enumerate() {
                let row = row(rows, columns, number).unwrap_or(&[]);
                *out = match row_sum::<V>(token, row, Peak::Among) {
                    Ok(sum) => sum.log_sum_exp::<V>(token),
                    Err(special) => special,
                };
            }
        }
        first += rows_at_once;
    }
}
