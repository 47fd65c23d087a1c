//! Vector-Jacobian products of softmax and log-softmax.
//!
//! Both subtract a multiple of a sum over the row from each element, and what is left may be small:
//! the sum is taken, and subtracted, in twice the precision.

use super::map::{Map2, map_with};
use super::maximum::maximum;
use super::row::{each, each_mut};
use super::sum::{Summand, sum};
use crate::math::TwoFold;
use crate::math::exp::exp;
use crate::math::exp_m1::exp_m1;
use crate::math::ln::Logarithm;
use crate::rows::{Rows, RowsMut};
use crate::simd::{Element, InOut, Vector};

/// dy becomes y·(dy − Σ y·dy), row by row.
#[inline(always)]
pub fn softmax<V: Vector<Element: Logarithm>>(
    token: V::Token,
    y: Rows<'_, V::Element>,
    dy: RowsMut<'_, V::Element>,
) {
    for (y, dy) in each(y).zip(each_mut(dy)) {
        let [products, rests] = sum::<V, _>(token, y, dy, Product);
        let sum = in_two_parts(products.add(rests));
        map_with::<V, _>(token, InOut::in_place(dy), y, Softmax { sum });
    }
}

/// dy becomes dy − e^y·Σ dy, row by row; 0 in a row where y is all −∞.
#[inline(always)]
pub fn log_softmax<V: Vector<Element: Logarithm>>(
    token: V::Token,
    y: Rows<'_, V::Element>,
    dy: RowsMut<'_, V::Element>,
) {
    for (y, dy) in each(y).zip(each_mut(dy)) {
        if is_removed::<V>(token, y) {
            map_with::<V, _>(token, InOut::in_place(dy), y, Removed);
            continue;
        }
        let sum = in_two_parts(sum::<V, _>(token, y, dy, Second));
        map_with::<V, _>(token, InOut::in_place(dy), y, LogSoftmax { sum });
    }
}

/// Whether a row has nothing but −∞.
#[inline(always)]
fn is_removed<V: Vector>(token: V::Token, y: &[V::Element]) -> bool {
    if maximum::<V>(token, y) != V::Element::NEG_INFINITY {
        return false;
    }
    for y in y {
        if y.is_nan() {
            return false;
        }
    }
    true
}

/// y·dy, and what each product is rounded by.
#[derive(Clone, Copy)]
struct Product;

impl<V: Vector> Summand<V> for Product {
    type Terms = [V; 2];

    const NEUTRAL: V::Element = V::Element::ZERO;

    #[inline(always)]
    fn terms(self, token: V::Token, y: V, dy: V) -> [V; 2] {
        let product = TwoFold::product(token, y, dy);
        [product.hi, product.lo]
    }
}

/// dy.
#[derive(Clone, Copy)]
struct Second;

impl<V: Vector> Summand<V> for Second {
    type Terms = V;

    const NEUTRAL: V::Element = V::Element::ZERO;

    #[inline(always)]
    fn terms(self, _: V::Token, _: V, dy: V) -> V {
        dy
    }
}

/// A sum in both parts of a number's twice the precision. NaN if a term is not finite.
#[inline(always)]
fn in_two_parts<R: Vector>(sum: TwoFold<R>) -> TwoFold<R::Element> {
    let sum = sum.normalized();
    TwoFold {
        hi: sum.hi.first(),
        lo: sum.lo.first(),
    }
}

/// y·(dy − sum).
#[derive(Clone, Copy)]
struct Softmax<E> {
    sum: TwoFold<E>,
}

impl<V: Vector> Map2<V> for Softmax<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, dy: V, y: V) -> V {
        let difference = less(token, dy, self.sum);
        y.mul_add(difference.hi, y.mul(difference.lo))
    }
}

/// dy − e^y·sum.
///
/// Where e^y is above e^−½ the difference may be small, above all where y is the logarithm of a
/// confident probability and dy the whole of the sum: there, as (dy − sum) − (e^y − 1)·sum.
#[derive(Clone, Copy)]
struct LogSoftmax<E> {
    sum: TwoFold<E>,
}

impl<V: Vector<Element: Logarithm>> Map2<V> for LogSoftmax<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, dy: V, y: V) -> V {
        let sum = V::splat(token, self.sum.hi);
        let zero = V::splat(token, V::Element::ZERO);
        let below = exp(token, y).neg_mul_add(sum, dy);
        let minus_y = zero.sub(y);
        let half = V::splat(token, V::Element::HALF);
        if !minus_y.any_less(half) {
            return below;
        }
        let difference = less(token, dy, self.sum);
        let near = exp_m1(token, y)
            .neg_mul_add(sum, difference.hi)
            .add(difference.lo);
        below.replace_where_less(minus_y, half, near)
    }
}

/// e^y, which is 0, whatever dy is. A plain 0 would become a call of `memset`.
#[derive(Clone, Copy)]
struct Removed;

impl<V: Vector<Element: Logarithm>> Map2<V> for Removed {
    #[inline(always)]
    fn apply(self, token: V::Token, _: V, y: V) -> V {
        exp(token, y)
    }
}

/// x − sum, in two parts.
#[inline(always)]
fn less<V: Vector>(token: V::Token, x: V, sum: TwoFold<V::Element>) -> TwoFold<V> {
    TwoFold::sum(x, V::splat(token, -sum.hi)).add_single(V::splat(token, -sum.lo))
}
