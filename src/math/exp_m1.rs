//! The exponential less 1.
//!
//! e^x − 1 = 2^n·((1 − 2^−n) + (e^r − 1)) with the reduction of the careful exponential, r in
//! [ln ¾, ln 1½]. Where n = 0 the first term is 0 and r the larger part of the result; elsewhere it
//! is larger than r. So all are added without error, and the result is rounded once but for errors of
//! the small rest of e^r − 1.

use super::TwoFold;
use super::exp::{Exponential, careful_rounded, reduce};
use super::ln::Logarithm;
use crate::simd::{Element, Vector};

/// e^x − 1, for every x.
#[inline(always)]
pub fn exp_m1<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let one = V::splat(token, V::Element::ONE);
    let magnitude = x.abs();
    let tiny = V::splat(token, V::Element::TINY);
    // The square of a tiny number might be subnormal.
    let usual = x
        .replace_where_less(magnitude, tiny, one)
        .at_least(V::splat(token, V::Element::EXP_NEGLIGIBLE))
        .at_most(V::splat(token, V::Element::EXP_HIGH));
    let Parts { sum, r, rounded } = Parts::new(token, usual);
    let tail = V::Element::remainder_of_m1(token, r.hi).mul_add(r.hi.mul(r.hi), r.lo);
    sum.hi
        .add(sum.lo.add(tail))
        .scale_by_pow2_gradual(rounded)
        .replace_where_less(magnitude, tiny, x)
}

/// e^x − 1 for x in two parts, of which the first is not so low that e^x is subnormal, nor above 0.
#[inline(always)]
pub fn exp_m1_two_fold<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: TwoFold<V>,
) -> TwoFold<V> {
    let Parts { sum, r, rounded } = Parts::new(token, x.hi);
    let tail = V::Element::remainder_of_m1(token, r.hi).mul(r.hi.mul(r.hi));
    // e^(r + d) − 1 = (e^r − 1) + d + d·(e^r − 1).
    let error = r.lo.add(x.lo);
    let error = error.mul_add(r.hi.add(tail), error);
    // The tail may be a tenth of 1: no small number is added to it before its last digits are apart.
    let power = TwoFold::fast_sum(sum.hi, tail);
    let rest = power.lo.add(sum.lo.add(error));
    TwoFold {
        hi: power.hi.scale_by_pow2(rounded),
        lo: rest.scale_by_pow2(rounded),
    }
}

/// (e^x − 1)·2^−n = (1 − 2^−n) + r + (e^r − 1 − r), but for the last term.
struct Parts<V> {
    /// (1 − 2^−n) + r.
    sum: TwoFold<V>,
    r: TwoFold<V>,
    /// n + ROUND.
    rounded: V,
}

impl<V: Vector<Element: Exponential>> Parts<V> {
    /// Those of x that does not overflow.
    #[inline(always)]
    fn new(token: V::Token, x: V) -> Self {
        let round = V::splat(token, V::Element::ROUND);
        let rounded = careful_rounded(token, x, round);
        let n = rounded.sub(round);
        let r = reduce(token, x, n);
        // Where 2^−n is subnormal, it does not count.
        let highest = V::splat(token, -V::Element::LOWEST_POWER);
        let one = V::Element::ONE;
        let minus_inverse = V::splat(token, -one).scale_by_pow2(round.sub(n.at_most(highest)));
        // Either may be the larger.
        let first = TwoFold::sum(V::splat(token, one), minus_inverse);
        let sum = TwoFold::fast_sum(first.hi, r.hi);
        Self {
            sum: TwoFold {
                hi: sum.hi,
                lo: sum.lo.add(first.lo),
            },
            r,
            rounded,
        }
    }
}
