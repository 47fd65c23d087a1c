//! x − ln Σ e^x.

use super::frame::Shifted;
use super::map::{Map, map};
use super::row_sum::row_sum;
use crate::rows::RowsMut;
use crate::simd::{Element, InOut, Span, Vector};

/// Log-softmax of one row; returns its log-sum-exp.
///
/// With M the largest element, (x − M) − ln(Σ e^x / e^M): neither part is positive, so nothing
/// cancels, and for x = M the second part is the whole result with all its digits.
#[inline(always)]
pub fn log_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
) -> V::Element {
    match row_sum::<V>(token, row.source()) {
        Ok(sum) => {
            let log_ratio = sum.log_ratio(token).value().first();
            map::<V, _>(
                token,
                row,
                Subtract {
                    max: sum.max,
                    log_ratio,
                },
            );
            sum.log_sum_exp(token)
        }
        Err(special) => {
            row.target().fill(V::Element::NAN);
            special
        }
    }
}

/// Log-softmax of every row, in place.
#[inline(always)]
pub fn log_softmax_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: RowsMut<'_, V::Element>,
) {
    for row in rows.into_iter() {
        log_softmax::<V>(token, InOut::in_place(row));
    }
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
