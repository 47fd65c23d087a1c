//! The exponential of a vector, scaled by a power of two.
//!
//! Cody and Waite's reduction: x = n·ln 2 + r, so that e^x = 2^n · e^r. The product n·ln 2 is
//! taken in two parts, the first of which is exact, and e^r is a minimax polynomial. Coefficients
//! and constants come from `tools/coefficients.sollya`, which says what each minimises; those of
//! the nearest form are refined by `tools/refine_exp.rs`, rounding included.
//!
//! Two forms of e^r, chosen by type and family:
//!
//! - *nearest* (`f32`, fused): r in ±½ ln 2, one Horner scheme. Its last fused step rounds once,
//!   and carries the rounding of r and of the step before, about a quarter of a unit each:
//!   below 0.87 ULP.
//! - *careful* (all others): r in [ln ¾, ln 1½] with its rounding error r', and
//!   e^r = 1 + (r + (r' + r²·q(r))). In this interval |r| < ½ and no result falls below ¾, so
//!   rounding the parenthesis costs at most a quarter of a unit of the result: below 0.83 ULP for
//!   `f32` unfused, 0.80 for `f64` fused. For `f64` unfused, which would miss that, and for the
//!   terms of its sums, what 1 + r loses is added again: below 0.7 ULP. The fused family's have a
//!   form of their own, see [`term`](super::term).
//!
//! A subnormal result has fewer digits than the number that is scaled to it. Two roundings would be
//! up to 0.9 ULP of `f64`, so there the parts of that number are added where the last place is that
//! of the result.

use super::{TwoFold, horner};
use crate::simd::{Element, Vector};

/// What the exponential needs to know of its type.
pub trait Exponential: Element {
    /// log₂ e.
    const LOG2_E: Self;
    /// ln 2 in so few digits that its product with any exponent of the type is exact.
    const LN_2_SHORT: Self;
    /// ln 2 − [`LN_2_SHORT`](Self::LN_2_SHORT).
    const LN_2_SHORT_REST: Self;
    /// ln 2, rounded: a fused product needs no spare digits.
    const LN_2: Self;
    /// ln 2 − [`LN_2`](Self::LN_2).
    const LN_2_REST: Self;
    /// e^x rounds to 0 for every x up to here.
    const EXP_LOW: Self;
    /// e^x is below a sixtieth of the unit of 1 for every x up to here.
    const EXP_NEGLIGIBLE: Self;
    /// e^x rounds to infinity for every x from here.
    const EXP_HIGH: Self;
    /// The coefficients of e^r on ±½ ln 2, if the fused family takes the nearest form.
    const NEAREST_IF_FUSED: Option<[Self; 7]>;
    /// Whether the unfused family can afford to round 1 + r.
    const ROUNDED_IF_UNFUSED: bool;
    /// Where e^x may be subnormal, and is then rounded once; from here on ½e^x is normal. `None` if
    /// a subnormal result can afford two roundings.
    const ROUNDED_ONCE_BELOW: Option<Self>;
    /// log₂ ¾ + ½: moves the reduced argument from ±½ ln 2 to [ln ¾, ln 1½].
    const OFF_CENTRE: Self;

    /// (e^r − 1 − r) / r² on [ln ¾, ln 1½], for the careful form.
    fn remainder<V: Vector<Element = Self>>(token: V::Token, r: V) -> V;
    /// The same function, approximated so that all digits of e^r − 1 count.
    fn remainder_of_m1<V: Vector<Element = Self>>(token: V::Token, r: V) -> V;
}

impl Exponential for f32 {
    const LOG2_E: Self = core::f32::consts::LOG2_E;
    const LN_2_SHORT: Self = 0.693_145_75;
    const LN_2_SHORT_REST: Self = 1.428_606_8e-6;
    const LN_2: Self = core::f32::consts::LN_2;
    const LN_2_REST: Self = -1.904_654_2e-9;
    const EXP_LOW: Self = -112.0;
    const EXP_NEGLIGIBLE: Self = -21.0;
    const EXP_HIGH: Self = 89.0;
    const NEAREST_IF_FUSED: Option<[Self; 7]> = Some([
        1.0,
        1.0,
        0.499_999_73,
        0.166_664_57,
        0.041_671_43,
        0.008_374_427,
        0.001_370_866,
    ]);
    const ROUNDED_IF_UNFUSED: bool = true;
    const ROUNDED_ONCE_BELOW: Option<Self> = None;
    const OFF_CENTRE: Self = 0.084_962_5;

