//! Binary cross-entropy: losses and gradients, from logits and from probabilities.

use std::collections::HashMap;

use logits::{BinaryCrossEntropy, Error, Level, LossSum, Rows, RowsMut};

use super::Families;
use super::near::{Bound, assert_accuracy, assert_beside, assert_near, ulps};
use super::picks::Picks;
use super::rows::{Batch, halves};
use crate::binary::{Factors, Space, Surprises};
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::real::Real;
use crate::recipe::Recipe;
use crate::reference::{Distinct, Expected};

/// Targets, weights and weights of positive targets of any kind, right or wrong.
pub fn check<T: Float>(recipe: &Recipe) {
    Case::<T>::new(recipe).check();
}

struct Case<'a, T> {
    recipe: &'a Recipe,
    batch: Batch<T>,
    targets: Vec<T>,
    weights: Option<Vec<T>>,
    pos_weight: Option<T>,
    pos_weights: Option<Vec<T>>,
    scale: T,
}

impl<'a, T: Float> Case<'a, T> {
    fn new(recipe: &'a Recipe) -> Self {
        let batch = Batch::<T>::new(recipe);
        let picks = Picks(recipe);
        let (len, columns) = (batch.elements.len(), batch.columns);
        Self {
            targets: picks.targets(len, picks.has(0)),
            weights: picks.has(1).then(|| picks.weights(len, picks.has(2))),
            pos_weight: picks.has(3).then(|| picks.weights(1, picks.has(4))[0]),
            pos_weights: picks.has(5).then(|| picks.weights(columns, picks.has(4))),
            scale: T::from_raw(recipe.scale),
            recipe,
            batch,
        }
    }

