//! What a cross-entropy with options and its gradient should be.

use crate::float::Float;
use crate::real::Real;
use crate::reference::{Distinct, Expected, Parts, RowReference, ln};

/// A row with the target of each class, smoothed and weighted.
pub struct TargetsReference {
    /// For each class, the index of its logit.
    which: Vec<usize>,
    losses: Vec<Expected>,
    softmax: Vec<Expected>,
    /// The gradient of the plain loss by the special class.
    complement: Expected,
    log_sum_exp: Expected,
    targets: Vec<Real>,
    /// The class whose gradient is computed from all others.
    special: usize,
    z_loss: Real,
}

/// The options, all in range; targets that are not negative.
pub struct Options<'a, T> {
    pub label: Option<usize>,
    pub soft: &'a [T],
    pub weights: Option<&'a [T]>,
    pub smoothing: T,
    pub z_loss: T,
}

impl TargetsReference {
    pub fn new<T: Float>(row: &[T], options: &Options<'_, T>) -> Self {
        let distinct = Distinct::new(row);
        let reference = RowReference::new(&distinct);
        let targets = targets(row, options, |x| x > f64::NEG_INFINITY);
        let number = |class: usize| -> f64 { row[class].into() };
        let largest = (0..row.len()).reduce(|best, class| {
            if number(class) > number(best) {
                class
            } else {
                best
            }
        });
        let special = options.label.or(largest).unwrap_or(0);
        Self {
            losses: distinct.values.iter().map(|&x| reference.loss(x)).collect(),
            softmax: distinct
                .values
                .iter()
                .map(|&x| reference.softmax(x))
                .collect(),
            complement: reference.label_gradient(row[special]),
            log_sum_exp: reference.log_sum_exp(),
            which: distinct.which,
            targets,
            special,
            z_loss: Real::from(options.z_loss.into()),
        }
    }

    /// Σ q·(ln Σ e^x − x), and the least unit of its error.
    pub fn loss<T: Float>(&self) -> (Expected, Real) {
        let smallest = Real::power_of_two(T::MIN_EXPONENT - (T::DIGITS - 1));
        let mass = sum(self.targets.iter().copied());
        // A subnormal target is rounded to that unit, and its loss multiplies the error.
        let wanted = (0..self.targets.len()).filter(|&class| !self.targets[class].is_zero());
        let losses = wanted.filter_map(|class| match self.losses[self.which[class]] {
            Expected::Number(loss) => Some(loss.abs()),
            _ => None,
        });
        (
            weighed(&self.targets, |class| self.losses[self.which[class]]),
            (mass + sum(losses)) * smallest,
        )
    }

    /// z·(ln Σ e^x)², and the size of its error's unit: z·max(|ln Σ e^x|, 1)².
    pub fn z_loss(&self) -> Parts {
        match self.log_sum_exp {
            Expected::Number(x) => Parts::Numbers {
                sum: self.z_loss * x * x,
                size: self.z_loss * if x.exponent() >= 0 { x * x } else { Real::ONE },
                least: Real::ZERO,
            },
            // As the loss, of +∞ and −∞ too. That of a factor of 0 is not asked for.
            _ if self.z_loss.is_zero() => Parts::Special(Expected::Number(Real::ZERO)),
            _ => Parts::Special(Expected::Nan),
        }
    }

    /// `scale` times the gradient of a class: of the parts Σ q·p, 2·z·p·ln Σ e^x and −q; for the
    /// special class, −Σ q·(1 − p), 2·z·p·ln Σ e^x and the q of all others.
    pub fn gradient<T: Float>(&self, scale: Real) -> impl Fn(usize) -> Option<Parts> {
        let mass = sum(self.targets.iter().copied());
        let others = self.targets.iter().enumerate();
        let others = sum(others
            .filter(|&(class, _)| class != self.special)
            .map(|(_, &q)| q));
        let smallest = Real::power_of_two(T::MIN_EXPONENT - (T::DIGITS - 1));
        let larger = if scale.exponent() > 0 {
            scale.abs()
        } else {
            Real::ONE
        };
        move |class| {
            let (Expected::Number(p), Expected::Number(complement), Expected::Number(lse)) = (
                self.softmax[self.which[class]],
                self.complement,
                self.log_sum_exp,
            ) else {
                return Some(Parts::Special(Expected::Nan));
            };
            let pull = self.z_loss.scale(1) * lse;
            // What all classes share is put together before their probabilities are, in units of a
            // large number where it is beyond the range.
            let limit = T::MAX_EXPONENT + T::MAX_EXPONENT / 2 - 4;
            if ((mass + pull.abs()) * larger).exponent() >= limit {
                return None;
            }
            let parts = if class == self.special {
                [complement * mass, pull * p, others]
            } else {
                [mass * p, pull * p, -self.targets[class]]
            };
            let parts = parts.map(|part| part * scale);
            // What multiplies a subnormal probability multiplies its unit.
            let factor = Real::ONE + mass + pull.abs();
            Some(Parts::Numbers {
                sum: sum(parts.into_iter()),
                size: sum(parts.into_iter().map(Real::abs)),
                least: smallest * larger * factor,
            })
        }
    }
}

/// −Σ q·ln p.
pub fn loss_of_probabilities<T: Float>(row: &[T], targets: &[Real]) -> Expected {
    let distinct = Distinct::new(row);
    let losses: Vec<_> = distinct.values.iter().map(|&p| -ln(p)).collect();
    weighed(targets, |class| losses[distinct.which[class]])
}

/// `scale` times −q/p; 0 for a target of 0.
pub fn slope_of_probability<T: Float>(p: T, target: Real, scale: Real) -> Expected {
    let p = Real::from(p.into());
    let target = target * scale;
    match p.is_zero() {
        _ if target.is_zero() => Expected::Number(Real::ZERO),
        false => Expected::Number(-target / p),
        true if scale.is_negative() => Expected::Infinity,
        true => Expected::NegInfinity,
    }
}

/// The target of each class: q = ((1 − ε)·t + ε/C)·w, the second part only where `counts`.
pub fn targets<T: Float>(
    row: &[T],
    options: &Options<'_, T>,
    counts: impl Fn(f64) -> bool,
) -> Vec<Real> {
    let counts = |class: usize| counts(row[class].into());
    let classes = (0..row.len()).filter(|&class| counts(class)).count();
    let smoothing = Real::from(options.smoothing.into());
    let target = |class: usize| {
        let target: f64 = match options.label {
            Some(label) => f64::from(u8::from(class == label)),
            None => options.soft[class].into(),
        };
        let share = if counts(class) {
            smoothing / Real::from(classes as f64)
        } else {
            Real::ZERO
        };
        let weight: f64 = options.weights.map_or(1.0, |weights| weights[class].into());
        ((Real::ONE - smoothing) * Real::from(target) + share) * Real::from(weight)
    };
    (0..row.len()).map(target).collect()
}

/// Σ q·value, leaving out what has the target 0; but NaN is never left out.
fn weighed(targets: &[Real], value: impl Fn(usize) -> Expected) -> Expected {
    let mut total = Expected::Number(Real::ZERO);
    for (class, &target) in targets.iter().enumerate() {
        total = match (total, value(class)) {
            (Expected::Nan, _) | (_, Expected::Nan) => Expected::Nan,
            (total, _) if target.is_zero() => total,
            (Expected::Number(a), Expected::Number(b)) => Expected::Number(a + b * target),
            _ => Expected::Infinity,
        };
    }
    total
}

fn sum(terms: impl Iterator<Item = Real>) -> Real {
    terms.fold(Real::ZERO, |sum, term| sum + term)
}
