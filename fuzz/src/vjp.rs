//! What the gradients through softmax and log-softmax should be.

use crate::float::Float;
use crate::information::Pairs;
use crate::real::Real;
use crate::reference::{Expected, Parts};

/// What a gradient is taken through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Through {
    Softmax,
    LogSoftmax,
}

/// The gradient of a row.
pub enum Gradient {
    /// Some element is no number, or infinite: nor is any gradient.
    Nan,
    Numbers {
        through: Through,
        /// Σ y·dy through softmax, Σ dy through log-softmax.
        sum: Real,
        /// What the error of the sum comes to, beside the bound.
        own: Real,
    },
}

impl Gradient {
    /// From y, a softmax or log-softmax, and the gradient dy with respect to it. `None` where dy is
    /// out of range.
    pub fn new<T: Float>(through: Through, y: &[T], dy: &[T]) -> Option<Self> {
        let pairs = Pairs::new(y, dy);
        let is_softmax = through == Through::Softmax;
        if pairs.any(|y, dy| !dy.is_finite() || is_softmax && y.is_nan()) {
            return Some(Self::Nan);
        }
        let (limit, most) = if T::BYTES == 4 { (110, 13) } else { (990, 30) };
        if pairs.any(|_, dy| Real::from(dy).exponent() >= limit) {
            return None;
        }
        let sum = pairs.sum(|y, dy| {
            let factor = if is_softmax { y } else { 1.0 };
            Real::from(factor) * Real::from(dy)
        });
        // Below 2⁻⁸ units of the terms' magnitudes in rows of up to 2^most elements.
        let len = Real::from(dy.len() as f64);
        let growth = len.scale(-most);
        let growth = if growth.exponent() >= 0 {
            growth
        } else {
            Real::ONE
        };
        // The rests of products are lost where they underflow.
        let lost = len.scale(T::MIN_EXPONENT + 1);
        let own = sum.size.scale(-8) * growth;
        Some(Self::Numbers {
            through,
            sum: sum.value,
            own: if is_softmax { own + lost } else { own },
        })
    }

    /// The gradient with respect to the logit of a pair of elements.
    pub fn of<T: Float>(&self, y: T, dy: T) -> Parts {
        let Self::Numbers { through, sum, own } = *self else {
            return Parts::Special(Expected::Nan);
        };
        let (y, dy): (f64, f64) = (y.into(), dy.into());
        match through {
            Through::Softmax => through_softmax(y, dy, sum, own),
            Through::LogSoftmax => through_log_softmax::<T>(y, dy, sum, own),
        }
    }
}

/// y·(dy − sum).
fn through_softmax(y: f64, dy: f64, sum: Real, own: Real) -> Parts {
    let (y, difference) = (Real::from(y), Real::from(dy) - sum);
    Parts::Numbers {
        sum: y * difference,
        size: y * (difference.abs() + own),
        least: Real::ZERO,
    }
}

/// dy − e^y·sum; where y is above −½, in the parts dy − sum and (1 − e^y)·sum.
fn through_log_softmax<T: Float>(y: f64, dy: f64, sum: Real, own: Real) -> Parts {
    let dy = Real::from(dy);
    if y.is_nan() {
        return Parts::Special(Expected::Nan);
    } else if y == f64::NEG_INFINITY {
        return Parts::Special(Expected::Number(dy));
    }
    let is_near = y > -0.5;
    let y = Real::from(y);
    let power = y.exp();
    let parts = if is_near {
        [dy - sum, -y.exp_m1() * sum]
    } else {
        [dy, -power * sum]
    };
    Parts::Numbers {
        sum: parts[0] + parts[1],
        size: parts[0].abs() + parts[1].abs() + power * own,
        // A subnormal e^y is short of digits before it is multiplied.
        least: sum.abs().scale(T::MIN_EXPONENT - (T::DIGITS - 1)),
    }
}
