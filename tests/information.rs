//! The accuracy of the information measures.

mod support;

use support::information_errors::{
    check_divergences, check_equal_elements, check_logits, check_probabilities, near, partners,
    softmax,
};
use support::{Distribution, Random, Real, Report, distributions, for_both_types};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_two_to_the_20,
    unnormalised_rows,
    long_rows_of_equal_elements,
);

fn short_rows<T: Real>() {
    let all = distributions::<T>();
    for part in 0..4 {
        let distributions: Vec<_> = all.iter().copied().skip(part).step_by(4).collect();
        check_rows::<T>(&distributions, (0..=130).skip(part).step_by(4));
    }
    check_rows::<T>(&all, [2, 3, 7]);
}

fn rows_of_1000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000]);
}

fn rows_of_32_000<T: Real>() {
    let distributions: Vec<_> = distributions::<T>().into_iter().step_by(7).collect();
    check_rows::<T>(&distributions, [32_000]);
}

fn rows_of_two_to_the_20<T: Real>() {
    let mut random = Random::new(32);
    let mut report = Report::default();
    let distribution = Distribution::Normal { deviation: 5.0 };
    let x = distribution.row::<T>(&mut random, 1 << 20);
    let y = distribution.row::<T>(&mut random, 1 << 20);
    check_logits_both_ways(&mut report, "another", &x, &y);
    let p = softmax(&x);
    check_both_ways(&mut report, "another", &p, &softmax(&y));
    let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, 1e-6)).collect();
    check_both_ways(&mut report, "noise of 1e-6", &p, &q);
    report.check::<T>();
}

/// Numbers that are not probabilities of anything: sums far from 1, and from each other.
fn unnormalised_rows<T: Real>() {
    let mut random = Random::new(31);
    let mut report = Report::default();
    for len in (0..40).chain([1000]) {
        for size in [1e-30, 1.0, 1e6] {
            let mut row = || -> Vec<T> {
                let spread = |random: &mut Random| size * (4.0 * random.normal()).exp();
                (0..len).map(|_| T::from_f64(spread(&mut random))).collect()
            };
            let (p, q) = (row(), row());
            let inputs = format!("about {size:e}");
            check_divergences(&mut report, &inputs, &p, &q);
        }
    }
    report.check::<T>();
}

/// All terms round the same way, again and again.
fn long_rows_of_equal_elements<T: Real>() {
    let mut report = Report::default();
    for (p, q) in [(0.1, 0.3), (0.7, 1.0 / 3.0), (0.9, 0.95), (1e-7, 3e-8)] {
        check_equal_elements(&mut report, T::from_f64(p), T::from_f64(q), 1 << 22);
    }
    report.check::<T>();
}

/// Checks every function on rows of each distribution and length, at every level.
fn check_rows<T: Real>(distributions: &[Distribution], lengths: impl IntoIterator<Item = usize>) {
    let mut random = Random::new(30);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let x = distribution.row::<T>(&mut random, len);
            for (relation, y) in partners(&mut random, distribution, &x) {
                let inputs = format!("{distribution}, {relation}");
                check_logits_both_ways(&mut report, &inputs, &x, &y);
                let (p, q) = (softmax(&x), softmax(&y));
                check_both_ways(&mut report, &inputs, &p, &q);
            }
            let p = softmax(&x);
            for noise in [0.4, 1e-3, 1e-6] {
                let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, noise)).collect();
                let inputs = format!("{distribution}, noise of {noise:e}");
                check_both_ways(&mut report, &inputs, &p, &q);
            }
        }
    }
    report.check::<T>();
}

fn check_both_ways<T: Real>(report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
    check_probabilities(report, inputs, p, q);
    check_probabilities(report, inputs, q, p);
}

fn check_logits_both_ways<T: Real>(report: &mut Report, inputs: &str, x: &[T], y: &[T]) {
    if !x.is_empty() {
        check_logits(report, inputs, x, y);
        check_logits(report, inputs, y, x);
    }
}
