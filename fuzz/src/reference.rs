//! What the results of a row should be.

use std::collections::HashMap;
use std::ops::Neg;

use crate::float::Float;
use crate::real::Real;

/// What a result should be.
#[derive(Clone, Copy, Debug)]
pub enum Expected {
    Nan,
    Infinity,
    NegInfinity,
    /// About this number, or infinity if it is too large for the type.
    Number(Real),
}

impl Expected {
    /// The sum of two losses, none of which is negative.
    pub fn plus(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nan, _) | (_, Self::Nan) => Self::Nan,
            (Self::Number(a), Self::Number(b)) => Self::Number(a + b),
            _ => Self::Infinity,
        }
    }
}

impl Neg for Expected {
    type Output = Self;

    fn neg(self) -> Self {
        match self {
            Self::Number(x) => Self::Number(-x),
            Self::NegInfinity => Self::Infinity,
            Self::Infinity => Self::NegInfinity,
            Self::Nan => Self::Nan,
        }
    }
}

impl<T: Float> From<T> for Expected {
    /// The number itself.
    fn from(x: T) -> Self {
        match x.into() {
            x if x.is_nan() => Self::Nan,
            f64::INFINITY => Self::Infinity,
            f64::NEG_INFINITY => Self::NegInfinity,
            x => Self::Number(Real::from(x)),
        }
    }
}

/// What a result should be that is a sum of parts which may cancel.
#[derive(Clone, Copy)]
pub enum Parts {
    Special(Expected),
    Numbers {
        sum: Real,
        /// The sum of the parts' magnitudes, in whose last place errors are measured.
        size: Real,
        /// The least unit of an error.
        least: Real,
    },
}

/// The different numbers of a row, by their bits. Rows of the fuzzer have few: so each result is
/// computed and compared but once.
pub struct Distinct<T> {
    pub values: Vec<T>,
    /// How often each value stands in the row.
    pub counts: Vec<u32>,
    /// For each place in the row, the index of its value.
    pub which: Vec<usize>,
}

impl<T: Float> Distinct<T> {
    pub fn new(row: &[T]) -> Self {
        let mut indices = HashMap::new();
        let (mut values, mut counts) = (Vec::new(), Vec::new());
        let which = row
            .iter()
            .map(|&x| {
                let index = *indices.entry(x.raw()).or_insert(values.len());
                if index == values.len() {
                    values.push(x);
                    counts.push(0);
                }
                counts[index] += 1;
                index
            })
            .collect();
        Self {
            values,
            counts,
            which,
        }
    }
}

/// e^x.
pub fn exp<T: Float>(x: T) -> Expected {
    match x.into() {
        x if x.is_nan() => Expected::Nan,
        f64::INFINITY => Expected::Infinity,
        f64::NEG_INFINITY => Expected::Number(Real::ZERO),
        x => Expected::Number(Real::from(x).exp()),
    }
}

/// e^x − 1.
pub fn exp_m1<T: Float>(x: T) -> Expected {
    match x.into() {
        x if x.is_nan() => Expected::Nan,
        f64::INFINITY => Expected::Infinity,
        f64::NEG_INFINITY => Expected::Number(-Real::ONE),
        x => Expected::Number(Real::from(x).exp_m1()),
    }
}

/// ln x.
pub fn ln<T: Float>(x: T) -> Expected {
    match x.into() {
        0.0 => Expected::NegInfinity,
        f64::INFINITY => Expected::Infinity,
        x if x > 0.0 => Expected::Number(Real::from(x).ln()),
        _ => Expected::Nan,
    }
}

/// ln(1 + x).
pub fn ln_1p<T: Float>(x: T) -> Expected {
    match x.into() {
        -1.0 => Expected::NegInfinity,
        f64::INFINITY => Expected::Infinity,
        x if x > -1.0 => Expected::Number(Real::from(x).ln_1p()),
        _ => Expected::Nan,
    }
}

/// 1 / (1 + e^−x).
pub fn sigmoid<T: Float>(x: T) -> Expected {
    match x.into() {
        x if x.is_nan() => Expected::Nan,
        f64::INFINITY => Expected::Number(Real::ONE),
        f64::NEG_INFINITY => Expected::Number(Real::ZERO),
        x => {
            let power = Real::from(-x.abs()).exp();
            let numerator = if x < 0.0 { power } else { Real::ONE };
            Expected::Number(numerator / (Real::ONE + power))
        }
    }
}

/// ln(1 / (1 + e^−x)).
pub fn log_sigmoid<T: Float>(x: T) -> Expected {
    -softplus(-x)
}

/// ln(1 + e^x).
pub fn softplus<T: Float>(x: T) -> Expected {
    match x.into() {
        x if x.is_nan() => Expected::Nan,
        f64::INFINITY => Expected::Infinity,
        f64::NEG_INFINITY => Expected::Number(Real::ZERO),
        x => {
            let power = Real::from(-x.abs()).exp();
            Expected::Number(Real::from(x.max(0.0)) + power.ln_1p())
        }
    }
}

