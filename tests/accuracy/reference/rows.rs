//! Softmax and its relatives, plain and with options.

use super::hard_rows::{Textbook, hard_rows};
use super::precise::{Precise, check, check_beside, exact, magnitude};
use crate::support::{
    Distribution, Random, Real, Reference, SoftmaxOptions, Transformed, for_both_types,
};

for_both_types!(
    rows_agree_with_arbitrary_precision,
    transformed_rows_agree_with_arbitrary_precision,
    hard_energies_agree_with_arbitrary_precision,
);

fn rows_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(5);
    let scale = T::from_f64(-0.3);
    for (name, row) in hard_rows::<T>(&mut random) {
        let (reference, truth) = (Reference::new(&row), Textbook::of_row(&row));
        check::<T>(
            reference.log_ratio(),
            &truth.log_ratio,
            &format!("ln of the sum, {name}"),
        );
        let size = magnitude(&truth.max).max(exact(1.0));
        let found = reference.log_sum_exp();
        check_beside::<T>(
            found,
            &truth.log_sum_exp(),
            &size,
            &format!("log-sum-exp, {name}"),
        );
        for (found, truth) in reference.softmax().zip(&truth.softmax) {
            check::<T>(found, truth, &format!("softmax, {name}"));
        }
        for (label, found) in reference.log_softmax().enumerate() {
            let Some(log_softmax) = &truth.log_softmax[label] else {
                continue;
            };
            check::<T>(found, log_softmax, &format!("log-softmax, {name}"));
            check::<T>(
                reference.loss(label),
                &-log_softmax,
                &format!("loss, {name}"),
            );
            for (place, found) in reference.gradient(label, scale).enumerate() {
                let target = exact(f64::from(u8::from(place == label)));
                let truth = (&truth.softmax[place] - target) * exact(scale.to_f64());
                check::<T>(found, &truth, &format!("gradient, {name}"));
            }
        }
    }
}

fn transformed_rows_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(6);
    for deviation in [0.1, 1.0, 5.0, 100.0] {
        for step in 0..8 {
            let row = Distribution::Normal { deviation }.row::<T>(&mut random, 9);
            let options = options(&mut random, step, row.len());
            check_transformed(&options, &row, &format!("N(0, {deviation}²)"));
        }
    }
}

/// Energies of every kind, up to the largest numbers. Beyond the limits that `Softmax` names, their sum
/// alone is measured against the reference.
fn hard_energies_agree_with_arbitrary_precision<T: Real>() {
    let options = SoftmaxOptions {
        scale: T::from_f64(-1.0),
        temperature: T::from_f64(1.3),
        ..SoftmaxOptions::default()
    };
    for (name, row) in hard_rows::<T>(&mut Random::new(7)) {
        let finite: Vec<_> = row.into_iter().filter(|x| x.finite()).collect();
        let largest = finite.iter().map(|x| x.to_f64().abs()).fold(0.0, f64::max);
        if largest < libm::scalbn(1.0, T::DIGITS - 4) {
            check_transformed(&options, &finite, &name);
        } else {
            let truth = Textbook::new(&transformed(&options, &finite));
            check_transformed_sum::<T>(&Transformed::new(&options, &finite), &truth, &name);
        }
    }
}

fn check_transformed_sum<T: Real>(found: &Transformed, truth: &Textbook, name: &str) {
    let size = magnitude(&truth.max).max(exact(1.0));
    check_beside::<T>(
        found.log_sum_exp(),
        &truth.log_sum_exp(),
        &size,
        &format!("log-sum-exp, {name}"),
    );
}

fn check_transformed<T: Real>(options: &SoftmaxOptions<T>, row: &[T], name: &str) {
    let truth = Textbook::new(&transformed(options, row));
    let found = Transformed::new(options, row);
    let name = format!("{name}, {options:?}");
    check_transformed_sum::<T>(&found, &truth, &name);
    // The last of the truth's elements may be a sink.
    for (found, truth) in found.softmax().zip(&truth.softmax) {
        check::<T>(found, truth, &format!("softmax, {name}"));
    }
    for (found, truth) in found.log_softmax().zip(&truth.log_softmax) {
        match truth {
            Some(truth) => check::<T>(found, truth, &format!("log-softmax, {name}")),
            None => assert_eq!(found.to_f64(), f64::NEG_INFINITY, "{name}"),
        }
    }
}

/// Every combination of a cap, a bias with a mask, and a sink.
fn options<T: Real>(random: &mut Random, step: usize, len: usize) -> SoftmaxOptions<T> {
    let number = |x: f64| T::from_f64(x);
    let bias = (0..len).map(|_| number(random.normal())).collect();
    let mask = (0..len).map(|place| place % 4 != 1).collect();
    SoftmaxOptions {
        temperature: number(0.7),
        scale: number(0.3),
        softcap: (step & 1 != 0).then(|| number(20.0)),
        bias: (step & 2 != 0).then_some(bias),
        mask: (step & 2 != 0).then_some(mask),
        sink: (step & 4 != 0).then(|| number(1.25)),
    }
}

/// What the options make of a row, with the sink at its end.
fn transformed<T: Real>(options: &SoftmaxOptions<T>, row: &[T]) -> Vec<Option<Precise>> {
    let precise = |x: T| exact(x.to_f64());
    let transform = |(place, &x): (usize, &T)| {
        if options.mask.as_ref().is_some_and(|mask| !mask[place]) {
            return None;
        }
        let scaled = precise(x) * precise(options.scale);
        let capped = match options.softcap {
            Some(cap) => precise(cap) * (scaled / precise(cap)).tanh(),
            None => scaled,
        };
        let bias = options
            .bias
            .as_ref()
            .map_or(exact(0.0), |bias| precise(bias[place]));
        Some((capped + bias) / precise(options.temperature))
    };
    let logits = row.iter().enumerate().map(transform);
    logits
        .chain(options.sink.map(|sink| Some(precise(sink))))
        .collect()
}
