//! Cross-entropy from probabilities: its accuracy, its edges, and what it shares with logits.

use logits::{CrossEntropy, Error, Level, Rows, RowsMut};

use crate::support::probability_loss::{ProbabilityLoss, run};
use crate::support::{Random, Real, Report, for_both_types, numbers};

for_both_types!(
    rows_are_accurate,
    tiny_shares,
    factors_of_any_magnitude,
    probabilities_of_zero,
    what_is_no_probability,
    agrees_with_the_loss_of_logits,
    levels_agree,
    wrong_arguments_write_nothing,
);

const INFINITY: f64 = f64::INFINITY;

/// Softmax of random numbers, with some probabilities of 0.
fn row<T: Real>(random: &mut Random, len: usize, deviation: f64) -> Vec<T> {
    let terms: Vec<f64> = (0..len)
        .map(|_| (deviation * random.normal()).exp())
        .collect();
    let sum: f64 = terms.iter().sum();
    let mut row: Vec<T> = terms.iter().map(|term| T::from_f64(term / sum)).collect();
    for p in &mut row[1..] {
        if random.below(8) == 0 {
            *p = T::from_f64(0.0);
        }
    }
    row
}

fn rows_are_accurate<T: Real>() {
    let mut random = Random::new(30);
    let mut report = Report::default();
    for len in (1..70).chain([1000]) {
        for deviation in [1.0, 8.0] {
            let row = row::<T>(&mut random, len, deviation);
            let label = random.below(len);
            let label = if row[label].to_f64() == 0.0 { 0 } else { label };
            let weights: Vec<T> = (0..len).map(|_| T::from_f64(3.0 * random.unit())).collect();
            for (weighted, smoothing) in [
                (false, 0.0),
                (true, 0.0),
                (false, 0.1),
                (true, 0.9),
                (true, 1.0),
            ] {
                let case = ProbabilityLoss {
                    row: &row,
                    label,
                    weights: weighted.then_some(&weights[..]),
                    smoothing: T::from_f64(smoothing),
                    scale: T::from_f64(-1.0 / 3.0),
                };
                let inputs = format!("deviation {deviation}, smoothing {smoothing}");
                case.check(&mut report, &inputs);
            }
        }
    }
    report.check::<T>();
}

/// The label has the probability 1, or the weight 0: what is left has a tiny smoothing or weights.
fn tiny_shares<T: Real>() {
    let mut random = Random::new(31);
    let mut report = Report::default();
    let tiny = |random: &mut Random| {
        let above = random.uniform(0.0, f64::from(T::DIGITS + 8));
        T::from_f64(libm::exp2(f64::from(T::MIN_EXPONENT) + above))
    };
    for len in [2, 5, 40, 1000] {
        for _ in 0..20 {
            let mut row = row::<T>(&mut random, len, 1.0);
            row[1] = tiny(&mut random);
            row[0] = T::from_f64(1.0);
            let mut weights: Vec<T> = (0..len).map(|_| tiny(&mut random)).collect();
            weights[0] = T::from_f64(0.0);
            let case = ProbabilityLoss {
                row: &row,
                label: 0,
                weights: None,
                smoothing: tiny(&mut random),
                scale: T::from_f64(0.75),
            };
            case.check(&mut report, "tiny smoothing");
            let case = ProbabilityLoss {
                weights: Some(&weights),
                smoothing: T::from_f64(0.125),
                ..case
            };
            case.check(&mut report, "tiny weights");
            // The loss is of ordinary size, but its share is short of digits.
            let mut weights = vec![T::from_f64(T::MAX.to_f64() / 4.0); len];
            weights[0] = T::from_f64(0.0);
            let case = ProbabilityLoss {
                weights: Some(&weights),
                smoothing: tiny(&mut random),
                ..case
            };
            case.check(&mut report, "tiny smoothing, huge weights");
        }
        // Every term rounds to 0, but their sum does not.
        let case = ProbabilityLoss {
            row: &vec![T::from_f64(1.0 / len as f64); len],
            label: 0,
            weights: Some(&vec![T::from_pattern(1); len]),
            smoothing: T::from_f64(1.0),
            scale: T::from_f64(1.0),
        };
        case.check(&mut report, "the smallest weights");
    }
    report.check::<T>();
}

