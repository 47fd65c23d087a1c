//! Products with a number of twice the precision, subnormal ones included.
//!
//! A factor's own rounding error would be the larger part of a product's: the factor comes in two
//! parts. And subnormal numbers take the hardware hundreds of cycles, so that products below the
//! normal numbers, or whose smaller part would be, are counted in units of the smallest
//! subnormal number: such a count is a normal number, and rounded to an integer it is the bits of
//! the result.

use super::lanes::{Lanes, get, lanes};
use super::map::{Map, map, map_whole};
use crate::math::TwoFold;
use crate::simd::{Element, InOut, Span, Vector, before_line};

/// Multiplies numbers that are not negative: by one number, or each lane by its own.
#[derive(Clone, Copy)]
pub struct Scale<F> {
    factor: F,
    rest: F,
    /// The factor and its rest in units of the smallest subnormal number.
    units: F,
    units_rest: F,
    /// Products of lower numbers are small: the part with `rest` may be subnormal.
    small_below: F,
    /// Whether products change their sign.
    negative: bool,
}

impl<V: Vector> Scale<V> {
    /// Multiplies by `number`·`factor`, `number` positive and far from the ends of its range.
    #[inline(always)]
    pub fn by(token: V::Token, number: TwoFold<V>, factor: V::Element) -> Self {
        let magnitude = V::splat(token, factor).abs();
        Self::by_each(token, number, magnitude, factor < V::Element::ZERO)
    }

    /// The same by ±`number`·`magnitude`, where each lane has a magnitude of its own.
    #[inline(always)]
    pub fn by_each(token: V::Token, number: TwoFold<V>, magnitude: V, negative: bool) -> Self {
        let zero = V::splat(token, V::Element::ZERO);
        // In this order nothing underflows, however small the factor.
        let (a, b) = V::Element::SUBNORMALS_IN_ONE;
        let (a, b) = (V::splat(token, a), V::splat(token, b));
        let units = number.hi.mul(a).mul(magnitude).mul(b);
        let units_rest = number.lo.mul(a).mul(magnitude).mul(b);
        let (factor, rest) = (number.hi.mul(magnitude), number.lo.mul(magnitude));
        // A sixteenth of a rounding error and below is not worth the range that it takes.
        let sixteenth = V::Element::ONE / (V::Element::INTEGRAL * V::Element::SIXTEEN);
        let least = factor.mul(V::splat(token, sixteenth));
        let small_below = V::splat(token, V::Element::MIN_POSITIVE).div(least);
        let never = V::splat(token, V::Element::NEG_INFINITY);
        Self {
            factor,
            rest: rest.replace_where_less(rest.abs(), least, zero),
            units,
            units_rest,
            // Where units overflow, or are NaN, no product is small.
            small_below: never.replace_where_less(units, zero.sub(never), small_below),
            negative,
        }
    }

    /// The first lane's.
    #[inline(always)]
    pub fn first(self) -> Scale<V::Element> {
        Scale {
            factor: self.factor.first(),
            rest: self.rest.first(),
            units: self.units.first(),
            units_rest: self.units_rest.first(),
            small_below: self.small_below.first(),
            negative: self.negative,
        }
    }

    /// Every lane's.
    #[inline(always)]
    pub fn lanes(self) -> Scale<Lanes<V>> {
        Scale {
            factor: lanes(self.factor),
            rest: lanes(self.rest),
            units: lanes(self.units),
            units_rest: lanes(self.units_rest),
            small_below: lanes(self.small_below),
            negative: self.negative,
        }
    }

    /// The same in every lane.
    #[inline(always)]
    fn splat(token: V::Token, scale: Scale<V::Element>) -> Self {
        Self {
            factor: V::splat(token, scale.factor),
            rest: V::splat(token, scale.rest),
            units: V::splat(token, scale.units),
            units_rest: V::splat(token, scale.units_rest),
            small_below: V::splat(token, scale.small_below),
            negative: scale.negative,
        }
    }

    /// The products with `x`.
    #[inline(always)]
    pub fn multiply(self, token: V::Token, x: V) -> V {
        let magnitude = if x.any_less(self.small_below) {
            let small = self.small_product(token, x.at_most(self.small_below));
            self.product(x.at_least(self.small_below))
                .replace_where_less(x, self.small_below, small)
        } else {
            self.product(x)
        };
        if self.negative {
            V::splat(token, V::Element::ZERO).sub(magnitude)
        } else {
            magnitude
        }
    }

