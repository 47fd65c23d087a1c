//! The errors of every function that reduces a row.

use logits::Level;

use super::binary_errors::{check_binary, uncertain};
use super::binary_reference::BinaryRow;
use super::information_errors::{
    check_divergences, check_logits, check_probabilities, near, softmax,
};
use super::inputs::Distribution;
use super::loss_errors::{OPTIONS, Targets, check_loss};
use super::options_errors::{check_energies, check_options};
use super::probability_loss::ProbabilityLoss;
use super::random::Random;
use super::real::Real;
use super::reference::Reference;
use super::report::Report;
use super::row_errors::check_row;
use super::streaming_errors::{check_state, merged};
use super::transformed::SoftmaxOptions;
use super::vjp_errors;

/// Longest row that meets every combination of a function's options.
const SHORT: usize = 1000;

/// Checks functions on a row of a distribution, at every level.
type Check<T> = fn(&mut Report, &mut Random, &Distribution, &Reference<'_, T>);

/// Groups of functions that take about as long, beside those of [`check_plain`].
pub const GROUPS: usize = 6;

fn groups<T: Real>() -> [Check<T>; GROUPS] {
    [
        check_losses,
        check_options_and_energies,
        check_information,
        check_parts_and_logits,
        check_probability_and_binary_losses,
        check_vjps,
    ]
}

/// Checks every function.
pub fn check_reductions<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    for group in 0..GROUPS {
        check_group(report, random, distribution, row, group);
    }
    check_plain(report, random, distribution, row);
}

/// Checks one of the [`GROUPS`].
pub fn check_group<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
    group: usize,
) {
    groups()[group](report, random, distribution, row);
}

/// Checks log-sum-exp, softmax, log-softmax, and the loss of a label with its gradient.
pub fn check_plain<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let label = random.below(row.row().len());
    check_row(report, row, label, &distribution.to_string());
}

/// Of so many options all for a short row, else one by chance.
fn some(random: &mut Random, options: usize, len: usize) -> impl Iterator<Item = usize> + use<> {
    let chosen = random.below(options);
    (0..options).filter(move |&option| len <= SHORT || option == chosen)
}

/// Checks a row in parts, the same at every level, and what is measured from logits.
fn check_parts_and_logits<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let (inputs, len) = (distribution.to_string(), row.row().len());
    let labels = [row.argmax(), random.below(len)];
    let parts = Random::new(random.bits());
    for level in Level::available() {
        let state = merged(|_| level, row.row(), &mut parts.clone());
        check_state(report, level, &inputs, &state, row, &labels);
    }
    let other = distribution.row(random, len);
    check_logits(report, &inputs, row, &Reference::new(&other));
}

/// Checks losses with options.
fn check_losses<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let inputs = distribution.to_string();
    let targets = Targets::new(random, row);
    for option in some(random, OPTIONS.len(), row.row().len()) {
        for (place, wanted) in targets.all().into_iter().enumerate() {
            // Of a long row, each target meets another.
            let options = targets.options(OPTIONS[(option + place) % OPTIONS.len()]);
            check_loss(report, &inputs, row, wanted, options);
        }
    }
}

/// Checks softmax with options, with a softcap and without, and energies.
fn check_options_and_energies<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let (inputs, x, number) = (distribution.to_string(), row.row(), T::from_f64);
    let size = x.iter().fold(1.0, |size, x| x.to_f64().abs().max(size));
    // Beyond, transformed logits are as good as rounded.
    let limit = libm::scalbn(1.0, T::DIGITS - 4);
    let scaled = SoftmaxOptions {
        scale: number(f64::min(0.6, limit / size)),
        temperature: number(0.7),
        ..SoftmaxOptions::default()
    };
    let biased = SoftmaxOptions {
        bias: Some(x.iter().map(|_| number(random.normal())).collect()),
        mask: Some((0..x.len()).map(|place| place % 4 != 1).collect()),
        sink: Some(number(1.25)),
        ..scaled.clone()
    };
    let mut options = [scaled, biased];
    for softcap in [None, Some(number(20.0))] {
        for option in some(random, options.len(), x.len()) {
            options[option].softcap = softcap;
            check_options(report, &inputs, &options[option], x);
        }
    }
    // What they are divided by makes nothing infinite of the largest numbers.
    check_energies(report, &inputs, x, number(1.3));
}

/// Checks what is measured from probabilities.
fn check_information<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let (inputs, p) = (distribution.to_string(), softmax(row.row()));
    let other: Vec<T> = distribution.row(random, p.len());
    check_probabilities(report, &inputs, &p, &softmax(&other));
    let near: Vec<T> = p.iter().map(|&p| near(random, p, 1e-6)).collect();
    check_divergences(report, &inputs, &p, &near);
}

/// Checks losses from probabilities, and binary ones from either.
fn check_probability_and_binary_losses<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    const OPTIONS: [(bool, f64); 4] = [(false, 0.0), (true, 0.0), (false, 0.1), (true, 0.9)];
    let (inputs, mut p) = (distribution.to_string(), softmax(row.row()));
    let weights = numbers(random, p.len(), |random| 3.0 * random.unit());
    for option in some(random, OPTIONS.len(), p.len()) {
        let (weighted, smoothing) = OPTIONS[option];
        let loss = ProbabilityLoss {
            row: &p,
            label: row.argmax(),
            weights: weighted.then_some(&weights[..]),
            smoothing: T::from_f64(smoothing),
            scale: T::from_f64(-1.0 / 3.0),
        };
        loss.check(report, &inputs);
    }

    // What is certain has no digits to lose.
    for p in &mut p {
        *p = uncertain(*p);
    }
    for (logits, x) in [(true, row.row().to_vec()), (false, p)] {
        let row = BinaryRow {
            logits,
            y: numbers(random, x.len(), |random| {
                [0.0, 1.0, random.unit()][random.below(3)]
            }),
            x,
            weights: Some(weights.clone()),
            positive: T::from_f64(10.0 * random.unit()),
            scale: T::from_f64(-1.0 / 3.0),
        };
        check_binary(report, &inputs, &row);
    }
}

/// So many random numbers.
fn numbers<T: Real>(
    random: &mut Random,
    len: usize,
    number: impl Fn(&mut Random) -> f64,
) -> Vec<T> {
    (0..len).map(|_| T::from_f64(number(random))).collect()
}

/// Checks gradients through softmax and log-softmax.
fn check_vjps<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    row: &Reference<'_, T>,
) {
    let gradient = numbers(random, row.row().len(), Random::normal);
    vjp_errors::check(report, &distribution.to_string(), row.row(), &gradient);
}
