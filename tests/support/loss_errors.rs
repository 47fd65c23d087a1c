//! The errors of losses with options and of soft targets.

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};

use super::bounds::Function;
use super::loss_reference::{LossOptions, LossReference, Wanted};
use super::random::Random;
use super::real::Real;
use super::reference::Reference;
use super::report::{Measured, Report};
use super::ulp::ulp_error_beside;

/// Whether classes are weighted, the smoothing, the factor of the z-loss.
pub const OPTIONS: [(bool, f64, f64); 8] = [
    (true, 0.0, 0.0),
    (false, 0.1, 0.0),
    (true, 0.1, 0.0),
    (true, 0.7, 1e-3),
    (false, 1.0, 0.0),
    (true, 1e-6, 0.0),
    (false, 0.0, 1e-4),
    (true, 0.0, 0.25),
];

/// Weights of several sizes, 0 among them.
fn weights<T: Real>(random: &mut Random, len: usize) -> Vec<T> {
    let weight = |random: &mut Random| match random.below(8) {
        0 => 0.0,
        1 => 100.0 * random.unit(),
        _ => random.unit(),
    };
    (0..len).map(|_| T::from_f64(weight(random))).collect()
}

/// Some targets of 0, as all of the masked, and others that sum to about 1.
fn soft<T: Real>(random: &mut Random, row: &[T]) -> Vec<T> {
    let mean = 1.0 / row.len() as f64;
    let target = |x: &T| {
        let target = 2.0 * mean * random.unit();
        let zero = random.below(4) == 0 || !x.finite();
        T::from_f64(if zero { 0.0 } else { target })
    };
    row.iter().map(target).collect()
}

fn one_hot<T: Real>(class: usize, len: usize) -> Vec<T> {
    let target = |i| T::from_f64(f64::from(u8::from(i == class)));
    (0..len).map(target).collect()
}

/// What a row may be wanted to be, and weights of its classes.
pub struct Targets<T> {
    labels: [usize; 2],
    soft: [Vec<T>; 2],
    weights: Vec<T>,
}

impl<T: Real> Targets<T> {
    pub fn new(random: &mut Random, row: &Reference<'_, T>) -> Self {
        let (argmax, row) = (row.argmax(), row.row());
        let weights = weights(random, row.len());
        let soft = [soft(random, row), one_hot(argmax, row.len())];
        let label = loop {
            let label = random.below(row.len());
            if row[label].finite() {
                break label;
            }
        };
        Self {
            labels: [argmax, label],
            soft,
            weights,
        }
    }

    /// The label of the largest logit and another, and soft targets.
    pub fn all(&self) -> [Wanted<'_, T>; 4] {
        [
            Wanted::Label(self.labels[0]),
            Wanted::Label(self.labels[1]),
            Wanted::Soft(&self.soft[0]),
            Wanted::Soft(&self.soft[1]),
        ]
    }

    /// One of [`OPTIONS`].
    pub fn options(&self, (weighted, smoothing, z_loss): (bool, f64, f64)) -> LossOptions<'_, T> {
        LossOptions {
            weights: weighted.then_some(&self.weights[..]),
            smoothing: T::from_f64(smoothing),
            z_loss: T::from_f64(z_loss),
        }
    }
}

/// The loss of one row and its gradient; the loss alone must be the same.
pub fn loss_and_gradient<T: Real>(
    loss: CrossEntropy<'_, T>,
    row: &[T],
    label: usize,
) -> (LossSum<T>, Vec<T>) {
    let rows = Rows::new(row, row.len()).unwrap();
    let alone = loss.loss_from_logits(rows, &[label]).unwrap();
    let mut gradient = row.to_vec();
    let rows = RowsMut::new(&mut gradient, row.len()).unwrap();
    let one = T::from_f64(1.0);
    let sum = loss
        .loss_and_gradient_in_place(rows, &[label], one)
        .unwrap();
    // NaN differs from itself.
    assert!(alone == sum || sum.loss().nan(), "{row:?}");
    assert_eq!(sum.loss().pattern(), alone.loss().pattern(), "{row:?}");
    assert_eq!(
        (sum.rows(), sum.correct()),
        (alone.rows(), alone.correct()),
        "{row:?}"
    );
    (sum, gradient)
}

/// Notes the errors of a loss and its gradient, at every level.
pub fn check_loss<T: Real>(
    report: &mut Report,
    inputs: &str,
    row: &Reference<'_, T>,
    wanted: Wanted<'_, T>,
    options: LossOptions<'_, T>,
) {
    let reference = LossReference::new(row, wanted, options);
    let truths = [reference.loss(), reference.least_loss()];
    let of_z_loss = [reference.z_loss(), reference.z_loss_size()];
    // What the gradient is multiplied by.
    let scale = T::from_f64(-1.0 / 3.0);
    let mut before = Measured::default();
    let case = || describe(row.row().len(), options);
    for level in Level::available() {
        let loss = options.cross_entropy(level);
        let ([alone, sum], gradient) = run(loss, row.row(), wanted, scale);
        assert_eq!(alone.weight(), sum.weight(), "{level}");
        assert_eq!(alone.z_loss(), sum.z_loss(), "{level}");
        assert_eq!(alone.correct(), sum.correct(), "{level}");
        for sum in [alone, sum] {
            for (function, result, [truth, size]) in [
                (Function::LossWithOptions, sum.loss(), truths),
                (Function::ZLoss, sum.z_loss(), of_z_loss),
            ] {
                let error = ulp_error_beside(result, truth, size);
                report.note(function, level, inputs, error, || {
                    format!("{} gives {result:e}", case())
                });
            }
        }
        let (function, truths) = (Function::GradientWithOptions, reference.gradient(scale));
        let case = |place| format!("{}, place {place}", case());
        report.note_row_after(&mut before, function, level, inputs, gradient, truths, case);
    }
}

fn describe<T: Real>(len: usize, options: LossOptions<'_, T>) -> String {
    let LossOptions {
        weights,
        smoothing,
        z_loss,
    } = options;
    let weighted = weights.is_some();
    format!("length {len}, weights {weighted}, ε = {smoothing:e}, z = {z_loss:e}")
}

/// The loss alone, the loss with the gradient, which may sum a long row in another order, and the
/// gradient.
fn run<T: Real>(
    loss: CrossEntropy<'_, T>,
    row: &[T],
    wanted: Wanted<'_, T>,
    scale: T,
) -> ([LossSum<T>; 2], Vec<T>) {
    let mut gradient = row.to_vec();
    let read = Rows::new(row, row.len()).unwrap();
    let written = RowsMut::new(&mut gradient, row.len()).unwrap();
    let (alone, sum) = match wanted {
        Wanted::Label(label) => (
            loss.loss_from_logits(read, &[label]),
            loss.loss_and_gradient_in_place(written, &[label], scale),
        ),
        Wanted::Soft(targets) => {
            let targets = Rows::new(targets, row.len()).unwrap();
            (
                loss.loss_from_logits_soft(read, targets),
                loss.loss_and_gradient_soft_in_place(written, targets, scale),
            )
        }
    };
    ([alone.unwrap(), sum.unwrap()], gradient)
}
