//! Rows of all lengths and distributions.

use logits::{CrossEntropy, Level, Rows, RowsMut};

use crate::support::loss_errors::{OPTIONS, Targets, check_loss};
use crate::support::{
    Distribution, DoubleDouble, Extended, Function, Random, Real, Reference, Report, distributions,
    for_both_types, ulp_error_beside,
};

for_both_types!(
    short_rows,
    long_rows,
    long_rows_of_equal_elements,
    confident_rows,
    masked_rows,
);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), (1..=35).chain([63, 64, 65, 70]), 0.0);
}

fn long_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000, 5000], 0.0);
}

/// All terms but the first round the same way, again and again.
fn long_rows_of_equal_elements<T: Real>() {
    let mut report = Report::default();
    for (lead, targets) in [(0.0, [0.3, 0.3]), (0.0, [0.7, 1e-7]), (15.2, [0.1, 0.3])] {
        for (weight, smoothing) in [(1.0, 0.0), (0.3, 0.0), (0.7, 0.1)] {
            let number = T::from_f64;
            let row = EqualButForOne {
                logits: [number(0.7 + lead), number(0.7)],
                targets: targets.map(number),
                weight: number(weight),
                smoothing: number(smoothing),
            };
            row.check(&mut report);
        }
    }
    report.check::<T>();
}

/// A long row with soft targets: first one, then others that are all the same.
struct EqualButForOne<T> {
    logits: [T; 2],
    targets: [T; 2],
    /// Of every class.
    weight: T,
    smoothing: T,
}

impl<T: Real> EqualButForOne<T> {
    const LEN: usize = 1 << 22;

    /// One, then all the same.
    fn row([first, other]: [T; 2]) -> Vec<T> {
        let mut row = vec![other; Self::LEN];
        row[0] = first;
        row
    }

    fn check(&self, report: &mut Report) {
        let (logits, targets) = (Self::row(self.logits), Self::row(self.targets));
        let weights = vec![self.weight; Self::LEN];
        let exact = |x: T| Extended::from(x.to_f64());
        let (one, len) = (Extended::ONE, Extended::from(Self::LEN as f64));
        let smoothing = exact(self.smoothing);
        let smoothed = |target| (one - smoothing) * exact(target) + smoothing / len;
        let [q_first, q] = self
            .targets
            .map(|target| smoothed(target) * exact(self.weight));
        let [first, other] = self.logits.map(T::to_f64);
        let lead = DoubleDouble::difference(first, other);
        // Of the exponentials and of the targets of all but the first.
        let others = (len - one, q * (len - one));
        let total = Extended::exp(lead) + others.0;
        let (mass, log_total) = (q_first + others.1, total.ln());
        let loss = others.1 * log_total + q_first * (log_total - lead.into());
        // The slopes of the first, which is the largest, and of another, as pulls up and down.
        let slopes = [(others.1, mass * others.0 / total), (mass / total, q)];
        for level in Level::available() {
            let options = CrossEntropy::new().level(level).class_weights(&weights);
            let options = options.label_smoothing(self.smoothing);
            let mut gradient = logits.clone();
            let rows = Rows::new(&logits, Self::LEN).unwrap();
            let written = RowsMut::new(&mut gradient, Self::LEN).unwrap();
            let targets = Rows::new(&targets, Self::LEN).unwrap();
            let alone = options.loss_from_logits_soft(rows, targets).unwrap();
            let sum = options.loss_and_gradient_soft_in_place(written, targets, T::from_f64(1.0));
            for sum in [alone, sum.unwrap()] {
                let error = ulp_error_beside(sum.loss(), loss, loss);
                let case = || format!("{:e} for {:e}", sum.loss(), loss.to_f64());
                report.note(
                    Function::LossWithOptions,
                    level,
                    "equal but for one",
                    error,
                    case,
                );
            }
            let found = [gradient[0], gradient[Self::LEN - 1]];
            for (found, (up, down)) in found.into_iter().zip(slopes) {
                let error = ulp_error_beside(found, up - down, up + down);
                let case = || format!("{found:e} for {:e}", (up - down).to_f64());
                report.note(
                    Function::GradientWithOptions,
                    level,
                    "equal but for one",
                    error,
                    case,
                );
            }
        }
    }
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100], 0.0);
}

fn masked_rows<T: Real>() {
    let distributions = [5.0, 20.0].map(|deviation| Distribution::Normal { deviation });
    check_rows::<T>(&distributions, 2..=40, 0.3);
}

/// Checks a row of each distribution and length with several targets and options, at every level.
/// A share of the logits, `masked`, is −∞.
fn check_rows<T: Real>(
    distributions: &[Distribution],
    lengths: impl IntoIterator<Item = usize>,
    masked: f64,
) {
    let mut random = Random::new(12);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let mut row = distribution.row::<T>(&mut random, len);
            for x in &mut row[1..] {
                if random.unit() < masked {
                    *x = -T::INFINITY;
                }
            }
            let reference = Reference::new(&row);
            let inputs = distribution.to_string();
            let targets = Targets::new(&mut random, &reference);
            for wanted in targets.all() {
                for options in OPTIONS {
                    let options = targets.options(options);
                    check_loss(&mut report, &inputs, &reference, wanted, options);
                }
            }
        }
    }
    report.check::<T>();
}
