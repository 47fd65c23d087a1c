//! Cross-entropy with options: labels and soft targets, from logits and from probabilities.

use logits::{CrossEntropy, Error, Level, LossSum, Rows, RowsMut};

use super::Families;
use super::near::{Bound, assert_beside, assert_near, ulps};
use super::picks::Picks;
use super::rows::Batch;
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::real::Real;
use crate::recipe::Recipe;
use crate::reference::{Expected, Parts};
use crate::targets::{self, Options, TargetsReference};

/// Class weights, smoothing, an ignored label and a z-loss of any kind, right or wrong.
pub fn check<T: Float>(recipe: &Recipe) {
    Case::<T>::new(recipe).check();
}

/// What a loss is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    Labels,
    Soft,
    Probabilities,
}

struct Case<'a, T> {
    recipe: &'a Recipe,
    batch: Batch<T>,
    labels: Vec<i64>,
    soft: Vec<T>,
    weights: Option<Vec<T>>,
    smoothing: T,
    z_loss: T,
    ignored: Option<i64>,
    scale: T,
}

type Outcome<T> = Result<LossSum<T>, Error>;

impl<'a, T: Float> Case<'a, T> {
    fn new(recipe: &'a Recipe) -> Self {
        let batch = Batch::<T>::new(recipe);
        let picks = Picks::<T>::new(recipe);
        let labels = (0..batch.len() as u32).map(|row| {
            let bits = recipe.labels.rotate_left(8 * (row % 8));
            let label = if recipe.raw_labels {
                bits
            } else {
                bits % batch.columns as u64
            };
            label as i64
        });
        let labels: Vec<i64> = labels.collect();
        let option = |feature, any| {
            let number = picks.number(picks.has(any));
            if picks.has(feature) {
                number
            } else {
                T::from(0)
            }
        };
        Self {
            soft: picks.targets(batch.elements.len(), picks.has(7)),
            weights: picks
                .has(0)
                .then(|| picks.weights(batch.columns, picks.has(1))),
            smoothing: option(2, 3),
            z_loss: option(4, 5),
            ignored: picks
                .has(6)
                .then(|| labels.first().copied().unwrap_or(-100)),
            scale: T::from_raw(recipe.scale),
            labels,
            recipe,
            batch,
        }
    }

