//! The natural logarithms of x and of 1 + x, for every x.
//!
//! x = 2^k·m with m = 1 + f in [⅔, 4/3), so that ln x = k·ln 2 + ln(1 + f) and nothing cancels:
//! where k ≠ 0, k·ln 2 is the larger term. Both terms come in two parts, the first of k·ln 2 exact,
//! and their first parts are added without error (Fast2Sum), so that the result is rounded once
//! but for errors of its small second part:
//!
//! - `f32`: f + (f³·q(f) − f²/2), without a division. The second part is at most a fourth of the result.
//! - `f64`: [`ln_ratio`], whose second part is below a seventieth.
//!
//! Coefficients come from `tools/coefficients.sollya`.

use super::exp::Exponential;
use super::ln::Logarithm;
use super::{TwoFold, horner};
use crate::simd::{Element, Vector};

/// ln x, for every x.
#[inline(always)]
pub fn ln<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let zero = V::splat(token, V::Element::ZERO);
    let normal = V::splat(token, V::Element::MIN_POSITIVE);
    let ordinary = x.all_between(normal, V::splat(token, V::Element::LARGEST));
    let (scaled, power) = if ordinary {
        (x, zero)
    } else {
        scale_subnormal(token, x)
    };
    let (m, k) = scaled.split_pow2();
    let f = m.sub(V::splat(token, V::Element::ONE));
    let y = V::Element::ln_reduced(token, k.sub(power), f, None).value();
    if ordinary {
        y
    } else {
        let least = V::splat(token, V::Element::LEAST);
        at_the_limits(token, y, x, zero, least)
    }
}

/// ln(1 + x), for every x.
#[inline(always)]
pub fn ln_1p<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> V {
    let one = V::splat(token, V::Element::ONE);
    let lowest = V::splat(token, V::Element::ABOVE_MINUS_ONE);
    let tiny = V::splat(token, V::Element::TINY);
    let magnitude = x.abs();
    let domain = magnitude.all_between(tiny, V::splat(token, V::Element::LARGEST));
    let ordinary = domain & !x.any_less(lowest);
    // The square of a tiny number might be subnormal.
    let usual = if ordinary {
        x
    } else {
        x.replace_where_less(magnitude, tiny, one)
    };
    let y = ln_1p_two_fold(token, usual, None).value();
    if ordinary {
        y
    } else {
        let y = y.replace_where_less(magnitude, tiny, x);
        let minus_one = V::splat(token, -V::Element::ONE);
        at_the_limits(token, y, x, minus_one, lowest)
    }
}

/// ln(1 + x + `error`) for −1 < x < ∞ that is not tiny, and a rounding error of x.
#[inline(always)]
pub fn ln_1p_two_fold<V: Vector<Element: Logarithm>>(
    token: V::Token,
    x: V,
    error: Option<V>,
) -> TwoFold<V> {
    let one = V::splat(token, V::Element::ONE);
    let sum = TwoFold::sum(one, x);
    let (m, k) = sum.hi.split_pow2();
    // Where 2^−k is subnormal, what the sum lost does not count.
    let round = V::splat(token, V::Element::ROUND);
    let highest = V::splat(token, -V::Element::LOWEST_POWER);
    let power = one.scale_by_pow2(round.sub(k.at_most(highest)));
    let lost = sum.lo.mul(power);
    // Fast2Sum: m − 1 is 0 or at least twice what was lost.
    let exact = m.sub(one);
    let f = exact.add(lost);
    let rest = lost.sub(f.sub(exact));
    let rest = match error {
        Some(error) => error.mul_add(power, rest),
        None => rest,
    };
    V::Element::ln_reduced(token, k, f, Some(rest))
}

/// (y, k) with x = y·2^−k, where k is 0 but for subnormal numbers, which y makes normal.
#[inline(always)]
pub fn scale_subnormal<V: Vector<Element: Logarithm>>(token: V::Token, x: V) -> (V, V) {
    let normal = V::splat(token, V::Element::MIN_POSITIVE);
    let scaled = x.mul(V::splat(token, V::Element::INTEGRAL));
    let zero = V::splat(token, V::Element::ZERO);
    let power = V::splat(token, V::Element::INTEGRAL_POWER);
    (
        x.replace_where_less(x, normal, scaled),
        zero.replace_where_less(x, normal, power),
    )
}

