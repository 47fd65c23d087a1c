//! p·ln(p/q), in two parts that cancel nowhere.
//!
//! With p/q = 2^k·(1 + s)/(1 − s), |s| ≤ 1/5, ln(p/q) = k·ln 2 + 2 atanh(s), and 2 atanh(s) = 2s +
//! s·w(s²).
//!
//! Where k = 0, p and q are near each other, and in a sum the terms p·ln(p/q) nearly cancel: their
//! first-order parts p − q add up to 0 if p and q both sum to 1. So the term is split into p − q,
//! which is exact (Sterbenz, Floating-Point Computation, 1974, theorem 4.3.1), and the rest, which
//! is not negative:
//!
//! p·ln(p/q) − (p − q) = (p − q)·(s + (1 + s)·w(s²)/2)
//!
//! because p = (p + q)(1 + s)/2 and p − q = (p + q)·s.
//!
//! Elsewhere the logarithm is computed in two parts and the product split into its rounded value
//! and the rest.

use super::ln::Logarithm;
use super::log::add_ln_2;
use super::{TwoFold, horner};
use crate::simd::{Element, Vector};

/// The polynomial of a type.
pub trait MutualDivergence: Logarithm {
    /// ((1 + s)·ln(1 + s) + (1 − s)·ln(1 − s)) / s² − 1 with z = s², for z up to 1/25.
    fn mutual_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V;
}

impl MutualDivergence for f32 {
    #[inline(always)]
    fn mutual_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V {
        horner!(token, z; 0.166_666_95, 0.066_624_15, 0.037_502_8).mul(z)
    }
}

impl MutualDivergence for f64 {
    #[inline(always)]
    fn mutual_tail<V: Vector<Element = Self>>(token: V::Token, z: V) -> V {
        horner!(token, z;
            0.166_666_666_666_670_1,
            0.066_666_666_664_515_66,
            0.035_714_286_172_639_505,
            0.022_222_175_851_821_183,
            0.015_154_021_534_362_981,
            0.010_914_869_815_281_607,
            0.009_456_170_976_667_821)
        .mul(z)
    }
}

/// p·ln(p/q) = `major` + `minor`.
#[derive(Clone, Copy)]
pub struct Divergence<V> {
    /// p − q where p and q are near each other, else the product rounded: exact, as a part.
    pub major: V,
    /// All the rest, with a small relative error.
    pub minor: V,
}

impl<V: Vector<Element: Logarithm>> Divergence<V> {
    /// The term of `p` and `q`, which are 0 or normal, and neither infinite nor near overflow. Where
    /// one is 0, it counts as the smallest normal number in p/q.
    #[inline(always)]
    pub fn new(token: V::Token, p: V, q: V) -> Self {
        let least = V::splat(token, V::Element::MIN_POSITIVE);
        let ratio = Ratio::new(token, p.at_least(least), q.at_least(least));
        let (one, half) = (
            V::splat(token, V::Element::ONE),
            V::splat(token, V::Element::HALF),
        );
        let s = ratio.s.value();
        let tail = V::Element::atanh_tail(token, s.mul(s));

        let gap = p.sub(q);
        let excess = gap.mul(one.add(s).mul_add(tail.mul(half), s));

        let ln = ratio.ln(token, tail);
        let product = TwoFold::product(token, p, ln.hi);
        let rest = p.mul_add(ln.lo, product.lo);

        let distance = ratio.k.mul(ratio.k);
        Self {
            major: product.hi.replace_where_less(distance, half, gap),
            minor: rest.replace_where_less(distance, half, excess),
        }
    }

    /// p·ln(p/q) − p + q ≥ 0.
    #[inline(always)]
    pub fn excess(self, p: V, q: V) -> V {
        self.major.sub(p.sub(q)).add(self.minor)
    }
}

/// p/q = 2^k·(1 + s)/(1 − s).
struct Ratio<V> {
    k: V,
    s: TwoFold<V>,
}

impl<V: Vector<Element: Logarithm>> Ratio<V> {
    /// The ratio of two normal positive numbers.
    #[inline(always)]
    fn new(token: V::Token, p: V, q: V) -> Self {
        let one = V::splat(token, V::Element::ONE);
        let half = V::splat(token, V::Element::HALF);
        let ((p, p_power), (q, q_power)) = (p.split_pow2(), q.split_pow2());
        // Both lie in [⅔, 4/3). A power of two brings their ratio from (½, 2) to [⅔, 1½].
        let (p_bound, q_bound) = (p.mul(one.add(half)), q.mul(one.add(half)));
        let k = p_power.sub(q_power);
        let k = k
            .replace_where_less(q_bound, p, k.add(one))
            .replace_where_less(p_bound, q, k.sub(one));
        let q = q
            .replace_where_less(q_bound, p, q.add(q))
            .replace_where_less(p_bound, q, q.mul(half));

        let gap = TwoFold {
            hi: p.sub(q),
            lo: V::splat(token, V::Element::ZERO),
        };
        let s = gap.quotient(token, TwoFold::sum(p, q));
        Self { k, s }
    }

    /// The logarithm, given w(s²).
    #[inline(always)]
    fn ln(&self, token: V::Token, tail: V) -> TwoFold<V> {
        let TwoFold { hi: s, lo: lost } = self.s;
        let ln = add_ln_2(token, self.k, s.add(s));
        let rest = s.mul_add(tail, lost.add(lost));
        TwoFold {
            hi: ln.hi,
            lo: ln.lo.add(rest),
        }
    }
}

/// p·ln(p/m) + q·ln(q/m) with m = (p + q)/2, under the conditions of [`Divergence::new`].
///
/// With s = (p − q)/(p + q) it is m·((1 + s)·ln(1 + s) + (1 − s)·ln(1 − s)), which is even in s. For
/// |s| ≤ 1/5 that is s² times a polynomial in s². Elsewhere it is the sum of p·ln(p/m) − p + m and
/// q·ln(q/m) − q + m, neither of which is negative: as a function of m the sum has its minimum at
/// (p + q)/2, so that rounding m has an effect of second order.
#[inline(always)]
pub fn mutual_divergence<V: Vector<Element: MutualDivergence>>(token: V::Token, p: V, q: V) -> V {
    let half = V::splat(token, V::Element::HALF);
    let least = V::splat(token, V::Element::MIN_POSITIVE);
    let ratio = Ratio::new(token, p.at_least(least), q.at_least(least));
    let TwoFold { hi: s, lo: lost } = ratio.s;
    // The tail is below a hundredth: s² times the polynomial is rounded but once, as s.
    let tail = V::Element::mutual_tail(token, s.mul(s));
    let near = p.sub(q).mul(half).mul(s.add(s.mul_add(tail, lost)));

    let mean = p.add(q).mul(half);
    let from_p = Divergence::new(token, p, mean).excess(p, mean);
    let from_q = Divergence::new(token, q, mean).excess(q, mean);
    let distance = ratio.k.mul(ratio.k);
    from_p.add(from_q).replace_where_less(distance, half, near)
}
