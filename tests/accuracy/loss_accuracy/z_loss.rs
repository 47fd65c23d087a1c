//! The z-loss and its gradient to the ends of the range.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::power_of_two;
use crate::support::loss_errors::{Targets, check_loss, loss_and_gradient};
use crate::support::{Random, Real, Reference, Report, for_both_types, numbers};

const INFINITY: f64 = f64::INFINITY;

for_both_types!(
    z_loss_of_any_magnitude,
    log_sum_exps_at_the_border,
    random_logits_at_the_border,
    factors_and_scales_beyond_the_range_together,
);

/// Of a single class, so that the log-sum-exp is its logit.
fn z_loss_of_any_magnitude<T: Real>() {
    let eighth = T::from_f64(0.125);
    let (low, high) = (T::MIN_EXPONENT / 2, T::MAX_EXPONENT * 3 / 5);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for logit in [
            T::from_f64(1e-30),
            power_of_two(low),
            power_of_two(low * 2 + 8),
        ] {
            let (_, gradient) = loss_and_gradient(loss.z_loss(eighth), &[logit], 0);
            assert_eq!(
                gradient[0].to_f64(),
                logit.to_f64() / 4.0,
                "{level}: {logit:e}"
            );
        }
        // The square of the log-sum-exp alone overflows.
        let (sum, _) =
            loss_and_gradient(loss.z_loss(power_of_two(-high)), &[power_of_two(high)], 0);
        assert_eq!(
            sum.z_loss().to_f64(),
            power_of_two::<T>(high).to_f64(),
            "{level}"
        );
    }
}

/// Twice the log-sum-exp is beyond the range: what a scale or a probability makes of it is not.
fn log_sum_exps_at_the_border<T: Real>() {
    let (scale, huge) = (libm::exp2(-10.0), T::MAX.to_f64());
    let weights = numbers::<T>(&[1.97, 0.0, 1.21, 1.71]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).z_loss(T::from_f64(1.0));
        let weighted = loss.class_weights(&weights);
        let row = [-0.0, -0.0, -huge, huge];
        let of_label = -weights[2].to_f64() * scale;
        let expected = [0.0, 0.0, of_label, huge * scale * 2.0];
        assert_eq!(gradient(weighted, &row, 2, scale), expected, "{level}");
        assert_eq!(gradient(weighted, &row, 2, 0.0), [0.0; 4], "{level}");
        // The label's weight is far below a rounding error of the others' parts.
        let least = [power_of_two(T::MIN_EXPONENT / 2); 4];
        let tiny = loss.class_weights(&least);
        let expected = [0.0, 0.0, -least[2].to_f64(), huge];
        let found = gradient(tiny, &row, 2, 1.0);
        assert_eq!(found[..3], expected[..3], "{level}");
        assert_eq!(found[3], INFINITY, "{level}");

        // Rows of the lowest number, as masks have them.
        for len in [2, 4, 16, 128] {
            let row = vec![-huge; len];
            let expected = vec![-huge / len as f64 * 2.0; len];
            assert_eq!(gradient(loss, &row, 0, 1.0), expected, "{level} × {len}");
            let targets = vec![T::from_f64(1.0 / len as f64); len];
            let smoothed = loss.label_smoothing(T::from_f64(1.0));
            for loss in [loss, smoothed] {
                let mut row = numbers::<T>(&row);
                let rows = RowsMut::new(&mut row, len).unwrap();
                let targets = Rows::new(&targets, len).unwrap();
                loss.loss_and_gradient_soft_in_place(rows, targets, T::from_f64(1.0))
                    .unwrap();
                let found: Vec<_> = row.into_iter().map(T::to_f64).collect();
                assert_eq!(found, expected, "{level} × {len}");
            }
        }
    }
}

/// All logits are equal, or two numbers far apart.
fn random_logits_at_the_border<T: Real>() {
    let mut random = Random::new(23);
    let mut report = Report::default();
    for len in [1, 2, 5, 40, 1000] {
        for factor in [1e-3, 0.5, 1.0, 1.5, 1e6] {
            for _ in 0..20 {
                let huge = T::MAX.to_f64() * random.uniform(-1.0, 1.0);
                let huge = [huge, huge * [0.5, 1.0][random.below(2)]];
                let row: Vec<T> = (0..len)
                    .map(|_| T::from_f64(huge[random.below(2)]))
                    .collect();
                let reference = Reference::new(&row);
                let targets = Targets::new(&mut random, &reference);
                for wanted in targets.all() {
                    let smoothing = [0.0, 0.1, 1.0][random.below(3)];
                    let options = targets.options((random.below(2) == 0, smoothing, factor));
                    check_loss(&mut report, "the border", &reference, wanted, options);
                }
            }
        }
    }
    report.check::<T>();
}

/// A small probability brings their product back.
fn factors_and_scales_beyond_the_range_together<T: Real>() {
    let power = |exponent| power_of_two::<T>(exponent).to_f64();
    let (factor, scale) = (power(T::MAX_EXPONENT / 4), power(T::MAX_EXPONENT * 3 / 4));
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let loss = loss.z_loss(T::from_f64(factor));
        for len in [2, 10, 40, 200] {
            let mut row = vec![-INFINITY; len];
            row[0] = 1.0;
            row[len - 1] = 1.0 - T::UNDERFLOW / 2.0;
            let alone = gradient(loss, &row, 0, 1.0);
            for scale in [scale, -scale] {
                let found = gradient(loss, &row, 0, scale);
                let expected = alone[len - 1] * scale;
                assert_eq!(found[len - 1], expected, "{level} × {len}: {scale:e}");
            }
        }
    }
}

/// The gradient of one row.
fn gradient<T: Real>(loss: CrossEntropy<'_, T>, row: &[f64], label: usize, scale: f64) -> Vec<f64> {
    let mut row = numbers::<T>(row);
    let columns = row.len();
    let rows = RowsMut::new(&mut row, columns).unwrap();
    loss.loss_and_gradient_in_place(rows, &[label], T::from_f64(scale))
        .unwrap();
    row.into_iter().map(T::to_f64).collect()
}
