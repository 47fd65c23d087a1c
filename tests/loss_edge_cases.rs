//! What losses with options and of soft targets return at the edges, at every level.

mod support;

use logits::{CrossEntropy, Error, Level, LossSum, Rows, RowsMut};
use support::{Real, for_both_types, levels_and, numbers};

for_both_types!(
    rows_without_a_loss,
    masked_classes_take_no_part_in_smoothing,
    targets_on_masked_classes,
    ignored_rows_count_for_nothing,
    zero_weights_leave_nothing,
    neutral_options_change_nothing,
    largest_numbers,
    the_largest_target_is_the_right_one,
    z_loss_stays_apart,
    batches_without_rows,
    counts_stop_at_the_largest,
    weights_beyond_the_range_have_no_mean,
);

const INFINITY: f64 = f64::INFINITY;

/// Lengths around those of registers and stripes.
const LENGTHS: [usize; 9] = [2, 3, 4, 8, 17, 32, 33, 100, 1025];

#[derive(Clone, Copy)]
enum Wanted<'a, T> {
    Label(i64),
    Soft(&'a [T]),
}

/// The loss of one row and its gradient.
fn run<T: Real>(
    loss: CrossEntropy<'_, T>,
    row: &[T],
    wanted: Wanted<'_, T>,
) -> (LossSum<T>, Vec<f64>) {
    let mut gradient = row.to_vec();
    let read = Rows::new(row, row.len()).unwrap();
    let written = RowsMut::new(&mut gradient, row.len()).unwrap();
    let one = T::from_f64(1.0);
    let (alone, sum) = match wanted {
        Wanted::Label(label) => (
            loss.loss_from_logits(read, &[label]),
            loss.loss_and_gradient_in_place(written, &[label], one),
        ),
        Wanted::Soft(targets) => {
            let targets = Rows::new(targets, row.len()).unwrap();
            (
                loss.loss_from_logits_soft(read, targets),
                loss.loss_and_gradient_soft_in_place(written, targets, one),
            )
        }
    };
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(bits(&alone), bits(&sum));
    (sum, gradient.into_iter().map(T::to_f64).collect())
}

/// All that a sum tells.
fn bits<T: Real>(sum: &LossSum<T>) -> [u64; 5] {
    let (loss, weight, z_loss) = (sum.loss(), sum.weight(), sum.z_loss());
    [
        loss.pattern(),
        weight.pattern(),
        z_loss.pattern(),
        sum.rows(),
        sum.correct(),
    ]
}

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
            let loss = CrossEntropy::new().level(level);
            let (sum, gradient) = run(loss, &row, Wanted::Soft(&soft));
            assert!(
                sum.loss().nan() && gradient.iter().all(|g| g.is_nan()),
                "{level} × {len}: {special}"
            );
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level} × {len}");
        }
    }
}

fn check_no_loss<T: Real>(level: Level, row: &[T], soft: &[T]) {
    let smoothed = CrossEntropy::new()
        .level(level)
        .label_smoothing(T::from_f64(0.1));
    for loss in [CrossEntropy::new().level(level), smoothed] {
        for wanted in [Wanted::Label(0), Wanted::Soft(soft)] {
            let (sum, gradient) = run(loss.z_loss(T::from_f64(0.5)), row, wanted);
            assert!(sum.loss().nan(), "{level}: {row:?}");
            assert!(gradient.iter().all(|g| g.is_nan()), "{level}: {row:?}");
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level}: {row:?}");
        }
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

fn ignored_rows_count_for_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level).ignore_index(-100);
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
        let alone = CrossEntropy::new().level(level);
        let row = numbers::<T>(&[1.0, 3.0]);
        let (expected, slopes) = run(alone, &row, Wanted::Label(1));
        assert_eq!(sum.loss(), expected.loss(), "{level}");
        assert_eq!([data[2].to_f64(), data[3].to_f64()], slopes[..], "{level}");

        let (none, gradient) = run(loss, &row, Wanted::Label(-100));
        assert_eq!(
            (none.mean(), none.accuracy(), none.rows()),
            (None, None, 0),
            "{level}"
        );
        assert_eq!(
            (none.loss().to_f64(), gradient),
            (0.0, vec![0.0; 2]),
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
