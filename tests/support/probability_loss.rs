//! Cross-entropy from probabilities: what it should return, in far more digits than it does, and its
//! errors.

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};

use super::bounds::Function;
use super::extended::Extended;
use super::loss_reference::LossOptions;
use super::real::Real;
use super::report::{Measured, Report};
use super::ulp::ulp_error;

/// A row of probabilities with its label and options, and what its gradient is multiplied by. That of
/// the label is positive.
#[derive(Clone, Copy)]
pub struct ProbabilityLoss<'a, T> {
    pub row: &'a [T],
    pub label: usize,
    pub weights: Option<&'a [T]>,
    pub smoothing: T,
    pub scale: T,
}

impl<T: Real> ProbabilityLoss<'_, T> {
    /// The target of each class, smoothed and weighted.
    fn targets(&self) -> impl Iterator<Item = Extended> {
        let counted = self.row.iter().filter(|p| p.to_f64() > 0.0).count();
        let share = Extended::exact(self.smoothing) / (counted as f64).into();
        self.row.iter().enumerate().map(move |(class, &p)| {
            let mut target = Extended::ZERO;
            if class == self.label {
                target = Extended::ONE - Extended::exact(self.smoothing);
            }
            if p.to_f64() > 0.0 {
                target = target + share;
            }
            target
                * self
                    .weights
                    .map_or(Extended::ONE, |w| Extended::exact(w[class]))
        })
    }

    /// −Σ q ln p.
    pub fn loss(&self) -> Extended {
        let terms = self.targets().zip(self.row);
        let terms = terms.filter(|(target, _)| !target.is_zero());
        terms.fold(Extended::ZERO, |sum, (target, p)| {
            sum - target * p.truth(Function::Ln)
        })
    }

    /// `scale` times the gradient, −q/p.
    pub fn gradient(&self) -> impl Iterator<Item = Extended> {
        self.targets().zip(self.row).map(|(target, &p)| {
            if target.is_zero() {
                Extended::ZERO
            } else {
                -(target * Extended::exact(self.scale) / Extended::exact(p))
            }
        })
    }

    /// Notes the errors of the loss and its gradient, at every level.
    pub fn check(&self, report: &mut Report, inputs: &str) {
        let (truth, len) = (self.loss(), self.row.len());
        let options = LossOptions {
            weights: self.weights,
            smoothing: self.smoothing,
            z_loss: T::from_f64(0.0),
        };
        let mut before = Measured::default();
        for level in Level::available() {
            let loss = options.cross_entropy(level);
            let (sum, gradient) = run(loss, self.row, self.label as i64, self.scale);
            let error = ulp_error(sum.loss(), truth);
            let case = || format!("{len} give {:e}", sum.loss());
            report.note(Function::LossFromProbabilities, level, inputs, error, case);
            let function = Function::GradientFromProbabilities;
            let truths = self.gradient();
            let case = |place| format!("{len}, place {place}");
            report.note_row_after(&mut before, function, level, inputs, gradient, truths, case);
        }
    }
}

/// The loss of one row and its gradient; the loss alone must be the same.
pub fn run<T: Real>(
    loss: CrossEntropy<'_, T>,
    row: &[T],
    label: i64,
    scale: T,
) -> (LossSum<T>, Vec<T>) {
    let mut gradient = row.to_vec();
    let read = Rows::new(row, row.len()).unwrap();
    let alone = loss.loss_from_probabilities(read, &[label]).unwrap();
    let written = RowsMut::new(&mut gradient, row.len()).unwrap();
    let sum = loss.loss_and_gradient_from_probabilities_in_place(written, &[label], scale);
    let sum = sum.unwrap();
    assert_eq!(alone.loss().pattern(), sum.loss().pattern());
    assert_eq!((alone.rows(), alone.correct()), (sum.rows(), sum.correct()));
    (sum, gradient)
}
