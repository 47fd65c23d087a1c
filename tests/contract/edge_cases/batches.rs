//! Batches without rows, rows beside special ones, and which rows count as correct.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::{INFINITY, LENGTHS, Outputs, loss_and_gradient, places};
use crate::support::{Real, for_both_types, levels_and, numbers};

for_both_types!(
    batches_without_rows,
    batches_keep_rows_apart,
    ties_belong_to_the_first,
    the_first_of_two_counts,
    rows_without_a_loss_are_not_correct,
);

fn batches_without_rows<T: Real>() {
    for level in Level::available() {
        for columns in [0, 1, 5, usize::MAX] {
            let rows = Rows::<T>::new(&[], columns).unwrap();
            assert!(rows.is_empty());
            assert_eq!(rows.into_iter().count(), 0);
            let sum = CrossEntropy::new()
                .level(level)
                .loss_from_logits::<u8>(rows, &[])
                .unwrap();
            assert_eq!(
                (sum.mean(), sum.rows(), sum.loss().to_f64()),
                (None, 0, 0.0),
                "{level}"
            );
            level.softmax_rows_in_place(RowsMut::<T>::new(&mut [], columns).unwrap());
            level.log_softmax_rows_in_place(RowsMut::<T>::new(&mut [], columns).unwrap());
            assert_eq!(level.log_sum_exp_rows(rows, &mut []), Ok(()), "{level}");
        }
    }
}

/// Rows with special values leave their neighbours alone.
fn batches_keep_rows_apart<T: Real>() {
    let specials = [f64::NAN, INFINITY, -INFINITY, 1e30];
    for level in Level::available() {
        for columns in [1, 2, 3, 10, 33, 128] {
            let plain: Vec<T> = (0..columns).map(|i| T::from_f64(i as f64 / 8.0)).collect();
            let alone = Outputs::new(level, &plain);
            let mut data = Vec::new();
            for special in specials {
                data.extend_from_slice(&plain);
                data.extend(vec![T::from_f64(special); columns]);
            }
            let mut lse = vec![T::from_f64(0.0); 2 * specials.len()];
            level
                .log_sum_exp_rows(Rows::new(&data, columns).unwrap(), &mut lse)
                .unwrap();
            let (mut softmax, mut log_softmax) = (data.clone(), data);
            level.softmax_rows_in_place(RowsMut::new(&mut softmax, columns).unwrap());
            level.log_softmax_rows_in_place(RowsMut::new(&mut log_softmax, columns).unwrap());
            for row in (0..2 * specials.len()).step_by(2) {
                assert_eq!(lse[row].to_f64(), alone.log_sum_exp, "{level}, row {row}");
                for (i, (p, ln_p)) in alone.softmax.iter().zip(&alone.log_softmax).enumerate() {
                    assert_eq!(
                        softmax[row * columns + i].to_f64(),
                        *p,
                        "{level}, row {row}"
                    );
                    assert_eq!(
                        log_softmax[row * columns + i].to_f64(),
                        *ln_p,
                        "{level}, row {row}"
                    );
                }
            }
        }
    }
}

fn ties_belong_to_the_first<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let row = vec![T::from_f64(1.5); len];
        for label in places(len) {
            let (sum, _) = loss_and_gradient(level, &row, label);
            assert_eq!(
                sum.correct(),
                u64::from(label == 0),
                "{level} × {len}, label {label}"
            );
        }
    }
}

fn the_first_of_two_counts<T: Real>() {
    for (level, len) in levels_and([9, 19, 40, 200, 1124]) {
        let expected = (2.0 + (len - 2) as f64 * (-3.0_f64).exp()).ln();
        let first = (0..len).step_by(1 + len / 40);
        // In vectors of any width, twins in one lane, too; the last vector may overlap the one before.
        let pairs = first.flat_map(|a| {
            let behind = [1, 4, 15, 16, 32, 64, 136, 1024, 1060].map(|distance| a + distance);
            let behind = behind.into_iter().chain([len - 1]);
            behind
                .filter(move |&b| a < b && b < len)
                .map(move |b| (a, b))
        });
        for (a, b) in pairs {
            let mut row = vec![T::from_f64(-1.0); len];
            row[a] = T::from_f64(2.0);
            row[b] = T::from_f64(2.0);
            for label in [a, b] {
                let case = format!("{level} × {len}, at {a} and {b}, label {label}");
                let (sum, _) = loss_and_gradient(level, &row, label);
                assert_eq!(sum.correct(), u64::from(label == a), "{case}");
                let error = sum.loss().to_f64() - expected;
                assert!(error.abs() < 1e-6 * expected, "{case}");
            }
        }
    }
}

fn rows_without_a_loss_are_not_correct<T: Real>() {
    for level in Level::available() {
        for (row, label) in [
            ([f64::NAN, 1.0], 1),
            ([INFINITY, 1.0], 0),
            ([-INFINITY, -INFINITY], 0),
        ] {
            let (sum, _) = loss_and_gradient(level, &numbers::<T>(&row), label);
            assert!(sum.loss().to_f64().is_nan(), "{level}, {row:?}");
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level}, {row:?}");
        }
    }
}
