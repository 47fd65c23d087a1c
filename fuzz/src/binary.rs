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
    /// Their bits.
    pub fn bits(&self) -> [u64; 3] {
        [self.target, self.weight, self.positive].map(f64::to_bits)
    }

    /// What multiplies the parts of 1 and of 0: w·v·y and w·(1 − y).
    fn of_parts(&self) -> [Real; 2] {
        let [y, w, v] = [self.target, self.weight, self.positive].map(Real::from);
        [w * v * y, w * (Real::ONE - y)]
    }

    /// The smallest positive number, and times each of what multiplies the parts, and `scale`: a part
    /// that is subnormal is short of digits before it is multiplied.
    fn least<T: Float>(&self, scale: Real) -> Real {
        let smallest = Real::power_of_two(T::MIN_EXPONENT - (T::DIGITS - 1));
        let [one, zero] = self.of_parts();
        smallest * (Real::ONE + (one + zero) * scale.abs())
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
                    losses: [-ln(x), -ln_1p(-x)],
                    slopes: [inverse(p), inverse(Real::ONE - p)],
                }
            }
        }
    }

    /// The loss, and the least unit of its error.
    pub fn loss<T: Float>(&self, factors: &Factors) -> (Expected, Real) {
        let loss = match self.parts(self.losses, factors) {
            None => return (Expected::Nan, Real::ZERO),
            Some([Expected::Number(a), Expected::Number(b)]) => Expected::Number(a + b),
            Some(_) => Expected::Infinity,
        };
        (loss, factors.least::<T>(Real::ONE))
    }

    /// The parts of the gradient, times `scale`.
    pub fn slope<T: Float>(&self, factors: &Factors, scale: Real) -> Parts {
        let Some([one, zero]) = self.parts(self.slopes, factors) else {
            return Parts::Special(Expected::Nan);
        };
        match (one, zero) {
            _ if scale.is_zero() => Parts::Special(Expected::Number(Real::ZERO)),
            (Expected::Number(a), Expected::Number(b)) => Parts::Numbers {
                sum: (b - a) * scale,
                size: (a.abs() + b.abs()) * scale.abs(),
                least: factors.least::<T>(scale),
            },
            // An infinite one: its sign is that of the part and of the scale.
            (Expected::Number(_), _) if !scale.is_negative() => Parts::Special(Expected::Infinity),
            (_, Expected::Number(_)) if scale.is_negative() => Parts::Special(Expected::Infinity),
            _ => Parts::Special(Expected::NegInfinity),
        }
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

fn times(value: Expected, factor: Real) -> Expected {
    match value {
        _ if factor.is_zero() => Expected::Number(Real::ZERO),
        Expected::Number(value) => Expected::Number(value * factor),
        special => special,
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