/// k·ln 2 + x for an integer k and |x| < ½.
#[inline(always)]
pub fn add_ln_2<V: Vector<Element: Logarithm>>(token: V::Token, k: V, x: V) -> TwoFold<V> {
    // Fast2Sum: k·ln 2 is the larger, or 0.
    let exact = k.mul(V::splat(token, V::Element::LN_2_SHORT));
    let hi = exact.add(x);
    let lost = x.sub(hi.sub(exact));
    let rest = V::splat(token, V::Element::LN_2_SHORT_REST);
    TwoFold {
        hi,
        lo: k.mul_add(rest, lost),
    }
}

/// `y` where x lies between `low` and infinity: −∞ at `low`, NaN below, ∞ and NaN for themselves.
/// `next` follows `low`.
#[inline(always)]
pub fn at_the_limits<V: Vector<Element: Logarithm>>(
    token: V::Token,
    y: V,
    x: V,
    low: V,
    next: V,
) -> V {
    x.replace_where_less(x, V::splat(token, -V::Element::NEG_INFINITY), y)
        .replace_where_less(x, next, V::splat(token, V::Element::NEG_INFINITY))
        .replace_where_less(x, low, V::splat(token, V::Element::NAN))
}

/// k·ln 2 + 2 atanh(n / (2d)) = ln(2^k·(d + n/2) / (d − n/2)) for |n/d| up to 0.4.
///
/// With t = n/d it is k·ln 2 + t + (t/2)·w(t²/4), whose derivative by t is about 1 + t²/4: so much
/// counts what rounding left over of t.
#[inline(always)]
pub fn ln_ratio<V: Vector<Element: Logarithm>>(
    token: V::Token,
    k: V,
    numerator: TwoFold<V>,
    denominator: TwoFold<V>,
) -> TwoFold<V> {
    let t = numerator.quotient(token, denominator);
    let half = t.hi.mul(V::splat(token, V::Element::HALF));
    let square = half.mul(half);
    let lost = t.lo.mul_add(square, t.lo);
    let tail = half.mul_add(V::Element::atanh_tail(token, square), lost);
    let TwoFold { hi, lo } = add_ln_2(token, k, t.hi);
    TwoFold {
        hi,
        lo: lo.add(tail),
    }
}

/// k·ln 2 + ln(1 + f + `rest`) by a polynomial.
///
/// Of the small second part −f²/2 is the largest term, added last.
#[inline(always)]
pub fn ln_by_polynomial<V: Vector<Element = f32>>(
    token: V::Token,
    k: V,
    f: V,
    rest: Option<V>,
) -> TwoFold<V> {
    let TwoFold { hi, lo } = add_ln_2(token, k, f);
    let lo = match rest {
        // d/df ln(1 + f) is about 1 − f.
        Some(rest) => lo.add(f.neg_mul_add(rest, rest)),
        None => lo,
    };
    let q = horner!(token, f;
        0.333_333_34, -0.249_998_2, 0.199_997_01, -0.166_796_04, 0.143_019_7,
        -0.121_954_13, 0.107_787_24, -0.128_466_77, 0.119_222_2);
    let lo = f.mul(f).mul_add(f.mul(q), lo);
    let half = f.mul(V::splat(token, V::Element::HALF));
    TwoFold {
        hi,
        lo: half.neg_mul_add(f, lo),
    }
}

/// k·ln 2 + ln(1 + f + `rest`) by [`ln_ratio`]: n = f and d = 1 + f/2.
#[inline(always)]
pub fn ln_by_ratio<V: Vector<Element: Logarithm>>(
    token: V::Token,
    k: V,
    f: V,
    rest: Option<V>,
) -> TwoFold<V> {
    let half = V::splat(token, V::Element::HALF);
    let one = V::splat(token, V::Element::ONE);
    // Fast2Sum.
    let half_f = f.mul(half);
    let hi = one.add(half_f);
    let lost = half_f.sub(hi.sub(one));
    let (rest, lo) = match rest {
        Some(rest) => (rest, rest.mul_add(half, lost)),
        None => (V::splat(token, V::Element::ZERO), lost),
    };
    ln_ratio(token, k, TwoFold { hi: f, lo: rest }, TwoFold { hi, lo })
}
