//! What binary cross-entropy should return, in far more digits than it does.

use super::bounds::Function;
use super::extended::Extended;
use super::real::Real;
use super::ulp::Parts;

/// Elements with their targets and weights if they have any, the weight of positive targets, and the
/// scale of the gradient.
pub struct BinaryRow<T> {
    /// Whether `x` are logits, else probabilities.
    pub logits: bool,
    pub x: Vec<T>,
    pub y: Vec<T>,
    pub weights: Option<Vec<T>>,
    pub positive: T,
    pub scale: T,
}

/// A truth for an element with a target of 1, and one for a target of 0.
type OneAndZero = [Extended; 2];

impl<T: Real> BinaryRow<T> {
    /// The sum of the losses.
    pub fn loss(&self) -> Parts {
        let nothing = Parts::from(Extended::ZERO);
        (0..self.x.len()).fold(nothing, |total, place| {
            let factors = self.factors(place);
            let loss = weighed(factors, |target| {
                surprise(self.x[place], self.logits, target)
            });
            // What is subnormal is short of digits before its factors multiply it.
            let least = Extended::smallest_normal::<T>() * (Extended::ONE + sum(factors));
            Parts {
                sum: total.sum + loss,
                size: total.size + least,
            }
        })
    }

    /// `scale` times the gradient, of a part that is positive and one that is not.
    pub fn gradient(&self) -> impl Iterator<Item = Parts> {
        let scale = Extended::exact(self.scale);
        let magnitude = scale.magnitude();
        (0..self.x.len()).map(move |place| {
            let factors = self.factors(place);
            let slope = |target| slope(self.x[place], self.logits, target);
            let down = weighed([factors[0], Extended::ZERO], slope);
            let up = weighed([Extended::ZERO, factors[1]], slope);
            let least = Extended::ONE + (sum(factors) * magnitude).normalized();
            Parts {
                sum: (up - down) * scale,
                size: ((up + down) * magnitude).normalized()
                    + Extended::smallest_normal::<T>() * least,
            }
        })
    }

    /// w·v·y and w·(1 − y).
    fn factors(&self, place: usize) -> OneAndZero {
        let weight = self
            .weights
            .as_ref()
            .map(|weights| Extended::exact(weights[place]));
        let (weight, y) = (
            weight.unwrap_or(Extended::ONE),
            Extended::exact(self.y[place]),
        );
        let rest = (Extended::ONE - y).normalized();
        [weight * Extended::exact(self.positive) * y, weight * rest]
    }
}

fn sum([one, zero]: OneAndZero) -> Extended {
    one.normalized() + zero.normalized()
}

/// Σ of a value for each target times its factor, leaving out factors of 0.
fn weighed([one, zero]: OneAndZero, value: impl Fn(Target) -> Extended) -> Extended {
    let term = |factor: Extended, target| {
        if factor.is_zero() {
            Extended::ZERO
        } else {
            factor * value(target).normalized()
        }
    };
    sum([term(one, Target::One), term(zero, Target::Zero)])
}

#[derive(Clone, Copy)]
enum Target {
    One,
    Zero,
}

/// −ln p or −ln(1 − p).
fn surprise<T: Real>(x: T, logits: bool, target: Target) -> Extended {
    match (logits, target) {
        (true, Target::One) => (-x).truth(Function::Softplus),
        (true, Target::Zero) => x.truth(Function::Softplus),
        (false, Target::One) => -x.truth(Function::Ln),
        (false, Target::Zero) => -(-x).truth(Function::Ln1p),
    }
}

/// How fast −ln p falls with the input, or −ln(1 − p) rises.
fn slope<T: Real>(x: T, logits: bool, target: Target) -> Extended {
    match (logits, target) {
        (true, Target::One) => (-x).truth(Function::Sigmoid),
        (true, Target::Zero) => x.truth(Function::Sigmoid),
        (false, Target::One) => Extended::ONE / Extended::exact(x),
        (false, Target::Zero) => Extended::ONE / (Extended::ONE - Extended::exact(x)),
    }
}
