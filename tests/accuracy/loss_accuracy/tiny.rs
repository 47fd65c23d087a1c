//! Weights, smoothing and factors of the z-loss near the end of the range.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::{plain, power_of_two};
use crate::support::loss_errors::{Targets, check_loss, loss_and_gradient};
use crate::support::{Distribution, LossOptions, Random, Real, Reference, Report, for_both_types};

for_both_types!(
    tiny_z_loss,
    tiny_weights,
    tiny_smoothing,
    small_weights_keep_their_gradient,
    a_tiny_scale_of_a_large_weight,
    a_tiny_scale_of_large_weights,
    a_tiny_share_of_the_largest_distance,
);

/// A factor of the z-loss around the smallest normal number, and mostly below.
fn tiny_z_loss<T: Real>() {
    check_tiny::<T>(|_, random| LossOptions {
        z_loss: tiny(random),
        ..plain()
    });
}

/// So small are the weights of all classes.
fn tiny_weights<T: Real>() {
    let smoothings = [0.0, 0.1, 1.0];
    check_tiny::<T>(|weights, random| LossOptions {
        weights: Some(weights),
        smoothing: T::from_f64(smoothings[random.below(3)]),
        ..plain()
    });
}

/// So small is the smoothing.
fn tiny_smoothing<T: Real>() {
    check_tiny::<T>(|weights, random| LossOptions {
        weights: (random.below(2) == 0).then_some(weights),
        smoothing: tiny(random),
        ..plain()
    });
}

/// Checks losses with options that depend on tiny weights, of logits of many sizes.
fn check_tiny<T: Real>(options: impl for<'a> Fn(&'a [T], &mut Random) -> LossOptions<'a, T>) {
    let mut random = Random::new(21);
    let mut report = Report::default();
    for len in [1, 2, 5, 40, 1000] {
        for step in 0..100 {
            let most = if step % 2 == 0 { 10.0 } else { 40.0 };
            let deviation = libm::exp2(random.uniform(-4.0, most));
            let row = Distribution::Normal { deviation }.row::<T>(&mut random, len);
            let reference = Reference::new(&row);
            let targets = Targets::new(&mut random, &reference);
            let weights: Vec<T> = (0..len).map(|_| tiny(&mut random)).collect();
            for wanted in targets.all() {
                let options = options(&weights, &mut random);
                check_loss(&mut report, "tiny factors", &reference, wanted, options);
            }
        }
    }
    report.check::<T>();
}

/// Some bits above the smallest positive number.
fn tiny<T: Real>(random: &mut Random) -> T {
    let exponent = f64::from(T::MIN_EXPONENT) + random.uniform(0.0, f64::from(T::DIGITS + 8));
    T::from_f64(libm::exp2(exponent))
}

/// The label's probability is negligible: its gradient is its weight.
fn small_weights_keep_their_gradient<T: Real>() {
    let row = [53.5, 0.125, 0.0].map(T::from_f64);
    let least_normal = T::MIN_EXPONENT + T::DIGITS - 1;
    for exponent in [least_normal / 2, least_normal * 3 / 4, least_normal] {
        let weight: T = power_of_two(exponent);
        let weights = [T::from_f64(1.0), weight, T::from_f64(1.0)];
        for level in Level::available() {
            let loss = CrossEntropy::new().level(level).class_weights(&weights);
            let (_, gradient) = loss_and_gradient(loss, &row, 1);
            let ratio = -gradient[1].to_f64() / weight.to_f64();
            let bound = 4.0 * libm::exp2(f64::from(1 - T::DIGITS));
            assert!(
                (ratio - 1.0).abs() <= bound,
                "{level}: 2^{exponent} gives {ratio}"
            );
        }
    }
}

/// A class of negligible probability has but its share of the smoothing, whose product with the
/// scale is below all numbers.
fn a_tiny_scale_of_a_large_weight<T: Real>() {
    let len = 40;
    let (weight, scale) = (T::MAX_EXPONENT - 8, T::MIN_EXPONENT + 1);
    let mut row = vec![T::from_f64(0.0); len];
    row[1] = T::from_f64(-2.0 * T::UNDERFLOW);
    let mut weights = vec![T::from_f64(1.0); len];
    weights[1] = power_of_two(weight);
    let expected = -libm::exp2(f64::from(weight + scale - 3)) / len as f64;
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).class_weights(&weights);
        let loss = loss.label_smoothing(T::from_f64(0.125));
        let mut gradient = row.clone();
        let rows = RowsMut::new(&mut gradient, len).unwrap();
        loss.loss_and_gradient_in_place(rows, &[0_u8], power_of_two(scale))
            .unwrap();
        let ratio = gradient[1].to_f64() / expected;
        let bound = 4.0 * libm::exp2(f64::from(1 - T::DIGITS));
        assert!((ratio - 1.0).abs() <= bound, "{level}: {ratio}");
    }
}

/// Of all classes: their product with the scale is an ordinary number.
fn a_tiny_scale_of_large_weights<T: Real>() {
    let row = [1.0, 2.0, -3.0, 0.5].map(T::from_f64);
    let weights = [power_of_two::<T>(T::MAX_EXPONENT - 2); 4];
    let scale = T::from_f64(7.0 * libm::exp2(f64::from(T::MIN_EXPONENT)));
    let product = weights[0].to_f64() * scale.to_f64();
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let loss = loss.label_smoothing(T::from_f64(0.1));
        let (_, alone) = loss_and_gradient(loss, &row, 0);
        let mut gradient = row;
        let rows = RowsMut::new(&mut gradient, row.len()).unwrap();
        let weighted = loss.class_weights(&weights);
        weighted
            .loss_and_gradient_in_place(rows, &[0_u8], scale)
            .unwrap();
        for (x, alone) in gradient.iter().zip(alone) {
            let ratio = x.to_f64() / (alone.to_f64() * product);
            let bound = 8.0 * libm::exp2(f64::from(1 - T::DIGITS));
            assert!((ratio - 1.0).abs() <= bound, "{level}: {ratio}");
        }
    }
}

/// The product of target and weight is below all numbers, the distance above them.
fn a_tiny_share_of_the_largest_distance<T: Real>() {
    let zero = T::from_f64(0.0);
    let row = [T::MAX, -T::MAX, zero];
    let exponent = T::MIN_EXPONENT / 2;
    let targets = [zero, power_of_two::<T>(T::MIN_EXPONENT + 2), zero];
    let weights = [power_of_two::<T>(exponent); 3];
    let expected = 2.0 * (T::MAX.to_f64() * targets[1].to_f64() * weights[1].to_f64());
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).class_weights(&weights);
        let (rows, targets) = (Rows::new(&row, 3).unwrap(), Rows::new(&targets, 3).unwrap());
        let sum = loss.loss_from_logits_soft(rows, targets).unwrap();
        let mut gradient = row;
        let rows = RowsMut::new(&mut gradient, 3).unwrap();
        let one = T::from_f64(1.0);
        let with_gradient = loss.loss_and_gradient_soft_in_place(rows, targets, one);
        for sum in [sum, with_gradient.unwrap()] {
            assert_eq!(sum.loss().to_f64(), expected, "{level}");
        }
    }
}