/// What one factor makes of the next is no number, or short of digits, but the result is not.
fn factors_of_any_magnitude<T: Real>() {
    let one = T::from_f64(1.0);
    let least = T::MIN_EXPONENT;
    let power = |exponent: i32| T::from_f64(libm::exp2(exponent.into()));
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);

        let (a, b, c) = (least * 2 / 3, least / 2, least * 4 / 5);
        let weights = [power(a); 2];
        for smoothing in [0.0, 0.5] {
            let smoothed = loss
                .class_weights(&weights)
                .label_smoothing(T::from_f64(smoothing));
            let (_, gradient) = run(smoothed, &[power(c); 2], 0, power(b));
            let slope = power(a + b - c).to_f64();
            let slopes = [-slope * (1.0 - smoothing / 2.0), -slope * smoothing / 2.0];
            assert_eq!(
                [gradient[0].to_f64(), gradient[1].to_f64()],
                slopes,
                "{level}"
            );
        }

        let (weights, halves) = ([T::MAX; 2], [T::from_f64(0.5); 2]);
        let weighted = loss.class_weights(&weights);
        let (sum, _) = run(weighted.label_smoothing(power(-10)), &halves, 0, one);
        let ratio = sum.loss().to_f64() / T::MAX.to_f64();
        assert!(
            (ratio - std::f64::consts::LN_2).abs() < 1e-6,
            "{level}: {ratio}"
        );

        let weights = [power(least), T::from_f64(0.0)];
        let weighted = loss.class_weights(&weights);
        let smoothed = weighted.label_smoothing(T::from_f64(0.25));
        let (sum, _) = run(smoothed, &[power(-100), one], 0, one);
        let count = sum.loss().to_f64() / power(least).to_f64();
        let exact = 0.875 * 100.0 * std::f64::consts::LN_2;
        assert!(
            (count - exact).abs() <= 4.0,
            "{level}: {count}, not {exact}"
        );

        // Of −0, the gradient has the sign of that of 0.
        let (_, gradient) = run(loss, &[T::from_f64(-0.0), one], 0, one);
        assert_eq!(gradient[0].to_f64(), -INFINITY, "{level}");
    }
}

fn probabilities_of_zero<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for len in [2, 3, 17, 33, 100] {
            let mut row = numbers::<T>(&vec![0.0; len]);
            row[0] = one;
            let (sum, gradient) = run(loss, &row, 0, one);
            assert_eq!((sum.loss().to_f64(), sum.correct()), (0.0, 1), "{level}");
            assert_eq!(gradient[0].to_f64(), -1.0, "{level}");
            assert!(gradient[1..].iter().all(|g| g.to_f64() == 0.0), "{level}");

            let (sum, gradient) = run(loss, &row, 1, one);
            assert_eq!(
                (sum.loss().to_f64(), sum.correct()),
                (INFINITY, 0),
                "{level}"
            );
            assert_eq!(gradient[1].to_f64(), -INFINITY, "{level}");

            // Masked classes take no part in smoothing.
            let smoothed = loss.label_smoothing(T::from_f64(0.5));
            let (sum, gradient) = run(smoothed, &row, 0, one);
            assert_eq!(sum.loss().to_f64(), 0.0, "{level}");
            assert_eq!(gradient[0].to_f64(), -1.0, "{level}");
            assert!(gradient[1..].iter().all(|g| g.to_f64() == 0.0), "{level}");

            let mut weights = vec![one; len];
            weights[1] = T::from_f64(0.0);
            let (sum, gradient) = run(loss.class_weights(&weights), &row, 1, one);
            assert_eq!((sum.loss().to_f64(), sum.mean()), (0.0, None), "{level}");
            assert!(gradient.iter().all(|g| g.to_f64() == 0.0), "{level}");

            let nothing = numbers::<T>(&vec![0.0; len]);
            let (sum, _) = run(smoothed, &nothing, 1, one);
            assert_eq!(sum.loss().to_f64(), INFINITY, "{level}");
        }

        // Nor does the label, where smoothing leaves nothing else.
        for zero in [0.0, -0.0] {
            let row = numbers::<T>(&[zero, 0.5, 0.5]);
            let (_, gradient) = run(loss.label_smoothing(one), &row, 0, one);
            assert_eq!(gradient, numbers(&[0.0, -1.0, -1.0]), "{level}");
        }
    }
}

