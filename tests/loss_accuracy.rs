//! The accuracy of losses with options and of soft targets.

mod support;

use logits::{CrossEntropy, Level, Rows, RowsMut};
use support::loss_errors::{OPTIONS, Targets, check_loss, loss_and_gradient};
use support::{
    Distribution, DoubleDouble, Extended, Function, LossOptions, Random, Real, Reference, Report,
    Wanted, distributions, for_both_types, ulp_error_beside,
};

for_both_types!(
    short_rows,
    long_rows,
    long_rows_of_equal_elements,
    confident_rows,
    masked_rows,
    z_loss_of_any_magnitude,
    tiny_z_loss,
    tiny_weights,
    tiny_smoothing,
    small_weights_keep_their_gradient,
    a_tiny_scale_of_a_large_weight,
    distances_beyond_the_range_with_a_small_share,
    weights_that_sum_beyond_the_range,
    targets_that_sum_beyond_the_range,
    distances_beyond_the_range_with_a_small_weight,
    weights_and_scales_beyond_the_range_together,
);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), (1..=35).chain([63, 64, 65, 70]), 0.0);
}

fn long_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000, 5000], 0.0);
}

/// All terms but the first round the same way, again and again.
fn long_rows_of_equal_elements<T: Real>() {
    let mut report = Report::default();
    for (lead, targets) in [(0.0, [0.3, 0.3]), (0.0, [0.7, 1e-7]), (15.2, [0.1, 0.3])] {
        for (weight, smoothing) in [(1.0, 0.0), (0.3, 0.0), (0.7, 0.1)] {
            let number = T::from_f64;
            let row = EqualButForOne {
                logits: [number(0.7 + lead), number(0.7)],
                targets: targets.map(number),
                weight: number(weight),
                smoothing: number(smoothing),
            };
            row.check(&mut report);
        }
    }
    report.check::<T>();
}

/// A long row with soft targets: first one, then others that are all the same.
struct EqualButForOne<T> {
    logits: [T; 2],
    targets: [T; 2],
    /// Of every class.
    weight: T,
    smoothing: T,
}

impl<T: Real> EqualButForOne<T> {
    const LEN: usize = 1 << 22;

    /// One, then all the same.
    fn row([first, other]: [T; 2]) -> Vec<T> {
        let mut row = vec![other; Self::LEN];
        row[0] = first;
        row
    }

    fn check(&self, report: &mut Report) {
        let (logits, targets) = (Self::row(self.logits), Self::row(self.targets));
        let weights = vec![self.weight; Self::LEN];
        let exact = |x: T| Extended::from(x.to_f64());
        let (one, len) = (Extended::ONE, Extended::from(Self::LEN as f64));
        let smoothing = exact(self.smoothing);
        let smoothed = |target| (one - smoothing) * exact(target) + smoothing / len;
        let [q_first, q] = self
            .targets
            .map(|target| smoothed(target) * exact(self.weight));
        let [first, other] = self.logits.map(T::to_f64);
        let lead = DoubleDouble::difference(first, other);
        // Of the exponentials and of the targets of all but the first.
        let others = (len - one, q * (len - one));
        let total = Extended::exp(lead) + others.0;
        let (mass, log_total) = (q_first + others.1, total.ln());
        let loss = others.1 * log_total + q_first * (log_total - lead.into());
        // The slopes of the first, which is the largest, and of another, as pulls up and down.
        let slopes = [(others.1, mass * others.0 / total), (mass / total, q)];
        for level in Level::available() {
            let options = CrossEntropy::new().level(level).class_weights(&weights);
            let options = options.label_smoothing(self.smoothing);
            let mut gradient = logits.clone();
            let rows = Rows::new(&logits, Self::LEN).unwrap();
            let written = RowsMut::new(&mut gradient, Self::LEN).unwrap();
            let targets = Rows::new(&targets, Self::LEN).unwrap();
            let alone = options.loss_from_logits_soft(rows, targets).unwrap();
            let sum = options.loss_and_gradient_soft_in_place(written, targets, T::from_f64(1.0));
            for sum in [alone, sum.unwrap()] {
                let error = ulp_error_beside(sum.loss(), loss, loss);
                let case = || format!("{:e} for {:e}", sum.loss(), loss.to_f64());
                report.note(
                    Function::LossWithOptions,
                    level,
                    "equal but for one",
                    error,
                    case,
                );
            }
            let found = [gradient[0], gradient[Self::LEN - 1]];
            for (found, (up, down)) in found.into_iter().zip(slopes) {
                let error = ulp_error_beside(found, up - down, up + down);
                let case = || format!("{found:e} for {:e}", (up - down).to_f64());
                report.note(
                    Function::GradientWithOptions,
                    level,
                    "equal but for one",
                    error,
                    case,
                );
            }
        }
    }
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100], 0.0);
}

fn masked_rows<T: Real>() {
    let distributions = [5.0, 20.0].map(|deviation| Distribution::Normal { deviation });
    check_rows::<T>(&distributions, 2..=40, 0.3);
}

/// Checks a row of each distribution and length with several targets and options, at every level.
/// A share of the logits, `masked`, is −∞.
fn check_rows<T: Real>(
    distributions: &[Distribution],
    lengths: impl IntoIterator<Item = usize>,
    masked: f64,
) {
    let mut random = Random::new(12);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let mut row = distribution.row::<T>(&mut random, len);
            for x in &mut row[1..] {
                if random.unit() < masked {
                    *x = -T::INFINITY;
                }
            }
            let reference = Reference::new(&row);
            let inputs = distribution.to_string();
            let targets = Targets::new(&mut random, &reference);
            for wanted in targets.all() {
                for options in OPTIONS {
                    let options = targets.options(options);
                    check_loss(&mut report, &inputs, &reference, wanted, options);
                }
            }
        }
    }
    report.check::<T>();
}

fn power_of_two<T: Real>(exponent: i32) -> T {
    T::from_f64(libm::exp2(exponent.into()))
}

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

fn plain<T: Real>() -> LossOptions<'static, T> {
    LossOptions {
        weights: None,
        smoothing: T::from_f64(0.0),
        z_loss: T::from_f64(0.0),
    }
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
