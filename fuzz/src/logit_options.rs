//! What the options of a softmax make of logits, and what its results should be.

use logits::{Level, Softmax};

use crate::float::Float;
use crate::real::Real;
use crate::reference::{Expected, RowReference};

/// The options that do not differ from logit to logit.
#[derive(Clone, Copy, Debug)]
pub struct LogitOptions<T> {
    pub temperature: T,
    pub scale: T,
    pub softcap: Option<T>,
    pub sink: Option<T>,
}

impl<T: Float> LogitOptions<T> {
    /// The softmax with these options.
    pub fn softmax(&self, level: Level) -> Softmax<'static, T> {
        let mut softmax = Softmax::new()
            .level(level)
            .temperature(self.temperature)
            .scale(self.scale);
        if let Some(cap) = self.softcap {
            softmax = softmax.softcap(cap);
        }
        if let Some(sink) = self.sink {
            softmax = softmax.sink(sink);
        }
        softmax
    }

    /// Whether there are none, with which the results are those of a plain softmax.
    pub fn are_plain(&self) -> bool {
        let one = T::from(1);
        let has_sink = |sink: T| sink.into() != f64::NEG_INFINITY;
        self.temperature == one
            && self.scale == one
            && self.softcap.is_none()
            && !self.sink.is_some_and(has_sink)
    }

    /// (c·tanh(s·x/c) + b) / T, without a softcap (s·x + b) / T.
    pub fn transform(&self, x: T, bias: T) -> Expected {
        let scale = Real::from(self.scale.into());
        let scaled = match Expected::from(x) {
            Expected::Number(x) => Expected::Number(x * scale),
            _ if scale.is_zero() => Expected::Nan,
            x if scale.is_negative() => -x,
            x => x,
        };
        let capped = match self.softcap.map(|cap| Real::from(cap.into())) {
            Some(cap) => match scaled {
                Expected::Number(x) => Expected::Number((x / cap).tanh() * cap),
                Expected::Infinity => Expected::Number(cap),
                Expected::NegInfinity => Expected::Number(-cap),
                Expected::Nan => Expected::Nan,
            },
            None => scaled,
        };
        match (capped, Expected::from(bias)) {
            (Expected::Number(x), Expected::Number(bias)) => {
                Expected::Number((x + bias) / Real::from(self.temperature.into()))
            }
            (x, Expected::Number(_)) => x,
            (Expected::Number(_) | Expected::Infinity, Expected::Infinity) => Expected::Infinity,
            (Expected::Number(_) | Expected::NegInfinity, Expected::NegInfinity) => {
                Expected::NegInfinity
            }
            _ => Expected::Nan,
        }
    }

    /// s·x/T.
    pub fn times_factor(&self, x: Real) -> Real {
        x * Real::from(self.scale.into()) / Real::from(self.temperature.into())
    }

    /// Whether the accuracy is promised for this logit: it, the bias and both are within the limits.
    pub fn is_within_limits(&self, x: T, bias: T) -> bool {
        let zero = T::from(0);
        let is_small = |z| match z {
            Expected::Number(z) => z.exponent() < T::DIGITS - 2,
            _ => true,
        };
        [(x, zero), (zero, bias), (x, bias)]
            .into_iter()
            .all(|(x, bias)| is_small(self.transform(x, bias)))
    }

    /// Whether accuracy is promised at all: c/T is at most 50, and no quotient of options is so small
    /// that it is short of digits, or so large that its halves can't be told apart.
    pub fn are_within_limits(&self) -> bool {
        let number = |x: T| Real::from(x.into());
        let (temperature, scale) = (number(self.temperature), number(self.scale));
        let exponents = T::MIN_EXPONENT + T::DIGITS..T::MAX_EXPONENT - T::DIGITS;
        let has_digits = |x: Real| x.is_zero() || exponents.contains(&x.exponent());
        let inverse = Real::ONE / temperature;
        has_digits(inverse)
            && match self.softcap.map(number) {
                Some(cap) => {
                    let most = cap * inverse - Real::from(50.0);
                    let is_low = most.is_negative() || most.is_zero();
                    is_low && has_digits(scale / cap) && has_digits(cap * inverse)
                }
                None => has_digits(scale * inverse),
            }
    }

    /// The results of a row of transformed logits, `None` where one takes no part.
    pub fn reference(&self, row: &[Option<Expected>]) -> RowReference {
        let sink = self.sink.map(Expected::from);
        let logits = row.iter().copied().chain([sink]).flatten();
        RowReference::of_logits(logits.map(|x| (x, 1)))
    }
}
