//! The natural logarithm of 1 + x, as a sum of two parts.
//!
//! 1 + x = 2^k·m with m = 1 + f in [⅔, 4/3), so that ln(1 + x) = k·ln 2 + ln(1 + f). With
//! s = f / (2 + f), ln(1 + f) = 2 atanh(s) = 2s + s·w(s²), written as f − (f²/2 − s·(f²/2 + w))
//! because f is exact and s is not. The scheme is that of fdlibm's `log1p` (Sun Microsystems,
//! 1993), here with the whole rounding error of 1 + x and with minimax coefficients from
//! `tools/coefficients.sollya`.

use super::exp::Exponential;
use super::log::{ln_by_polynomial, ln_by_ratio};
use super::{TwoFold, horner};
use crate::simd::{Element, Vector};

/// What the logarithm needs to know of its type.
pub trait Logarithm: Exponential {
    /// ln(1 + x) rounds to x for every x below this magnitude, the cube of which is normal.
    const TINY: Self;
    /// The number that follows −1.
    const ABOVE_MINUS_ONE: Self;
    /// The coefficients of an approximation of (⅔·√2)/x on [½, 1] within 1.1 %.
    const INVERSE_0: Self;
    /// That of x.
    const INVERSE_1: Self;
    /// That of x².
    const INVERSE_2: Self;

    /// k·ln 2 + ln(1 + f + `rest`) for an integer k, f in [−⅓, ⅓] and a rounding error `rest`.
    fn ln_reduced<V: Vector<Element = Self>>(
        token: V::Token,
        k: V,
        f: V,
        rest: Option<V>,
    ) -> TwoFold<V>;

    /// w(z) with 2 atanh(s) = 2s + s·w(s²), for z = s² up to 1/25.
    fn atanh_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V;
}

impl Logarithm for f32 {
    const TINY: Self = 2.9e-11;
    const ABOVE_MINUS_ONE: Self = -1.0 + f32::EPSILON / 2.0;
    const INVERSE_0: Self = 4.0;
    const INVERSE_1: Self = -5.484_375;
    const INVERSE_2: Self = 2.4375;

    #[inline(always)]
    fn ln_reduced<V: Vector<Element = Self>>(
        token: V::Token,
        k: V,
        f: V,
        rest: Option<V>,
    ) -> TwoFold<V> {
        ln_by_polynomial(token, k, f, rest)
    }

    #[inline(always)]
    fn atanh_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V {
        horner!(token, z; 0.666_666_6, 0.400_009_13, 0.285_051_08, 0.241_231_64).mul(z)
    }
}

impl Logarithm for f64 {
    const TINY: Self = 1e-20;
    const ABOVE_MINUS_ONE: Self = -1.0 + f64::EPSILON / 2.0;
    const INVERSE_0: Self = 4.0;
    const INVERSE_1: Self = -5.484_375;
    const INVERSE_2: Self = 2.4375;

    #[inline(always)]
    fn ln_reduced<V: Vector<Element = Self>>(
        token: V::Token,
        k: V,
        f: V,
        rest: Option<V>,
    ) -> TwoFold<V> {
        ln_by_ratio(token, k, f, rest)
    }

    #[inline(always)]
    fn atanh_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V {
        horner!(token, z;
            0.666_666_666_666_666_6,
            0.400_000_000_000_020_1,
            0.285_714_285_710_497_34,
            0.222_222_222_530_774_67,
            0.181_818_173_916_746_4,
            0.153_845_711_330_867_6,
            0.133_372_920_944_905_16,
            0.116_414_001_217_197_74,
            0.123_096_640_306_168_54)
        .mul(z)
    }
}

/// ln(1 + x) for finite x ≥ 0; NaN in both parts for NaN.
///
/// `hi` is k·ln 2 without its last digits, exact; `lo` is the rest, below 1 in magnitude, with a
/// relative error of about one unit. Where x < ⅓, `hi` is 0 and `lo` the whole result: small x
/// keep their digits, and large ones add to another number without losing theirs.
#[inline(always)]
pub fn ln_1p<V: Vector<Element: Logarithm>>(token: V::Token, x: TwoFold<V>) -> TwoFold<V> {
    let one = V::splat(token, V::Element::ONE);
    let sum = TwoFold::sum(one, x.hi);
    let (m, k) = sum.hi.split_pow2();
    let round = V::splat(token, V::Element::ROUND);
    let lost = sum.lo.add(x.lo).scale_by_pow2(round.sub(k));
    let f = TwoFold::sum(m.sub(one), lost);
    let rest = k.mul(V::splat(token, V::Element::LN_2_SHORT_REST));
    // The exponent of NaN is a number; the difference makes it NaN again.
    let k = k.add(x.hi.sub(x.hi));
    TwoFold {
        hi: k.mul(V::splat(token, V::Element::LN_2_SHORT)),
        lo: ln_1p_reduced(token, f, rest),
    }
}

/// `rest` + ln(1 + f) for f in [−⅓, ⅓) and a small `rest`, added where it costs no rounding of the
/// whole.
#[inline(always)]
fn ln_1p_reduced<V: Vector<Element: Logarithm>>(token: V::Token, f: TwoFold<V>, rest: V) -> V {
    let two = V::splat(token, V::Element::ONE + V::Element::ONE);
    let half_square = f.hi.mul(f.hi).div(two);
    let s = f.hi.div(f.hi.add(two));
    let tail = V::Element::atanh_tail(token, s.mul(s));
    // d/df ln(1 + f) is about 1 − f: what the last rounding error contributes.
    let error = f.hi.neg_mul_add(f.lo, f.lo).add(rest);
    f.hi.sub(half_square.sub(s.mul_add(half_square.add(tail), error)))
}
