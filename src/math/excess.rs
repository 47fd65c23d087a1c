//! e^x − 1 − x: by how much the exponential exceeds its tangent at 0.
//!
//! Near 0 it is about x²/2, and the subtractions would leave nothing of it. There, with h = x/4, it
//! is h²·q(h) at h, and (h + g)² + 2g at 2h if g is the value at h: twice that, and no term is
//! negative. Elsewhere e^x − 1 − x is at least a third of its largest part.

use super::exp::{Exponential, exp_scaled};
use super::horner;
use crate::simd::{Element, Vector};

/// The polynomial of a type.
pub trait Excess: Exponential {
    /// (e^x − 1 − x) / x² on [−9/32, ⅜].
    fn excess_quotient<V: Vector<Element = Self>>(token: V::Token, x: V) -> V;
}

impl Excess for f32 {
    #[inline(always)]
    fn excess_quotient<V: Vector<Element = Self>>(token: V::Token, x: V) -> V {
        horner!(token, x;
            0.5,
            0.166_666_69,
            0.041_666_59,
            0.008_332_415,
            0.001_391_737_5,
            0.000_207_391_68)
    }
}

impl Excess for f64 {
    #[inline(always)]
    fn excess_quotient<V: Vector<Element = Self>>(token: V::Token, x: V) -> V {
        horner!(token, x;
            0.5,
            0.166_666_666_666_666_66,
            0.041_666_666_666_666_99,
            0.008_333_333_333_334_123,
            0.001_388_888_888_852_627_8,
            0.000_198_412_698_412_628_18,
            2.480_158_858_240_968e-5,
            2.755_730_783_860_784_6e-6,
            2.755_550_803_811_773_3e-7,
            2.507_784_263_528_837e-8,
            2.178_056_142_222_142_5e-9)
    }
}

/// e^x − 1 and e^x − 1 − x for x up to 8; −∞ has −1 and ∞.
#[inline(always)]
pub fn exp_m1_and_excess<V: Vector<Element: Excess>>(token: V::Token, x: V) -> (V, V) {
    let one = V::splat(token, V::Element::ONE);
    let half = V::splat(token, V::Element::HALF);
    let quarter = half.mul(half);
    let lowest = V::splat(token, V::Element::ZERO).sub(one.add(quarter.mul(half)));
    let near = x.at_least(lowest).at_most(one.add(half));

    let h = near.mul(quarter);
    let excess = V::Element::excess_quotient(token, h).mul(h.mul(h));
    let (h, excess) = doubled(h, excess);
    let (_, excess) = doubled(h, excess);

    // Below this, e^x leaves no trace beside 1.
    let floor = V::splat(
        token,
        -(V::Element::SIXTEEN + V::Element::SIXTEEN + V::Element::SIXTEEN),
    );
    let round = V::splat(token, V::Element::ROUND);
    let exp_m1 = exp_scaled(token, x.at_least(floor), round).sub(one);

    let beyond = x.sub(near);
    let beyond = beyond.mul(beyond);
    let least = V::splat(token, V::Element::MIN_POSITIVE);
    (
        exp_m1.replace_where_less(beyond, least, near.add(excess)),
        exp_m1.sub(x).replace_where_less(beyond, least, excess),
    )
}

/// 2x and e^(2x) − 1 − 2x, from x and e^x − 1 − x.
#[inline(always)]
fn doubled<V: Vector>(x: V, excess: V) -> (V, V) {
    let exp_m1 = x.add(excess);
    (x.add(x), exp_m1.mul_add(exp_m1, excess.add(excess)))
}