    fn loss(&self, level: Level) -> CrossEntropy<'_, T> {
        let mut loss = CrossEntropy::new()
            .level(level)
            .label_smoothing(self.smoothing)
            .z_loss(self.z_loss);
        if let Some(weights) = &self.weights {
            loss = loss.class_weights(weights);
        }
        if let Some(ignored) = self.ignored {
            loss = loss.ignore_index(ignored);
        }
        loss
    }

    fn soft(&self) -> Rows<'_, T> {
        Rows::new(&self.soft, self.batch.columns).expect("one target an element")
    }

    fn check(&self) {
        self.check_shapes();
        for of in [Of::Labels, Of::Soft, Of::Probabilities] {
            match self.error(of) {
                Some(error) => {
                    for level in Level::available() {
                        let outcome = self.run(&self.loss(level), of, &self.labels, self.soft());
                        self.assert_error(outcome, error);
                    }
                }
                None => self.check_results(of),
            }
        }
    }

    /// What is wrong.
    fn error(&self, of: Of) -> Option<Error> {
        let is_wrong = |x: &T| !(0.0..f64::INFINITY).contains(&(*x).into());
        let parameter = if self.weights.iter().flatten().any(is_wrong) {
            "class_weights"
        } else if !(0.0..=1.0).contains(&self.smoothing.into()) {
            "label_smoothing"
        } else if is_wrong(&self.z_loss) {
            "z_loss"
        } else {
            let classes = 0..self.batch.columns as i64;
            let is_wrong = |label| !classes.contains(label) && Some(*label) != self.ignored;
            let row = self.labels.iter().position(is_wrong);
            return row
                .filter(|_| of != Of::Soft)
                .map(|row| Error::LabelOutOfRange { row });
        };
        Some(Error::ParameterOutOfRange { parameter })
    }

    /// Other numbers of weights, labels, and rows and columns of targets.
    fn check_shapes(&self) {
        let (rows, columns) = (self.batch.len(), self.batch.columns);
        let found = usize::from(self.recipe.count);
        let (ones, labels) = (vec![T::from(1); found], vec![0; found]);
        let flat = Rows::new(&ones, 1).expect("rows of one");
        let right = vec![0; rows];
        for level in Level::available() {
            let plain = CrossEntropy::new().level(level);
            let mismatch = |expected| Error::LengthMismatch { expected, found };
            for of in [Of::Labels, Of::Soft, Of::Probabilities] {
                if found != columns {
                    let outcome = self.run(&plain.class_weights(&ones), of, &right, self.soft());
                    self.assert_error(outcome, mismatch(columns));
                }
                if found != rows {
                    let outcome = self.run(&plain, of, &labels, flat);
                    self.assert_error(outcome, mismatch(rows));
                }
            }
            if found == rows && columns != 1 {
                let (expected, found) = (columns, 1);
                let outcome = self.run(&plain, Of::Soft, &right, flat);
                self.assert_error(outcome, Error::LengthMismatch { expected, found });
            }
        }
    }

    /// Checks that there is an error and that nothing is written.
    fn assert_error(&self, (alone, both, written): (Outcome<T>, Outcome<T>, Vec<T>), error: Error) {
        assert_eq!(alone.map(|_| ()), Err(error));
        assert_eq!(both.map(|_| ()), Err(error));
        let written = written.iter().map(|x| x.raw());
        let same = written.eq(self.batch.elements.iter().map(|x| x.raw()));
        assert!(same, "wrote in spite of {error}");
    }

    /// The loss, the loss with gradient, and that.
    fn run(
        &self,
        loss: &CrossEntropy<'_, T>,
        of: Of,
        labels: &[i64],
        soft: Rows<'_, T>,
    ) -> (Outcome<T>, Outcome<T>, Vec<T>) {
        let (before, behind) = (self.recipe.before.into(), self.recipe.behind.into());
        let source = Buffer::new(&self.batch.elements, behind, before);
        let mut written = Buffer::new(&self.batch.elements, before, behind);
        let x = Rows::new(source.slice(), self.batch.columns).expect("columns divide");
        let rows = RowsMut::new(written.slice_mut(), self.batch.columns).expect("as before");
        let scale = self.scale;
        let (alone, both) = match of {
            Of::Labels => (
                loss.loss_from_logits(x, labels),
                loss.loss_and_gradient_in_place(rows, labels, scale),
            ),
            Of::Soft => (
                loss.loss_from_logits_soft(x, soft),
                loss.loss_and_gradient_soft_in_place(rows, soft, scale),
            ),
            Of::Probabilities => (
                loss.loss_from_probabilities(x, labels),
                loss.loss_and_gradient_from_probabilities_in_place(rows, labels, scale),
            ),
        };
        written.check();
        (alone, both, written.slice().to_vec())
    }

    fn check_results(&self, of: Of) {
        let mut families = Families::new();
        for level in Level::available() {
            let (alone, both, gradient) =
                self.run(&self.loss(level), of, &self.labels, self.soft());
            let (alone, both) = (alone.expect("all is right"), both.expect("all is right"));
            assert_eq!(sum_bits(&alone), sum_bits(&both), "{level} {of:?}");
            if families.is_first(level, (sum_bits(&both), all_bits(&gradient))) {
                self.verify(&format!("{level} {of:?}"), of, &both, &gradient);
            }
        }
    }

    /// Whether the row has no part in the loss.
    fn is_ignored(&self, of: Of, row: usize) -> bool {
        of != Of::Soft && Some(self.labels[row]) == self.ignored
    }

    /// Checks the sum and every row of the gradient.
    fn verify(&self, what: &str, of: Of, sum: &LossSum<T>, gradient: &[T]) {
        let counted = (0..self.batch.len()).filter(|&row| !self.is_ignored(of, row));
        assert_eq!(sum.rows(), counted.clone().count() as u64, "{what}: rows");
        if counted.clone().count() == 0 {
            assert!(sum.mean().is_none(), "{what}: a mean of nothing");
        }
        for row in (0..self.batch.len()).filter(|&row| self.is_ignored(of, row)) {
            let slopes = &gradient[row * self.batch.columns..][..self.batch.columns];
            assert!(
                slopes.iter().all(|&x| x.into() == 0.0),
                "{what}: row {row} is ignored"
            );
        }
        let is_wanted = |row: &usize| self.is_wanted(of, *row);
        if sum.loss().into().is_finite() {
            let correct = counted.clone().filter(is_wanted).count();
            assert_eq!(sum.correct(), correct as u64, "{what}: correct rows");
        }
        self.verify_weight(what, of, sum);
        let mut total = (Expected::Number(Real::ZERO), Real::ZERO);
        let mut z_loss = Some([Real::ZERO; 2]);
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
                    let is_nan = row.all(|&x| x.into().is_nan()) && sum.loss().into().is_nan();
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
            if of != Of::Probabilities && !matches!(loss, Expected::Nan) {
                let row = TargetsReference::new(logits, &options).z_loss();
                z_loss = match (z_loss, row) {
                    (Some([a, b]), Some(Parts::Numbers { sum, size, .. })) => {
                        Some([a + sum, b + size])
                    }
                    _ => None,
                };
            }
        }
        if let Some([expected, size]) = z_loss {
            let parts = Parts::Numbers {
                sum: expected,
                size,
                least: Real::ZERO,
            };
            let bound = ulps::<T>(Function::ZLoss);
            assert_beside(&format!("{what} z-losses"), sum.z_loss(), Some(parts), bound);
        }
        let function = match of {
            Of::Labels | Of::Soft => Function::LossWithOptions,
            Of::Probabilities => Function::LossFromProbabilities,
        };
        let bound = Bound {
            units: ulps::<T>(function),
            least_unit: total.1.exponent() + 1,
        };
        assert_near(what, self.scale, sum.loss(), total.0, bound);
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
        if let Some(Parts::Numbers { .. }) = reference.z_loss() {
            assert_beside(
                &format!("{what} z-loss"),
                sum.z_loss(),
                reference.z_loss(),
                ulps::<T>(Function::ZLoss),
            );
        }
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

/// All that a sum tells.
fn sum_bits<T: Float>(sum: &LossSum<T>) -> [u64; 5] {
    let [loss, weight, z_loss] = [sum.loss(), sum.weight(), sum.z_loss()].map(bits);
    [loss, weight, z_loss, sum.rows(), sum.correct()]
}
