//! Cross-entropy: the loss, and the loss with its gradient.

use std::fmt::Debug;

use logits::{CrossEntropy, Error, Label, Level, LossSum, Rows, RowsMut};

use super::Families;
use super::elementwise::assert_all;
use super::near::{Bound, assert_accuracy, assert_near, ulps};
use super::rows::Batch;
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::real::Real;
use crate::recipe::Recipe;
use crate::reference::{Distinct, Expected, RowReference};

/// The loss of rows, with and without gradient, for labels of any type, in range or not.
pub fn check<T: Float>(recipe: &Recipe) {
    match recipe.label_type % 7 {
        0 => Case::<T, u8>::new(recipe).check(),
        1 => Case::<T, u16>::new(recipe).check(),
        2 => Case::<T, u32>::new(recipe).check(),
        3 => Case::<T, u64>::new(recipe).check(),
        4 => Case::<T, usize>::new(recipe).check(),
        5 => Case::<T, i32>::new(recipe).check(),
        _ => Case::<T, i64>::new(recipe).check(),
    }
}

/// A type of labels under test.
pub trait Class: Label + Debug {
    /// The label with these bits, as many of them as there is room for.
    fn from_raw(bits: u64) -> Self;
    /// The label as a number.
    fn number(self) -> i128;
}

macro_rules! class {
    ($($integer:ident)*) => {$(
        impl Class for $integer {
            fn from_raw(bits: u64) -> Self {
                bits as $integer
            }

            fn number(self) -> i128 {
                self as i128
            }
        }
    )*};
}

class!(u8 u16 u32 u64 usize i32 i64);

struct Case<'a, T, L> {
    recipe: &'a Recipe,
    batch: Batch<T>,
    labels: Vec<L>,
    scale: T,
}

/// A row, and what it should become.
pub struct Row<'a, T> {
    logits: &'a [T],
    pub reference: RowReference,
    label: usize,
}

impl<'a, T: Float, L: Class> Case<'a, T, L> {
    fn new(recipe: &'a Recipe) -> Self {
        let batch = Batch::<T>::new(recipe);
        let labels = (0..batch.len() as u32).map(|row| {
            let bits = recipe.labels.rotate_left(8 * row);
            L::from_raw(if recipe.raw_labels {
                bits
            } else {
                bits % batch.columns as u64
            })
        });
        Self {
            recipe,
            labels: labels.collect(),
            scale: T::from_raw(recipe.scale),
            batch,
        }
    }

    fn check(&self) {
        let classes = 0..self.batch.columns as i128;
        let is_wrong = |label: &L| !classes.contains(&label.number());
        if let Some(row) = self.labels.iter().position(is_wrong) {
            self.check_error(&self.labels, Error::LabelOutOfRange { row });
        } else {
            self.check_results();
        }
        let mut labels = self.labels.clone();
        labels.resize(self.recipe.count.into(), L::from_raw(0));
        let (expected, found) = (self.labels.len(), labels.len());
        if expected != found {
            self.check_error(&labels, Error::LengthMismatch { expected, found });
        }
    }

    /// The logits, to read.
    fn rows(&self) -> Rows<'_, T> {
        rows(&self.batch.elements, self.batch.columns)
    }

    /// Checks that there is an error and that nothing is written.
    fn check_error(&self, labels: &[L], error: Error) {
        for level in Level::available() {
            let loss = CrossEntropy::new().level(level);
            let result = loss.loss_from_logits(self.rows(), labels);
            assert_eq!(result.map(|_| ()), Err(error), "{level}");

            let mut logits = self.batch.elements.clone();
            let rows = RowsMut::new(&mut logits, self.batch.columns).expect("as before");
            let result = loss.loss_and_gradient_in_place(rows, labels, self.scale);
            assert_eq!(result.map(|_| ()), Err(error), "{level}");
            let untouched = all_bits(&logits) == all_bits(&self.batch.elements);
            assert!(untouched, "{level} wrote in spite of {error}");
        }
    }

    fn check_results(&self) {
        let labels = self.labels.iter().map(|label| label.number() as usize);
        let rows: Vec<_> = self
            .batch
            .iter()
            .zip(labels)
            .map(|(logits, label)| Row::new(logits, label))
            .collect();
        let (mut loss_families, mut gradient_families) = (Families::new(), Families::new());
        for level in Level::available() {
            let loss = CrossEntropy::new().level(level);
            let sum = loss.loss_from_logits(self.rows(), &self.labels);
            let sum = sum.expect("the labels are right");
            if loss_families.is_first(level, sum_bits(&sum)) {
                assert_sum(level, &sum, &rows);
                self.check_single_rows(level, &rows);
            }

            let (before, behind) = (self.recipe.before.into(), self.recipe.behind.into());
            let mut logits = Buffer::new(&self.batch.elements, before, behind);
            let logits_mut =
                RowsMut::new(logits.slice_mut(), self.batch.columns).expect("as before");
            let sum = loss.loss_and_gradient_in_place(logits_mut, &self.labels, self.scale);
            let sum = sum.expect("the labels are right");
            logits.check();
            let gradient = logits.slice();
            if gradient_families.is_first(level, (sum_bits(&sum), all_bits(gradient))) {
                assert_sum(level, &sum, &rows);
                for (row, gradient) in rows.iter().zip(gradient.chunks(self.batch.columns.max(1))) {
                    row.check_gradient(level.name(), gradient, self.scale);
                }
            }
        }
    }

    /// Checks the loss of each row alone, and that they merge to that of all.
    fn check_single_rows(&self, level: Level, rows: &[Row<'_, T>]) {
        let loss = CrossEntropy::new().level(level);
        let mut merged = LossSum::default();
        for (row, label) in rows.iter().zip(&self.labels) {
            let logits = self::rows(row.logits, self.batch.columns);
            let sum = loss.loss_from_logits(logits, std::slice::from_ref(label));
            let sum = sum.expect("the label is right");
            assert_sum(level, &sum, std::slice::from_ref(row));
            merged.merge(&sum);
        }
        assert_sum(level, &merged, rows);
    }
}

