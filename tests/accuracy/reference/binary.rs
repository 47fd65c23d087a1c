//! Binary cross-entropy.

use super::hard_rows::hard_rows;
use super::precise::{Precise, check, check_beside, exact, exp, magnitude};
use crate::support::binary_errors::uncertain;
use crate::support::information_errors::softmax;
use crate::support::{BinaryRow, Random, Real, for_both_types};

for_both_types!(binary_losses_agree_with_arbitrary_precision);

fn binary_losses_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(11);
    for (name, row) in hard_rows::<T>(&mut random) {
        let finite = |x: T| if x.finite() { x } else { T::from_f64(-30.0) };
        let x: Vec<T> = row.iter().copied().map(finite).collect();
        let p: Vec<T> = softmax(&row).into_iter().map(uncertain).collect();
        for (logits, x) in [(true, x), (false, p)] {
            for size in [1.0, 60.0] {
                let row = with_factors(&mut random, logits, &x, size);
                check_row(
                    &row,
                    &format!("logits {logits}, {name}, factors of 2^±{size}"),
                );
            }
        }
    }
}

/// The elements with targets of 0, 1 and others, and factors between 2^−size and 2^size.
fn with_factors<T: Real>(random: &mut Random, logits: bool, x: &[T], size: f64) -> BinaryRow<T> {
    let factor = |random: &mut Random| T::from_f64(libm::exp2(random.uniform(-size, size)));
    let target = |random: &mut Random| [0.0, 1.0, random.unit()][random.below(3)];
    BinaryRow {
        logits,
        x: x.to_vec(),
        y: x.iter().map(|_| T::from_f64(target(random))).collect(),
        weights: Some(x.iter().map(|_| factor(random)).collect()),
        positive: factor(random),
        scale: -factor(random),
    }
}

/// The loss Σ w·(v·y·(−ln p) − (1 − y)·ln(1 − p)) and its gradient, with the smallest normal number
/// times the factors added to their sizes.
fn check_row<T: Real>(row: &BinaryRow<T>, name: &str) {
    let (one, zero) = (exact(1.0), exact(0.0));
    let normal = exact(libm::scalbn(1.0, T::MIN_EXPONENT + T::DIGITS - 1));
    let number = |x: T| exact(x.to_f64());
    let (positive, scale) = (number(row.positive), number(row.scale));
    let (mut loss, mut least) = (zero.clone(), zero);
    for (place, found) in row.gradient().enumerate() {
        let weights = row.weights.as_ref().expect("rows have weights");
        let (x, y, w) = (
            number(row.x[place]),
            number(row.y[place]),
            number(weights[place]),
        );
        let (of_one, of_zero) = (&w * &positive * &y, &w * (&one - &y));
        let element = Element::new(&x, row.logits);
        loss += &of_one * element.surprises[0].clone() + &of_zero * element.surprises[1].clone();
        least += &normal * (&one + &of_one + &of_zero);
        let down = &of_one * &element.slopes[0];
        let up = &of_zero * &element.slopes[1];
        let truth = (&up - &down) * &scale;
        let magnitude = magnitude(&scale);
        let size = (up + down) * &magnitude + &normal * (&one + (of_one + of_zero) * magnitude);
        let name = format!("gradient in place {place}, {name}");
        check_beside::<T>(found.sum, &truth, &size, &name);
        check::<T>(found.size, &size, &format!("size of the {name}"));
    }
    let found = row.loss();
    check::<T>(found.sum, &loss, &format!("loss, {name}"));
    check::<T>(found.size, &least, &format!("least loss, {name}"));
}

/// What a target of 1 gives, and one of 0.
struct Element {
    /// −ln p and −ln(1 − p).
    surprises: [Precise; 2],
    /// How fast −ln p falls with the input, and −ln(1 − p) rises.
    slopes: [Precise; 2],
}

impl Element {
    fn new(x: &Precise, logits: bool) -> Self {
        let one = exact(1.0);
        // Nothing below cancels.
        let x = x.clone().with_precision(400).value();
        if !logits {
            return Self {
                surprises: [-x.ln(), -(-&x).ln_1p()],
                slopes: [&one / &x, &one / (&one - x)],
            };
        }
        let both = [-&x, x];
        Self {
            surprises: both.each_ref().map(softplus),
            // The probability of the other target.
            slopes: both.each_ref().map(sigmoid),
        }
    }
}

/// ln(1 + e^x).
fn softplus(x: &Precise) -> Precise {
    if *x > exact(20_000.0) {
        x.clone()
    } else {
        // Of an exact 1, or 0, no precision is known.
        exp(x).with_precision(400).value().ln_1p()
    }
}

/// 1/(1 + e^−x).
fn sigmoid(x: &Precise) -> Precise {
    let (power, one) = (exp(&-magnitude(x)), exact(1.0));
    if *x < exact(0.0) {
        &power / (&one + &power)
    } else {
        &one / (&one + power)
    }
}
