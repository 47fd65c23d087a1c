//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::map::{Map, map};
use super::row_sum::{Frame, RowSum, Shifted, row_sum, row_sum_stored};
use crate::rows::RowsMut;
use crate::simd::{Element, InOut, Span, Vector};

/// Longest row, in bytes, whose exponentials are stored and read again.
const STORED_BYTES: usize = 1 << 18;

/// Softmax of one row; returns its log-sum-exp.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> V::Element {
    match scaled_softmax::<V>(token, row, V::Element::ONE) {
        Ok(sum) => sum.log_sum_exp(token),
        Err(special) => special,
    }
}

/// Softmax of every row, in place.
#[inline(always)]
pub fn softmax_rows<V: Vector<Element: Shifted>>(token: V::Token, rows: RowsMut<'_, V::Element>) {
    for row in rows.into_iter() {
        let _ = scaled_softmax::<V>(token, InOut::in_place(row), V::Element::ONE);
    }
}

/// `factor` times the softmax of one row. On `Err`, with the log-sum-exp, every result is NaN.
#[inline(always)]
pub fn scaled_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
    factor: V::Element,
) -> Result<RowSum<V>, V::Element> {
    let stored = row.len() <= STORED_BYTES / size_of::<V::Element>();
    let sum = if stored {
        row_sum_stored::<V, _>(token, row.reborrow())
    } else {
        row_sum::<V>(token, row.source())
    };
    match &sum {
        Ok(sum) => {
            let factor = V::Register::splat(token, factor)
                .div(sum.total().value())
                .first();
            let frame = sum.frame;
            if stored {
                map::<V, _>(token, row.written(), Scale(factor));
            } else if frame.subtracts() {
                map::<V, _>(token, row, ScaledExp::<_, true> { frame, factor });
            } else {
                map::<V, _>(token, row, ScaledExp::<_, false> { frame, factor });
            }
        }
        Err(_) => row.target().fill(V::Element::NAN),
    }
    sum
}

/// Multiplies by a number.
#[derive(Clone, Copy)]
struct Scale<E>(E);

impl<V: Vector> Map<V> for Scale<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        x.mul(V::splat(token, self.0))
    }
}

/// The exponential in the frame of a sum, multiplied by a number.
#[derive(Clone, Copy)]
struct ScaledExp<E, const SUBTRACT: bool> {
    frame: Frame<E>,
    factor: E,
}

impl<V: Vector<Element: Shifted>, const SUBTRACT: bool> Map<V> for ScaledExp<V::Element, SUBTRACT> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        let power = self.frame.exp::<V, SUBTRACT>(token, x);
        power.mul(V::splat(token, self.factor))
    }
}
