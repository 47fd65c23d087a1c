//! The errors of everything that sums a row of exponentials.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use super::bounds::Function;
use super::extended::Extended;
use super::real::Real;
use super::reference::Reference;
use super::report::Report;
use super::ulp::{ulp_error, ulp_error_above_one};

/// Checks every function on a row, at every level.
pub fn check_row<T: Real>(report: &mut Report, row: &[T], label: usize, inputs: &str) {
    let reference = Reference::new(row);
    for level in Level::available() {
        let mut case = Case {
            level,
            row,
            reference: &reference,
            report,
            inputs,
        };
        case.log_sum_exp();
        case.softmax();
        case.log_softmax();
        case.cross_entropy(reference.argmax(), T::from_f64(1.0));
        case.cross_entropy(label, T::from_f64(1.0 / 3.0));
        // So small that it has no digits beside the sum.
        case.cross_entropy(reference.argmax(), T::from_f64(-3e-37));
    }
}

/// One row at one level.
struct Case<'a, T> {
    level: Level,
    row: &'a [T],
    reference: &'a Reference<'a, T>,
    report: &'a mut Report,
    /// What the row is drawn from.
    inputs: &'a str,
}

impl<T: Real> Case<'_, T> {
    fn log_sum_exp(&mut self) {
        let result = self.level.log_sum_exp(self.row);
        self.note_log_sum_exp(result);
    }

    fn softmax(&mut self) {
        let mut out = self.row.to_vec();
        let log_sum_exp = self.level.softmax_in_place(&mut out);
        self.note_log_sum_exp(log_sum_exp);
        self.note_row(Function::Softmax, &out, self.reference.softmax());
    }

    fn log_softmax(&mut self) {
        let mut out = self.row.to_vec();
        let log_sum_exp = self.level.log_softmax_in_place(&mut out);
        self.note_log_sum_exp(log_sum_exp);
        self.note_row(Function::LogSoftmax, &out, self.reference.log_softmax());
    }

    fn cross_entropy(&mut self, label: usize, scale: T) {
        let labels = [label];
        let loss = CrossEntropy::new().level(self.level);
        let rows = Rows::new(self.row, self.row.len()).expect("one row");
        let alone = loss
            .loss_from_logits(rows, &labels)
            .expect("the label is in range");
        self.note_loss(alone.loss(), label);

        let mut gradient = self.row.to_vec();
        let rows = RowsMut::new(&mut gradient, self.row.len()).expect("one row");
        let sum = loss
            .loss_and_gradient_in_place(rows, &labels, scale)
            .expect("the label is in range");
        self.note_loss(sum.loss(), label);
        self.note_row(
            Function::Gradient,
            &gradient,
            self.reference.gradient(label, scale),
        );
    }

    fn note_log_sum_exp(&mut self, result: T) {
        let error = ulp_error_above_one(result, self.reference.log_sum_exp());
        self.note(Function::LogSumExp, error, || format!("{result:e}"));
    }

    fn note_loss(&mut self, result: T, label: usize) {
        let error = ulp_error(result, self.reference.loss(label));
        self.note(Function::Loss, error, || {
            format!("label {label} gives {result:e}")
        });
    }

    fn note(&mut self, function: Function, error: f64, case: impl Fn() -> String) {
        let case = || format!("length {}, {}", self.row.len(), case());
        self.report
            .note(function, self.level, self.inputs, error, case);
    }

    fn note_row(
        &mut self,
        function: Function,
        results: &[T],
        truths: impl Iterator<Item = Extended>,
    ) {
        let (row, len) = (self.row, self.row.len());
        let case = |place| format!("length {len}, {:e} in place {place}", row[place]);
        self.report
            .note_row(function, self.level, self.inputs, results, truths, case);
    }
}
