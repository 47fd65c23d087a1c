//! Rows that hold NaN, infinities, masked classes and the largest numbers.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::{INFINITY, LENGTHS, Wanted, bits, run};
use crate::support::{Real, for_both_types, levels_and, numbers};

for_both_types!(
    rows_without_a_loss,
    no_weight_hides_nan,
    masked_classes_take_no_part_in_smoothing,
    targets_on_masked_classes,
    largest_numbers,
);

fn rows_without_a_loss<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        for special in [f64::NAN, INFINITY] {
            let mut row = numbers::<T>(&vec![0.5; len]);
            row[len - 1] = T::from_f64(special);
            let soft = numbers::<T>(&vec![1.0 / len as f64; len]);
            check_no_loss(level, &row, &soft);
        }
        let soft = numbers::<T>(&vec![0.0; len]);
        check_no_loss(level, &vec![-T::INFINITY; len], &soft);

        // A target of the largest logit or of another.
        for (special, place) in [f64::NAN, INFINITY, -INFINITY]
            .into_iter()
            .flat_map(|x| [(x, 0), (x, len - 1)])
        {
            let mut soft = numbers::<T>(&vec![0.1; len]);
            soft[place] = T::from_f64(special);
            let mut row = numbers(&vec![0.5; len]);
            row[0] = T::from_f64(2.0);
            let loss = CrossEntropy::new().level(level).z_loss(T::from_f64(0.5));
            let (sum, gradient) = run(loss, &row, Wanted::Soft(&soft));
            // No target has a part in the z-loss.
            let (of_label, _) = run(loss, &row, Wanted::Label(0));
            assert_eq!(sum.z_loss(), of_label.z_loss(), "{level} × {len}");
            assert!(
                sum.loss().nan() && gradient.iter().all(|g| g.is_nan()),
                "{level} × {len}: {special}"
            );
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level} × {len}");
        }
    }
}

fn check_no_loss<T: Real>(level: Level, row: &[T], soft: &[T]) {
    let mut weights = vec![T::from_f64(0.5); row.len()];
    weights[0] = T::from_f64(0.0);
    let plain = CrossEntropy::new().level(level);
    let smoothed = plain.label_smoothing(T::from_f64(0.1));
    for loss in [plain, smoothed, plain.class_weights(&weights)] {
        for wanted in [Wanted::Label(0), Wanted::Soft(soft)] {
            for factor in [0.0, 0.5] {
                let (sum, gradient) = run(loss.z_loss(T::from_f64(factor)), row, wanted);
                assert!(sum.loss().nan(), "{level}: {row:?}");
                assert_eq!(sum.z_loss().nan(), factor > 0.0, "{level}: {row:?}");
                assert!(gradient.iter().all(|g| g.is_nan()), "{level}: {row:?}");
                assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level}: {row:?}");
            }
        }
    }
}

/// One row among others, all of whose labels have a weight of 0; for as many columns as are taken
/// several rows at once, and more.
fn no_weight_hides_nan<T: Real>() {
    for (level, len) in levels_and([2, 4, 15, 63, 64, 127, 128, 200]) {
        let mut weights = vec![T::from_f64(0.5); len];
        weights[0] = T::from_f64(0.0);
        let loss = CrossEntropy::new().level(level).class_weights(&weights);
        let mut row = vec![T::from_f64(-1.0); len];
        row[0] = T::from_f64(1.0);
        for (count, place) in (1..=20).flat_map(|count| [(count, 0), (count, len - 1)]) {
            let mut data = row.repeat(count);
            let special = count / 2;
            data[special * len + place] = T::from_f64(f64::NAN);
            for ignored in [None, Some(count - 1)] {
                let mut labels = vec![0; count];
                if let Some(row) = ignored {
                    labels[row] = -1;
                }
                check_hidden(loss.ignore_index(-1), &data, &labels, special);
            }
        }
    }
}

/// Checks a batch of labels 0, all of them right, and ignored ones. A row has NaN.
fn check_hidden<T: Real>(loss: CrossEntropy<'_, T>, data: &[T], labels: &[i64], special: usize) {
    let columns = data.len() / labels.len();
    let mut gradient = data.to_vec();
    let alone = loss.loss_from_logits(Rows::new(data, columns).unwrap(), labels);
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let sum = loss.loss_and_gradient_in_place(written, labels, T::from_f64(1.0));
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(bits(&alone), bits(&sum), "{loss:?}");
    let counted = labels.iter().filter(|&&label| label == 0).count() as u64;
    let is_special = |row| row == special && labels[row] == 0;
    let nans = u64::from(is_special(special));
    assert_eq!(sum.loss().nan(), nans == 1, "{loss:?}, {labels:?}");
    assert_eq!(sum.rows(), counted, "{loss:?}, {labels:?}");
    assert_eq!(sum.correct(), counted - nans, "{loss:?}, {labels:?}");
    for (row, slopes) in gradient.chunks(columns).enumerate() {
        let mut slopes = slopes.iter();
        assert!(
            slopes.all(|g| g.nan() == is_special(row) && (g.nan() || g.to_f64() == 0.0)),
            "{loss:?}, {labels:?}: row {row}"
        );
    }
}

