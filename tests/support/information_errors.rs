//! The errors of the information measures.

use logits::Level;

use super::bounds::Function;
use super::extended::Extended;
use super::information::{self, Divergence};
use super::inputs::Distribution;
use super::random::Random;
use super::real::Real;
use super::reference::Reference;
use super::report::Report;
use super::ulp::{ulp_error, ulp_error_beside};

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

    /// Those of so many equal elements, from those of one.
    fn times(self, len: usize) -> Self {
        let len = Extended::from(len as f64);
        let Divergence { value, excess } = self.kl;
        Self {
            entropy: self.entropy.map(|entropies| entropies.map(|x| x * len)),
            kl: Divergence {
                value: value * len,
                excess: excess * len,
            },
            js: self.js * len,
        }
    }

    fn check<T: Real>(&self, report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
        for level in Level::available() {
            let mut case = Case {
                level,
                inputs,
                report,
            };
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

/// Logits to compare those of a row with.
pub fn partners<T: Real>(
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
pub fn near<T: Real>(random: &mut Random, p: T, noise: f64) -> T {
    let near = p.to_f64() * (1.0 + noise * random.uniform(-1.0, 1.0));
    T::from_f64(near.min(1.0))
}

/// The probabilities of logits.
pub fn softmax<T: Real>(row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    Level::SCALAR.softmax_in_place(&mut row);
    row
}

/// Notes the errors of what is measured from probabilities, at every level.
pub fn check_probabilities<T: Real>(report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
    Truths::all(p, q).check(report, inputs, p, q);
}

/// Notes the errors of divergences of numbers that need not be probabilities, at every level.
pub fn check_divergences<T: Real>(report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
    Truths::divergences(p, q).check(report, inputs, p, q);
}

/// Notes the errors of what is measured from so many equal elements, at every level.
pub fn check_equal_elements<T: Real>(report: &mut Report, p: T, q: T, len: usize) {
    let truths = Truths::all(&[p], &[q]).times(len);
    truths.check(report, "equal", &vec![p; len], &vec![q; len]);
}

/// Notes the errors of what is measured from logits, at every level.
pub fn check_logits<T: Real>(
    report: &mut Report,
    inputs: &str,
    x: &Reference<'_, T>,
    y: &Reference<'_, T>,
) {
    let entropy = information::entropy_from_logits(x);
    let divergence = information::kl_divergence_from_logits(x, y);
    let (x, y) = (x.row(), y.row());
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
        let function = Function::KlDivergenceFromLogits;
        case.note_error(function, error, result, divergence, x);
    }
}
