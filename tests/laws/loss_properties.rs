//! Laws that losses with options and soft targets obey, for whatever logits.

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{DoubleDouble, Real, epsilon};

/// Rows of logits with labels, and the options of their loss.
#[derive(Clone, Debug)]
struct Batch {
    columns: usize,
    logits: Vec<f64>,
    labels: Vec<usize>,
    weights: Vec<f64>,
    smoothing: f64,
    z_loss: f64,
}

prop_compose! {
    fn batch()(columns in 1_usize..40, rows in 1_usize..6)(
        logits in vec(-20.0..20.0, rows * columns),
        labels in vec(0..columns, rows),
        weights in vec(0.0..3.0, columns),
        smoothing in prop_oneof![Just(0.0), 0.0..1.0, Just(1.0)],
        z_loss in prop_oneof![Just(0.0), 0.0..0.1],
        columns in Just(columns),
    ) -> Batch {
        Batch { columns, logits, labels, weights, smoothing, z_loss }
    }
}

/// A batch in an element type.
struct Case<T> {
    columns: usize,
    logits: Vec<T>,
    labels: Vec<usize>,
    /// The labels as soft targets.
    one_hot: Vec<T>,
    weights: Vec<T>,
    smoothing: T,
    z_loss: T,
}

fn convert<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

impl<T: Real> Case<T> {
    fn new(batch: &Batch) -> Self {
        let mut one_hot = vec![T::from_f64(0.0); batch.logits.len()];
        for (row, &label) in batch.labels.iter().enumerate() {
            one_hot[row * batch.columns + label] = T::from_f64(1.0);
        }
        Self {
            columns: batch.columns,
            logits: convert(&batch.logits),
            labels: batch.labels.clone(),
            one_hot,
            weights: convert(&batch.weights),
            smoothing: T::from_f64(batch.smoothing),
            z_loss: T::from_f64(batch.z_loss),
        }
    }

    fn loss(&self, level: Level) -> CrossEntropy<'_, T> {
        CrossEntropy::new()
            .level(level)
            .class_weights(&self.weights)
            .label_smoothing(self.smoothing)
            .z_loss(self.z_loss)
    }

    fn rows<'a>(&self, data: &'a [T]) -> Rows<'a, T> {
        Rows::new(data, self.columns).unwrap()
    }

    fn gradient(&self, loss: CrossEntropy<'_, T>, scale: f64, soft: bool) -> (LossSum<T>, Vec<T>) {
        let mut gradient = self.logits.clone();
        let rows = RowsMut::new(&mut gradient, self.columns).unwrap();
        let scale = T::from_f64(scale);
        let sum = if soft {
            let targets = self.rows(&self.one_hot);
            loss.loss_and_gradient_soft_in_place(rows, targets, scale)
        } else {
            loss.loss_and_gradient_in_place(rows, &self.labels, scale)
        };
        (sum.unwrap(), gradient)
    }
}

/// A label is a soft target of 1.
fn one_hot_targets_are_labels<T: Real>(batch: &Batch) {
    let case = Case::<T>::new(batch);
    for level in Level::available() {
        let loss = case.loss(level);
        let (hard, slopes) = case.gradient(loss, 1.0, false);
        let (soft, soft_slopes) = case.gradient(loss, 1.0, true);
        assert_eq!(hard.correct(), soft.correct(), "{level}");
        assert_eq!(soft.weight().to_f64(), soft.rows() as f64, "{level}");
        let (hard, soft) = (hard.loss().to_f64(), soft.loss().to_f64());
        assert!(
            (hard - soft).abs() <= 8.0 * epsilon::<T>() * hard,
            "{level}: {hard}, {soft}"
        );
        for (a, b) in slopes.into_iter().zip(soft_slopes) {
            let (a, b) = (a.to_f64(), b.to_f64());
            assert!(
                (a - b).abs() <= 40.0 * epsilon::<T>(),
                "{level}: {a} and {b}"
            );
        }
    }
}

/// Without a z-loss the gradient of a row sums to 0, whatever weighs its classes.
fn gradient_sums_to_zero<T: Real>(batch: &Batch) {
    let batch = Batch {
        z_loss: 0.0,
        ..batch.clone()
    };
    let case = Case::<T>::new(&batch);
    for level in Level::available() {
        for soft in [false, true] {
            let (_, gradient) = case.gradient(case.loss(level), 1.0, soft);
            for row in gradient.chunks(case.columns) {
                let exact = row.iter().map(|x| DoubleDouble::from(x.to_f64()));
                let sum = exact.fold(DoubleDouble::ZERO, |sum, x| sum + x).hi;
                let slack = 24.0 * epsilon::<T>();
                assert!(sum.abs() <= slack, "{level}: {sum:e}");
            }
        }
    }
}

/// The gradient is linear in its scale, and the loss does not depend on it.
fn scale_multiplies_the_gradient<T: Real>(batch: &Batch) {
    let case = Case::<T>::new(batch);
    for level in Level::available() {
        let loss = case.loss(level);
        for soft in [false, true] {
            let (sum, once) = case.gradient(loss, 1.0, soft);
            let (same, times) = case.gradient(loss, -8.0, soft);
            assert_eq!(sum, same, "{level}");
            for (once, times) in once.into_iter().zip(times) {
                // A power of two changes no rounding, short of underflow.
                assert_eq!(-8.0 * once.to_f64(), times.to_f64(), "{level}");
            }
        }
    }
}

