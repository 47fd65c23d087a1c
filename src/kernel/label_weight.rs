//! What the weight of a row's label does to its loss and gradient.
//!
//! A weight of 1 changes no bit.

use crate::math::TwoFold;
use crate::math::scaled::unless_zero;
use crate::simd::{Element, Vector};

/// (`max` − `logit`) + `ratio`, times the weight if there is one; 0 for a weight of 0, whatever the
/// rest is.
#[inline(always)]
pub fn weighted_loss<R: Vector>(
    token: R::Token,
    (max, logit): (R, R),
    ratio: TwoFold<R>,
    weight: Option<R>,
) -> TwoFold<R> {
    let gap = max.sub(logit);
    let loss = TwoFold::sum(gap, ratio.hi);
    let loss = TwoFold {
        hi: loss.hi,
        lo: loss.lo.add(ratio.lo),
    };
    let Some(weight) = weight else {
        return normalized_or_hi(token, loss);
    };
    let loss = loss.scaled(weight);
    // A distance beyond the range, which a small weight may bring back.
    let half = R::splat(token, R::Element::HALF);
    let beyond = max.mul(half).sub(logit.mul(half)).mul(weight);
    let largest = R::splat(token, R::Element::LARGEST);
    let hi = loss.hi.replace_where_less(largest, gap, beyond.add(beyond));
    let hi = unless_zero(token, weight, hi);
    normalized_or_hi(token, TwoFold { hi, lo: loss.lo })
}

/// The same number with `lo` below the last digit of `hi`; where `lo` is not a number, `hi` alone.
#[inline(always)]
fn normalized_or_hi<R: Vector>(token: R::Token, loss: TwoFold<R>) -> TwoFold<R> {
    let zero = R::splat(token, R::Element::ZERO);
    let infinity = R::splat(token, -R::Element::NEG_INFINITY);
    let lo = zero.replace_where_less(loss.lo.abs(), infinity, loss.lo);
    TwoFold { hi: loss.hi, lo }.normalized()
}

/// What a row's gradient is multiplied by, as a product of two numbers: a probability times the
/// first and then times the second is right wherever the result is in range.
#[derive(Clone, Copy)]
pub struct GradientFactor<F> {
    /// The scale times the weight, if that is in range. Where it underflows, it is no less exact
    /// than its product with a probability.
    pub first: F,
    /// 1, if all is in `first`.
    pub second: F,
    /// By which power of two the probability is multiplied, and the first number divided: above 1
    /// where that is large, and a subnormal probability would lack the digits of the product.
    pub lift: F,
}

impl<V: Vector> GradientFactor<V> {
    /// `scale`·`weight`.
    #[inline(always)]
    pub fn new(token: V::Token, scale: V::Element, weight: V) -> Self {
        let scale = V::splat(token, scale);
        let product = scale.mul(weight);
        let largest = V::splat(token, V::Element::LARGEST);
        let one = V::splat(token, V::Element::ONE);
        let lifted = V::splat(token, V::Element::LARGE_UNIT);
        let first = product.replace_where_less(largest, product.abs(), scale);
        Self {
            first,
            second: one.replace_where_less(largest, product.abs(), weight),
            lift: one.replace_where_less(one, first.abs(), lifted),
        }
    }

    /// The gradient at the label, where `complement` is 1 less its probability, lifted.
    #[inline(always)]
    pub fn at_label(self, token: V::Token, complement: V) -> V {
        let product = complement.mul(self.first.div(self.lift)).mul(self.second);
        V::splat(token, V::Element::ZERO).sub(product)
    }
}