    /// Multiplies all of `values`. The smallest product decides whether any is small: by a margin, since
    /// what `small_below` takes, a division, is needed only if there is one. A factor that is small itself
    /// may lack digits, or its smaller part, however large the products are.
    #[inline(always)]
    pub fn multiply_all(self, token: V::Token, values: &mut [V]) {
        let mut least = V::splat(token, -V::Element::NEG_INFINITY);
        for value in values.iter() {
            least = least.at_most(*value);
        }
        let digits = V::Element::INTEGRAL * V::Element::SIXTEEN * V::Element::SIXTEEN;
        let bound = V::splat(token, V::Element::MIN_POSITIVE * digits);
        let small = self.factor.at_most(least.mul(self.factor)).any_less(bound);
        if self.negative || small {
            for value in values {
                *value = self.multiply(token, *value);
            }
        } else {
            for value in values {
                *value = self.product(*value);
            }
        }
    }

    /// The product, if it is not small.
    #[inline(always)]
    fn product(self, x: V) -> V {
        x.mul_add(self.factor, x.mul(self.rest))
    }

    /// The product, if it is small.
    #[inline(always)]
    fn small_product(self, token: V::Token, x: V) -> V {
        let units = x.mul_add(self.units, x.mul(self.units_rest));
        // 2^(significand bits) units are the smallest normal number, and integers from there.
        let integral = V::splat(token, V::Element::INTEGRAL);
        let subnormal = units.add(integral).bits_sub(integral);
        let (a, b) = V::Element::SUBNORMALS_IN_ONE;
        let normal = units
            .at_least(integral)
            .mul(V::splat(token, V::Element::ONE / a))
            .mul(V::splat(token, V::Element::ONE / b));
        normal.replace_where_less(units, integral, subnormal)
    }
}

impl<L> Scale<L> {
    /// That of one lane.
    #[inline(always)]
    pub fn lane<E: Copy>(&self, lane: usize) -> Option<Scale<E>>
    where
        L: AsRef<[E]>,
    {
        Some(Scale {
            factor: get(&self.factor, lane)?,
            rest: get(&self.rest, lane)?,
            units: get(&self.units, lane)?,
            units_rest: get(&self.units_rest, lane)?,
            small_below: get(&self.small_below, lane)?,
            negative: self.negative,
        })
    }
}

/// Multiplies every element.
///
/// The first vector and the last are read before all others and written behind them: so the others can
/// start a line of the cache and be whole, and those two overlap them.
#[inline(always)]
pub fn scale_all<V: Vector>(
    token: V::Token,
    mut data: InOut<'_, V::Element>,
    scale: Scale<V::Element>,
) {
    if data.len() < V::LANES || scale.negative {
        map::<V, _>(token, data, scale);
        return;
    }
    let factor = Scale::<V>::splat(token, scale);
    let to_last = data.len() - V::LANES;
    let first: V = data.load_at(token, 0, V::Element::ONE);
    let last: V = data.load_at(token, to_last, V::Element::ONE);
    // Not where that would leave no four vectors.
    let mut head = before_line(data.source()).min(V::LANES);
    if head + 4 * V::LANES > data.len() {
        head = 0;
    }
    let (_, rest) = data.reborrow().split(head);
    let rest = scale_by_fours::<V>(token, rest, scale);
    let tail = map_whole::<V, _>(token, rest, scale).len();
    if head > 0 {
        data.store_at(0, factor.multiply(token, first));
    }
    if tail > 0 {
        data.store_at(to_last, factor.multiply(token, last));
    }
}

/// Multiplies vectors in fours, whose smallest element decides together whether products are small, because
/// comparing takes the ports that multiply; returns what is behind them.
#[inline(always)]
fn scale_by_fours<'a, V: Vector>(
    token: V::Token,
    mut data: InOut<'a, V::Element>,
    scale: Scale<V::Element>,
) -> InOut<'a, V::Element> {
    let factor = Scale::<V>::splat(token, scale);
    let lanes = V::LANES;
    while data.len() >= 4 * lanes {
        let (mut group, rest) = data.split(4 * lanes);
        let a: V = group.load_at(token, 0, V::Element::ONE);
        let b: V = group.load_at(token, lanes, V::Element::ONE);
        let c: V = group.load_at(token, 2 * lanes, V::Element::ONE);
        let d: V = group.load_at(token, 3 * lanes, V::Element::ONE);
        let least = a.at_most(b).at_most(c.at_most(d));
        if least.any_less(factor.small_below) {
            map::<V, _>(token, group, scale);
        } else {
            group.store_at(0, factor.product(a));
            group.store_at(lanes, factor.product(b));
            group.store_at(2 * lanes, factor.product(c));
            group.store_at(3 * lanes, factor.product(d));
        }
        data = rest;
    }
    data
}

impl<V: Vector> Map<V> for Scale<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        Scale::<V>::splat(token, self).multiply(token, x)
    }
}
