//! e^x / Σ e^x.
//!
//! Rows that fit the cache take three passes: maximum, exponentials with their sum, scaling.
//! Longer rows are summed in one pass that only reads, and then each exponential is computed
//! again as it is written: two reads and one write of memory instead of three and two.

use super::frame::{Frame, Shifted};
use super::map::{Map, map};
use super::row_sum::{RowSum, row_sum, row_sum_stored};
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
        row_sum_stored::<V>(token, row.reborrow())
    } else {
        row_sum::<V>(token, row.source())
    };
    match &sum {
        Ok(sum) => {
            let factor = V::Register::splat(token, factor).div(sum.total()).first();
            let scale = Scale::new(factor);
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

/// Multiplies numbers that are not negative, such that products below the normal numbers come out
/// subnormal and rounded as they should, but without the time that the hardware takes for them.
#[derive(Clone, Copy)]
struct Scale<E> {
    factor: E,
    /// Products of lower numbers are subnormal.
    subnormal_below: E,
    /// The factor in units of the smallest subnormal number.
    units: E,
}

impl<E: Element> Scale<E> {
    #[inline(always)]
    fn new(factor: E) -> Self {
        let (a, b) = E::SUBNORMALS_IN_ONE;
        let units = factor * a * b;
        let usable = factor > E::ZERO && units.is_finite();
        Self {
            factor,
            subnormal_below: if usable {
                E::MIN_POSITIVE / factor
            } else {
                E::NEG_INFINITY
            },
            units,
        }
    }
}

impl<V: Vector> Map<V> for Scale<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        let factor = V::splat(token, self.factor);
        let bound = V::splat(token, self.subnormal_below);
        if !x.any_less(bound) {
            return x.mul(factor);
        }
        // The bits of a subnormal number are its count of units, an integer.
        let integral = V::splat(token, V::Element::INTEGRAL);
        let rounded = x.mul_add(V::splat(token, self.units), integral);
        let subnormal = rounded.bits_sub(integral);
        x.at_least(bound)
            .mul(factor)
            .replace_where_less(x, bound, subnormal)
    }
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
