//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::frame::{Frame, Shifted};
use super::map::{Map, map};
use super::row_sum::{Peak, RowSum, row_sum, row_sum_stored};
use super::scale::Scale;
use crate::simd::{Element, InOut, Span, Vector};

/// Longest row whose exponentials are stored and read again.
const LONGEST_STORED: usize = 1 << 17;

/// Softmax of every row; returns the log-sum-exp of the last, −∞ if there is none.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
) -> V::Element {
    let mut last = V::Element::NEG_INFINITY;
    while rows.len() > 0 {
        let (row, rest) = rows.split(columns);
        last = match scaled_softmax::<V>(token, row, V::Element::ONE) {
            // The others' would be work for nothing.
            Ok(sum) if rest.len() == 0 => sum.log_sum_exp(token),
            Ok(_) => last,
            Err(special) => special,
        };
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
) -> Result<RowSum<V>, V::Element> {
    let stored = row.len() <= LONGEST_STORED;
    let sum = if stored {
        row_sum_stored::<V>(token, row.reborrow())
    } else {
        row_sum::<V>(token, row.source(), Peak::Apart)
    };
    match &sum {
        Ok(sum) => {
            let reciprocal = sum.reciprocal(token);
            let scale = Scale::by(reciprocal.hi.first(), reciprocal.lo.first(), factor);
            if stored {
                map::<V, _>(token, row.written(), scale);
            } else {
                map::<V, _>(
                    token,
                    row,
                    ScaledExp {
                        frame: sum.frame,
                        scale,
                    },
                );
            }
        }
        Err(_) => row.target().fill(V::Element::NAN),
    }
    sum
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