fn what_is_no_probability<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let smoothed = loss.label_smoothing(T::from_f64(0.5));
        let weights = numbers::<T>(&[0.0, 1.0, 1.0]);
        let weighted = loss.class_weights(&weights);
        for (loss, row, label, is_nan) in [
            (weighted, [-0.25, 0.5, 0.5], 0, true),
            (weighted, [-0.25, 0.5, 0.5], 1, false),
            (weighted.label_smoothing(one), [-0.25, 0.5, 0.5], 0, true),
            (loss, [f64::NAN, 0.5, 0.5], 0, true),
            (loss, [f64::NAN, 0.5, 0.5], 1, true),
            (loss, [INFINITY, 0.5, 0.5], 1, true),
            (loss, [-0.25, 0.5, 0.5], 0, true),
            (loss, [-0.25, 0.5, 0.5], 1, false),
            (smoothed, [-0.25, 0.5, 0.5], 1, true),
        ] {
            let (sum, gradient) = run(loss, &numbers::<T>(&row), label, one);
            assert_eq!(sum.loss().nan(), is_nan, "{level}: {row:?}");
            assert!(
                gradient.iter().all(|g| g.nan() == is_nan),
                "{level}: {row:?}"
            );
            assert_eq!(sum.correct(), u64::from(!is_nan), "{level}: {row:?}");
        }
        // Whatever an ignored row holds.
        let ignored = loss.ignore_index(-1);
        let (sum, gradient) = run(ignored, &numbers::<T>(&[f64::NAN, 2.0]), -1, one);
        assert_eq!((sum.rows(), sum.mean()), (0, None), "{level}");
        assert_eq!(gradient, numbers(&[0.0; 2]), "{level}");
    }
}

/// From p as from ln p, which has the softmax p.
fn agrees_with_the_loss_of_logits<T: Real>() {
    let mut random = Random::new(31);
    for len in 1..50 {
        let row = row::<f64>(&mut random, len, 2.0);
        let total: f64 = row.iter().sum();
        let row: Vec<f64> = row.iter().map(|p| p / total).collect();
        let logits: Vec<T> = row.iter().map(|p| T::from_f64(p.ln())).collect();
        let row = numbers::<T>(&row);
        let weights: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
        for level in Level::available() {
            let loss = CrossEntropy::new().level(level);
            let loss = loss
                .class_weights(&weights)
                .label_smoothing(T::from_f64(0.2));
            let (found, _) = run(loss, &row, 0, T::from_f64(1.0));
            let logits = Rows::new(&logits, len).unwrap();
            let expected = loss.loss_from_logits(logits, &[0]).unwrap();
            let (a, b) = (found.loss().to_f64(), expected.loss().to_f64());
            assert!((a - b).abs() <= 1e-5 * b.max(1.0), "{level}: {a}, {b}");
            assert_eq!(
                (found.weight(), found.correct()),
                (expected.weight(), expected.correct())
            );
        }
    }
}

fn levels_agree<T: Real>() {
    let mut random = Random::new(32);
    let scale = T::from_f64(0.3);
    for len in (1..80).chain([1000]) {
        let row = row::<T>(&mut random, len, 3.0);
        let weights: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
        for fused in [false, true] {
            let mut bits = None;
            for level in Level::available().filter(|level| level.is_fused() == fused) {
                let loss = CrossEntropy::new().level(level).class_weights(&weights);
                let (sum, gradient) = run(loss.label_smoothing(scale), &row, 0, scale);
                let mut found: Vec<_> = gradient.iter().map(|g| g.pattern()).collect();
                found.push(sum.loss().pattern());
                assert_eq!(*bits.get_or_insert(found.clone()), found, "{level}: {len}");
            }
        }
    }
}

fn wrong_arguments_write_nothing<T: Real>() {
    let half = T::from_f64(0.5);
    for level in Level::available() {
        let plain = CrossEntropy::new().level(level);
        let smoothed = plain.label_smoothing(T::from_f64(2.0));
        let out_of_range = Error::ParameterOutOfRange {
            parameter: "label_smoothing",
        };
        let mismatch = Error::LengthMismatch {
            expected: 2,
            found: 1,
        };
        for (loss, labels, error) in [
            (plain, &[0, 2][..], Error::LabelOutOfRange { row: 1 }),
            (plain, &[0], mismatch),
            (smoothed, &[0, 1], out_of_range),
        ] {
            let mut data = [half; 4];
            let rows = Rows::new(&data, 2).unwrap();
            assert_eq!(
                loss.loss_from_probabilities(rows, labels),
                Err(error),
                "{level}"
            );
            let rows = RowsMut::new(&mut data, 2).unwrap();
            let result = loss.loss_and_gradient_from_probabilities_in_place(rows, labels, half);
            assert_eq!((result, data), (Err(error), [half; 4]), "{level}");
        }
    }
}
