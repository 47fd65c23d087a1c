//! The logistic function and its logarithm.
//!
//! Both are made of e = e^−|x|, which cannot overflow, in two parts, because the rounding error of
//! an exponential alone would be most of the budget:
//!
//! - σ(x) = 1/(1 + e) for x ≥ 0, and e/(1 + e) below;
//! - softplus(x) = max(x, 0) + ln(1 + e) = −ln σ(−x).
//!
//! Where e is negligible beside 1, both are e^x for negative x, and underflow gradually with it.

use super::TwoFold;
use super::exp::{Exponential, careful_exp_two_fold, careful_rounded};
use super::ln::Logarithm;
use super::log::ln_1p_two_fold;
use crate::simd::{Element, Vector};

/// 1 / (1 + e^−x), for every x.
#[inline(always)]
pub fn sigmoid<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let zero = V::splat(token, V::Element::ZERO);
    let one = V::splat(token, V::Element::ONE);
    let Decay { power, rounded } = decay(token, x.abs());
    // Fast2Sum: e ≤ 1.
    let sum = one.add(power.hi);
    let lost = power.hi.sub(sum.sub(one));
    let numerator = TwoFold {
        hi: one.replace_where_less(x, zero, power.hi),
        lo: zero.replace_where_less(x, zero, power.lo),
    };
    let denominator = TwoFold {
        hi: sum,
        lo: lost.add(power.lo),
    };
    let y = numerator.quotient(token, denominator).value();
    replace_where_negligible(token, y, x, rounded)
}

/// ln(1 + e^x), for every x.
#[inline(always)]
pub fn softplus<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let Decay { power, rounded } = decay(token, x.abs());
    let positive = x.at_least(V::splat(token, V::Element::ZERO));
    let logarithm = ln_1p_two_fold(token, power.hi, Some(power.lo));
    let y = logarithm.add_single(positive).value();
    // From here on x: an infinite one would give NaN above.
    let high = V::splat(token, -V::Element::EXP_NEGLIGIBLE);
    let y = y.replace_where_less(high, x, x);
    replace_where_negligible(token, y, x, rounded)
}

/// ln(1 / (1 + e^−x)), for every x.
#[inline(always)]
pub fn log_sigmoid<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let zero = V::splat(token, V::Element::ZERO);
    zero.sub(softplus(token, zero.sub(x)))
}

/// e^−x.
struct Decay<V> {
    /// In two parts; another small number where it is negligible beside 1.
    power: TwoFold<V>,
    /// Rounded, and subnormal if need be.
    rounded: V,
}

/// e^−x for x ≥ 0.
#[inline(always)]
fn decay<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> Decay<V> {
    let zero = V::splat(token, V::Element::ZERO);
    let round = V::splat(token, V::Element::ROUND);
    let x = zero.sub(x).at_least(V::splat(token, V::Element::EXP_LOW));
    let rounded = careful_rounded(token, x, round);
    let power = careful_exp_two_fold(token, x, rounded.sub(round));
    // So far that no digit of the second part becomes subnormal.
    let half_way = V::splat(token, V::Element::LOWEST_POWER * V::Element::HALF);
    let above = rounded.at_least(round.add(half_way));
    Decay {
        power: TwoFold {
            hi: power.hi.scale_by_pow2(above),
            lo: power.lo.scale_by_pow2(above),
        },
        rounded: power.hi.scale_by_pow2_gradual(rounded),
    }
}

/// `y`, but `replacement` where e^x is negligible beside 1.
#[inline(always)]
fn replace_where_negligible<V: Vector<Element: Logarithm>>(
    token: V::Token,
    y: V,
    x: V,
    replacement: V,
) -> V {
    let negligible = V::splat(token, V::Element::EXP_NEGLIGIBLE);
    y.replace_where_less(x, negligible, replacement)
}
