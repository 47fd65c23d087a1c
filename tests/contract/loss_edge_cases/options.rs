//! Options that leave nothing of a row, or all of it.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::{INFINITY, LENGTHS, Wanted, bits, run};
use crate::support::{Real, for_both_types, levels_and, numbers};

for_both_types!(
    ignored_rows_count_for_nothing,
    zero_weights_leave_nothing,
    neutral_options_change_nothing,
    z_loss_stays_apart,
);

fn ignored_rows_count_for_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    for (level, z_loss) in Level::available().flat_map(|level| [(level, 0.0), (level, 0.5)]) {
        let alone = CrossEntropy::new().level(level);
        let alone = alone.z_loss(T::from_f64(z_loss));
        let loss = alone.ignore_index(-100);
        // Whatever an ignored row holds.
        let mut data = numbers::<T>(&[f64::NAN, INFINITY, 1.0, 3.0, INFINITY, -INFINITY]);
        let labels = [-100, 1, -100];
        let sum = loss
            .loss_from_logits(Rows::new(&data, 2).unwrap(), &labels)
            .unwrap();
        assert_eq!(
            (sum.rows(), sum.correct(), sum.weight()),
            (1, 1, one),
            "{level}"
        );
        let rows = RowsMut::new(&mut data, 2).unwrap();
        assert_eq!(
            loss.loss_and_gradient_in_place(rows, &labels, one),
            Ok(sum),
            "{level}"
        );
        for place in [0, 1, 4, 5] {
            assert_eq!(data[place].to_f64(), 0.0, "{level}");
        }
        let row = numbers::<T>(&[1.0, 3.0]);
        let (expected, slopes) = run(alone, &row, Wanted::Label(1));
        assert_eq!(bits(&sum), bits(&expected), "{level}");
        assert_eq!([data[2].to_f64(), data[3].to_f64()], slopes[..], "{level}");

        let (none, gradient) = run(loss, &row, Wanted::Label(-100));
        assert_eq!(
            (none.mean(), none.accuracy(), none.rows()),
            (None, None, 0),
            "{level}"
        );
        assert_eq!(
            (none.loss().to_f64(), none.z_loss().to_f64(), gradient),
            (0.0, 0.0, vec![0.0; 2]),
            "{level}"
        );
    }
}

fn zero_weights_leave_nothing<T: Real>() {
    let weights = numbers::<T>(&[0.0, 1.0, 0.0]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).class_weights(&weights);
        let row = numbers::<T>(&[-INFINITY, 2.0, 5.0]);
        for wanted in [Wanted::Label(0), Wanted::Soft(&numbers(&[0.5, 0.0, 0.5]))] {
            let (sum, gradient) = run(loss, &row, wanted);
            assert_eq!((sum.loss().to_f64(), sum.rows()), (0.0, 1), "{level}");
            assert_eq!(gradient, [0.0; 3], "{level}");
        }
        let (sum, _) = run(loss, &row, Wanted::Label(0));
        assert_eq!((sum.mean(), sum.weight().to_f64()), (None, 0.0), "{level}");
        assert_eq!(sum.accuracy().map(T::to_f64), Some(0.0), "{level}");
    }
}

fn neutral_options_change_nothing<T: Real>() {
    let zero = T::from_f64(0.0);
    for (level, len) in levels_and(LENGTHS) {
        let row: Vec<T> = (0..len)
            .map(|i| T::from_f64((i * 37 % 11) as f64))
            .collect();
        let plain = CrossEntropy::new().level(level);
        let (expected, slopes) = run(plain, &row, Wanted::Label(1));
        let neutral = plain.label_smoothing(zero).z_loss(zero);
        let ones = vec![T::from_f64(1.0); len];
        for neutral in [
            neutral,
            neutral.ignore_index(-1),
            neutral.class_weights(&ones),
        ] {
            let (sum, gradient) = run(neutral, &row, Wanted::Label(1));
            assert_eq!(
                (bits(&sum), &gradient),
                (bits(&expected), &slopes),
                "{level} × {len}"
            );
        }
    }
}

fn z_loss_stays_apart<T: Real>() {
    let row = numbers::<T>(&[3.0; 4]);
    let quarter = numbers::<T>(&[0.25; 4]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let (plain, _) = run(loss, &row, Wanted::Soft(&quarter));
        let (sum, gradient) = run(loss.z_loss(T::from_f64(0.5)), &row, Wanted::Soft(&quarter));
        assert_eq!(
            (sum.loss(), sum.mean()),
            (plain.loss(), plain.mean()),
            "{level}"
        );
        assert_eq!(plain.z_loss().to_f64(), 0.0, "{level}");
        let log_sum_exp = 3.0 + 4_f64.ln();
        let expected = 0.5 * log_sum_exp * log_sum_exp;
        assert!(
            (sum.z_loss().to_f64() / expected - 1.0).abs() < 1e-6,
            "{level}"
        );
        for slope in gradient {
            assert!((slope - 0.25 * log_sum_exp).abs() < 1e-6, "{level}");
        }
        let mut twice = sum;
        twice.merge(&sum);
        assert_eq!(
            twice.z_loss().to_f64(),
            2.0 * sum.z_loss().to_f64(),
            "{level}"
        );
    }
}
