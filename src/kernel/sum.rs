//! Sums of a function of two rows' elements, pair by pair.
//!
//! Every term joins its lane with its rounding error kept apart: the sum is rounded once, however
//! long the rows.

use super::lane_sum::LaneSum;
use super::row::parts;
use crate::math::TwoFold;
use crate::simd::{Element, Vector};

/// A function of pairs of elements that is to be summed.
pub trait Summand<V: Vector>: Copy {
    /// One or several terms of each pair.
    type Terms: Addends<V>;

    /// An element whose pair with itself has terms of 0.
    const NEUTRAL: V::Element;

    /// The terms of the pairs (x, y).
    fn terms(self, token: V::Token, x: V, y: V) -> Self::Terms;
}

/// What is summed: one value in each lane, or two, each with a sum of its own.
pub trait Addends<V: Vector>: Copy {
    /// The sums in progress.
    type Sums;
    /// The sums of all lanes.
    type Totals;

    /// Sums of nothing.
    fn sums(token: V::Token) -> Self::Sums;
    /// Adds the terms of the vector in this place of a stripe.
    fn add_to(self, sums: &mut Self::Sums, place: usize);
    /// Adds up the lanes.
    fn finish(sums: Self::Sums) -> Self::Totals;
}

impl<V: Vector> Addends<V> for V {
    type Sums = LaneSum<V>;
    type Totals = TwoFold<V::Register>;

    #[inline(always)]
    fn sums(token: V::Token) -> LaneSum<V> {
        LaneSum::new(token)
    }

    #[inline(always)]
    fn add_to(self, sum: &mut LaneSum<V>, place: usize) {
        sum.add(place, self);
    }

    #[inline(always)]
    fn finish(sum: LaneSum<V>) -> TwoFold<V::Register> {
        sum.finish()
    }
}

impl<V: Vector> Addends<V> for [V; 2] {
    type Sums = [LaneSum<V>; 2];
    type Totals = [TwoFold<V::Register>; 2];

    #[inline(always)]
    fn sums(token: V::Token) -> [LaneSum<V>; 2] {
        [LaneSum::new(token), LaneSum::new(token)]
    }

    #[inline(always)]
    fn add_to(self, [a, b]: &mut [LaneSum<V>; 2], place: usize) {
        let [x, y] = self;
        a.add(place, x);
        b.add(place, y);
    }

    #[inline(always)]
    fn finish([a, b]: [LaneSum<V>; 2]) -> [TwoFold<V::Register>; 2] {
        [a.finish(), b.finish()]
    }
}

/// The sums of `function` over all pairs of elements of `x` and `y`, which are of one length.
#[inline(always)]
pub fn sum<V: Vector, F: Summand<V>>(
    token: V::Token,
    x: &[V::Element],
    y: &[V::Element],
    function: F,
) -> <F::Terms as Addends<V>>::Totals {
    let stripe = V::Element::STRIPE;
    let mut sums = F::Terms::sums(token);
    for (x, y) in parts(x, stripe).zip(parts(y, stripe)) {
        for place in 0..stripe / V::LANES {
            let start = place * V::LANES;
            // Behind the end there is nothing to add, and adding 0 would change nothing.
            if start < x.len() {
                let x = V::load(token, x.get(start..).unwrap_or(&[]), F::NEUTRAL);
                let y = V::load(token, y.get(start..).unwrap_or(&[]), F::NEUTRAL);
                function.terms(token, x, y).add_to(&mut sums, place);
            }
        }
    }
    F::Terms::finish(sums)
}

/// A sum as one number. What rounding left over of an infinite one is not a number.
#[inline(always)]
pub fn rounded<V: Vector>(sum: TwoFold<V>) -> V::Element {
    let hi = sum.hi.first();
    if hi.is_finite() {
        sum.value().first()
    } else {
        hi
    }
}
