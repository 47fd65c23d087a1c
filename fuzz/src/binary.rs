//! What a binary cross-entropy and its gradient should be.

use crate::float::Float;
use crate::real::Real;
use crate::reference::{Expected, Parts, ln, ln_1p, sigmoid, softplus};

/// What the inputs are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    Logits,
    Probabilities,
}

/// A target in [0, 1] or NaN, the weight of the element and that of a positive target.
pub struct Factors {
    pub target: f64,
    pub weight: f64,
    pub positive: f64,
}

impl Factors {
    /// What multiplies the parts of 1 and of 0: w·v·y and w·(1 − y).
    fn of_parts(&self) -> [Real; 2] {
        let [y, w, v] = [self.target, self.weight, self.positive].map(Real::from);
        [w * v * y, w * (Real::ONE - y)]
    }

    /// The smallest positive number times what it can be multiplied with.
    fn least<T: Float>(&self) -> Real {
        let smallest = Real::power_of_two(T::MIN_EXPONENT - (T::DIGITS - 1));
        smallest * Real::from(self.weight.max(1.0)) * Real::from(self.positive.max(1.0))
    }
}

/// What an input says of the classes 1 and 0.
pub struct Surprises {
    /// −ln p and −ln(1 − p).
    losses: [Expected; 2],
    /// The magnitudes of their derivatives.
    slopes: [Expected; 2],
}

impl Surprises {
    pub fn new<T: Float>(space: Space, x: T) -> Self {
        match space {
            Space::Logits => Self {
                losses: [softplus(-x), softplus(x)],
                slopes: [sigmoid(-x), sigmoid(x)],
            },
            Space::Probabilities if !(0.0..=1.0).contains(&x.into()) => Self {
                losses: [Expected::Nan; 2],
                slopes: [Expected::Nan; 2],
            },
            Space::Probabilities => {
                let p = Real::from(x.into());
                Self {
                    losses: [negative(ln(x)), negative(ln_1p(-x))],
                    slopes: [inverse(p), inverse(Real::ONE - p)],
                }
            }
        }
    }

    /// The loss, and the least unit of its error; `None` if an intermediate result may overflow.
    pub fn loss<T: Float>(&self, factors: &Factors) -> Option<(Expected, Real)> {
        let is_weighted = factors.weight != 1.0 || factors.positive != 1.0;
        if is_weighted && self.losses.iter().any(is_huge::<T>) {
            return None;
        }
        let least = factors.least::<T>();
        let Some([one, zero]) = self.parts(self.losses, factors) else {
            return Some((Expected::Nan, least));
        };
        let size = |part: &Expected| match part {
            Expected::Number(x) if x.exponent() >= 0 => *x,
            _ => Real::ONE,
        };
        let largest = size(&self.losses[0]) + size(&self.losses[1]);
        let loss = match (one, zero) {
            (Expected::Number(a), Expected::Number(b)) => Expected::Number(a + b),
            _ => Expected::Infinity,
        };
        // Where the target is so small that its weight leaves it few digits, so does the loss.
        Some((loss, least * largest))
    }

    /// The parts of the gradient, times `scale`; `None` if an intermediate result may overflow.
    pub fn slope<T: Float>(&self, factors: &Factors, scale: Real) -> Option<Parts> {
        if self.slopes.iter().any(is_huge::<T>) {
            return None;
        }
        let least = factors.least::<T>();
        let larger = if scale.exponent() > 0 {
            scale.abs()
        } else {
            Real::ONE
        };
        let steepest = self
            .slopes
            .iter()
            .fold(Real::ONE, |sum, slope| match slope {
                Expected::Number(x) => sum + *x,
                _ => sum,
            });
        let Some([one, zero]) = self.parts(self.slopes, factors) else {
            return Some(Parts::Special(Expected::Nan));
        };
        Some(match (one, zero) {
            (Expected::Number(a), Expected::Number(b)) => Parts::Numbers {
                sum: (b - a) * scale,
                size: (a.abs() + b.abs()) * scale.abs(),
                least: least * larger * steepest,
            },
            // An infinite one: its sign is that of the part and of the scale.
            _ if scale.is_zero() => Parts::Special(Expected::Nan),
            (Expected::Number(_), _) if !scale.is_negative() => Parts::Special(Expected::Infinity),
            (_, Expected::Number(_)) if scale.is_negative() => Parts::Special(Expected::Infinity),
            _ => Parts::Special(Expected::NegInfinity),
        })
    }

    /// `values` times their factors; a factor of 0 leaves nothing. `None` where there is no number.
    fn parts(&self, values: [Expected; 2], factors: &Factors) -> Option<[Expected; 2]> {
        let undefined = factors.target.is_nan() || matches!(values[0], Expected::Nan);
        (!undefined).then(|| {
            let [one, zero] = factors.of_parts();
            [times(values[0], one), times(values[1], zero)]
        })
    }
}

/// Whether a product with two factors, or a scale, may overflow on the way.
fn is_huge<T: Float>(x: &Expected) -> bool {
    matches!(x, Expected::Number(x) if x.exponent() + 41 >= T::MAX_EXPONENT)
}

fn times(value: Expected, factor: Real) -> Expected {
    match value {
        _ if factor.is_zero() => Expected::Number(Real::ZERO),
        Expected::Number(value) => Expected::Number(value * factor),
        special => special,
    }
}

fn negative(x: Expected) -> Expected {
    match x {
        Expected::Number(x) => Expected::Number(-x),
        Expected::NegInfinity => Expected::Infinity,
        Expected::Infinity => Expected::NegInfinity,
        Expected::Nan => Expected::Nan,
    }
}

/// 1/x of a number that is not negative.
fn inverse(x: Real) -> Expected {
    if x.is_zero() {
        Expected::Infinity
    } else {
        Expected::Number(Real::ONE / x)
    }
}
