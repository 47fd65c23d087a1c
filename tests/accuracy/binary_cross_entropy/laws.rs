//! Elements, columns, levels and parts leave each other alone.

use logits::{BinaryCrossEntropy, Level, LossSum};

use super::inputs;
use crate::support::binary_errors::run;
use crate::support::{Random, Real, for_both_types};

for_both_types!(
    weights_of_columns_stay_in_their_columns,
    levels_and_places_agree,
    merged_is_whole,
);

fn weights_of_columns_stay_in_their_columns<T: Real>() {
    let mut random = Random::new(22);
    let one = T::from_f64(1.0);
    for columns in (1..40).chain([64, 65, 130]) {
        let len = 3 * columns;
        let x: Vec<T> = (0..len).map(|_| inputs(&mut random, true)).collect();
        let y: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
        let weights: Vec<T> = (0..columns).map(|i| T::from_f64(i as f64)).collect();
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (sum, gradient) = run(loss.pos_weights(&weights), true, (&x, &y), columns, one);
            let mut merged = LossSum::default();
            for i in 0..len {
                let alone = loss.pos_weight(weights[i % columns]);
                let (single, slope) = run(alone, true, (&x[i..=i], &y[i..=i]), 1, one);
                assert_eq!(
                    slope[0].pattern(),
                    gradient[i].pattern(),
                    "{level}: {columns}"
                );
                merged.merge(&single);
            }
            let (a, b) = (sum.loss().to_f64(), merged.loss().to_f64());
            assert!(
                (a - b).abs() <= 1e-6 * b,
                "{level}: {columns} columns: {a}, {b}"
            );
            assert_eq!(
                (sum.rows(), sum.correct()),
                (merged.rows(), merged.correct())
            );
        }
    }
}

fn levels_and_places_agree<T: Real>() {
    let mut random = Random::new(23);
    let scale = T::from_f64(0.3);
    for len in (1..100).chain([1000]) {
        for logits in [true, false] {
            let x: Vec<T> = (0..len).map(|_| inputs(&mut random, logits)).collect();
            let y: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
            for fused in [false, true] {
                let mut bits = None;
                for level in Level::available().filter(|level| level.is_fused() == fused) {
                    let loss = BinaryCrossEntropy::new().level(level).pos_weight(scale);
                    let (sum, gradient) = run(loss, logits, (&x, &y), len, scale);
                    let slopes: Vec<_> = gradient.iter().map(|g| g.pattern()).collect();
                    let found = (sum.loss().pattern(), slopes);
                    assert_eq!(*bits.get_or_insert(found.clone()), found, "{level}: {len}");
                    // An element's gradient does not depend on its place.
                    let place = random.below(len);
                    let part = (&x[place..=place], &y[place..=place]);
                    let (_, slope) = run(loss, logits, part, 1, scale);
                    assert_eq!(slope[0].pattern(), found.1[place], "{level}: {len}");
                }
            }
        }
    }
}

fn merged_is_whole<T: Real>() {
    let mut random = Random::new(24);
    let one = T::from_f64(1.0);
    for cut in [0, 1, 17, 50, 99, 100] {
        let x: Vec<T> = (0..100).map(|_| inputs(&mut random, true)).collect();
        let y: Vec<T> = (0..100).map(|_| T::from_f64(random.unit())).collect();
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (whole, _) = run(loss, true, (&x, &y), 1, one);
            let (mut first, _) = run(loss, true, (&x[..cut], &y[..cut]), 1, one);
            let (second, _) = run(loss, true, (&x[cut..], &y[cut..]), 1, one);
            first.merge(&second);
            assert_eq!(
                (first.rows(), first.correct()),
                (whole.rows(), whole.correct())
            );
            let (a, b) = (first.loss().to_f64(), whole.loss().to_f64());
            assert!(
                (a - b).abs() <= libm::scalbn(b, 1 - T::DIGITS),
                "{level}: {a}, {b}"
            );
        }
    }
}
