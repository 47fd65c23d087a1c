//! x − ln Σ e^x.

use super::frame::Shifted;
use super::map::{Map, map};
use super::row_sum::{Peak, row_sum};
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
    let mut last = V::Element::NEG_INFINITY;
    while rows.len() > 0 {
        let (mut row, rest) = rows.split(columns);
        last = match row_sum::<V>(token, row.source(), Peak::Apart) {
            Ok(sum) => {
                let log_ratio = sum.log_ratio::<V>(token).value().first();
                let max = sum.max;
                map::<V, _>(token, row, Subtract { max, log_ratio });
                // The others' would be work for nothing.
                if rest.len() > 0 {
                    last
                } else {
                    sum.log_sum_exp::<V>(token)
                }
            }
            Err(special) => {
                row.target().fill(V::Element::NAN);
                special
            }
        };
        rows = rest;
    }
    last
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
