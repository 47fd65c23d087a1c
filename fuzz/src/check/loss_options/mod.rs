//! Cross-entropy with options: labels and soft targets, from logits and from probabilities.

mod results;

use logits::{CrossEntropy, Error, Label, Level, LossSum, Rows, RowsMut};

use super::Families;
use super::cross_entropy::Class;
use super::picks::Picks;
use super::rows::{Batch, halves};
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;

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

/// The type that labels have, whose numbers are kept as `i64`.
#[derive(Clone, Copy)]
enum LabelType {
    U8,
    U32,
    I64,
}

impl LabelType {
    /// Two bits of a byte that most cases have little use for.
    fn new(recipe: &Recipe) -> Self {
        match recipe.count >> 5 & 3 {
            1 => Self::U8,
            2 => Self::U32,
            _ => Self::I64,
        }
    }

    /// The number of the label with these bits, as many of them as there is room for.
    fn number(self, bits: u64) -> i64 {
        match self {
            Self::U8 => i64::from(bits as u8),
            Self::U32 => i64::from(bits as u32),
            Self::I64 => bits as i64,
        }
    }
}

struct Case<'a, T> {
    recipe: &'a Recipe,
    batch: Batch<T>,
    labels: Vec<i64>,
    label_type: LabelType,
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
        let picks = Picks(recipe);
        let label_type = LabelType::new(recipe);
        let labels = (0..batch.len() as u32).map(|row| {
            let bits = recipe.labels.rotate_left(8 * (row % 8));
            label_type.number(if recipe.raw_labels {
                bits
            } else {
                bits % batch.columns as u64
            })
        });
        let labels: Vec<i64> = labels.collect();
        let ignored = if recipe.count >> 7 != 0 {
            recipe.shift as i64
        } else {
            labels.first().copied().unwrap_or(-100)
        };
        let option = |feature, any, spike| {
            if picks.has(feature) {
                picks.number(spike, picks.has(any))
            } else {
                T::from(0)
            }
        };
        Self {
            soft: picks.targets(batch.elements.len(), picks.has(7)),
            weights: picks
                .has(0)
                .then(|| picks.weights(batch.columns, picks.has(1))),
            smoothing: option(2, 3, 1),
            z_loss: option(4, 5, 2),
            ignored: picks.has(6).then_some(ignored),
            scale: T::from_raw(recipe.scale),
            labels,
            label_type,
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
        match self.label_type {
            LabelType::U8 => self.run_with(loss, of, &labels_of::<u8>(labels), soft),
            LabelType::U32 => self.run_with(loss, of, &labels_of::<u32>(labels), soft),
            LabelType::I64 => self.run_with(loss, of, labels, soft),
        }
    }

    /// The same with labels of their type.
    fn run_with<L: Label>(
        &self,
        loss: &CrossEntropy<'_, T>,
        of: Of,
        labels: &[L],
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
                let sums = [both, self.merged(level, of)];
                self.verify(&format!("{level} {of:?}"), of, &sums, &gradient);
            }
        }
    }

    /// The loss of the first half of the rows, merged with that of the rest.
    fn merged(&self, level: Level, of: Of) -> LossSum<T> {
        let (loss, columns) = (self.loss(level), self.batch.columns);
        let rows = |elements| Rows::new(elements, columns).expect("the columns divide a half");
        let (x, soft) = (halves(&self.batch.elements, columns), halves(&self.soft, columns));
        let labels = halves(&self.labels, 1);
        let mut merged = LossSum::default();
        for half in 0..2 {
            let (x, soft) = (rows(x[half]), rows(soft[half]));
            let sum = match of {
                Of::Labels => loss.loss_from_logits(x, labels[half]),
                Of::Soft => loss.loss_from_logits_soft(x, soft),
                Of::Probabilities => loss.loss_from_probabilities(x, labels[half]),
            };
            merged.merge(&sum.expect("all is right"));
        }
        merged
    }
}

/// The labels in another type, in which they fit.
fn labels_of<L: Class>(labels: &[i64]) -> Vec<L> {
    let label = |&label: &i64| L::from_raw(label as u64);
    labels.iter().map(label).collect()
}

/// All that a sum tells.
fn sum_bits<T: Float>(sum: &LossSum<T>) -> [u64; 5] {
    let [loss, weight, z_loss] = [sum.loss(), sum.weight(), sum.z_loss()].map(bits);
    [loss, weight, z_loss, sum.rows(), sum.correct()]
}
