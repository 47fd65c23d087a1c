//! The accuracy of the information measures.

mod support;

use logits::Level;
use support::information::{self, Divergence};
use support::{
    Distribution, Extended, Function, Random, Real, Reference, Report, distributions,
    for_both_types, ulp_error, ulp_error_beside,
};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_two_to_the_20,
    unnormalised_rows,
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
    check_logits(&mut report, "another", &x, &y);
    let p = softmax(&x);
    check_probabilities(&mut report, "another", &p, &softmax(&y));
    let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, 1e-6)).collect();
    check_probabilities(&mut report, "noise of 1e-6", &p, &q);
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
            let truths = Truths::divergences(&p, &q);
            for level in Level::available() {
                let case = Case {
                    level,
                    inputs: &inputs,
                    report: &mut report,
                };
                truths.check(case, &p, &q);
            }
        }
    }
    report.check::<T>();
}

/// What is measured from probabilities.
struct Truths {
    /// Only where p and q are at most 1: other terms would cancel.
    entropy: Option<[Extended; 2]>,
    kl: Divergence,
    js: Extended,
}

impl Truths {
    fn divergences<T: Real>(p: &[T], q: &[T]) -> Self {
        Self {
            entropy: None,
            kl: information::kl_divergence(p, q),
            js: information::js_divergence(p, q),
        }
    }

    fn all<T: Real>(p: &[T], q: &[T]) -> Self {
        Self {
            entropy: Some([
                information::cross_entropy(p, p),
                information::cross_entropy(p, q),
            ]),
            ..Self::divergences(p, q)
        }
    }

    fn check<T: Real>(&self, mut case: Case<'_>, p: &[T], q: &[T]) {
        let level = case.level;
        if let Some([entropy, cross_entropy]) = self.entropy {
            case.note(Function::Entropy, level.entropy(p), entropy, p);
            let result = level.cross_entropy(p, q).expect("one length");
            case.note(Function::ProbabilityCrossEntropy, result, cross_entropy, p);
        }
        let result = level.kl_divergence(p, q).expect("one length");
        let Divergence { value, excess } = self.kl;
        let error = ulp_error_beside(result, value, excess);
        case.note_error(Function::KlDivergence, error, result, value, p);
        let result = level.js_divergence(p, q).expect("one length");
        case.note(Function::JsDivergence, result, self.js, p);
    }
}

/// One level on rows of one kind.
struct Case<'a> {
    level: Level,
    inputs: &'a str,
    report: &'a mut Report,
}

impl Case<'_> {
    fn note<T: Real>(&mut self, function: Function, result: T, truth: Extended, row: &[T]) {
        let error = ulp_error(result, truth);
        self.note_error(function, error, result, truth, row);
    }

    fn note_error<T: Real>(
        &mut self,
        function: Function,
        error: f64,
        result: T,
        truth: Extended,
        row: &[T],
    ) {
        let case = || format!("length {}: {result:e} for {:e}", row.len(), truth.to_f64());
        self.report
            .note(function, self.level, self.inputs, error, case);
    }
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
                check_logits(&mut report, &inputs, &x, &y);
                let (p, q) = (softmax(&x), softmax(&y));
                check_probabilities(&mut report, &inputs, &p, &q);
            }
            let p = softmax(&x);
            for noise in [0.4, 1e-3, 1e-6] {
                let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, noise)).collect();
                let inputs = format!("{distribution}, noise of {noise:e}");
                check_probabilities(&mut report, &inputs, &p, &q);
            }
        }
    }
    report.check::<T>();
}

/// Logits to compare those of a row with.
fn partners<T: Real>(
    random: &mut Random,
    distribution: &Distribution,
    x: &[T],
) -> [(&'static str, Vec<T>); 4] {
    let mut noisy = |noise: f64| -> Vec<T> {
        let add = |x: &T| T::from_f64(x.to_f64() + noise * random.normal());
        x.iter().map(add).collect()
    };
    let (near, nearer) = (noisy(0.1), noisy(1e-5));
    let mut masked = x.to_vec();
    for x in masked.iter_mut().skip(1).step_by(3) {
        *x = -T::INFINITY;
    }
    [
        ("another", distribution.row(random, x.len())),
        ("0.1 beside", near),
        ("1e-5 beside", nearer),
        ("masked", masked),
    ]
}

/// p(1 + noise), at most 1.
fn near<T: Real>(random: &mut Random, p: T, noise: f64) -> T {
    let near = p.to_f64() * (1.0 + noise * random.uniform(-1.0, 1.0));
    T::from_f64(near.min(1.0))
}

fn softmax<T: Real>(row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    Level::SCALAR.softmax_in_place(&mut row);
    row
}

fn check_probabilities<T: Real>(report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
    for (p, q) in [(p, q), (q, p)] {
        let truths = Truths::all(p, q);
        for level in Level::available() {
            let case = Case {
                level,
                inputs,
                report,
            };
            truths.check(case, p, q);
        }
    }
}

fn check_logits<T: Real>(report: &mut Report, inputs: &str, x: &[T], y: &[T]) {
    if x.is_empty() {
        return;
    }
    for (x, y) in [(x, y), (y, x)] {
        let references = (Reference::new(x), Reference::new(y));
        let entropy = information::entropy_from_logits(&references.0);
        let divergence = information::kl_divergence_from_logits(&references.0, &references.1);
        // Where p and q all but agree.
        let least = libm::scalbn(1.0, 2 * (1 - T::DIGITS));
        for level in Level::available() {
            let mut case = Case {
                level,
                inputs,
                report,
            };
            let result = level.entropy_from_logits(x);
            case.note(Function::EntropyFromLogits, result, entropy, x);
            let result = level.kl_divergence_from_logits(x, y).expect("one length");
            // Too large to be computed.
            if divergence.to_f64() > libm::scalbn(1.0, T::MAX_EXPONENT - 100) {
                assert!(result.to_f64() >= divergence.to_f64() * 0.99);
                continue;
            }
            let error = ulp_error_beside(result, divergence, least.into());
            case.note_error(
                Function::KlDivergenceFromLogits,
                error,
                result,
                divergence,
                x,
            );
        }
    }
}
