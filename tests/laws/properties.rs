//! Laws that hold for whatever logits.

use std::ops::Range;

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{DoubleDouble, Real, bits, epsilon, numbers};

/// Logits of ordinary size, and their label.
fn row(columns: Range<usize>, size: f64) -> impl Strategy<Value = (Vec<f64>, usize)> {
    (vec(-size..size, columns), any::<prop::sample::Index>()).prop_map(|(row, label)| {
        let label = label.index(row.len());
        (row, label)
    })
}

/// Any bit patterns: infinite, subnormal and NaN among them.
fn patterns<T: Real>(bits: &[u64]) -> Vec<T> {
    bits.iter().map(|&bits| T::from_pattern(bits)).collect()
}

/// The sum of numbers and of another, free of rounding errors.
fn sum<T: Real>(numbers: &[T], other: f64) -> f64 {
    let numbers = numbers.iter().map(|x| DoubleDouble::from(x.to_f64()));
    numbers.fold(DoubleDouble::from(other), |sum, x| sum + x).hi
}

fn softmax<T: Real>(level: Level, row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    level.softmax_in_place(&mut row);
    row
}

fn log_softmax<T: Real>(level: Level, row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    level.log_softmax_in_place(&mut row);
    row
}

fn loss<T: Real>(level: Level, row: &[T], label: usize) -> LossSum<T> {
    let rows = Rows::new(row, row.len()).unwrap();
    CrossEntropy::new()
        .level(level)
        .loss_from_logits(rows, &[label])
        .unwrap()
}

fn gradient<T: Real>(level: Level, row: &[T], label: usize) -> Vec<f64> {
    let mut row = row.to_vec();
    let columns = row.len();
    let rows = RowsMut::new(&mut row, columns).unwrap();
    let loss = CrossEntropy::new().level(level);
    loss.loss_and_gradient_in_place(rows, &[label], T::from_f64(1.0))
        .unwrap();
    row.into_iter().map(T::to_f64).collect()
}

/// Adding a number to all logits leaves softmax alone and adds to lse. Logits are multiples of
/// 2⁻¹⁰ so that the sum is exact in either type.
fn shifts_with_the_logits<T: Real>(row: &[f64], shift: i32) {
    let steps = |x: f64| (x * 1024.0).round() / 1024.0;
    let row: Vec<T> = row.iter().map(|&x| T::from_f64(steps(x))).collect();
    let shifted: Vec<T> = row
        .iter()
        .map(|x| T::from_f64(x.to_f64() + f64::from(shift)))
        .collect();
    for level in Level::available() {
        for (p, q) in softmax(level, &row)
            .into_iter()
            .zip(softmax(level, &shifted))
        {
            let (p, q) = (p.to_f64(), q.to_f64());
            assert!(
                (p - q).abs() <= 7.0 * epsilon::<T>() * p,
                "{level}: {p:e} and {q:e}"
            );
        }
        let lse = level.log_sum_exp(&row).to_f64() + f64::from(shift);
        let difference = (level.log_sum_exp(&shifted).to_f64() - lse).abs();
        let scale = lse.abs().max(f64::from(shift.abs())) + 30.0;
        assert!(
            difference <= 2.0 * epsilon::<T>() * scale,
            "{level}: {difference:e}"
        );
    }
}

fn sums_to_one<T: Real>(row: &[T]) {
    for level in Level::available() {
        let excess = sum(&softmax(level, row), -1.0);
        assert!(excess.abs() <= 4.0 * epsilon::<T>(), "{level}: {excess:e}");
    }
}

fn is_at_least_the_maximum<T: Real>(row: &[T]) {
    let max = row
        .iter()
        .map(|x| x.to_f64())
        .fold(f64::NEG_INFINITY, f64::max);
    for level in Level::available() {
        let lse = level.log_sum_exp(row).to_f64();
        let most = max + (row.len() as f64).ln();
        let slack = 2.0 * epsilon::<T>() * most.abs().max(1.0);
        assert!(
            lse >= max && lse <= most + slack,
            "{level}: {lse} for {max}"
        );
    }
}

fn is_the_logarithm_of_softmax<T: Real>(row: &[T]) {
    for level in Level::available() {
        for (ln_p, p) in log_softmax(level, row).into_iter().zip(softmax(level, row)) {
            let (ln_p, expected) = (ln_p.to_f64(), p.to_f64().ln());
            // The relative error of p is the absolute error of its logarithm.
            let slack = 4.0 * epsilon::<T>() * (1.0 + ln_p.abs());
            assert!(
                ln_p <= 0.0 && (ln_p - expected).abs() <= slack,
                "{level}: {ln_p} for {p}"
            );
        }
    }
}

