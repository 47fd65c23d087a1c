//! Cross-entropy with options, with soft targets, and from probabilities.

use super::hard_rows::{Textbook, hard_rows};
use super::precise::{Precise, check, check_beside, exact, magnitude, precise};
use crate::support::information_errors::softmax;
use crate::support::loss_errors::{OPTIONS, Targets};
use crate::support::probability_loss::ProbabilityLoss;
use crate::support::{LossOptions, LossReference, Random, Real, Reference, Wanted, for_both_types};

for_both_types!(
    losses_agree_with_arbitrary_precision,
    losses_of_probabilities_agree_with_arbitrary_precision,
);

fn losses_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(7);
    for (name, row) in hard_rows::<T>(&mut random) {
        let (reference, truth) = (Reference::new(&row), Textbook::of_row(&row));
        let targets = Targets::new(&mut random, &reference);
        for options in OPTIONS.map(|options| targets.options(options)) {
            for wanted in targets.all() {
                let found = LossReference::new(&reference, wanted, options);
                let name = format!("{name}, {wanted:?}, {options:?}");
                check_loss(&found, &truth, wanted, options, &name);
            }
        }
    }
}

/// The loss −Σ q ln p, the z-loss z·lse², and the gradient p·Σ q − q + 2·z·lse·p.
fn check_loss<T: Real>(
    found: &LossReference<'_, T>,
    truth: &Textbook,
    wanted: Wanted<'_, T>,
    options: LossOptions<'_, T>,
    name: &str,
) {
    let masked: Vec<_> = truth.log_softmax.iter().map(Option::is_none).collect();
    let q = targets(&masked, wanted, options);
    let terms = q.iter().zip(&truth.log_softmax);
    let loss = terms.fold(exact(0.0), |loss, (q, log_softmax)| match log_softmax {
        Some(log_softmax) => loss - q * log_softmax,
        None => loss,
    });
    check::<T>(found.loss(), &loss, &format!("loss, {name}"));

    let z = exact(options.z_loss.to_f64());
    let log_sum_exp = truth.log_sum_exp();
    let size = magnitude(&truth.max).max(exact(1.0));
    let (z_loss, size) = (&z * &log_sum_exp * &log_sum_exp, &z * &size * &size);
    check_beside::<T>(found.z_loss(), &z_loss, &size, &format!("z-loss, {name}"));

    let scale = T::from_f64(0.375);
    let mass = q.iter().fold(exact(0.0), |sum, q| sum + q);
    let pull = z * log_sum_exp * exact(2.0);
    for (class, found) in found.gradient(scale).enumerate() {
        let p = &truth.softmax[class];
        let slope = (&mass * p + &pull * p - &q[class]) * exact(scale.to_f64());
        let size = precise(found.size.to_double_double());
        check_beside::<T>(found.sum, &slope, &size, &format!("gradient, {name}"));
    }
}

/// The loss −Σ q ln p and its gradient −q/p.
fn losses_of_probabilities_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(12);
    for (name, row) in hard_rows::<T>(&mut random) {
        let label = Reference::new(&row).argmax();
        let p = softmax(&row);
        let weights: Vec<T> = p.iter().map(|_| T::from_f64(3.0 * random.unit())).collect();
        for (weights, smoothing) in [(None, 0.0), (None, 0.1), (Some(&weights[..]), 0.9)] {
            let found = ProbabilityLoss {
                row: &p,
                label,
                weights,
                smoothing: T::from_f64(smoothing),
                scale: T::from_f64(0.375),
            };
            check_probabilities(&found, &format!("{name}, smoothing {smoothing}"));
        }
    }
}

fn check_probabilities<T: Real>(found: &ProbabilityLoss<'_, T>, name: &str) {
    let p: Vec<_> = found.row.iter().map(|p| exact(p.to_f64())).collect();
    let zero = exact(0.0);
    let masked: Vec<_> = p.iter().map(|p| *p == zero).collect();
    let options = LossOptions {
        weights: found.weights,
        smoothing: found.smoothing,
        z_loss: T::from_f64(0.0),
    };
    let q = targets(&masked, Wanted::Label(found.label), options);
    let mut loss = exact(0.0);
    for ((p, q), found_slope) in p.iter().zip(&q).zip(found.gradient()) {
        let slope = if *p == zero {
            exact(0.0)
        } else {
            loss -= q * p.ln();
            -(q / p) * exact(found.scale.to_f64())
        };
        check::<T>(found_slope, &slope, &format!("gradient from p, {name}"));
    }
    check::<T>(found.loss(), &loss, &format!("loss from p, {name}"));
}

/// The target of each class: (1 − ε)·target + ε/classes, weighted; one that is masked has no share in ε.
fn targets<T: Real>(
    masked: &[bool],
    wanted: Wanted<'_, T>,
    options: LossOptions<'_, T>,
) -> Vec<Precise> {
    let smoothing = exact(options.smoothing.to_f64());
    let classes = masked.iter().filter(|masked| !**masked).count();
    let target = |class: usize| {
        let target = match wanted {
            Wanted::Label(label) => f64::from(u8::from(class == label)),
            Wanted::Soft(targets) => targets[class].to_f64(),
        };
        let share = if masked[class] {
            exact(0.0)
        } else {
            &smoothing / exact(classes as f64)
        };
        let weight = options
            .weights
            .map_or(1.0, |weights| weights[class].to_f64());
        ((exact(1.0) - &smoothing) * exact(target) + share) * exact(weight)
    };
    (0..masked.len()).map(target).collect()
}
