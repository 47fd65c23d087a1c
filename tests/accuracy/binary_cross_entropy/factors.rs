//! The errors of losses and gradients, with weights, targets and scales of any magnitude.

use super::inputs;
use crate::support::binary_errors::{below_one, check_binary};
use crate::support::{BinaryRow, Random, Real, Report, for_both_types};

for_both_types!(factors_of_any_magnitude,);

/// What one factor makes of the next, where their product is no number, or short of digits.
fn examples<T: Real>() -> [BinaryRow<T>; 3] {
    let one = T::from_f64(1.0);
    let plain = |x| BinaryRow {
        logits: true,
        x: vec![x],
        y: vec![one],
        weights: None,
        positive: one,
        scale: one,
    };
    [
        // 1/p overflows, but for the scale.
        BinaryRow {
            logits: false,
            scale: T::from_f64(libm::exp2(-60.0)),
            ..plain(T::from_pattern(1024))
        },
        // v·y·(−ln p) overflows, but for the weight of the element.
        BinaryRow {
            weights: Some(vec![T::from_f64(0.125)]),
            positive: T::from_f64(3.0),
            ..plain(T::from_f64(-0.9 * T::MAX.to_f64()))
        },
        // v·y has no digits.
        BinaryRow {
            y: vec![T::from_pattern(1)],
            positive: T::from_f64(1.5),
            ..plain(T::from_f64(-0.3 * T::MAX.to_f64()))
        },
    ]
}

/// An element with factors that are 1, 0 or of any magnitude.
fn element<T: Real>(random: &mut Random) -> BinaryRow<T> {
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
    BinaryRow {
        logits,
        x: vec![x],
        y: vec![share(random)],
        weights: Some(vec![number(random)]),
        positive: number(random),
        scale: T::from_f64(sign * number(random).to_f64()),
    }
}

fn factors_of_any_magnitude<T: Real>() {
    let mut random = Random::new(25);
    let mut report = Report::default();
    for example in examples::<T>() {
        check_binary(&mut report, "examples", &example);
    }
    for _ in 0..20_000 {
        let element = element::<T>(&mut random);
        let inputs = if element.logits {
            "any logits"
        } else {
            "any probabilities"
        };
        check_binary(&mut report, inputs, &element);
    }
    report.check::<T>();
}