/// ln(x / (1 − x)).
pub fn logit<T: Float>(x: T) -> Expected {
    match x.into() {
        0.0 => Expected::NegInfinity,
        1.0 => Expected::Infinity,
        p if 0.0 < p && p < 1.0 => {
            let rest = Real::ONE - Real::from(p);
            let p = Real::from(p);
            // ln(p / (1 − p)) = ln(1 + (2p − 1) / (1 − p)): nothing cancels near ½.
            let excess = p.scale(1) - Real::ONE;
            Expected::Number(if excess.exponent() < -1 {
                (excess / rest).ln_1p()
            } else {
                p.ln() - rest.ln()
            })
        }
        _ => Expected::Nan,
    }
}

/// The sum of a row's exponentials.
pub enum RowReference {
    /// There is no finite largest element, or there is NaN: this is the log-sum-exp.
    Special(Expected),
    Finite(Sums),
}

/// The sum of the exponentials of a row whose largest element is finite, divided by the largest.
pub struct Sums {
    max: Real,
    /// The sum without one of the largest.
    rest: Real,
    log_ratio: Real,
}

impl RowReference {
    pub fn new<T: Float>(row: &Distinct<T>) -> Self {
        let logits = row.values.iter().map(|&x| Expected::from(x));
        Self::of_logits(logits.zip(row.counts.iter().copied()))
    }

    /// Of logits, and how often each is there.
    pub fn of_logits(logits: impl Iterator<Item = (Expected, u32)> + Clone) -> Self {
        let has = |special: fn(&Expected) -> bool| logits.clone().any(|(x, _)| special(&x));
        if has(|x| matches!(x, Expected::Nan)) {
            return Self::Special(Expected::Nan);
        } else if has(|x| matches!(x, Expected::Infinity)) {
            return Self::Special(Expected::Infinity);
        }
        let numbers = logits.filter_map(|(x, count)| match x {
            Expected::Number(x) => Some((x, count)),
            _ => None,
        });
        let larger = |a: Real, b: Real| if (a - b).is_negative() { b } else { a };
        let Some(max) = numbers.clone().map(|(x, _)| x).reduce(larger) else {
            return Self::Special(Expected::NegInfinity);
        };
        let mut rest = Real::ZERO;
        let mut is_peak_out = false;
        for (x, mut count) in numbers {
            if !is_peak_out && (x - max).is_zero() {
                is_peak_out = true;
                count -= 1;
            }
            if count > 0 {
                rest = rest + (x - max).exp() * Real::from(f64::from(count));
            }
        }
        Self::Finite(Sums {
            max,
            rest,
            log_ratio: rest.ln_1p(),
        })
    }

    /// The largest element, if it is finite and there is no NaN.
    pub fn max(&self) -> Option<Real> {
        match self {
            Self::Special(_) => None,
            Self::Finite(sums) => Some(sums.max),
        }
    }

    /// ln Σ e^x.
    pub fn log_sum_exp(&self) -> Expected {
        match self {
            Self::Special(value) => *value,
            Self::Finite(sums) => Expected::Number(sums.max + sums.log_ratio),
        }
    }

    /// e^x / Σ e^x.
    pub fn softmax(&self, x: impl Into<Expected>) -> Expected {
        self.finite(x.into(), Expected::Number(Real::ZERO), |sums, gap| {
            Expected::Number(gap.exp() / sums.total())
        })
    }

    /// x − ln Σ e^x.
    pub fn log_softmax(&self, x: impl Into<Expected>) -> Expected {
        self.finite(x.into(), Expected::NegInfinity, |sums, gap| {
            Expected::Number(gap - sums.log_ratio)
        })
    }

    /// ln Σ e^x − x, the loss where x is the logit of the label.
    pub fn loss(&self, x: impl Into<Expected>) -> Expected {
        self.finite(x.into(), Expected::Infinity, |sums, gap| {
            Expected::Number(sums.log_ratio - gap)
        })
    }

    /// e^x / Σ e^x − 1, the gradient where x is the logit of the label.
    pub fn label_gradient(&self, x: impl Into<Expected>) -> Expected {
        self.finite(x.into(), Expected::Number(-Real::ONE), |sums, gap| {
            let others = if gap.is_zero() {
                sums.rest
            } else {
                sums.total() - gap.exp()
            };
            Expected::Number(-(others / sums.total()))
        })
    }

    /// NaN in a special row; `masked` for −∞ in any other; else `f` of x − max.
    fn finite(
        &self,
        x: Expected,
        masked: Expected,
        f: impl FnOnce(&Sums, Real) -> Expected,
    ) -> Expected {
        match (self, x) {
            (Self::Finite(sums), Expected::Number(x)) => f(sums, x - sums.max),
            (Self::Finite(_), Expected::NegInfinity) => masked,
            _ => Expected::Nan,
        }
    }
}

impl Sums {
    fn total(&self) -> Real {
        self.rest + Real::ONE
    }
}
