//! Certain inputs, NaN, what is no probability, and wrong arguments.

use logits::{BinaryCrossEntropy, Error, Level, Rows, RowsMut};

use crate::support::binary_errors::run;
use crate::support::{Real, for_both_types, numbers};

for_both_types!(
    certain_inputs,
    undecided_inputs_are_correct_for_zero,
    what_is_no_number,
    targets_that_are_no_shares,
    wrong_arguments_write_nothing,
);

const INFINITY: f64 = f64::INFINITY;

fn certain_inputs<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        for len in [1, 2, 3, 33, 70] {
            for (logits, input, target, value, slope, correct) in [
                (true, INFINITY, 1.0, 0.0, 0.0, true),
                (true, INFINITY, 0.0, INFINITY, 1.0, false),
                (true, -INFINITY, 0.0, 0.0, 0.0, true),
                (true, -INFINITY, 1.0, INFINITY, -1.0, false),
                (true, INFINITY, 0.5, INFINITY, 0.5, false),
                (false, 1.0, 1.0, 0.0, -1.0, true),
                (false, 1.0, 0.0, INFINITY, INFINITY, false),
                (false, 0.0, 0.0, 0.0, 1.0, true),
                (false, -0.0, 1.0, INFINITY, -INFINITY, false),
            ] {
                let (x, y) = (numbers::<T>(&vec![input; len]), numbers(&vec![target; len]));
                let (sum, gradient) = run(loss, logits, (&x, &y), len, one);
                assert_eq!(sum.loss().to_f64(), value, "{level}: {input} for {target}");
                assert!(
                    gradient.iter().all(|g| g.to_f64() == slope),
                    "{level}: {input} for {target}: {gradient:?}"
                );
                let count = if correct { len as u64 } else { 0 };
                assert_eq!(sum.correct(), count, "{level}: {input} for {target}");

                // A weight of 0 leaves nothing of a loss.
                let weights = numbers::<T>(&vec![0.0; len]);
                let (sum, gradient) = run(loss.weights(&weights), logits, (&x, &y), len, one);
                assert_eq!(sum.loss().to_f64(), 0.0, "{level}: {input} for {target}");
                assert!(gradient.iter().all(|g| g.to_f64() == 0.0), "{level}");
            }
        }
        let (sum, _) = run(loss, true, (&[], &[]), 3, one);
        assert_eq!(
            (sum.mean(), sum.accuracy(), sum.rows()),
            (None, None, 0),
            "{level}"
        );
    }
}

fn undecided_inputs_are_correct_for_zero<T: Real>() {
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        for (logits, input) in [(true, 0.0), (true, -0.0), (false, 0.5)] {
            for (target, correct) in [(0.0, 1), (0.5, 1), (1.0, 0)] {
                let (x, y) = (numbers::<T>(&[input]), numbers(&[target]));
                let (sum, _) = run(loss, logits, (&x, &y), 1, T::from_f64(1.0));
                assert_eq!(sum.correct(), correct, "{level}: {input} for {target}");
            }
        }
    }
}

fn what_is_no_number<T: Real>() {
    let zero = numbers::<T>(&[0.0; 3]);
    for level in Level::available() {
        let plain = BinaryCrossEntropy::new().level(level);
        for loss in [plain, plain.pos_weight(zero[0]), plain.weights(&zero)] {
            for (logits, input, target) in [
                (true, f64::NAN, 0.0),
                (true, f64::NAN, 1.0),
                (true, 0.5, f64::NAN),
                (false, f64::NAN, 1.0),
                (false, 0.5, f64::NAN),
                (false, -0.1, 0.0),
                (false, -0.1, 1.0),
                (false, 1.1, 0.0),
                (false, 1.1, 1.0),
                (false, INFINITY, 1.0),
                (true, 0.5, INFINITY),
                (false, 0.5, INFINITY),
            ] {
                let (x, y) = (
                    numbers::<T>(&[0.75, input, 0.75]),
                    numbers(&[1.0, target, 1.0]),
                );
                let (sum, gradient) = run(loss, logits, (&x, &y), 3, T::from_f64(1.0));
                let case = format!("{level}: {input} for {target}");
                assert!(sum.loss().nan() && gradient[1].nan(), "{case}");
                assert!(gradient[0].finite() && gradient[2].finite(), "{case}");
                assert_eq!((sum.rows(), sum.correct()), (3, 2), "{case}");
            }
        }
    }
}

