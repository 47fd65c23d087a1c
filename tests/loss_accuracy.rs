//! The accuracy of losses with options and of soft targets.

mod support;

use support::loss_errors::{OPTIONS, Targets, check_loss};
use support::{Distribution, Random, Real, Reference, Report, distributions, for_both_types};

for_both_types!(short_rows, long_rows, confident_rows, masked_rows);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), (1..=35).chain([63, 64, 65, 70]), 0.0);
}

fn long_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000, 5000], 0.0);
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
