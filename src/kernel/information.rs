//! Entropies and divergences of probabilities.
//!
//! Probabilities are multiplied by a power of two, so that the smallest subnormal number has
//! products in full precision; the sums are divided by it.

use super::row::each;
use super::sum::{Summand, rounded, sum};
use crate::math::divergence::{Divergence, MutualDivergence, mutual_divergence};
use crate::math::ln::Logarithm;
use crate::rows::Rows;
use crate::simd::{Element, Vector};

/// A type of probabilities.
pub trait Probability: MutualDivergence {
    /// The power of two: products with it of all positive numbers, and halves of those, are normal,
    /// and not 1 among the smallest normal ones.
    const SCALE: Self;
    /// Its exponent.
    const SCALE_POWER: Self;
}

impl Probability for f32 {
    const SCALE: Self = 4_294_967_296.0;
    const SCALE_POWER: Self = 32.0;
}

impl Probability for f64 {
    const SCALE: Self = 18_446_744_073_709_551_616.0;
    const SCALE_POWER: Self = 64.0;
}

/// −Σ p ln q of each row, for as many rows as `out` has room for.
#[inline(always)]
pub fn cross_entropy<V: Vector<Element: Probability>>(
    token: V::Token,
    p: Rows<'_, V::Element>,
    q: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    for ((p, q), out) in each(p).zip(each(q)).zip(out) {
        let sum = sum::<V, _>(token, p, q, CrossEntropy);
        *out = V::Element::ZERO - rounded::<V::Register>(sum) / V::Element::SCALE;
    }
}

/// Σ p ln(p/q) of each row, for as many rows as `out` has room for.
#[inline(always)]
pub fn kl_divergence<V: Vector<Element: Probability>>(
    token: V::Token,
    p: Rows<'_, V::Element>,
    q: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    for ((p, q), out) in each(p).zip(each(q)).zip(out) {
        let [major, minor] = sum::<V, _>(token, p, q, KlDivergence);
        *out = rounded::<V::Register>(major.add(minor)) / V::Element::SCALE;
    }
}

/// ½ Σ p ln(p/m) + q ln(q/m) of each row, m = (p + q)/2, for as many rows as `out` has room for.
#[inline(always)]
pub fn js_divergence<V: Vector<Element: Probability>>(
    token: V::Token,
    p: Rows<'_, V::Element>,
    q: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    for ((p, q), out) in each(p).zip(each(q)).zip(out) {
        let sum = sum::<V, _>(token, p, q, JsDivergence);
        *out = rounded::<V::Register>(sum) / V::Element::SCALE * V::Element::HALF;
    }
}

/// 0, but NaN where p or q is negative, infinite, NaN, or overflowed when it was scaled.
#[inline(always)]
fn improper<V: Vector>(token: V::Token, p: V, q: V) -> V {
    let zero = V::splat(token, V::Element::ZERO);
    let nan = V::splat(token, V::Element::NAN);
    p.mul_add(zero, q.mul(zero))
        .replace_where_less(p.at_most(q), zero, nan)
}

/// p times the power of two.
#[inline(always)]
fn scaled<V: Vector<Element: Probability>>(token: V::Token, p: V) -> V {
    p.mul(V::splat(token, V::Element::SCALE))
}

/// p ln q, scaled.
#[derive(Clone, Copy)]
struct CrossEntropy;

impl<V: Vector<Element: Probability>> Summand<V> for CrossEntropy {
    type Terms = V;

    const NEUTRAL: V::Element = V::Element::ONE;

    #[inline(always)]
    fn terms(self, token: V::Token, p: V, q: V) -> V {
        let (p, q) = (scaled(token, p), scaled(token, q));
        let zero = V::splat(token, V::Element::ZERO);
        let least = V::splat(token, V::Element::MIN_POSITIVE);
        let lowest = V::splat(token, V::Element::NEG_INFINITY);
        let (m, k) = q.at_least(least).split_pow2();
        let f = m.sub(V::splat(token, V::Element::ONE));
        let k = k.sub(V::splat(token, V::Element::SCALE_POWER));
        let ln = V::Element::ln_reduced(token, k, f, None).value();
        p.mul(ln.replace_where_less(q, least, lowest))
            .replace_where_less(p, least, zero)
            .add(improper(token, p, q))
    }
}

/// p ln(p/q), scaled, in two parts.
#[derive(Clone, Copy)]
struct KlDivergence;

impl<V: Vector<Element: Probability>> Summand<V> for KlDivergence {
    type Terms = [V; 2];

    const NEUTRAL: V::Element = V::Element::ONE;

    #[inline(always)]
    fn terms(self, token: V::Token, p: V, q: V) -> [V; 2] {
        let (p, q) = (scaled(token, p), scaled(token, q));
        let zero = V::splat(token, V::Element::ZERO);
        let least = V::splat(token, V::Element::MIN_POSITIVE);
        let infinity = V::splat(token, -V::Element::NEG_INFINITY);
        let Divergence { major, minor } = Divergence::new(token, p, q);
        let major = major
            .replace_where_less(q, least, infinity)
            .replace_where_less(p, least, zero)
            .add(improper(token, p, q));
        [major, minor]
    }
}

/// p ln(p/m) + q ln(q/m) with m = (p + q)/2, scaled.
#[derive(Clone, Copy)]
struct JsDivergence;

impl<V: Vector<Element: Probability>> Summand<V> for JsDivergence {
    type Terms = V;

    const NEUTRAL: V::Element = V::Element::ONE;

    #[inline(always)]
    fn terms(self, token: V::Token, p: V, q: V) -> V {
        let (p, q) = (scaled(token, p), scaled(token, q));
        mutual_divergence(token, p, q).add(improper(token, p, q))
    }
}