/// Smoothing over a row and over the same without its masked classes is one and the same.
fn masked_classes_take_no_part_in_smoothing<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let full: Vec<T> = (0..len)
            .map(|i| T::from_f64((i % 7) as f64 / 4.0))
            .collect();
        let weights: Vec<T> = (0..len)
            .map(|i| T::from_f64(1.0 + (i % 3) as f64))
            .collect();
        let masked: Vec<T> = full.iter().flat_map(|&x| [-T::INFINITY, x]).collect();
        let many_weights: Vec<T> = weights
            .iter()
            .flat_map(|&w| [T::from_f64(9.0), w])
            .collect();
        let loss = CrossEntropy::new()
            .level(level)
            .label_smoothing(T::from_f64(0.25));
        let (alone, slopes) = run(loss.class_weights(&weights), &full, Wanted::Label(1));
        let (among, many) = run(loss.class_weights(&many_weights), &masked, Wanted::Label(3));
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * b.abs();
        assert!(
            near(among.loss().to_f64(), alone.loss().to_f64()),
            "{level} × {len}"
        );
        for (pair, slope) in many.chunks(2).zip(slopes) {
            assert!(
                pair[0] == 0.0 && (pair[1] - slope).abs() <= 1e-6,
                "{level} × {len}"
            );
        }
    }
}

fn targets_on_masked_classes<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let loss = CrossEntropy::new().level(level);
        let mut row = vec![-T::INFINITY; len];
        row[0] = T::from_f64(-3.0);
        let mut soft = numbers::<T>(&vec![0.0; len]);
        soft[0] = T::from_f64(1.0);
        let (sum, gradient) = run(loss, &row, Wanted::Soft(&soft));
        assert_eq!(
            (sum.loss().to_f64(), sum.correct()),
            (0.0, 1),
            "{level} × {len}"
        );
        assert!(
            gradient.iter().all(|&slope| slope == 0.0),
            "{level} × {len}"
        );

        // Any greater target, be it the smallest.
        soft[len - 1] = T::from_pattern(1);
        let (sum, gradient) = run(loss, &row, Wanted::Soft(&soft));
        assert_eq!(sum.loss().to_f64(), INFINITY, "{level} × {len}");
        assert_eq!(
            gradient[len - 1],
            -soft[len - 1].to_f64(),
            "{level} × {len}"
        );

        let smoothed = loss.label_smoothing(T::from_f64(0.25));
        let (sum, gradient) = run(smoothed, &row, Wanted::Label(len as i64 - 1));
        assert_eq!(
            (sum.loss().to_f64(), sum.correct()),
            (INFINITY, 0),
            "{level} × {len}"
        );
        assert_eq!(
            (gradient[0], gradient[len - 1]),
            (0.75, -0.75),
            "{level} × {len}"
        );

        // All that is left of the label is a share that masked classes don't get.
        let (sum, _) = run(
            loss.label_smoothing(T::from_f64(1.0)),
            &row,
            Wanted::Label(1),
        );
        assert_eq!(sum.loss().to_f64(), 0.0, "{level} × {len}");
    }
}

fn largest_numbers<T: Real>() {
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let row = [T::MAX, T::from_f64(0.0), T::MAX];
        let half = numbers::<T>(&[0.0, 0.5, 0.5]);
        let (sum, gradient) = run(loss, &row, Wanted::Soft(&half));
        assert_eq!(sum.loss().to_f64(), T::MAX.to_f64() / 2.0, "{level}");
        assert_eq!(gradient, [0.5, -0.5, 0.0], "{level}");
        let (sum, _) = run(loss.z_loss(T::from_f64(1.0)), &row, Wanted::Label(0));
        assert_eq!(sum.z_loss().to_f64(), INFINITY, "{level}");
        // The distance is beyond the range; a quarter of it, which counts, is not.
        let row = [T::MAX, -T::MAX];
        let (sum, _) = run(
            loss.label_smoothing(T::from_f64(0.5)),
            &row,
            Wanted::Label(0),
        );
        assert_eq!(sum.loss().to_f64(), T::MAX.to_f64() / 2.0, "{level}");
    }
}
