//! The errors of everything that sums a row of exponentials.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::bounds::Function;
use super::extended::Extended;
use super::real::Real;
use super::reference::Reference;
use super::report::{Measured, Report};
use super::ulp::{ulp_error, ulp_error_above_one};

/// Checks every function on a row, at every level.
pub fn check_row<T: Real>(report: &mut Report, row: &Reference<'_, T>, label: usize, inputs: &str) {
    let mut case = Case {
        row: row.row(),
        reference: row,
        report,
        inputs,
    };
    case.log_sum_exp();
    case.softmax();
    case.log_softmax();
    case.cross_entropy(row.argmax(), T::from_f64(1.0));
    case.cross_entropy(label, T::from_f64(1.0 / 3.0));
    // So small that it has no digits beside the sum.
    case.cross_entropy(row.argmax(), T::from_f64(-3e-37));
}

/// One row, at every level.
struct Case<'a, T> {
    row: &'a [T],
    reference: &'a Reference<'a, T>,
    report: &'a mut Report,
    /// What the row is drawn from.
    inputs: &'a str,
}

impl<T: Real> Case<'_, T> {
    fn log_sum_exp(&mut self) {
        for level in Level::available() {
            let log_sum_exp = level.log_sum_exp(self.row);
            self.note_log_sum_exp(Function::LogSumExp, level, log_sum_exp);
        }
    }

    fn softmax(&mut self) {
        let mut before = Measured::default();
        for level in Level::available() {
            let mut out = self.row.to_vec();
            let log_sum_exp = level.softmax_in_place(&mut out);
            self.note_log_sum_exp(Function::LogSumExp, level, log_sum_exp);
            let truths = self.reference.softmax();
            self.note_row(&mut before, Function::Softmax, level, out, truths);
        }
    }

    fn log_softmax(&mut self) {
        let mut before = Measured::default();
        for level in Level::available() {
            let mut out = self.row.to_vec();
            let log_sum_exp = level.log_softmax_in_place(&mut out);
            self.note_log_sum_exp(Function::LogSoftmaxLogSumExp, level, log_sum_exp);
            let truths = self.reference.log_softmax();
            self.note_row(&mut before, Function::LogSoftmax, level, out, truths);
        }
    }

    fn cross_entropy(&mut self, label: usize, scale: T) {
        let labels = [label];
        let mut before = Measured::default();
        for level in Level::available() {
            let loss = CrossEntropy::new().level(level);
            let rows = Rows::new(self.row, self.row.len()).expect("one row");
            let alone = loss
                .loss_from_logits(rows, &labels)
                .expect("the label is in range");
            self.note_loss(level, alone.loss(), label);

            let mut gradient = self.row.to_vec();
            let rows = RowsMut::new(&mut gradient, self.row.len()).expect("one row");
            let sum = loss
                .loss_and_gradient_in_place(rows, &labels, scale)
                .expect("the label is in range");
            self.note_loss(level, sum.loss(), label);
            let truths = self.reference.gradient(label, scale);
            self.note_row(&mut before, Function::Gradient, level, gradient, truths);
        }
    }

    fn note_log_sum_exp(&mut self, function: Function, level: Level, result: T) {
        let error = ulp_error_above_one(result, self.reference.log_sum_exp());
        self.note(function, level, error, || format!("{result:e}"));
    }

    fn note_loss(&mut self, level: Level, result: T, label: usize) {
        let error = ulp_error(result, self.reference.loss(label));
        self.note(Function::Loss, level, error, || {
            format!("label {label} gives {result:e}")
        });
    }

    fn note(&mut self, function: Function, level: Level, error: f64, case: impl Fn() -> String) {
        let case = || format!("length {}, {}", self.row.len(), case());
        self.report.note(function, level, self.inputs, error, case);
    }

    fn note_row(
        &mut self,
        before: &mut Measured<T>,
        function: Function,
        level: Level,
        results: Vec<T>,
        truths: impl Iterator<Item = Extended>,
    ) {
        let (row, len) = (self.row, self.row.len());
        let case = |place| format!("length {len}, {:e} in place {place}", row[place]);
        self.report
            .note_row_after(before, function, level, self.inputs, results, truths, case);
    }
}