fn gradient_sums_to_zero<T: Real>(row: &[T], label: usize) {
    for level in Level::available() {
        let gradient = gradient(level, row, label);
        let sum = sum(&gradient, 0.0);
        let size = gradient[label].abs();
        assert!(
            sum.abs() <= 4.0 * epsilon::<T>() * size,
            "{level}: {sum:e} of {size:e}"
        );
    }
}

/// The loss changes as its gradient says when one logit does.
fn gradient_agrees_with_differences(row: &[f64], label: usize) {
    let step = 2_f64.powi(-14);
    for level in Level::available() {
        for (place, slope) in gradient(level, row, label).into_iter().enumerate() {
            let at = |offset: f64| {
                let mut row = row.to_vec();
                row[place] += offset;
                loss(level, &row, label).loss()
            };
            let difference = (at(step) - at(-step)) / (2.0 * step);
            assert!(
                (slope - difference).abs() < 1e-7,
                "{level}: {slope} and {difference}"
            );
        }
    }
}

fn loss_is_minus_log_softmax<T: Real>(row: &[T], label: usize) {
    for level in Level::available() {
        let ln_p = log_softmax(level, row)[label].to_f64();
        let loss = loss(level, row, label).loss().to_f64();
        assert!(
            (loss + ln_p).abs() <= 4.0 * epsilon::<T>() * loss,
            "{level}: {loss} and {ln_p}"
        );
    }
}

/// However a batch is cut and in whatever order its parts are merged, the sum is that of all.
fn merges_in_any_order<T: Real>(data: &[T], columns: usize, cut: usize) {
    let rows = data.len() / columns;
    let data = &data[..rows * columns];
    let labels: Vec<_> = (0..rows).map(|row| row % columns).collect();
    let cut = cut % (rows + 1);
    for level in Level::available() {
        let sum = |rows: Range<usize>| {
            let part = &data[rows.start * columns..rows.end * columns];
            let batch = Rows::new(part, columns).unwrap();
            CrossEntropy::new()
                .level(level)
                .loss_from_logits(batch, &labels[rows])
                .unwrap()
        };
        let (whole, first, second) = (sum(0..rows), sum(0..cut), sum(cut..rows));
        for (mut left, right) in [(first, second), (second, first)] {
            left.merge(&right);
            assert_eq!(
                (left.rows(), left.correct()),
                (whole.rows(), whole.correct()),
                "{level}"
            );
            let (left, whole) = (left.loss().to_f64(), whole.loss().to_f64());
            assert!(
                (left - whole).abs() <= epsilon::<T>() * whole.abs(),
                "{level}: {left}, {whole}"
            );
        }
    }
}

/// Whatever the bits, place and alignment do not matter, nor where the results go.
fn place_does_not_matter<T: Real>(row: &[T], offset: usize) {
    for level in Level::available() {
        let expected = (softmax(level, row), log_softmax(level, row));
        let mut data = vec![T::from_f64(0.5); offset];
        data.extend_from_slice(row);
        assert_eq!(
            bits(&softmax(level, &data[offset..])),
            bits(&expected.0),
            "{level}"
        );
        level.log_softmax_in_place(&mut data[offset..]);
        assert_eq!(bits(&data[offset..]), bits(&expected.1), "{level}");
        level.softmax_into(row, &mut data[offset..]).unwrap();
        assert_eq!(bits(&data[offset..]), bits(&expected.0), "{level}");
        assert!(data[..offset].iter().all(|x| x.to_f64() == 0.5), "{level}");

        let mut batch = [row, row, row].concat();
        level.softmax_rows_in_place(RowsMut::new(&mut batch, row.len()).unwrap());
        for copy in batch.chunks(row.len()) {
            assert_eq!(bits(copy), bits(&expected.0), "{level}");
        }
    }
}

