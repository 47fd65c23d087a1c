//! The inverse of the logistic function.
//!
//! With q = 1 − p, s the smaller of the two and l the larger, logit p = ±ln(s/l), and
//! ln(s/l) = k·ln 2 + 2 atanh((s·2^−k − l) / (s·2^−k + l)): one division, no cancellation near ½,
//! and no branch. The integer k need not be the best: a quadratic approximation of (⅔·√2)/l within
//! 1.1 % finds one that leaves s·2^−k / l in [0.699, 1.429], about 1/√2 and √2, so that the quotient
//! is below 0.178 and its square well within the range of the polynomial. There the difference in
//! the numerator is exact (P. H. Sterbenz, Floating-Point Computation, 1974).

use super::ln::Logarithm;
use super::log::{at_the_limits, ln_ratio, scale_subnormal};
use super::{TwoFold, horner};
use crate::simd::{Element, Vector};

/// ln(p / (1 − p)), for every p.
#[inline(always)]
pub fn logit<V: Vector<Element: Logarithm>>(token: V::Token, p: V) -> V {
    let zero = V::splat(token, V::Element::ZERO);
    let one = V::splat(token, V::Element::ONE);
    let half = V::splat(token, V::Element::HALF);
    let normal = V::splat(token, V::Element::MIN_POSITIVE);
    let highest = V::splat(token, -V::Element::ABOVE_MINUS_ONE);
    let ordinary = p.all_between(normal, highest);
    let (scaled, power) = if ordinary {
        (p, zero)
    } else {
        scale_subnormal(token, p)
    };
    // The rounding error of q, which is exact from ½ on; tiny p leave none that counts.
    let counted = p.at_least(V::splat(token, V::Element::TINY));
    let q = one.sub(counted);
    let lost = one.sub(q).sub(counted);

    let (small, large) = (q.at_most(scaled), q.at_least(scaled));
    let inverse =
        horner!(token, large; V::Element::INVERSE_0, V::Element::INVERSE_1, V::Element::INVERSE_2);
    let (_, k) = small.mul(inverse).split_pow2();
    let round = V::splat(token, V::Element::ROUND);
    let difference = small.scale_by_pow2(round.sub(k)).sub(large);
    // Fast2Sum.
    let half_difference = difference.mul(half);
    let mean = large.add(half_difference);
    let lost_of_mean = half_difference.sub(mean.sub(large));
    let y = ln_ratio(
        token,
        k.sub(power),
        TwoFold {
            hi: difference,
            lo: zero.sub(lost),
        },
        TwoFold {
            hi: mean,
            lo: lost.mul_add(half, lost_of_mean),
        },
    )
    .value();
    let y = zero.sub(y).replace_where_less(p, half, y);
    if ordinary {
        y
    } else {
        let infinity = V::splat(token, -V::Element::NEG_INFINITY);
        let least = V::splat(token, V::Element::LEAST);
        at_the_limits(token, y, p, zero, least)
            .replace_where_less(highest, p, infinity)
            .replace_where_less(one, p, V::splat(token, V::Element::NAN))
    }
}
