//! Binary cross-entropy, and its gradient.
//!
//! With y the target, v its weight and w that of the element, the loss of a probability p is
//! w·(v·y·(−ln p) + (1 − y)·(−ln(1 − p))): both terms are at least 0, so nothing cancels. From
//! logits −ln p = ln(1 + e^−x) and −ln(1 − p) = ln(1 + e^x). A term whose factor is 0 is 0.
//!
//! What multiplies a term is put together first: that alone may leave the range, where the weights,
//! the target or the gradient's scale are extreme, and there exponents are counted apart.

use super::lane_sum::LaneSum;
use super::weighing::load_at;
use crate::loss::{Binary, LossSum, PositiveWeight, Space};
use crate::math::ln::Logarithm;
use crate::math::log::{ln, ln_1p};
use crate::math::scaled::{Magnitudes, Scaled, unless_zero};
use crate::math::sigmoid::{sigmoid, softplus};
use crate::simd::{Element, Vector};

/// The summed loss.
#[inline(always)]
pub fn loss<V: Vector<Element: Logarithm>>(
    token: V::Token,
    x: &[V::Element],
    of: Binary<'_, V::Element>,
) -> LossSum<V::Element> {
    let mut sum = LaneSum::<V>::new(token);
    let mut start = 0;
    while start < x.len() {
        let end = of.end(start, x.len());
        while start < end {
            for place in 0..sum.vectors() {
                if start >= end {
                    break;
                }
                let part = x.get(start..end).unwrap_or(&[]);
                let factors = of.factors::<V>(token, start, end);
                sum.add(
                    place,
                    factors.loss(token, V::load(token, part, of.neutral()), of.space),
                );
                start += V::LANES;
            }
        }
        start = end;
    }
    finish(token, x, of, sum)
}

/// The summed loss; `scale` times the gradient overwrites the inputs.
#[inline(always)]
pub fn loss_and_gradient<V: Vector<Element: Logarithm>>(
    token: V::Token,
    x: &mut [V::Element],
    of: Binary<'_, V::Element>,
    scale: V::Element,
) -> LossSum<V::Element> {
    let sum = loss::<V>(token, x, of);
    let len = x.len();
    let mut start = 0;
    while start < len {
        let end = of.end(start, len);
        while let Some(part @ [_, ..]) = x.get_mut(start..end) {
            let factors = of.factors::<V>(token, start, end);
            let x = V::load(token, part, of.neutral());
            let scale = V::splat(token, scale);
            factors.slope(token, x, of.space, scale).store(part);
            start += V::LANES;
        }
        start = end;
    }
    sum
}

/// Adds up the lanes and counts.
#[inline(always)]
fn finish<V: Vector<Element: Logarithm>>(
    token: V::Token,
    x: &[V::Element],
    of: Binary<'_, V::Element>,
    sum: LaneSum<V>,
) -> LossSum<V::Element> {
    let border = match of.space {
        Space::Logits => V::Element::ZERO,
        Space::Probabilities => V::Element::HALF,
    };
    let (mut count, mut correct) = (0, 0);
    for (&x, &y) in x.iter().zip(of.targets) {
        let defined = !x.is_nan() && !y.is_nan();
        count += 1;
        correct += u64::from(defined && (x > border) == (y > V::Element::HALF));
    }
    let loss = sum.finish().settled(token);
    let mut sum = LossSum::default();
    sum.add_decisions(loss.hi.first(), loss.lo.first(), count, correct);
    sum
}

impl<E: Logarithm> Binary<'_, E> {
    /// The end of the elements from `start` that are treated as one: a row, where columns differ.
    #[inline(always)]
    fn end(&self, start: usize, len: usize) -> usize {
        match self.positive {
            PositiveWeight::All(_) => len,
            PositiveWeight::Columns(_) => len.min(start + self.columns.max(1)),
        }
    }

    /// The input that is certain of 1, which is the target beyond the elements: no loss.
    #[inline(always)]
    fn neutral(&self) -> E {
        match self.space {
            Space::Logits => -E::NEG_INFINITY,
            Space::Probabilities => E::ONE,
        }
    }

    /// The factors of the elements from `start` to `end`.
    #[inline(always)]
    fn factors<V: Vector<Element = E>>(
        &self,
        token: V::Token,
        start: usize,
        end: usize,
    ) -> Factors<V> {
        let y = V::load(token, self.targets.get(start..end).unwrap_or(&[]), E::ONE);
        let weight = match self.weights {
            Some(weights) => V::load(token, weights.get(start..end).unwrap_or(&[]), E::ZERO),
            None => V::splat(token, E::ONE),
        };
        let positive = match self.positive {
            PositiveWeight::All(weight) => V::splat(token, weight),
            PositiveWeight::Columns(weights) => {
                load_at(token, weights, self.columns.saturating_sub(end - start))
            }
        };
        Factors {
            target: y,
            positive,
            weight,
            undefined: y.sub(y),
        }
    }
}

/// What multiplies the parts of a loss.
struct Factors<V> {
    /// y.
    target: V,
    /// v.
    positive: V,
    /// w.
    weight: V,
    /// NaN where the target is not a number, else 0.
    undefined: V,
}