/// The formula holds.
fn targets_that_are_no_shares<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        for (x, y) in [(0.5, 1.5), (0.5, -1.0), (-2.0, 3.0)] {
            let input = numbers::<T>(&[x]);
            let (sum, gradient) = run(loss, true, (&input, &numbers(&[y])), 1, one);
            let softplus = |x: f64| x.exp().ln_1p();
            let expected = y * softplus(-x) + (1.0 - y) * softplus(x);
            let error = (sum.loss().to_f64() - expected).abs();
            assert!(error < 1e-6, "{level}: {x} for {y}");
            let slope = 1.0 / (1.0 + (-x).exp()) - y;
            let error = (gradient[0].to_f64() - slope).abs();
            assert!(error < 1e-6, "{level}: {x} for {y}");
        }
        let (input, target) = (numbers::<T>(&[INFINITY]), numbers(&[1.5]));
        let (sum, _) = run(loss, true, (&input, &target), 1, one);
        assert_eq!(sum.loss().to_f64(), -INFINITY, "{level}");
    }
}

fn wrong_arguments_write_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    let (minus, nan) = (T::from_f64(-1e-30), T::from_f64(f64::NAN));
    let (bad, few) = ([one, minus, one, one], [one; 3]);
    for level in Level::available() {
        let plain = BinaryCrossEntropy::new().level(level);
        let out_of_range = |parameter| Error::ParameterOutOfRange { parameter };
        let length = |expected, found| Error::LengthMismatch { expected, found };
        for (loss, targets, columns, error) in [
            (plain, 6, 2, length(2, 3)),
            (plain, 2, 2, length(2, 1)),
            (plain, 2, 1, length(2, 1)),
            (plain, 8, 4, length(2, 4)),
            (plain.weights(&few), 4, 2, length(4, 3)),
            (plain.weights(&bad), 4, 2, out_of_range("weights")),
            (plain.pos_weights(&few), 4, 2, length(2, 3)),
            (
                plain.pos_weights(&bad[..2]),
                4,
                2,
                out_of_range("pos_weights"),
            ),
            (plain.pos_weight(minus), 4, 2, out_of_range("pos_weight")),
            (plain.pos_weight(nan), 4, 2, out_of_range("pos_weight")),
            (
                plain.pos_weight(T::INFINITY),
                4,
                2,
                out_of_range("pos_weight"),
            ),
        ] {
            let targets = vec![one; targets];
            let y = Rows::new(&targets, columns).unwrap();
            let mut data = vec![T::from_pattern(0x3f00_1234); 4];
            let x = Rows::new(&data, 2).unwrap();
            assert_eq!(loss.loss_from_logits(x, y), Err(error), "{level}");
            assert_eq!(loss.loss_from_probabilities(x, y), Err(error), "{level}");
            let x = RowsMut::new(&mut data, 2).unwrap();
            assert_eq!(
                loss.loss_and_gradient_in_place(x, y, one),
                Err(error),
                "{level}"
            );
            let x = RowsMut::new(&mut data, 2).unwrap();
            let result = loss.loss_and_gradient_from_probabilities_in_place(x, y, one);
            assert_eq!(result, Err(error), "{level}");
            assert!(
                data.iter()
                    .all(|x| x.pattern() == T::from_pattern(0x3f00_1234).pattern())
            );
        }
    }
}
