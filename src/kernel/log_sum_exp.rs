//! ln Σ e^x.

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
    for (row, out) in rows.iter().zip(out) {
        *out = match row_sum::<V>(token, row, Peak::Among) {
            Ok(sum) => sum.log_sum_exp::<V>(token),
            Err(special) => special,
        };
    }
}