impl<V: Vector<Element: Logarithm>> Factors<V> {
    #[inline(always)]
    fn loss(self, token: V::Token, x: V, space: Space) -> V {
        let none = V::splat(token, V::Element::ZERO);
        let (one, zero) = match space {
            Space::Logits => {
                // One of the two is ln(1 + e^−|x|), and the other |x| more.
                let (above, below) = (x.at_least(none), none.sub(x).at_least(none));
                let small = softplus(token, none.sub(above.add(below)));
                (below.add(small), above.add(small))
            }
            Space::Probabilities => {
                let of_zero = ln_1p(token, none.sub(x));
                (none.sub(ln(token, x)), none.sub(of_zero))
            }
        };
        let scale = V::splat(token, V::Element::ONE);
        let mut loss = self.sum(token, one, zero, scale);
        let magnitudes = self.magnitudes(token);
        if !magnitudes.are_moderate(token) {
            let (one, zero) = (Scaled::new(token, one), Scaled::new(token, zero));
            let careful = self.careful_sum(token, one, zero, scale);
            loss = magnitudes.choose(token, loss, careful);
        }
        loss.add(self.undefined(token, x, space))
    }

    /// `scale` times the slope.
    #[inline(always)]
    fn slope(self, token: V::Token, x: V, space: Space, scale: V) -> V {
        let none = V::splat(token, V::Element::ZERO);
        let full = V::splat(token, V::Element::ONE);
        let minus = none.sub(full);
        // Of −0, the inverse would be −∞.
        let (p, q) = (x.add(none), full.sub(x));
        let mut magnitudes = self.magnitudes(token).with(token, scale);
        let (one, zero) = match space {
            Space::Logits => (none.sub(sigmoid(token, none.sub(x))), sigmoid(token, x)),
            Space::Probabilities => {
                magnitudes = magnitudes.with(token, p);
                (minus.div(p), full.div(q))
            }
        };
        let mut slope = self.sum(token, one, zero, scale);
        if !magnitudes.are_moderate(token) {
            let (one, zero) = match space {
                Space::Logits => (Scaled::new(token, one), Scaled::new(token, zero)),
                Space::Probabilities => {
                    let (p, q) = (Scaled::new(token, p), Scaled::new(token, q));
                    let (minus, full) = (Scaled::new(token, minus), Scaled::new(token, full));
                    (minus.div(p), full.div(q))
                }
            };
            let careful = self.careful_sum(token, one, zero, scale);
            slope = magnitudes.choose(token, slope, careful);
        }
        slope.add(self.undefined(token, x, space))
    }

    /// The magnitudes of the factors.
    #[inline(always)]
    fn magnitudes(&self, token: V::Token) -> Magnitudes<V> {
        Magnitudes::new(token)
            .with(token, self.positive)
            .with(token, self.weight)
            .with(token, self.target)
    }

    /// `scale`·w·(v·y·`one` + (1 − y)·`zero`).
    #[inline(always)]
    fn sum(&self, token: V::Token, one: V, zero: V, scale: V) -> V {
        let full = V::splat(token, V::Element::ONE);
        let of_one = self.weight.mul(self.positive.mul(self.target));
        let of_zero = self.weight.mul(full.sub(self.target));
        let one = unless_zero(token, of_one, of_one.mul(scale).mul(one));
        let zero = unless_zero(token, of_zero, of_zero.mul(scale).mul(zero));
        zero.add(one)
    }

    /// The same of factors of any magnitude.
    #[inline(always)]
    fn careful_sum(&self, token: V::Token, one: Scaled<V>, zero: Scaled<V>, scale: V) -> V {
        let full = V::splat(token, V::Element::ONE);
        let weight = Scaled::new(token, self.weight);
        let target = Scaled::new(token, self.target);
        let of_one = weight.mul(Scaled::new(token, self.positive).mul(target));
        let of_zero = weight.mul(Scaled::new(token, full.sub(self.target)));
        let scale = Scaled::new(token, scale);
        let one = of_one.weigh(token, scale.mul(one));
        let zero = of_zero.weigh(token, scale.mul(zero));
        zero.add(token, one).value(token)
    }

    /// NaN where the target or the input is not a number, or the input no probability; else 0. No
    /// weight of 0 hides that.
    #[inline(always)]
    fn undefined(&self, token: V::Token, x: V, space: Space) -> V {
        let (low, high) = match space {
            Space::Logits => (V::Element::LOWEST, -V::Element::LOWEST),
            Space::Probabilities => (V::Element::ZERO, V::Element::ONE),
        };
        let (low, high) = (V::splat(token, low), V::splat(token, high));
        let clamped = x.at_least(low).at_most(high);
        let undefined = self.undefined.add(clamped.sub(clamped));
        match space {
            Space::Logits => undefined,
            Space::Probabilities => {
                let nan = V::splat(token, V::Element::NAN);
                undefined
                    .replace_where_less(x, low, nan)
                    .replace_where_less(high, x, nan)
            }
        }
    }
}
