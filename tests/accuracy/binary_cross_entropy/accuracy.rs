//! The errors of losses and gradients, with factors of ordinary size.

use logits::{BinaryCrossEntropy, Level};

use super::inputs;
use crate::support::binary_errors::{check_binary, run};
use crate::support::{BinaryRow, Random, Real, Report, for_both_types};

for_both_types!(elements_are_accurate, sums_are_accurate,);

fn elements_are_accurate<T: Real>() {
    let mut random = Random::new(20);
    let mut report = Report::default();
    for step in 0..6000 {
        let logits = step % 2 == 0;
        let x = inputs::<T>(&mut random, logits);
        let y = [0.0, 1.0, random.unit()][random.below(3)];
        let weight = [None, Some(3.0 * random.unit())][random.below(2)];
        let positive = [1.0, 10.0 * random.unit()][random.below(2)];
        let scale = [1.0, -1.0 / 3.0][random.below(2)];
        let row = BinaryRow {
            logits,
            x: vec![x],
            y: vec![T::from_f64(y)],
            weights: weight.map(|weight| vec![T::from_f64(weight)]),
            positive: T::from_f64(positive),
            scale: T::from_f64(scale),
        };
        let inputs = if logits { "logits" } else { "probabilities" };
        check_binary(&mut report, inputs, &row);
    }
    report.check::<T>();
}

fn sums_are_accurate<T: Real>() {
    let mut random = Random::new(21);
    let mut report = Report::default();
    let one = T::from_f64(1.0);
    for len in (1..70).chain([1000, 30_000]) {
        let row = BinaryRow {
            logits: true,
            x: (0..len).map(|_| inputs(&mut random, true)).collect(),
            y: vec![one; len],
            weights: None,
            positive: one,
            scale: one,
        };
        check_binary(&mut report, "sums", &row);
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (sum, _) = run(loss, true, (&row.x, &row.y), len, one);
            assert_eq!(sum.weight().to_f64(), len as f64, "{level}");
        }
    }
    report.check::<T>();
}
