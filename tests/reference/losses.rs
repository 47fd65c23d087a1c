//! Cross-entropy with options, and with soft targets.

use super::hard_rows::{Textbook, hard_rows};
use super::precise::{Precise, check, check_beside, exact, magnitude, precise};
use crate::support::loss_errors::{OPTIONS, Targets};
use crate::support::{LossOptions, LossReference, Random, Real, Reference, Wanted, for_both_types};

for_both_types!(losses_agree_with_arbitrary_precision);

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
    let q = targets(truth, wanted, options);
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

/// The target of each class: (1 − ε)·target + ε/classes, weighted; a class of −∞ has no share in ε.
fn targets<T: Real>(
    truth: &Textbook,
    wanted: Wanted<'_, T>,
    options: LossOptions<'_, T>,
) -> Vec<Precise> {
    let smoothing = exact(options.smoothing.to_f64());
    let classes = truth.log_softmax.iter().flatten().count();
    let target = |class: usize| {
        let target = match wanted {
            Wanted::Label(label) => f64::from(u8::from(class == label)),
            Wanted::Soft(targets) => targets[class].to_f64(),
        };
        let share = match truth.log_softmax[class] {
            Some(_) => &smoothing / exact(classes as f64),
            None => exact(0.0),
        };
        let weight = options
            .weights
            .map_or(1.0, |weights| weights[class].to_f64());
        ((exact(1.0) - &smoothing) * exact(target) + share) * exact(weight)
    };
    (0..truth.softmax.len()).map(target).collect()
}