    #[inline(always)]
    fn remainder<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r; 0.500_000_2, 0.166_665_7, 0.041_658_49, 0.008_360_36, 0.001_463_560_5)
    }

    #[inline(always)]
    fn remainder_of_m1<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r;
            0.5, 0.166_666_7, 0.041_666_575, 0.008_332_021, 0.001_391_918, 0.000_209_470_6)
    }
}

impl Exponential for f64 {
    const LOG2_E: Self = core::f64::consts::LOG2_E;
    const LN_2_SHORT: Self = 0.693_147_180_560_117_7;
    const LN_2_SHORT_REST: Self = -1.723_944_452_561_483_5e-13;
    const LN_2: Self = core::f64::consts::LN_2;
    const LN_2_REST: Self = 2.319_046_813_846_299_6e-17;
    const EXP_LOW: Self = -768.0;
    const EXP_NEGLIGIBLE: Self = -42.0;
    const EXP_HIGH: Self = 710.0;
    const NEAREST_IF_FUSED: Option<[Self; 7]> = None;
    const ROUNDED_IF_UNFUSED: bool = false;
    const ROUNDED_ONCE_BELOW: Option<Self> = Some(-707.0);
    const OFF_CENTRE: Self = 0.084_962_500_721_156_18;

    #[inline(always)]
    fn remainder<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r;
            0.499_999_999_999_997_45,
            0.166_666_666_666_685_17,
            0.041_666_666_666_890_034,
            0.008_333_333_331_955_043,
            0.001_388_888_883_018_583_8,
            0.000_198_412_735_813_011_5,
            2.480_163_654_640_228_7e-5,
            2.755_293_207_152_135e-6,
            2.756_679_466_346_935_3e-7,
            2.694_326_760_433_136e-8)
    }

    #[inline(always)]
    fn remainder_of_m1<V: Vector<Element = Self>>(token: V::Token, r: V) -> V {
        horner!(token, r;
            0.5,
            0.166_666_666_666_666_63,
            0.041_666_666_666_667_52,
            0.008_333_333_333_337_484,
            0.001_388_888_888_816_458_6,
            0.000_198_412_698_300_467_12,
            2.480_158_942_038_162e-5,
            2.755_732_140_045_973_4e-6,
            2.755_471_152_002_319e-7,
            2.507_263_050_687_010_4e-8,
            2.204_263_673_724_853_4e-9)
    }
}

/// e^x, for every x.
#[inline(always)]
pub fn exp<V: Vector<Element: Exponential>>(token: V::Token, x: V) -> V {
    match V::Element::ROUNDED_ONCE_BELOW {
        Some(border) => exp_rounded_once(token, x, V::splat(token, border)),
        None => {
            let round = V::splat(token, V::Element::ROUND);
            let (power, rounded) = exp_parts::<V, false>(token, clamped(token, x), round);
            power.scale_by_pow2_gradual(rounded)
        }
    }
}

/// [`exp`] for NaN and x from [`ROUNDED_ONCE_BELOW`](Exponential::ROUNDED_ONCE_BELOW) on, if there is
/// such a border.
#[inline(always)]
pub fn exp_of_normal<V: Vector<Element: Exponential>>(token: V::Token, x: V) -> V {
    let x = x.at_most(V::splat(token, V::Element::EXP_HIGH));
    // Half of e^x: its power of two is normal up to the largest number.
    let two = V::splat(token, V::Element::ONE + V::Element::ONE);
    let round = V::splat(token, V::Element::ROUND - V::Element::ONE);
    let (power, rounded) = careful_exp::<V, false>(token, x, round);
    let double = if V::FUSED {
        // The first part is 1.
        power.lo.mul_add(two, two)
    } else {
        power.value().mul(two)
    };
    double.scale_by_pow2(rounded)
}

