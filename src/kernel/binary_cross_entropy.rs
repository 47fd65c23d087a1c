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
use crate::simd::{Element, Routine, Token, Vector};

/// The summed loss.
#[inline(always)]
pub fn loss<V: Vector<Element: Logarithm>>(
    token: V::Token,
    x: &[V::Element],
    of: Binary<'_, V::Element>,
) -> LossSum<V::Element> {
    let mut sum = LaneSum::<V>::new(token);
    let one = V::splat(token, V::Element::ONE);
    let shared = of.shared::<V>(token, one);
    let mut start = 0;
    while start < x.len() {
        let end = of.end(start, x.len());
        while start < end {
            for place in 0..sum.vectors() {
                if start >= end {
                    break;
                }
                let part = x.get(start..end).unwrap_or(&[]);
                let factors = of.factors(token, start, end, shared);
                let x = V::load(token, part, of.neutral());
                sum.add(place, factors.loss(token, x, of.space));
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
    let shared = of.shared::<V>(token, V::splat(token, scale));
    let len = x.len();
    let mut start = 0;
    while start < len {
        let end = of.end(start, len);
        while let Some(part @ [_, ..]) = x.get_mut(start..end) {
            let factors = of.factors(token, start, end, shared);
            let x = V::load(token, part, of.neutral());
            factors.slope(token, x, of.space).store(part);
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
        let defined = of.space.holds(x) && y.is_finite();
        count += 1;
        correct += u64::from(defined && (x > border) == (y > V::Element::HALF));
    }
    let loss = sum.finish().settled(token);
    let mut sum = LossSum::default();
    sum.add_weight_of(count);
    sum.add_losses(loss.hi.first(), loss.lo.first(), count, correct);
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

    /// The factors of no element: those that all share, with `scale` in the place of weights.
    #[inline(always)]
    fn shared<V: Vector<Element = E>>(&self, token: V::Token, scale: V) -> Factors<V> {
        let one = V::splat(token, E::ONE);
        let positive = match self.positive {
            PositiveWeight::All(weight) => V::splat(token, weight),
            PositiveWeight::Columns(_) => one,
        };
        Factors {
            target: one,
            positive,
            weight: one,
            scale,
            magnitudes: Magnitudes::new(token)
                .with(token, scale)
                .with(token, positive),
        }
    }

    /// The factors of the elements from `start` to `end`.
    #[inline(always)]
    fn factors<V: Vector<Element = E>>(
        &self,
        token: V::Token,
        start: usize,
        end: usize,
        shared: Factors<V>,
    ) -> Factors<V> {
        let mut factors = shared;
        factors.target = V::load(token, self.targets.get(start..end).unwrap_or(&[]), E::ONE);
        factors.magnitudes = factors.magnitudes.with_share(token, factors.target);
        if let Some(weights) = self.weights {
            factors.weight = V::load(token, weights.get(start..end).unwrap_or(&[]), E::ZERO);
            factors.magnitudes = factors.magnitudes.with(token, factors.weight);
        }
        if let PositiveWeight::Columns(weights) = self.positive {
            factors.positive = load_at(token, weights, self.columns.saturating_sub(end - start));
            factors.magnitudes = factors.magnitudes.with(token, factors.positive);
        }
        factors
    }
}

/// What multiplies the parts of a loss.
#[derive(Clone, Copy)]
struct Factors<V> {
    /// y.
    target: V,
    /// v.
    positive: V,
    /// w.
    weight: V,
    /// That of the gradient, 1 for the loss.
    scale: V,
    /// Of all four.
    magnitudes: Magnitudes<V>,
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
        let plain = self.sum(token, one, zero);
        let full = V::splat(token, V::Element::ONE);
        let (one, zero) = ([one, full], [zero, full]);
        let loss = self.unless_moderate(token, self.magnitudes, plain, one, zero);
        loss.add(self.undefined(token, x, space))
    }

    #[inline(always)]
    fn slope(self, token: V::Token, x: V, space: Space) -> V {
        let none = V::splat(token, V::Element::ZERO);
        let full = V::splat(token, V::Element::ONE);
        let (magnitudes, plain, [one, zero]) = match space {
            Space::Logits => {
                let (one, zero) = (sigmoid(token, none.sub(x)), sigmoid(token, x));
                let one = none.sub(one);
                let sum = self.sum(token, one, zero);
                (self.magnitudes, sum, [[one, full], [zero, full]])
            }
            Space::Probabilities => {
                // Of −0, the inverse would be −∞.
                let (p, q, minus) = (x.add(none), full.sub(x), none.sub(full));
                let sum = self.sum(token, minus.div(p), full.div(q));
                let magnitudes = self.magnitudes.with_share(token, p);
                (magnitudes, sum, [[minus, p], [full, q]])
            }
        };
        let slope = self.unless_moderate(token, magnitudes, plain, one, zero);
        slope.add(self.undefined(token, x, space))
    }

    /// The sum of what the factors multiply, each a quotient: `plain` where all is moderate.
    #[inline(always)]
    fn unless_moderate(
        self,
        token: V::Token,
        magnitudes: Magnitudes<V>,
        plain: V,
        one: [V; 2],
        zero: [V; 2],
    ) -> V {
        if magnitudes.are_moderate(token) {
            return plain;
        }
        let factors = self;
        let careful = token.call_rarely(CarefulSum { factors, one, zero });
        magnitudes.choose(token, plain, careful)
    }

    /// `scale`·w·(v·y·`one` + (1 − y)·`zero`).
    #[inline(always)]
    fn sum(&self, token: V::Token, one: V, zero: V) -> V {
        let full = V::splat(token, V::Element::ONE);
        let weight = self.weight.mul(self.scale);
        let of_one = weight.mul(self.positive.mul(self.target));
        let of_zero = weight.mul(full.sub(self.target));
        let one = unless_zero(token, of_one, of_one.mul(one));
        let zero = unless_zero(token, of_zero, of_zero.mul(zero));
        zero.add(one)
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
        let undefined = self.target.sub(self.target).add(clamped.sub(clamped));
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

/// The sum of factors of any magnitude: what they multiply is each a quotient.
struct CarefulSum<V> {
    factors: Factors<V>,
    one: [V; 2],
    zero: [V; 2],
}

impl<V: Vector<Element: Logarithm>> Routine<V::Token> for CarefulSum<V> {
    type Output = V;

    #[inline(always)]
    fn run(self, token: V::Token) -> V {
        let Factors {
            target,
            positive,
            weight,
            scale,
            ..
        } = self.factors;
        let rest = Scaled::new(token, V::splat(token, V::Element::ONE).sub(target));
        let target = Scaled::new(token, target).mul(Scaled::new(token, positive));
        let weight = Scaled::new(token, weight).mul(Scaled::new(token, scale));
        let [one, divisor] = self.one;
        let one = Scaled::new(token, one).div(Scaled::new(token, divisor));
        let [zero, divisor] = self.zero;
        let zero = Scaled::new(token, zero).div(Scaled::new(token, divisor));
        let one = weight.mul(target).weigh(token, one);
        let zero = weight.mul(rest).weigh(token, zero);
        zero.add(token, one).value(token)
    }
}
