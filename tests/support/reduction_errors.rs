//! The errors of every function that reduces a row.

use super::information_errors::{
    check_divergences, check_logits, check_probabilities, near, softmax,
};
use super::inputs::Distribution;
use super::loss_errors::{OPTIONS, Targets, check_loss};
use super::random::Random;
use super::real::Real;
use super::reference::Reference;
use super::report::Report;
use super::row_errors::check_row;
use super::vjp_errors;

/// Longest row that meets every combination of a loss's targets and options.
const SHORT: usize = 1000;

/// Checks every function on rows of a distribution, at every level.
pub fn check_reductions<T: Real>(
    report: &mut Report,
    random: &mut Random,
    distribution: &Distribution,
    len: usize,
) {
    let inputs = distribution.to_string();
    let x: Vec<T> = distribution.row(random, len);
    check_row(report, &x, random.below(len), &inputs);
    check_losses(report, random, &x, &inputs);

    let y = distribution.row(random, len);
    check_logits(report, &inputs, &x, &y);
    let p = softmax(&x);
    check_probabilities(report, &inputs, &p, &softmax(&y));
    let near: Vec<T> = p.iter().map(|&p| near(random, p, 1e-6)).collect();
    check_divergences(report, &inputs, &p, &near);

    let gradient = Distribution::Normal { deviation: 1.0 }.row(random, len);
    vjp_errors::check(report, &inputs, &x, &gradient);
}

/// Checks losses with options: all of them for a short row, else some by chance.
fn check_losses<T: Real>(report: &mut Report, random: &mut Random, x: &[T], inputs: &str) {
    let reference = Reference::new(x);
    let targets = Targets::new(random, &reference);
    let some = random.below(OPTIONS.len());
    for (place, wanted) in targets.all().into_iter().enumerate() {
        for (option, options) in OPTIONS.into_iter().enumerate() {
            if x.len() <= SHORT || option == (some + place) % OPTIONS.len() {
                let options = targets.options(options);
                check_loss(report, inputs, &reference, wanted, options);
            }
        }
    }
}
