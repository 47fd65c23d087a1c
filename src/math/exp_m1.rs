//! The exponential less 1.
//!
//! e^x − 1 = 2^n·((1 − 2^−n) + (e^r − 1)) with the reduction of the careful exponential, r in
//! [ln ¾, ln 1½]. Where n = 0 the first term is 0 and r the larger part of the result; elsewhere it
//! is larger than r. So all are added without error (Fast2Sum), and
//! the result is rounded once but for errors of the small rest of e^r − 1.

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
    let (sum, rounded) = exp_m1_parts(token, usual, None);
    sum.value()
        .scale_by_pow2_gradual(rounded)
        .replace_where_less(magnitude, tiny, x)
}

/// e^x − 1 for x in two parts, of which the first is not so low that e^x is subnormal, nor above 0.
#[inline(always)]
pub fn exp_m1_two_fold<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: TwoFold<V>,
) -> TwoFold<V> {
    let (sum, rounded) = exp_m1_parts(token, x.hi, Some(x.lo));
    // Fast2Sum: the second part still has the square of the reduced argument.
    let hi = sum.hi.add(sum.lo);
    let lo = sum.lo.sub(hi.sub(sum.hi));
    TwoFold {
        hi: hi.scale_by_pow2(rounded),
        lo: lo.scale_by_pow2(rounded),
    }
}

/// (e^(x + `rest`) − 1)·2^−n and n + ROUND, for x that does not overflow.
#[inline(always)]
fn exp_m1_parts<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: V,
    rest: Option<V>,
) -> (TwoFold<V>, V) {
    let one = V::splat(token, V::Element::ONE);
    let round = V::splat(token, V::Element::ROUND);
    let rounded = careful_rounded(token, x, round);
    let n = rounded.sub(round);
    let TwoFold { hi: r, lo: error } = reduce(token, x, n);
    let error = match rest {
        Some(rest) => error.add(rest),
        None => error,
    };
    let tail = V::Element::remainder_of_m1(token, r).mul_add(r.mul(r), error);
    // Where 2^−n is subnormal, it does not count.
    let highest = V::splat(token, -V::Element::LOWEST_POWER);
    let inverse = one.scale_by_pow2(round.sub(n.at_most(highest)));
    let first = one.sub(inverse);
    let lost_of_first = one.sub(first).sub(inverse);
    let sum = first.add(r);
    let lost = r.sub(sum.sub(first)).add(lost_of_first);
    let sum = TwoFold {
        hi: sum,
        lo: lost.add(tail),
    };
    (sum, rounded)
}
