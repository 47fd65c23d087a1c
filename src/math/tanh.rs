//! The hyperbolic tangent, as a sum of two parts.

use super::TwoFold;
use super::exp::Exponential;
use super::exp_m1::exp_m1_two_fold;
use crate::simd::{Element, Vector};

/// tanh(x) for x in two parts, the second below 1; |x| may be infinite.
///
/// With m = e^(−2|x|) − 1 it is −m / (2 + m) and the sign of x: as accurate for small x as m is.
#[inline(always)]
pub fn tanh_two_fold<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: TwoFold<V>,
) -> TwoFold<V> {
    let zero = V::splat(token, V::Element::ZERO);
    let two = V::splat(token, V::Element::ONE + V::Element::ONE);
    let negligible = V::Element::EXP_NEGLIGIBLE;
    let lowest = V::splat(token, negligible + negligible);
    let twice = x.lo.add(x.lo);
    let minus_twice = zero.sub(twice);
    let argument = TwoFold {
        hi: zero.sub(x.hi.abs().mul(two)).at_least(lowest),
        lo: minus_twice.replace_where_less(x.hi, zero, twice),
    };
    let m = exp_m1_two_fold(token, argument);
    // Fast2Sum: |m| ≤ 1.
    let sum = two.add(m.hi);
    let denominator = TwoFold {
        hi: sum,
        lo: m.hi.sub(sum.sub(two)).add(m.lo),
    };
    let minus_tanh = m.quotient(token, denominator);
    TwoFold {
        hi: zero
            .sub(minus_tanh.hi)
            .replace_where_less(x.hi, zero, minus_tanh.hi),
        lo: zero
            .sub(minus_tanh.lo)
            .replace_where_less(x.hi, zero, minus_tanh.lo),
    }
}
