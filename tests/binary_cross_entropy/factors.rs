//! The errors of losses and gradients, with weights, targets and scales of any magnitude.

use logits::{BinaryCrossEntropy, Level};

use super::{below_one, exact, inputs, run, slopes, surprises, weighed};
use crate::support::{Extended, Function, Random, Real, Report, for_both_types, ulp_error_beside};

for_both_types!(factors_of_any_magnitude,);

/// An element with its target and weights, and the scale of its gradient.
struct Element<T> {
    logits: bool,
    x: T,
    y: T,
    weight: T,
    positive: T,
    scale: T,
}

impl<T: Real> Element<T> {
    /// What one factor makes of the next, where their product is no number, or short of digits.
    fn examples() -> [Self; 3] {
        let one = T::from_f64(1.0);
        let least = T::from_pattern(1);
        let plain = Self {
            logits: true,
            x: one,
            y: one,
            weight: one,
            positive: one,
            scale: one,
        };
        [
            // 1/p overflows, but for the scale.
            Self {
                logits: false,
                x: T::from_pattern(1024),
                scale: T::from_f64(libm::exp2(-60.0)),
                ..plain
            },
            // v·y·(−ln p) overflows, but for the weight of the element.
            Self {
                x: T::from_f64(-0.9 * T::MAX.to_f64()),
                weight: T::from_f64(0.125),
                positive: T::from_f64(3.0),
                ..plain
            },
            // v·y has no digits.
            Self {
                x: T::from_f64(-0.3 * T::MAX.to_f64()),
                y: least,
                positive: T::from_f64(1.5),
                ..plain
            },
        ]
    }

    /// Factors that are 1, 0 or of any magnitude.
    fn random(random: &mut Random) -> Self {
        let (low, high) = (f64::from(T::MIN_EXPONENT), f64::from(T::MAX_EXPONENT));
        let number = |random: &mut Random| match random.below(6) {
            0 => T::from_f64(1.0),
            1 => T::from_f64(0.0),
            _ => T::from_f64(libm::exp2(random.uniform(low, high - 0.01))),
        };
        let share = |random: &mut Random| match random.below(6) {
            0 => T::from_f64(1.0),
            1 => T::from_f64(random.unit()),
            _ => T::from_f64(libm::exp2(random.uniform(low, 0.0))),
        };
        let logits = random.below(2) == 0;
        let (size, sign) = (number(random), [1.0, -1.0][random.below(2)]);
        let x = match random.below(2) {
            _ if !logits => below_one(share(random)),
            0 => T::from_f64(sign * size.to_f64()),
            _ => inputs(random, true),
        };
        Self {
            logits,
            x,
            y: share(random),
            weight: number(random),
            positive: number(random),
            scale: T::from_f64(sign * number(random).to_f64()),
        }
    }

    fn check(&self, report: &mut Report) {
        let number = |x: T| exact(x).normalized();
        let (weight, scale) = (number(self.weight), number(self.scale));
        let of_one = weight * number(self.positive) * number(self.y);
        let of_zero = weight * (Extended::ONE - exact(self.y)).normalized();
        let sum = |[one, zero]: [Extended; 2]| {
            let one = weighed([of_one, Extended::ZERO], [one.normalized(); 2]);
            let zero = weighed([of_zero, Extended::ZERO], [zero.normalized(); 2]);
            one.normalized() + zero.normalized()
        };
        let magnitude = if scale.value.hi < 0.0 { -scale } else { scale };
        let loss = sum(surprises(self.x, self.logits));
        let [one, zero] = slopes(self.x, self.logits);
        let slope = sum([-one, zero]) * scale;
        let size = (sum([one, zero]) * magnitude).normalized();

        // What is subnormal is short of digits before its factors multiply it.
        let normal = Extended {
            exponent: T::MIN_EXPONENT + T::DIGITS - 1,
            ..Extended::ONE
        };
        let factors = sum([Extended::ONE; 2]).normalized();
        let least_loss = normal * (Extended::ONE + factors);
        let least_slope = normal * (Extended::ONE + (factors * magnitude).normalized());
        for level in Level::available() {
            let weights = [self.weight];
            let options = BinaryCrossEntropy::new().level(level);
            let options = options.weights(&weights).pos_weight(self.positive);
            let (x, y) = ([self.x], [self.y]);
            let (found, gradient) = run(options, self.logits, (&x, &y), 1, self.scale);
            let inputs = if self.logits {
                "any logits"
            } else {
                "any probabilities"
            };
            let case = |result: T| {
                let (x, y, w, v, s) = (self.x, self.y, self.weight, self.positive, self.scale);
                format!("{x:e} for {y:e}, factors {w:e}, {v:e}, {s:e}: {result:e}")
            };
            let error = ulp_error_beside(found.loss(), loss, least_loss);
            let note = || case(found.loss());
            report.note(Function::BinaryLoss, level, inputs, error, note);
            let error = ulp_error_beside(gradient[0], slope, size + least_slope);
            let note = || case(gradient[0]);
            report.note(Function::BinaryGradient, level, inputs, error, note);
        }
    }
}

fn factors_of_any_magnitude<T: Real>() {
    let mut random = Random::new(25);
    let mut report = Report::default();
    for example in Element::<T>::examples() {
        example.check(&mut report);
    }
    for _ in 0..20_000 {
        Element::<T>::random(&mut random).check(&mut report);
    }
    report.check::<T>();
}