    fn loss(&self, level: Level) -> BinaryCrossEntropy<'_, T> {
        let mut loss = BinaryCrossEntropy::new().level(level);
        if let Some(weights) = &self.weights {
            loss = loss.weights(weights);
        }
        if let Some(weight) = self.pos_weight {
            loss = loss.pos_weight(weight);
        }
        if let Some(weights) = &self.pos_weights {
            loss = loss.pos_weights(weights);
        }
        loss
    }

    fn check(&self) {
        for space in [Space::Logits, Space::Probabilities] {
            self.check_shapes(space);
            match self.error() {
                Some(error) => {
                    for level in Level::available() {
                        self.check_error(space, &self.loss(level), self.targets(), error);
                    }
                }
                None => self.check_results(space),
            }
        }
    }

    fn targets(&self) -> Rows<'_, T> {
        Rows::new(&self.targets, self.batch.columns).expect("one target an element")
    }

    /// What is wrong with the weights.
    fn error(&self) -> Option<Error> {
        let wrong = |weights: &[T]| {
            weights
                .iter()
                .any(|&w| !(0.0..f64::INFINITY).contains(&w.into()))
        };
        let parameter = if self.weights.as_deref().is_some_and(wrong) {
            "weights"
        } else if let Some(weights) = &self.pos_weights {
            // They take the place of one for all.
            wrong(weights).then_some("pos_weights")?
        } else {
            wrong(&[self.pos_weight?]).then_some("pos_weight")?
        };
        Some(Error::ParameterOutOfRange { parameter })
    }

    /// Other numbers of weights and of targets.
    fn check_shapes(&self, space: Space) {
        let (len, columns) = (self.batch.elements.len(), self.batch.columns);
        let found = usize::from(self.recipe.count);
        let ones = vec![T::from(1); found];
        for level in Level::available() {
            let plain = BinaryCrossEntropy::new().level(level);
            let mismatch = |expected| Error::LengthMismatch { expected, found };
            if found != len {
                let loss = plain.weights(&ones);
                self.check_error(space, &loss, self.targets(), mismatch(len));
            }
            if found != columns {
                let loss = plain.pos_weights(&ones);
                self.check_error(space, &loss, self.targets(), mismatch(columns));
            }
            if found != self.batch.len() {
                let targets = Rows::new(&ones, 1).expect("rows of one");
                self.check_error(space, &plain, targets, mismatch(self.batch.len()));
            }
        }
    }

    /// Checks that there is an error and that nothing is written.
    fn check_error(
        &self,
        space: Space,
        loss: &BinaryCrossEntropy<'_, T>,
        targets: Rows<'_, T>,
        error: Error,
    ) {
        let x = Rows::new(&self.batch.elements, self.batch.columns).expect("columns divide");
        let mut written = self.batch.elements.clone();
        let rows = RowsMut::new(&mut written, self.batch.columns).expect("as before");
        let (alone, both) = match space {
            Space::Logits => (
                loss.loss_from_logits(x, targets),
                loss.loss_and_gradient_in_place(rows, targets, self.scale),
            ),
            Space::Probabilities => (
                loss.loss_from_probabilities(x, targets),
                loss.loss_and_gradient_from_probabilities_in_place(rows, targets, self.scale),
            ),
        };
        assert_eq!(alone.map(|_| ()), Err(error));
        assert_eq!(both.map(|_| ()), Err(error));
        let same = written.iter().map(|x| x.raw());
        let same = same.eq(self.batch.elements.iter().map(|x| x.raw()));
        assert!(same, "wrote in spite of {error}");
    }

    fn check_results(&self, space: Space) {
        let mut families = Families::new();
        for level in Level::available() {
            let (sum, gradient) = self.run(level, space);
            let result = (
                bits(sum.loss()),
                sum.rows(),
                sum.correct(),
                all_bits(&gradient),
            );
            if families.is_first(level, result) {
                let sums = [sum, self.merged(level, space)];
                self.verify(level, space, &sums, &gradient);
            }
        }
    }

    /// The loss, the same with gradient as without, and the gradient.
    fn run(&self, level: Level, space: Space) -> (LossSum<T>, Vec<T>) {
        let loss = self.loss(level);
        let columns = self.batch.columns;
        let (before, behind) = (self.recipe.before.into(), self.recipe.behind.into());
        let source = Buffer::new(&self.batch.elements, behind, before);
        let mut written = Buffer::new(&self.batch.elements, before, behind);
        let x = Rows::new(source.slice(), columns).expect("columns divide");
        let rows = RowsMut::new(written.slice_mut(), columns).expect("as before");
        let (alone, both) = match space {
            Space::Logits => (
                loss.loss_from_logits(x, self.targets()),
                loss.loss_and_gradient_in_place(rows, self.targets(), self.scale),
            ),
            Space::Probabilities => (
                loss.loss_from_probabilities(x, self.targets()),
                loss.loss_and_gradient_from_probabilities_in_place(
                    rows,
                    self.targets(),
                    self.scale,
                ),
            ),
        };
        written.check();
        let (alone, both) = (alone.expect("all is right"), both.expect("all is right"));
        assert_eq!(bits(alone.loss()), bits(both.loss()), "{level}");
        assert_eq!(alone.correct(), both.correct(), "{level}");
        (both, written.slice().to_vec())
    }

    /// The loss of the first half of the rows, merged with that of the rest.
    fn merged(&self, level: Level, space: Space) -> LossSum<T> {
        let columns = self.batch.columns;
        let rows = |elements| Rows::new(elements, columns).expect("the columns divide a half");
        let (x, targets) = (halves(&self.batch.elements, columns), halves(&self.targets, columns));
        let weights = self.weights.as_ref().map(|weights| halves(weights, columns));
        let mut merged = LossSum::default();
        for half in 0..2 {
            let mut loss = self.loss(level);
            if let Some(weights) = weights {
                loss = loss.weights(weights[half]);
            }
            let (x, targets) = (rows(x[half]), rows(targets[half]));
            let sum = match space {
                Space::Logits => loss.loss_from_logits(x, targets),
                Space::Probabilities => loss.loss_from_probabilities(x, targets),
            };
            merged.merge(&sum.expect("all is right"));
        }
        merged
    }

    /// Checks how many elements are counted and correct.
    fn verify_counts(&self, level: Level, space: Space, sum: &LossSum<T>) {
        let len = self.batch.elements.len();
        assert_eq!(sum.rows(), len as u64, "{level}: rows");
        assert_eq!(sum.weight().into(), len as f64, "{level}: weight");
        if sum.loss().into().is_finite() {
            let half = match space {
                Space::Logits => 0.0,
                Space::Probabilities => 0.5,
            };
            let pairs = self.batch.elements.iter().zip(&self.targets);
            let right = |&(&x, &y): &(&T, &T)| (x.into() > half) == (y.into() > 0.5);
            let correct = pairs.filter(right).count();
            assert_eq!(sum.correct(), correct as u64, "{level}: correct elements");
        }
        assert_accuracy(level.name(), sum);
    }

    /// Checks sums of all elements and each element of the gradient, if targets lie in [0, 1].
    fn verify(&self, level: Level, space: Space, sums: &[LossSum<T>], gradient: &[T]) {
        for sum in sums {
            self.verify_counts(level, space, sum);
        }
        let distinct = Distinct::new(&self.batch.elements);
        let surprises: Vec<_> = distinct
            .values
            .iter()
            .map(|&x| Surprises::new(space, x))
            .collect();
        let scale: f64 = self.scale.into();
        let mut total = Expected::Number(Real::ZERO);
        let mut unit = Real::ZERO;
        let mut seen = HashMap::new();
        for (place, (&slope, &which)) in gradient.iter().zip(&distinct.which).enumerate() {
            let Some(factors) = self.factors(place) else {
                return;
            };
            let what = || format!("{level} {space:?} {:e}", distinct.values[which]);
            // Long rows have few different elements: each is compared but once.
            let key = (which, factors.bits());
            let (loss, least, found) = *seen.entry(key).or_insert_with(|| {
                let (loss, least) = surprises[which].loss::<T>(&factors);
                if scale.is_finite() {
                    let slopes = surprises[which].slope::<T>(&factors, Real::from(scale));
                    let bound = ulps::<T>(Function::BinaryGradient);
                    assert_beside(&what(), slope, Some(slopes), bound);
                }
                (loss, least, bits(slope))
            });
            assert!(found == bits(slope), "{} has several gradients", what());
            total = total.plus(loss);
            unit = unit + least;
        }
        let bound = Bound {
            units: ulps::<T>(Function::BinaryLoss),
            least_unit: unit.exponent() + 1,
        };
        let first = self.batch.elements.first().copied().unwrap_or(T::from(0));
        for sum in sums {
            let what = format!("{level} {space:?}");
            assert_near(&what, first, sum.loss(), total, bound);
        }
    }

    /// What multiplies the parts of an element's loss; `None` for a target that is no share.
    fn factors(&self, place: usize) -> Option<Factors> {
        let one = T::from(1);
        let weight = self.weights.as_ref().map_or(one, |weights| weights[place]);
        let positive = match &self.pos_weights {
            Some(weights) => weights[place % self.batch.columns],
            None => self.pos_weight.unwrap_or(one),
        };
        let target: f64 = self.targets[place].into();
        let in_range = target.is_nan() || (0.0..=1.0).contains(&target);
        in_range.then(|| Factors {
            target,
            weight: weight.into(),
            positive: positive.into(),
        })
    }
}
