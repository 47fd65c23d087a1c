//! The terms of a sum of exponentials.
//!
//! In the unfused family they are exponentials like any other. In the fused family they have a form
//! of their own, with x = n·ln 2 + r as in [`exp`](super::exp), but n in sixteenths, so that |r| is
//! hardly more than a 32nd of ln 2 and half the polynomial suffices. 2^n comes from a table of sixteen
//! powers.
//!
//! How much more: n is x times log₂ e as the type has it, rounded, so that |r| may be up to
//! (1/32 + |x|·|`LOG2_E` − log₂ e|)·ln 2. For the largest |x| that counts where rows shift by a power
//! of two, `FUSED_RANGE` and `NEGLIGIBLE` together, that is 1.0102·ln 2 / 32 of `f32` and
//! 1.000001·ln 2 / 32 of `f64`. The polynomial's interval is a 64th wider than ±ln 2 / 32.
//!
//! A table of rounded powers would cost half a unit. But all terms of a sum may have a common factor
//! κ, which is gone from their quotients: with the right one, which `tools/exp_powers.py` finds,
//! sixteen numbers lie within 0.19 of a unit of κ·2^(j/16). Together with the last rounding and what
//! the polynomial and r add, terms err by less than 0.8 ULP for `f32`, 0.7 for `f64`. Coefficients
//! come from `tools/coefficients.sollya`.
//!
//! Source: tables of values that are nearly exact are from Gal and Bachelis, An accurate elementary
//! mathematical library for the IEEE floating point standard, ACM TOMS 17 (1991).

use super::exp::{Exponential, careful_exp_two_fold, careful_rounded, exp_scaled, reduce_fused};
use super::{TwoFold, horner};
use crate::simd::{Element, Powers, Vector};

/// What a term needs to know of its type.
pub trait Term: Exponential {
    /// κ·2^(j/16).
    const POWERS: Powers<Self>;
    /// κ, in two parts.
    const KAPPA: (Self, Self);

    /// (e^r − 1 − r) / r² on ±(1 + 2⁻⁶)·ln 2 / 32.
    fn remainder_of_sixteenth<V: Vector<Element = Self>>(token: V::Token, r: V) -> V;
}

impl Term for f32 {
    const POWERS: Powers<Self> = Powers::<f32>::new([
        1.032_365_9,
        1.078_072_7,
        1.125_803,
        1.175_646_5,
        1.227_696_9,
        1.282_051_7,
        1.338_813,
        1.398_087_3,
        1.459_985_9,
        1.524_625,
        1.592_125_9,
        1.662_615_3,
        1.736_225_6,
        1.813_094_9,
        1.893_367_4,
        1.977_194,
    ]);
    const KAPPA: (Self, Self) = (1.032_365_9, -9.778_887e-9);

    #[inline(always)]
    fn remainder_of_sixteenth<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r; 0.500_017_17, 0.166_667_18)
    }
}

impl Term for f64 {
    const POWERS: Powers<Self> = Powers::<f64>::new([
        1.038_895_084_755_495_2,
        1.084_890_899_702_869_7,
        1.132_923_123_353_795_7,
        1.183_081_915_224_147_9,
        1.235_461_426_532_589_8,
        1.290_159_976_928_356,
        1.347_280_239_043_439_3,
        1.406_929_431_215_602_7,
        1.469_219_518_743_967_4,
        1.534_267_424_054_947_4,
        1.602_195_246_173_025,
        1.673_130_489_908_326_1,
        1.747_206_305_191_199_7,
        1.824_561_737_003_040_5,
        1.905_341_986_372_497_4,
        1.989_698_682_926_969_8,
    ]);
    const KAPPA: (Self, Self) = (1.038_895_084_755_495_2, 0.0);

    #[inline(always)]
    fn remainder_of_sixteenth<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r;
            0.500_000_000_000_000_6,
            0.166_666_666_666_666_1,
            0.041_666_666_666_659_85,
            0.008_333_333_336_066_917,
            0.001_388_912_583_867_762_6,
            0.000_198_410_745_834_529_74)
    }
}

/// The constant that rounds the exponents of a sum's terms.
#[inline(always)]
pub fn round_of_terms<V: Vector<Element: Term>>() -> V::Element {
    if V::FUSED {
        V::Element::ROUND / V::Element::SIXTEEN
    } else {
        V::Element::ROUND
    }
}

/// κ of a family, by which all terms of its sums are multiplied.
#[inline(always)]
pub fn factor_of_terms<V: Vector<Element: Term>>(token: V::Token, fused: bool) -> TwoFold<V> {
    let (hi, lo) = if fused {
        V::Element::KAPPA
    } else {
        (V::Element::ONE, V::Element::ZERO)
    };
    TwoFold {
        hi: V::splat(token, hi),
        lo: V::splat(token, lo),
    }
}

/// A term of a sum: κ·e^x · 2^−N where `round` is [`round_of_terms`] − N and the result is normal.
#[inline(always)]
pub fn exp_term<V: Vector<Element: Term>>(token: V::Token, x: V, round: V) -> V {
    if V::FUSED {
        tabulated_exp(token, x, round)
    } else {
        exp_scaled(token, x, round)
    }
}

/// [`exp_term`] in the fused family.
#[inline(always)]
fn tabulated_exp<V: Vector<Element: Term>>(token: V::Token, x: V, round: V) -> V {
    let (r, rounded) = reduce_fused(token, x, round);
    let exp_m1 = V::Element::remainder_of_sixteenth(token, r).mul_add(r.mul(r), r);
    let power = rounded.look_up_power(&V::Element::POWERS);
    exp_m1.mul_add(power, power)
}

/// [`exp_term`] in two parts, by the careful form in either family.
#[inline(always)]
pub fn exp_term_two_fold<V: Vector<Element: Term>>(token: V::Token, x: V, round: V) -> TwoFold<V> {
    let round = round
        .sub(V::splat(token, round_of_terms::<V>()))
        .add(V::splat(token, V::Element::ROUND));
    let rounded = careful_rounded(token, x, round);
    let power = careful_exp_two_fold(token, x, rounded.sub(round));
    let power = if V::FUSED {
        let kappa = factor_of_terms::<V>(token, V::FUSED);
        let product = TwoFold::product(token, power.hi, kappa.hi);
        let rest = power.hi.mul_add(kappa.lo, power.lo.mul(kappa.hi));
        TwoFold {
            hi: product.hi,
            lo: product.lo.add(rest),
        }
    } else {
        power
    };
    TwoFold {
        hi: power.hi.scale_by_pow2(rounded),
        lo: power.lo.scale_by_pow2(rounded),
    }
}
