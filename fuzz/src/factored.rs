//! What the softmax of a row times a factor should be, also where products are beyond the range.

use crate::float::Float;
use crate::logit_options::LogitOptions;
use crate::real::Real;
use crate::reference::{Distinct, Expected, RowReference};

/// The results of a row of s·x/T, and of a sink.
pub struct FactoredRow<T> {
    options: LogitOptions<T>,
    reference: RowReference,
    log_sum_exp: Expected,
    /// The x whose product is the largest, where that is beyond the range. There the reference is that
    /// of the differences to it, and a sink takes no part.
    shift: Option<T>,
}

impl<T: Float> FactoredRow<T> {
    /// `None` where no accuracy is promised. A softcap is none of the options.
    pub fn new(row: &Distinct<T>, options: LogitOptions<T>) -> Option<Self> {
        let zero = T::from(0);
        let logits = row.values.iter().map(|&x| options.transform(x, zero));
        let sink = options.sink.map(|sink| (Expected::from(sink), 1));
        let counted = logits.zip(row.counts.iter().copied());
        let reference = RowReference::of_logits(counted.chain(sink));
        let log_sum_exp = reference.log_sum_exp();
        let mut factored = Self {
            options,
            reference,
            log_sum_exp,
            shift: None,
        };
        let Some(max) = factored.reference.max() else {
            return Some(factored);
        };
        if !options.are_within_limits() {
            return None;
        }
        // However the product is rounded.
        if max.exponent() > T::MAX_EXPONENT + 1 {
            factored.log_sum_exp = if max.is_negative() {
                Expected::NegInfinity
            } else {
                Expected::Infinity
            };
            factored.shift = largest(&row.values, options.scale);
            let logits = row.values.iter().map(|&x| factored.logit(x));
            let counted = logits.zip(row.counts.iter().copied());
            factored.reference = RowReference::of_logits(counted);
            return Some(factored);
        }
        let mut values = row.values.iter();
        let are_within_limits = values.all(|&x| options.is_within_limits(x, zero));
        are_within_limits.then_some(factored)
    }

    /// ln Σ e^(s·x/T).
    pub fn log_sum_exp(&self) -> Expected {
        self.log_sum_exp
    }

    pub fn softmax(&self, x: T) -> Expected {
        self.reference.softmax(self.logit(x))
    }

    pub fn log_softmax(&self, x: T) -> Expected {
        self.reference.log_softmax(self.logit(x))
    }

    /// T/s·ln Σ e^(s·x/T), of a scale of 1 or −1; a number even where the logarithm is beyond the range.
    pub fn free_energy(&self) -> Expected {
        let temperature = Real::from(self.options.temperature.into());
        let scale = Real::from(self.options.scale.into());
        let shift = self.shift.map_or(Real::ZERO, |x| Real::from(x.into()));
        match self.reference.log_sum_exp() {
            Expected::Number(x) => Expected::Number(shift + x * temperature * scale),
            special if scale.is_negative() => -special,
            special => special,
        }
    }

    /// s·x/T as the reference has it.
    fn logit(&self, x: T) -> Expected {
        match (self.shift, Expected::from(x)) {
            (Some(shift), Expected::Number(x)) => {
                let difference = x - Real::from(shift.into());
                Expected::Number(self.options.times_factor(difference))
            }
            _ => self.options.transform(x, T::from(0)),
        }
    }
}

/// The number whose product with the scale is the largest.
fn largest<T: Float>(values: &[T], scale: T) -> Option<T> {
    let is_larger = |a: T, b: T| if scale < T::from(0) { a < b } else { a > b };
    let numbers = values.iter().copied().filter(|&x| x.into().is_finite());
    numbers.reduce(|best, x| if is_larger(x, best) { x } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_count_beyond_the_range() {
        let options = LogitOptions {
            temperature: 0.01,
            scale: -1.0,
            softcap: None,
            sink: None,
        };
        let energies = Distinct::new(&[f32::MAX, f32::MAX, f32::INFINITY]);
        let row = FactoredRow::new(&energies, options).expect("what is promised");
        assert!(matches!(row.log_sum_exp(), Expected::NegInfinity));
        for (energy, probability) in [(f32::MAX, 0.5), (f32::INFINITY, 0.0)] {
            let found = row.softmax(energy);
            assert!(matches!(found, Expected::Number(p) if p.to_f64() == probability));
        }
        // Beside it, T·ln 2 leaves no trace.
        let found = row.free_energy();
        assert!(matches!(found, Expected::Number(x) if x.to_f64() == f64::from(f32::MAX)));
    }
}
