//! The accuracy of everything that sums a row of exponentials.

mod support;

use logits::{CrossEntropy, Level, Rows, RowsMut};
use support::{
    Distribution, Extended, Function, Random, Real, Reference, Report, distributions,
    for_both_types, ulp_error, ulp_error_above_one,
};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_128_256,
    rows_of_two_to_the_24,
    confident_rows,
    rows_with_the_largest_errors_known,
);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), 1..=130);
}

fn rows_of_1000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000; 10]);
}

fn rows_of_32_000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [32_000]);
}

fn rows_of_128_256<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [128_256]);
}

fn rows_of_two_to_the_24<T: Real>() {
    let distributions = [
        Distribution::Normal { deviation: 5.0 },
        Distribution::Uniform {
            low: 1000.0,
            high: 1020.0,
        },
    ];
    check_rows::<T>(&distributions, [1 << 24]);
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100]);
}

/// Rows that fuzzing found: each error of log-sum-exp points the same way.
fn rows_with_the_largest_errors_known<T: Real>() {
    let mut report = Report::default();
    let row = [0.175_781_25, 0.003_906_25, 0.003_931_999].map(T::from_f64);
    check_row(&mut report, &row, 2, "found by fuzzing");
    report.check::<T>();
}

/// Checks every function on a row of each distribution and length, at every level.
fn check_rows<T: Real>(distributions: &[Distribution], lengths: impl IntoIterator<Item = usize>) {
    let mut random = Random::new(4);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let row = distribution.row::<T>(&mut random, len);
            let label = random.below(len);
            check_row(&mut report, &row, label, &distribution.to_string());
        }
    }
    report.check::<T>();
}

/// Checks every function on a row, at every level.
fn check_row<T: Real>(report: &mut Report, row: &[T], label: usize, inputs: &str) {
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
