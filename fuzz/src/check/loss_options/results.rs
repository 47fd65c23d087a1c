//! What a batch's losses and their gradient should be.

use logits::{CrossEntropy, LossSum, Rows};

use super::{Case, Of};
use crate::bounds::Function;
use crate::check::near::{Bound, assert_accuracy, assert_beside, assert_near, ulps};
use crate::float::Float;
use crate::real::Real;
use crate::reference::{Expected, Parts};
use crate::targets::{self, Options, TargetsReference};

impl<T: Float> Case<'_, T> {
    /// Whether the row has no part in the loss.
    fn is_ignored(&self, of: Of, row: usize) -> bool {
        of != Of::Soft && Some(self.labels[row]) == self.ignored
    }

    /// Checks sums of all rows and every row of the gradient.
    pub fn verify(&self, what: &str, of: Of, sums: &[LossSum<T>], gradient: &[T]) {
        for sum in sums {
            self.verify_counts(what, of, sum);
            self.verify_weight(what, of, sum);
        }
        let counted = (0..self.batch.len()).filter(|&row| !self.is_ignored(of, row));
        for row in (0..self.batch.len()).filter(|&row| self.is_ignored(of, row)) {
            let slopes = &gradient[row * self.batch.columns..][..self.batch.columns];
            assert!(
                slopes.iter().all(|&x| x.into() == 0.0),
                "{what}: row {row} is ignored"
            );
        }
        let mut total = (Expected::Number(Real::ZERO), Real::ZERO);
        let mut z_loss = [Real::ZERO; 3];
        // Each row may have rounded to it.
        let smallest = Real::power_of_two(T::MIN_EXPONENT - (T::DIGITS - 1) + 1);
        let mut has_z_loss = true;
        for row in counted {
            let range = row * self.batch.columns..(row + 1) * self.batch.columns;
            let logits = &self.batch.elements[range.clone()];
            let options = Options {
                label: (of != Of::Soft).then(|| self.labels[row] as usize),
                soft: &self.soft[range.clone()],
                weights: self.weights.as_deref(),
                smoothing: self.smoothing,
                z_loss: self.z_loss,
            };
            let is_share = |x: &T| (0.0..f64::INFINITY).contains(&(*x).into());
            if of == Of::Soft && !options.soft.iter().all(is_share) {
                // The formula holds for a negative target, but no bound.
                let is_number = |x: &T| (*x).into().is_finite();
                if !options.soft.iter().all(is_number) {
                    let mut row = gradient[range].iter();
                    let is_nan = row.all(|&x| x.into().is_nan())
                        && sums.iter().all(|sum| sum.loss().into().is_nan());
                    assert!(is_nan, "{what}: a target that is no number");
                }
                return;
            }
            let loss = if of == Of::Probabilities {
                self.row_of_probabilities(what, logits, &options, &gradient[range])
            } else {
                self.row_of_logits(what, logits, &options, &gradient[range])
            };
            let Some((loss, least)) = loss else {
                return;
            };
            total = (total.0.plus(loss), total.1 + least);
            if of != Of::Probabilities {
                match TargetsReference::new(logits, &options).z_loss() {
                    Parts::Numbers { sum, size, .. } => {
                        let [sums, sizes, least] = z_loss;
                        z_loss = [sums + sum, sizes + size, least + smallest];
                    }
                    Parts::Special(row) => has_z_loss &= !matches!(row, Expected::Nan),
                }
            }
        }
        let parts = if has_z_loss {
            let [sum, size, least] = z_loss;
            Parts::Numbers { sum, size, least }
        } else {
            Parts::Special(Expected::Nan)
        };
        let function = match of {
            Of::Labels | Of::Soft => Function::LossWithOptions,
            Of::Probabilities => Function::LossFromProbabilities,
        };
        let bound = Bound {
            units: ulps::<T>(function),
            least_unit: total.1.exponent() + 1,
        };
        let z_loss_bound = ulps::<T>(Function::ZLoss);
        for sum in sums {
            let z_losses = format!("{what} z-losses");
            assert_beside(&z_losses, sum.z_loss(), Some(parts), z_loss_bound);
            assert_near(what, self.scale, sum.loss(), total.0, bound);
        }
    }

    /// Checks how many rows are counted and correct.
    fn verify_counts(&self, what: &str, of: Of, sum: &LossSum<T>) {
        let counted = (0..self.batch.len()).filter(|&row| !self.is_ignored(of, row));
        let rows = counted.clone().count();
        assert_eq!(sum.rows(), rows as u64, "{what}: rows");
        if rows == 0 {
            assert!(sum.mean().is_none(), "{what}: a mean of nothing");
        }
        if sum.loss().into().is_finite() {
            let correct = counted.filter(|&row| self.is_wanted(of, row)).count();
            assert_eq!(sum.correct(), correct as u64, "{what}: correct rows");
        }
        assert_accuracy(what, sum);
    }

    /// Whether the first of the row's largest elements is the label's, or where the largest target is.
    fn is_wanted(&self, of: Of, row: usize) -> bool {
        let range = row * self.batch.columns..(row + 1) * self.batch.columns;
        let first_largest = |x: &[T]| {
            let larger = |best: usize, i: usize| if x[i] > x[best] { i } else { best };
            (0..x.len()).reduce(larger)
        };
        let wanted = match of {
            Of::Soft => first_largest(&self.soft[range.clone()]),
            Of::Labels | Of::Probabilities => Some(self.labels[row] as usize),
        };
        wanted == first_largest(&self.batch.elements[range])
    }

    /// Checks the sum of the weights of what counts.
    fn verify_weight(&self, what: &str, of: Of, sum: &LossSum<T>) {
        let counted = (0..self.batch.len()).filter(|&row| !self.is_ignored(of, row));
        let weight = |row: usize| match (of, &self.weights) {
            (Of::Labels | Of::Probabilities, Some(weights)) => {
                Real::from(weights[self.labels[row] as usize].into())
            }
            _ => Real::ONE,
        };
        let expected = counted.map(weight).fold(Real::ZERO, |a, b| a + b);
        let bound = Bound {
            units: 1.0,
            ..Bound::exact()
        };
        let what = format!("{what} weights");
        assert_near(&what, self.scale, sum.weight(), Expected::Number(expected), bound);
        if expected.exponent() > T::MAX_EXPONENT {
            assert!(sum.mean().is_some_and(|mean| mean.into().is_nan()), "{what}");
        }
    }

    /// The loss of a row, once its gradient is checked; `None` if a result may overflow on the way.
    fn row_of_logits(
        &self,
        what: &str,
        logits: &[T],
        options: &Options<'_, T>,
        gradient: &[T],
    ) -> Option<(Expected, Real)> {
        let reference = TargetsReference::new(logits, options);
        let scale: f64 = self.scale.into();
        if scale.is_finite() {
            let expected = reference.gradient::<T>(Real::from(scale));
            let bound = ulps::<T>(Function::GradientWithOptions);
            for (class, &slope) in gradient.iter().enumerate() {
                let what = format!("{what} gradient of {:e}, class {class}", logits[class]);
                assert_beside(&what, slope, expected(class), bound);
            }
        }
        let single = CrossEntropy::new().z_loss(self.z_loss);
        let rows = Rows::new(logits, logits.len()).expect("one row");
        let sum = single.loss_from_logits(rows, &[0_u8]).expect("a class");
        let bound = ulps::<T>(Function::ZLoss);
        let expected = Some(reference.z_loss());
        assert_beside(&format!("{what} z-loss"), sum.z_loss(), expected, bound);
        Some(reference.loss::<T>())
    }

    /// The loss of a row of probabilities, once its gradient is checked; `None` if it is not compared.
    fn row_of_probabilities(
        &self,
        what: &str,
        p: &[T],
        options: &Options<'_, T>,
        gradient: &[T],
    ) -> Option<(Expected, Real)> {
        let mut numbers = p.iter().map(|&p| -> f64 { p.into() });
        if !numbers.all(|p| (0.0..=1.0).contains(&p)) {
            return None;
        }
        let targets = targets::targets(p, options, |p| p > 0.0);
        let scale: f64 = self.scale.into();
        if scale.is_finite() {
            let bound = Bound::of::<T>(Function::GradientFromProbabilities);
            for ((&p, &target), &slope) in p.iter().zip(&targets).zip(gradient) {
                let what = format!("{what} gradient of {p:e}");
                let expected = targets::slope_of_probability(p, target, Real::from(scale));
                assert_near(&what, p, slope, expected, bound);
            }
        }
        Some((targets::loss_of_probabilities(p, &targets), Real::ZERO))
    }
}
