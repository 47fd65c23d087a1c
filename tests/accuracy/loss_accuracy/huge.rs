//! Weights, targets, distances and scales that together are beyond the range.

use logits::{CrossEntropy, Level, RowsMut};

use super::{plain, power_of_two};
use crate::support::loss_errors::{Targets, check_loss, loss_and_gradient};
use crate::support::{
    Distribution, LossOptions, Random, Real, Reference, Report, Wanted, for_both_types,
};

for_both_types!(
    distances_beyond_the_range_with_a_small_share,
    weights_that_sum_beyond_the_range,
    targets_that_sum_beyond_the_range,
    distances_beyond_the_range_with_a_small_weight,
    weights_and_scales_beyond_the_range_together,
    the_largest_distance_with_large_weights,
    large_factors_of_the_z_loss,
);

fn distances_beyond_the_range_with_a_small_share<T: Real>() {
    let half = T::MAX.to_f64() / 2.0;
    let smoothing = libm::exp2(-10.0);
    for level in Level::available() {
        for others in [1, 5, 40] {
            let mut row = vec![T::from_f64(-half); others];
            row.push(T::from_f64(half));
            let loss = CrossEntropy::new().level(level);
            let loss = loss.label_smoothing(T::from_f64(smoothing));
            let (sum, _) = loss_and_gradient(loss, &row, others);
            let expected = T::MAX.to_f64() * (smoothing * others as f64 / (others + 1) as f64);
            let ratio = sum.loss().to_f64() / expected;
            let bound = 4.0 * libm::exp2(f64::from(1 - T::DIGITS));
            assert!(
                (ratio - 1.0).abs() <= bound,
                "{level}: {others} give {ratio}"
            );
        }
    }
}

/// The smoothing shares a sum of weights that only its share brings back.
fn weights_that_sum_beyond_the_range<T: Real>() {
    check_huge::<T>(|random, row, report| {
        let weights = huge(random, row.row().len());
        let targets = Targets::new(random, row);
        for smoothing in [0.01, 0.1, 0.5, 1.0] {
            for wanted in targets.all() {
                let options = LossOptions {
                    weights: Some(&weights),
                    smoothing: T::from_f64(smoothing),
                    ..plain()
                };
                check_loss(report, "huge weights", row, wanted, options);
            }
        }
    });
}

/// What every class' probability multiplies is beyond the range, but not their product.
fn targets_that_sum_beyond_the_range<T: Real>() {
    check_huge::<T>(|random, row, report| {
        let targets = huge(random, row.row().len());
        for smoothing in [0.0, 0.1] {
            let options = LossOptions {
                smoothing: T::from_f64(smoothing),
                ..plain()
            };
            let wanted = Wanted::Soft(&targets);
            check_loss(report, "huge targets", row, wanted, options);
        }
    });
}

/// Checks equal logits, and others.
fn check_huge<T: Real>(check: impl Fn(&mut Random, &Reference<'_, T>, &mut Report)) {
    let mut random = Random::new(22);
    let mut report = Report::default();
    for len in [2, 4, 10, 40, 1000] {
        for deviation in [0.0, 1.0, 5.0] {
            let row = Distribution::Normal { deviation }.row::<T>(&mut random, len);
            check(&mut random, &Reference::new(&row), &mut report);
        }
    }
    report.check::<T>();
}

/// The largest number, others not far below, a few ordinary ones and zeros.
fn huge<T: Real>(random: &mut Random, len: usize) -> Vec<T> {
    let mut number = |place| match (place, random.below(8)) {
        (0, _) => T::MAX.to_f64(),
        (_, 0) => 0.0,
        (_, 1) => random.unit(),
        _ => T::MAX.to_f64() * random.unit(),
    };
    (0..len).map(|place| T::from_f64(number(place))).collect()
}

fn distances_beyond_the_range_with_a_small_weight<T: Real>() {
    for level in Level::available() {
        for others in [1, 5, 40, 200] {
            let mut row = vec![T::from_f64(0.0); others];
            row[0] = T::MAX;
            row.push(-T::MAX);
            let weights = vec![power_of_two::<T>(-10); others + 1];
            let loss = CrossEntropy::new().level(level).class_weights(&weights);
            let (sum, _) = loss_and_gradient(loss, &row, others);
            let expected = T::MAX.to_f64() * libm::exp2(-9.0);
            assert_eq!(sum.loss().to_f64(), expected, "{level}: {others}");
        }
    }
}

/// Beyond the range are the distance, the sum of the weights and the product of both.
fn the_largest_distance_with_large_weights<T: Real>() {
    let large = T::from_f64(0.29 * T::MAX.to_f64());
    let row = [T::MAX, -T::MAX, T::from_f64(0.0)];
    let weights = [T::from_f64(1.0), large, large];
    let reference = Reference::new(&row);
    let mut report = Report::default();
    for smoothing in [0.1, 0.5, 1.0] {
        let options = LossOptions {
            weights: Some(&weights),
            smoothing: T::from_f64(smoothing),
            ..plain()
        };
        let wanted = Wanted::Label(0);
        check_loss(&mut report, "huge distances", &reference, wanted, options);
    }
    report.check::<T>();
}

/// Of the smoothing, too, each class has its share: the gradient is finite, or beyond the range alike.
fn large_factors_of_the_z_loss<T: Real>() {
    let number = T::from_f64;
    let large = number(0.29 * T::MAX.to_f64());
    let row = [1.0, 2.0, -3.0, 0.5].map(number);
    let weights = [number(1.0), large, large, large];
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).z_loss(large);
        let smoothed = loss.label_smoothing(number(1.0)).class_weights(&weights);
        let (_, gradient) = loss_and_gradient(smoothed, &row, 0);
        let finite = |x: &T| x.to_f64().is_finite();
        assert!(gradient.iter().all(finite), "{level}: {gradient:?}");

        let mut gradient = row;
        let rows = RowsMut::new(&mut gradient, row.len()).unwrap();
        let smoothed = loss.label_smoothing(number(0.1));
        smoothed
            .loss_and_gradient_in_place(rows, &[0_u8], large)
            .unwrap();
        assert_eq!(gradient, [T::INFINITY; 4], "{level}");
    }
}

/// A small probability brings their product back.
fn weights_and_scales_beyond_the_range_together<T: Real>() {
    let large = power_of_two::<T>(T::MAX_EXPONENT * 3 / 4);
    for (weight, scale) in [(large, large), (large, -large)] {
        for len in [2, 10, 40, 200] {
            let mut row = vec![-T::INFINITY; len];
            row[0] = T::from_f64(1.0);
            row[len - 1] = T::from_f64(1.0 - T::UNDERFLOW / 2.0);
            // As many rows as a block has, and more.
            let (rows, labels) = (row.repeat(20), [0_u8; 20]);
            let weights = vec![weight; len];
            for level in Level::available() {
                let loss = CrossEntropy::new().level(level);
                let (_, alone) = loss_and_gradient(loss, &row, 0);
                let mut gradient = rows.clone();
                let rows = RowsMut::new(&mut gradient, len).unwrap();
                let weighted = loss.class_weights(&weights);
                weighted
                    .loss_and_gradient_in_place(rows, &labels, scale)
                    .unwrap();
                for row in gradient.chunks(len) {
                    for (x, alone) in row.iter().zip(&alone) {
                        let expected = alone.to_f64() * weight.to_f64() * scale.to_f64();
                        assert_eq!(x.to_f64(), expected, "{level}: {len}");
                    }
                }
            }
        }
    }
}