/// CE(p, q) = H(p) + D(p‖q), no divergence is negative, and a divergence from logits is that of
/// their softmax.
fn information_adds_up<T: Real>(x: &[T], y: &[T]) {
    for level in Level::available() {
        let (p, q) = (softmax(level, x), softmax(level, y));
        let entropy = level.entropy(&p).to_f64();
        let cross_entropy = level.cross_entropy(&p, &q).unwrap().to_f64();
        let divergence = level.kl_divergence(&p, &q).unwrap().to_f64();
        let slack = 8.0 * epsilon::<T>() * (1.0 + cross_entropy);
        assert!(
            (entropy + divergence - cross_entropy).abs() <= slack,
            "{level}: {entropy} + {divergence} = {cross_entropy}"
        );
        let from_logits = level.kl_divergence_from_logits(x, y).unwrap().to_f64();
        let mutual = level.js_divergence(&p, &q).unwrap().to_f64();
        assert!(
            from_logits >= 0.0 && mutual >= 0.0,
            "{level}: {from_logits}, {mutual}"
        );
        assert!(divergence >= -4.0 * epsilon::<T>(), "{level}: {divergence}");
        assert!(
            (from_logits - divergence).abs() <= slack,
            "{level}: {from_logits} and {divergence}"
        );
        let from_logits = level.entropy_from_logits(x).to_f64();
        assert!(
            (from_logits - entropy).abs() <= slack,
            "{level}: {from_logits} and {entropy}"
        );
    }
}

/// Whatever the bits, neither place nor alignment matter to the information measures.
fn place_does_not_matter_to_information<T: Real>(row: &[T], offset: usize) {
    let reversed: Vec<T> = row.iter().rev().copied().collect();
    let moved = |row: &[T]| [&vec![T::from_f64(0.5); offset], row].concat();
    let (x, y) = (moved(row), moved(&reversed));
    for level in Level::available() {
        let measures = |x: &[T], y: &[T]| {
            bits(&[
                level.entropy(x),
                level.entropy_from_logits(x),
                level.cross_entropy(x, y).unwrap(),
                level.kl_divergence(x, y).unwrap(),
                level.js_divergence(x, y).unwrap(),
                level.kl_divergence_from_logits(x, y).unwrap(),
            ])
        };
        let found = measures(&x[offset..], &y[offset..]);
        assert_eq!(found, measures(row, &reversed), "{level}");
    }
}

/// The properties of both types.
macro_rules! properties {
    ($float:ident) => {
        mod $float {
            use super::*;

            proptest! {
                #[test]
                fn logits_shift(row in vec(-30.0..30.0, 1..150), shift in -1000..1000) {
                    shifts_with_the_logits::<$float>(&row, shift);
                }

                #[test]
                fn probabilities(row in vec(-35.0..35.0, 1..2000)) {
                    let row = numbers::<$float>(&row);
                    sums_to_one(&row);
                    is_at_least_the_maximum(&row);
                    is_the_logarithm_of_softmax(&row);
                }

                #[test]
                fn loss_and_gradient((row, label) in row(1..200, 40.0)) {
                    let row = numbers::<$float>(&row);
                    gradient_sums_to_zero(&row, label);
                    loss_is_minus_log_softmax(&row, label);
                }

                #[test]
                fn merging(data in vec(-20.0..20.0, 0..300), columns in 1_usize..20, cut: usize) {
                    merges_in_any_order(&numbers::<$float>(&data), columns, cut);
                }

                #[test]
                fn information(pairs in vec((-20.0..20.0, -20.0..20.0), 1..500)) {
                    let (x, y): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
                    information_adds_up(&numbers::<$float>(&x), &numbers::<$float>(&y));
                }

                #[test]
                fn place_of_probabilities(row in vec(0.0..1.0, 1..300), offset in 0_usize..40) {
                    place_does_not_matter_to_information(&numbers::<$float>(&row), offset);
                }

                #[test]
                fn place_of_any_pairs(row in vec(any::<u64>(), 1..300), offset in 0_usize..40) {
                    place_does_not_matter_to_information(&patterns::<$float>(&row), offset);
                }

                #[test]
                fn place(row in vec(any::<u64>(), 1..300), offset in 0_usize..40) {
                    place_does_not_matter(&patterns::<$float>(&row), offset);
                }

                #[test]
                fn place_of_ordinary_logits(row in vec(-90.0..90.0, 1..1100), offset in 0_usize..40) {
                    place_does_not_matter(&numbers::<$float>(&row), offset);
                }
            }
        }
    };
}

properties!(f32);
properties!(f64);

proptest! {
    #[test]
    fn finite_differences((row, label) in row(1..12, 8.0)) {
        gradient_agrees_with_differences(&row, label);
    }
}