/// e^x by the careful form, for every x, rounded once where it is subnormal, as it may be below
/// `border`.
#[inline(always)]
fn exp_rounded_once<V: Vector<Element: Exponential>>(token: V::Token, x: V, border: V) -> V {
    // In units of the smallest normal number.
    let round = V::Element::ROUND - V::Element::MIN_POSITIVE_POWER;
    let low = clamped(token, x).at_most(border);
    let (power, rounded) = careful_exp::<V, false>(token, low, V::splat(token, round));
    let hi = power.hi.scale_by_pow2(rounded);
    let lo = power.lo.scale_by_pow2(rounded);
    // From 1 to 2, the last place is that of subnormal numbers. Fast2Sum.
    let one = V::splat(token, V::Element::ONE);
    let sum = one.add(hi);
    let lost = hi.sub(sum.sub(one));
    let subnormal = sum.add(lost.add(lo)).sub(one);
    let units = hi.add(lo);
    let units = units.replace_where_less(units, one, subnormal);
    let low = units.mul(V::splat(token, V::Element::MIN_POSITIVE));
    exp_of_normal(token, x.at_least(border)).replace_where_less(x, border, low)
}

/// x, as far as e^x differs.
#[inline(always)]
fn clamped<V: Vector<Element: Exponential>>(token: V::Token, x: V) -> V {
    x.at_least(V::splat(token, V::Element::EXP_LOW))
        .at_most(V::splat(token, V::Element::EXP_HIGH))
}

/// e^x · 2^−N where `round` is ROUND − N and the result is normal, with more digits: the careful
/// form keeps the digits that 1 + r loses, for less than 0.7 ULP, because a quotient of two
/// exponentials has the errors of both. The nearest form stays as it is.
#[inline(always)]
pub fn exp_scaled<V: Vector<Element: Exponential>>(token: V::Token, x: V, round: V) -> V {
    let (power, rounded) = exp_parts::<V, true>(token, x, round);
    power.scale_by_pow2(rounded)
}

/// e^x · 2^−N as a number in [½, 2] and a power of two, in the form that
/// [`Vector::scale_by_pow2`] takes; `round` is ROUND − N.
///
/// The integer N costs nothing: it moves the constant that rounds, so that the low bits of the
/// rounded sum hold n − N while the subtraction below still yields n.
#[inline(always)]
fn exp_parts<V: Vector<Element: Exponential>, const TERM: bool>(
    token: V::Token,
    x: V,
    round: V,
) -> (V, V) {
    match V::Element::NEAREST_IF_FUSED {
        Some(coefficients) if V::FUSED => nearest_exp(token, x, round, coefficients),
        _ => {
            let (power, rounded) = careful_exp::<V, TERM>(token, x, round);
            (power.value(), rounded)
        }
    }
}

/// The n of the careful form, plus `round`.
#[inline(always)]
pub fn careful_rounded<V: Vector<Element: Exponential>>(token: V::Token, x: V, round: V) -> V {
    let off_centre = V::splat(token, -V::Element::OFF_CENTRE);
    x.mul_add(V::splat(token, V::Element::LOG2_E), off_centre)
        .add(round)
}

/// [`exp_parts`] by the nearest form.
#[inline(always)]
fn nearest_exp<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: V,
    round: V,
    [c0, c1, c2, c3, c4, c5, c6]: [V::Element; 7],
) -> (V, V) {
    let (r, rounded) = reduce_fused(token, x, round);
    let power = horner!(token, r; c0, c1, c2, c3, c4, c5, c6);
    (power, rounded)
}

/// x − n·ln 2 by fused operations, and n plus `round`, whose last place says what n is a multiple of.
#[inline(always)]
pub fn reduce_fused<V: Vector<Element: Exponential>>(token: V::Token, x: V, round: V) -> (V, V) {
    let rounded = x.mul_add(V::splat(token, V::Element::LOG2_E), round);
    let n = rounded.sub(round);
    let r = n.neg_mul_add(V::splat(token, V::Element::LN_2), x);
    (
        n.neg_mul_add(V::splat(token, V::Element::LN_2_REST), r),
        rounded,
    )
}

