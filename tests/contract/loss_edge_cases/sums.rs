//! What sums count, to the largest of counts and weights.

use logits::{CrossEntropy, Error, Level, Rows};

use super::{Wanted, run};
use crate::support::{Real, for_both_types, numbers};

for_both_types!(
    the_largest_target_is_the_right_one,
    batches_without_rows,
    counts_stop_at_the_largest,
    weights_beyond_the_range_have_no_mean,
);

fn the_largest_target_is_the_right_one<T: Real>() {
    let row = numbers::<T>(&[1.0, 4.0, 4.0, 0.0]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for (soft, correct) in [
            ([0.1, 0.5, 0.3, 0.1], 1),
            ([0.1, 0.3, 0.5, 0.1], 0),
            ([0.0, 0.5, 0.5, 0.0], 1),
            ([0.25; 4], 0),
        ] {
            let (sum, _) = run(loss, &row, Wanted::Soft(&numbers(&soft)));
            assert_eq!(sum.correct(), correct, "{level}: {soft:?}");
            let share = sum.accuracy().map(T::to_f64);
            assert_eq!(share, Some(correct as f64), "{level}: {soft:?}");
        }
    }
}

fn batches_without_rows<T: Real>() {
    let weights = numbers::<T>(&[1.0, 2.0]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).class_weights(&weights);
        let rows = Rows::new(&[], 2).unwrap();
        let sum = loss.loss_from_logits_soft(rows, rows).unwrap();
        assert_eq!((sum.mean(), sum.rows()), (None, 0), "{level}");
        let sum = loss.loss_from_logits::<u8>(rows, &[]).unwrap();
        assert_eq!((sum.mean(), sum.weight().to_f64()), (None, 0.0), "{level}");
        let no_columns = Rows::new(&[], 0).unwrap();
        let mismatch = Error::LengthMismatch {
            expected: 0,
            found: 2,
        };
        assert_eq!(
            loss.loss_from_logits_soft(no_columns, no_columns),
            Err(mismatch),
            "{level}"
        );
    }
}

/// However often sums are merged, nothing overflows.
fn counts_stop_at_the_largest<T: Real>() {
    let row = numbers::<T>(&[1.0, 0.0]);
    let rows = Rows::new(&row, 2).unwrap();
    let mut sum = CrossEntropy::new().loss_from_logits(rows, &[0_u8]).unwrap();
    for _ in 0..64 {
        let same = sum;
        sum.merge(&same);
    }
    assert_eq!((sum.rows(), sum.correct()), (u64::MAX, u64::MAX));
}

fn weights_beyond_the_range_have_no_mean<T: Real>() {
    let weights = [T::MAX; 2];
    let loss = CrossEntropy::new().class_weights(&weights);
    let row = numbers::<T>(&[0.0, 5.0, 0.0, 5.0]);
    let sum = loss.loss_from_logits(Rows::new(&row, 2).unwrap(), &[1_u8, 1]);
    let sum = sum.unwrap();
    assert!(sum.loss().finite() && sum.weight() == T::INFINITY);
    assert!(sum.mean().is_some_and(Real::nan));
}