impl<'a, T: Float> Row<'a, T> {
    pub fn new(logits: &'a [T], label: usize) -> Self {
        let distinct = Distinct::new(logits);
        Self {
            reference: RowReference::new(&distinct),
            logits,
            label,
        }
    }

    pub fn loss(&self) -> Expected {
        self.reference.loss(self.logits[self.label])
    }

    /// Whether the first of the largest logits is the label's; unknown if there is no largest.
    fn is_correct(&self) -> Option<bool> {
        match self.reference {
            RowReference::Special(_) => None,
            RowReference::Finite(_) => {
                let label = self.logits[self.label];
                let (before, behind) = self.logits.split_at(self.label);
                Some(before.iter().all(|&x| x < label) && behind.iter().all(|&x| x <= label))
            }
        }
    }

    pub fn check_gradient(&self, what: &str, gradient: &[T], scale: T) {
        if !scale.into().is_finite() {
            return;
        }
        let scale = Real::from(scale.into());
        let bound = gradient_bound::<T>(scale);
        let scaled = |expected| match expected {
            Expected::Number(number) => Expected::Number(number * scale),
            special => special,
        };
        let logit = self.logits[self.label];
        let expected = scaled(self.reference.label_gradient(logit));
        assert_near(what, logit, gradient[self.label], expected, bound);

        let others = |x: &[T]| [&x[..self.label], &x[self.label + 1..]].concat();
        let logits = Distinct::new(&others(self.logits));
        let expected = |x| scaled(self.reference.softmax(x));
        assert_all(what, &logits, &others(gradient), expected, bound);
    }
}

/// In ULP; where `scale` is larger than 1, it also multiplies the spacing of the subnormal numbers.
fn gradient_bound<T: Float>(scale: Real) -> Bound {
    let smallest = T::MIN_EXPONENT - (T::DIGITS - 1);
    Bound {
        units: ulps::<T>(Function::Gradient),
        least_unit: smallest + scale.exponent().max(0),
    }
}

fn rows<T: Float>(elements: &[T], columns: usize) -> Rows<'_, T> {
    Rows::new(elements, columns).expect("the columns divide the elements")
}

/// All that a sum tells.
fn sum_bits<T: Float>(sum: &LossSum<T>) -> (u64, u64, u64, Option<u64>) {
    let (loss, mean) = (bits(sum.loss()), sum.mean().map(bits));
    (loss, sum.rows(), sum.correct(), mean)
}

/// Checks a sum against the losses of its rows.
fn assert_sum<T: Float>(level: Level, sum: &LossSum<T>, rows: &[Row<'_, T>]) {
    let expected = rows.iter().fold(Expected::Number(Real::ZERO), |sum, row| {
        sum.plus(row.loss())
    });
    let logit = rows.first().map_or(T::from(0), |row| row.logits[row.label]);
    let what = format!("{level} loss");
    let bound = Bound::of::<T>(Function::Loss);
    assert_near(&what, logit, sum.loss(), expected, bound);

    assert_eq!(sum.rows(), rows.len() as u64, "{what}: rows");
    let count = |wanted: &dyn Fn(Option<bool>) -> bool| {
        rows.iter().filter(|row| wanted(row.is_correct())).count() as u64
    };
    let least = count(&|is_correct| is_correct == Some(true));
    let most = count(&|is_correct| is_correct != Some(false));
    assert!((least..=most).contains(&sum.correct()), "{what}: correct");
    assert_accuracy(&what, sum);
    assert_eq!(sum.mean().is_none(), rows.is_empty(), "{what}: mean");
}