/// Row by row and merged, in either order, is as all at once.
fn rows_merge<T: Real>(batch: &Batch) {
    let case = Case::<T>::new(batch);
    for level in Level::available() {
        let loss = case.loss(level);
        let whole = loss
            .loss_from_logits(case.rows(&case.logits), &case.labels)
            .unwrap();
        let single = |(row, label): (&[T], &usize)| {
            loss.loss_from_logits(case.rows(row), std::slice::from_ref(label))
                .unwrap()
        };
        let (mut merged, mut reversed) = (LossSum::default(), LossSum::default());
        let parts: Vec<_> = case
            .logits
            .chunks(case.columns)
            .zip(&case.labels)
            .map(single)
            .collect();
        parts.iter().for_each(|part| merged.merge(part));
        parts.iter().rev().for_each(|part| reversed.merge(part));
        for sum in [merged, reversed] {
            assert_eq!(
                (sum.rows(), sum.correct()),
                (whole.rows(), whole.correct()),
                "{level}"
            );
            for (a, b) in [
                (sum.loss(), whole.loss()),
                (sum.weight(), whole.weight()),
                (sum.z_loss(), whole.z_loss()),
            ] {
                let (a, b) = (a.to_f64(), b.to_f64());
                assert!((a - b).abs() <= epsilon::<T>() * b, "{level}: {a}, {b}");
            }
        }
    }
}

/// The loss changes as its gradient says when one logit does.
fn gradient_agrees_with_differences(batch: &Batch) {
    let case = Case::<f64>::new(batch);
    let step = 2_f64.powi(-14);
    for level in Level::available() {
        let loss = case.loss(level);
        let (_, gradient) = case.gradient(loss, 1.0, false);
        for (place, slope) in gradient.into_iter().enumerate().step_by(7) {
            let at = |offset: f64| {
                let mut logits = case.logits.clone();
                logits[place] += offset;
                let sum = loss
                    .loss_from_logits(case.rows(&logits), &case.labels)
                    .unwrap();
                sum.loss() + sum.z_loss()
            };
            let difference = (at(step) - at(-step)) / (2.0 * step);
            assert!(
                (slope - difference).abs() < 1e-6,
                "{level}: {slope} and {difference}"
            );
        }
    }
}

/// Of many equal rows, what rounding leaves over has one sign. Doubling is exact.
fn many_equal_rows_are_as_accurate_as_one<T: Real>() {
    const DOUBLINGS: i32 = 22;
    let logits: Vec<T> = convert(&[0.1, 0.7]);
    let weights: Vec<T> = convert(&[0.1, 0.3]);
    for loss in [
        CrossEntropy::new(),
        CrossEntropy::new().class_weights(&weights),
        CrossEntropy::new().z_loss(T::from_f64(0.3)),
    ] {
        let one = Rows::new(&logits, 2).unwrap();
        let one = loss.loss_from_logits(one, &[0_u8]).unwrap();
        let data = logits.repeat(1 << DOUBLINGS);
        let all = Rows::new(&data, 2).unwrap();
        let all = loss
            .loss_from_logits(all, &vec![0_u8; 1 << DOUBLINGS])
            .unwrap();
        let mut merged = LossSum::default();
        let mut doubled = one;
        for _ in 0..DOUBLINGS {
            let half = doubled;
            doubled.merge(&half);
        }
        for _ in 0..1 << DOUBLINGS {
            merged.merge(&one);
        }
        let values = |sum: &LossSum<T>| [sum.loss(), sum.weight(), sum.z_loss()];
        assert_eq!(values(&all), values(&doubled));
        assert_eq!(values(&merged), values(&doubled));
    }
}

/// However many they are, and in batches of whatever size.
fn more_equal_rows_are_as_accurate<T: Real>() {
    const DOUBLINGS: u32 = 24;
    let weights: Vec<T> = convert(&[0.1, 0.3]);
    let loss = CrossEntropy::new().class_weights(&weights);
    let loss = loss.z_loss(T::from_f64(0.3));
    for step in 0..4 {
        let logits: Vec<T> = convert(&[0.1 + f64::from(step) * 0.037, 0.7]);
        for batch in [1, 48, 96, 1 << 12] {
            let rows = logits.repeat(batch);
            let rows = Rows::new(&rows, 2).unwrap();
            let part = loss.loss_from_logits(rows, &vec![0_u8; batch]).unwrap();
            let doublings = DOUBLINGS - batch.ilog2();
            let (mut merged, mut doubled) = (LossSum::default(), part);
            for _ in 0..doublings {
                let half = doubled;
                doubled.merge(&half);
            }
            for _ in 0..1 << doublings {
                merged.merge(&part);
            }
            for (sum, exact) in [
                (merged.loss(), doubled.loss()),
                (merged.weight(), doubled.weight()),
                (merged.z_loss(), doubled.z_loss()),
            ] {
                let (sum, exact) = (sum.to_f64(), exact.to_f64());
                assert!(
                    (sum - exact).abs() <= epsilon::<T>() * exact,
                    "{batch}: {sum}, {exact}"
                );
            }
        }
    }
}

/// The properties of both types.
macro_rules! properties {
    ($float:ident) => {
        mod $float {
            use super::*;

            #[test]
            fn equal_rows() {
                many_equal_rows_are_as_accurate_as_one::<$float>();
                more_equal_rows_are_as_accurate::<$float>();
            }

            proptest! {
                #[test]
                fn targets(batch in batch()) {
                    one_hot_targets_are_labels::<$float>(&batch);
                }

                #[test]
                fn gradients(batch in batch()) {
                    gradient_sums_to_zero::<$float>(&batch);
                    scale_multiplies_the_gradient::<$float>(&batch);
                }

                #[test]
                fn merging(batch in batch()) {
                    rows_merge::<$float>(&batch);
                }
            }
        }
    };
}

properties!(f32);
properties!(f64);

proptest! {
    #[test]
    fn finite_differences(batch in batch()) {
        gradient_agrees_with_differences(&batch);
    }
}