/// [`exp_parts`] by the careful form: the number in [¾, 1½] in two parts.
#[inline(always)]
fn careful_exp<V: Vector<Element: Exponential>, const TERM: bool>(
    token: V::Token,
    x: V,
    round: V,
) -> (TwoFold<V>, V) {
    let rounded = careful_rounded(token, x, round);
    let TwoFold { hi: r, lo: error } = reduce(token, x, rounded.sub(round));
    let tail = V::Element::remainder(token, r).mul_add(r.mul(r), error);
    let one = V::splat(token, V::Element::ONE);
    let rounds = V::FUSED || V::Element::ROUNDED_IF_UNFUSED;
    let power = if TERM || !rounds {
        add_one(one, r, tail)
    } else {
        TwoFold {
            hi: one,
            lo: r.add(tail),
        }
    };
    (power, rounded)
}

/// e^(x − n·ln 2) by the careful form, in two parts.
#[inline(always)]
pub fn careful_exp_two_fold<V: Vector<Element: Exponential>>(
    token: V::Token,
    x: V,
    n: V,
) -> TwoFold<V> {
    let TwoFold { hi: r, lo: error } = reduce(token, x, n);
    let tail = V::Element::remainder(token, r).mul_add(r.mul(r), error);
    let TwoFold { hi, lo } = add_one(V::splat(token, V::Element::ONE), r, tail);
    // Fast2Sum.
    let sum = hi.add(lo);
    TwoFold {
        hi: sum,
        lo: lo.sub(sum.sub(hi)),
    }
}

/// e^x as a number in [¾, 1½] in two parts, and an integer power of two, for a few values that much
/// depends on: within a quarter of a unit in either family, wherever x·log₂ e can be rounded to an
/// integer. The product n·ln 2 is exact here, whatever n.
#[inline(always)]
pub fn exp_two_fold<V: Vector<Element: Exponential>>(token: V::Token, x: V) -> (TwoFold<V>, V) {
    let (zero, one) = (V::Element::ZERO, V::Element::ONE);
    let (zero, one) = (V::splat(token, zero), V::splat(token, one));
    let round = V::splat(token, V::Element::ROUND);
    let n = careful_rounded(token, x, round).sub(round);
    let product = TwoFold::product(token, n, V::splat(token, V::Element::LN_2));
    let r = TwoFold::sum(x, zero.sub(product.hi))
        .add_single(zero.sub(product.lo))
        .add_single(n.neg_mul_add(V::splat(token, V::Element::LN_2_REST), zero))
        .normalized();
    // e^(r + r') = 1 + r + (r²·q(r) + r'·(1 + r)), but for what is below the last digit.
    let rest = r.lo.mul_add(r.hi, r.lo);
    let tail = V::Element::remainder_of_m1(token, r.hi).mul_add(r.hi.mul(r.hi), rest);
    let TwoFold { hi, lo } = add_one(one, r.hi, tail);
    (TwoFold::sum(hi, lo), n)
}

/// x − n·ln 2, in two parts.
#[inline(always)]
pub fn reduce<V: Vector<Element: Exponential>>(token: V::Token, x: V, n: V) -> TwoFold<V> {
    let (ln_2, ln_2_rest) = if V::FUSED {
        (V::Element::LN_2, V::Element::LN_2_REST)
    } else {
        (V::Element::LN_2_SHORT, V::Element::LN_2_SHORT_REST)
    };
    let ln_2_rest = V::splat(token, ln_2_rest);
    let exact = n.neg_mul_add(V::splat(token, ln_2), x);
    let r = n.neg_mul_add(ln_2_rest, exact);
    TwoFold {
        hi: r,
        lo: n.neg_mul_add(ln_2_rest, exact.sub(r)),
    }
}

/// 1 + r + `tail`. Fast2Sum: |r| < 1.
#[inline(always)]
fn add_one<V: Vector>(one: V, r: V, tail: V) -> TwoFold<V> {
    let sum = one.add(r);
    let lost = r.sub(sum.sub(one));
    TwoFold {
        hi: sum,
        lo: lost.add(tail),
    }
}
