//! Products with a number of twice the precision, subnormal ones included.
//!
//! A factor's own rounding error would be the larger part of a product's: the factor comes in two
//! parts. And subnormal numbers take the hardware hundreds of cycles, so that products below the
//! normal numbers, or whose smaller part would be, are counted in units of the smallest
//! subnormal number: such a count is a normal number, and rounded to an integer it is the bits of
//! the result.

use super::map::Map;
use crate::simd::{Element, Vector};

/// Multiplies numbers that are not negative.
#[derive(Clone, Copy)]
pub struct Scale<E> {
    factor: E,
    rest: E,
    /// The factor and its rest in units of the smallest subnormal number.
    units: E,
    units_rest: E,
    /// Products of lower numbers are small: the part with `rest` may be subnormal.
    small_below: E,
    /// Whether products change their sign.
    negative: bool,
}

impl<E: Element> Scale<E> {
    /// Multiplies by (`hi` + `lo`)·`factor`, `hi` positive and far from the ends of its range.
    #[inline(always)]
    pub fn by(hi: E, lo: E, factor: E) -> Self {
        let negative = factor < E::ZERO;
        let factor = if negative { -factor } else { factor };
        // In this order nothing underflows, however small the factor.
        let (a, b) = E::SUBNORMALS_IN_ONE;
        let (units, units_rest) = (hi * a * factor * b, lo * a * factor * b);
        let (factor, rest) = (hi * factor, lo * factor);
        // A sixteenth of a rounding error and below is not worth the range that it takes.
        let least = factor / (E::INTEGRAL * E::SIXTEEN);
        let rest = if -least < rest && rest < least {
            E::ZERO
        } else {
            rest
        };
        let countable = factor >= E::ZERO && units.is_finite();
        Self {
            factor,
            rest,
            units,
            units_rest,
            small_below: if countable {
                E::MIN_POSITIVE / least
            } else {
                E::NEG_INFINITY
            },
            negative,
        }
    }

    /// The product, if it is not small.
    #[inline(always)]
    fn product<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        let rest = x.mul(V::splat(token, self.rest));
        x.mul_add(V::splat(token, self.factor), rest)
    }

    /// The product, if it is small.
    #[inline(always)]
    fn small_product<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        let rest = x.mul(V::splat(token, self.units_rest));
        let units = x.mul_add(V::splat(token, self.units), rest);
        // 2^(significand bits) units are the smallest normal number, and integers from there.
        let integral = V::splat(token, E::INTEGRAL);
        let subnormal = units.add(integral).bits_sub(integral);
        let (a, b) = E::SUBNORMALS_IN_ONE;
        let normal = units
            .at_least(integral)
            .mul(V::splat(token, E::ONE / a))
            .mul(V::splat(token, E::ONE / b));
        normal.replace_where_less(units, integral, subnormal)
    }
}

impl<V: Vector> Map<V> for Scale<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        let small_below = V::splat(token, self.small_below);
        let magnitude = if x.any_less(small_below) {
            let small = self.small_product(token, x.at_most(small_below));
            self.product(token, x.at_least(small_below))
                .replace_where_less(x, small_below, small)
        } else {
            self.product(token, x)
        };
        if self.negative {
            V::splat(token, V::Element::ZERO).sub(magnitude)
        } else {
            magnitude
        }
    }
}
