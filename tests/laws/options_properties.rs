//! Laws of softmax with options, of energies, of binary losses and those of probabilities, and of
//! gradients, whatever the numbers.

use logits::{BinaryCrossEntropy, CrossEntropy, Level, LossSum, Rows, RowsMut, Softmax};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Real, epsilon, numbers};

/// Whether two results differ by no more than a few units of the larger of `b` and `least`.
fn near<T: Real>(a: T, b: T, least: f64) -> bool {
    let (a, b) = (a.to_f64(), b.to_f64());
    a == b || (a - b).abs() <= 16.0 * epsilon::<T>() * b.abs().max(least)
}

fn assert_all_near<T: Real>(found: &[T], expected: &[T], least: f64) {
    assert_eq!(found.len(), expected.len());
    for (&a, &b) in found.iter().zip(expected) {
        assert!(near(a, b, least), "{a:e} is not {b:e}");
    }
}

/// Softmax and the log-sum-exp.
fn softmax<T: Real>(softmax: &Softmax<'_, T>, x: &[T]) -> (Vec<T>, T) {
    let mut out = x.to_vec();
    let log_sum_exp = softmax.softmax_in_place(&mut out).unwrap();
    (out, log_sum_exp)
}

fn assert_same_softmax<T: Real>((a, lse_a): (Vec<T>, T), (b, lse_b): (Vec<T>, T)) {
    // What is subnormal has no more digits.
    assert_all_near(&a, &b, libm::exp2(f64::from(T::MIN_EXPONENT + T::DIGITS)));
    assert!(near(lse_a, lse_b, 1.0), "{lse_a:e} is not {lse_b:e}");
}

fn a_mask_is_a_bias<T: Real>(x: &[T], mask: &[bool]) {
    let mask = &mask[..x.len()];
    let bias = mask.iter().map(|&takes_part| match takes_part {
        true => T::from_f64(0.0),
        false => -T::INFINITY,
    });
    let bias: Vec<T> = bias.collect();
    for level in Level::available() {
        let plain = Softmax::new().level(level).temperature(T::from_f64(3.0));
        let masked = softmax(&plain.mask(mask), x);
        assert_same_softmax(masked, softmax(&plain.bias(&bias), x));
    }
}

fn a_temperature_scales<T: Real>(x: &[T], power: i32) {
    let temperature = T::from_f64(libm::exp2(power.into()));
    let inverse = T::from_f64(libm::exp2((-power).into()));
    let scaled: Vec<T> = x.iter().map(|&x| x / temperature).collect();
    for level in Level::available() {
        let plain = Softmax::new().level(level);
        let expected = softmax(&plain, &scaled);
        assert_same_softmax(
            softmax(&plain.temperature(temperature), x),
            expected.clone(),
        );
        assert_same_softmax(softmax(&plain.scale(inverse), x), expected);
    }
}

/// Of sixteenths, so that sums are exact.
fn a_bias_is_a_summand<T: Real>(x: &[T], bias: &[T]) {
    let sixteenths = |x: &T| T::from_f64((16.0 * x.to_f64()).round() / 16.0);
    let x: Vec<T> = x.iter().map(sixteenths).collect();
    let bias: Vec<T> = bias[..x.len()].iter().map(sixteenths).collect();
    let sum: Vec<T> = x.iter().zip(&bias).map(|(&x, &bias)| x + bias).collect();
    for level in Level::available() {
        let plain = Softmax::new().level(level);
        assert_same_softmax(softmax(&plain.bias(&bias), &x), softmax(&plain, &sum));
    }
}

/// Logits in −cap…cap in the same order as before.
fn a_softcap_bounds_and_keeps_order<T: Real>(x: &[T], cap: f64) {
    let most = (2.0 * cap).exp() * (1.0 + 16.0 * epsilon::<T>());
    for level in Level::available() {
        let capped = Softmax::new().level(level).softcap(T::from_f64(cap));
        let (out, _) = softmax(&capped, x);
        let mut sorted: Vec<(T, T)> = x.iter().copied().zip(out).collect();
        sorted.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap());
        for pair in sorted.windows(2) {
            let (below, above) = (pair[0].1, pair[1].1);
            assert!(
                below <= above || near(below, above, 0.0),
                "{level}: {pair:?}"
            );
        }
        let (least, greatest) = (sorted[0].1.to_f64(), sorted[x.len() - 1].1.to_f64());
        assert!(greatest <= most * least, "{level}: {least:e}, {greatest:e}");
    }
}

fn a_sink_is_a_column<T: Real>(x: &[T], sink: T) {
    let mut longer = x.to_vec();
    longer.push(sink);
    for level in Level::available() {
        let plain = Softmax::new().level(level);
        let (mut expected, log_sum_exp) = softmax(&plain, &longer);
        expected.pop();
        assert_same_softmax(softmax(&plain.sink(sink), x), (expected, log_sum_exp));
    }
}

fn energies_are_negative_logits<T: Real>(energies: &[T], power: i32) {
    let temperature = T::from_f64(libm::exp2(power.into()));
    let logits: Vec<T> = energies.iter().map(|&e| -(e / temperature)).collect();
    for level in Level::available() {
        let (expected, lse) = softmax(&Softmax::new().level(level), &logits);
        let mut out = energies.to_vec();
        let ln_z = level.boltzmann_in_place(&mut out, temperature).unwrap();
        assert_same_softmax((out, ln_z), (expected, lse));
        let free_energy = level.free_energy(energies, temperature).unwrap();
        let least = temperature.to_f64();
        assert!(near(free_energy, -(temperature * lse), least), "{level}");
    }
}

/// The loss of an element and its gradient.
fn binary<T: Real>(loss: &BinaryCrossEntropy<'_, T>, x: T, target: T) -> (T, T) {
    let mut gradient = [x];
    let (rows, target) = (RowsMut::new(&mut gradient, 1).unwrap(), [target]);
    let target = Rows::new(&target, 1).unwrap();
    let sum = loss.loss_and_gradient_in_place(rows, target, T::from_f64(1.0));
    (sum.unwrap().loss(), gradient[0])
}

/// Of `eighths` / 8, so that its complement is exact.
fn binary_losses_are_symmetric<T: Real>(x: T, eighths: u8) {
    let target = f64::from(eighths) / 8.0;
    let (yes, no) = (T::from_f64(target), T::from_f64(1.0 - target));
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        let ((a, slope), (b, opposite)) = (binary(&loss, x, yes), binary(&loss, -x, no));
        assert!(
            a.to_f64() >= 0.0 && near(a, b, 0.0),
            "{level}: {a:e}, {b:e}"
        );
        assert!(
            near(slope, -opposite, 1.0),
            "{level}: {slope:e}, {opposite:e}"
        );
        // The same from the probability, while that is not near 1 and short of digits.
        if x.to_f64() > 8.0 {
            continue;
        }
        let p = T::from_f64(1.0 / (1.0 + (-x.to_f64()).exp()));
        let (p, target) = ([p], [yes]);
        let (p, target) = (Rows::new(&p, 1).unwrap(), Rows::new(&target, 1).unwrap());
        let sum = loss.loss_from_probabilities(p, target).unwrap();
        let condition = 1.0 + x.to_f64().max(0.0).exp();
        assert!(near(sum.loss(), a, condition), "{level}: {x:e}");
    }
}

fn losses_of_probabilities_are_those_of_logarithms<T: Real>(x: &[T], label: usize) {
    let labels = [label % x.len()];
    for level in Level::available() {
        let (p, _) = softmax(&Softmax::new().level(level), x);
        let mut ln_p = p.clone();
        level.ln_in_place(&mut ln_p);
        for smoothing in [0.0, 0.25] {
            let loss = CrossEntropy::new().level(level);
            let loss = loss.label_smoothing(T::from_f64(smoothing));
            let rows = |data| Rows::new(data, x.len()).unwrap();
            let of_p = loss.loss_from_probabilities(rows(&p), &labels).unwrap();
            let of_logits = loss.loss_from_logits(rows(&ln_p), &labels).unwrap();
            let (a, b) = (of_p.loss(), of_logits.loss());
            assert!(near(a, b, 1.0), "{level}: {a:e} is not {b:e}");
            assert!(a.to_f64() >= 0.0, "{level}");
        }
    }
}

/// The derivative of `f` by each coordinate, from differences.
fn slopes(x: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let step = 1e-5;
    let slope = |place: usize| {
        let moved = |by: f64| {
            let mut x = x.to_vec();
            x[place] += by;
            f(&x)
        };
        (moved(step) - moved(-step)) / (2.0 * step)
    };
    (0..x.len()).map(slope).collect()
}

fn assert_slopes(found: &[f64], expected: &[f64]) {
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= 1e-6, "{found:?} are not {expected:?}");
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

proptest! {
    #[test]
    fn gradients_of_binary_losses(
        x in vec(-8.0..8.0, 6),
        targets in vec(0.0..1.0, 6),
        weights in vec(0.0..2.0, 6),
    ) {
        let targets = Rows::new(&targets, 3).unwrap();
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let loss = loss.weights(&weights).pos_weights(&weights[..3]);
            let total = |sum: LossSum<f64>| sum.loss();
            let of_logits = |x: &[f64]| {
                total(loss.loss_from_logits(Rows::new(x, 3).unwrap(), targets).unwrap())
            };
            let mut gradient = x.clone();
            let rows = RowsMut::new(&mut gradient, 3).unwrap();
            loss.loss_and_gradient_in_place(rows, targets, 1.0).unwrap();
            assert_slopes(&gradient, &slopes(&x, of_logits));

            let p: Vec<f64> = x.iter().map(|x| 0.5 + x / 20.0).collect();
            let of_probabilities = |p: &[f64]| {
                total(loss.loss_from_probabilities(Rows::new(p, 3).unwrap(), targets).unwrap())
            };
            let mut gradient = p.clone();
            let rows = RowsMut::new(&mut gradient, 3).unwrap();
            loss.loss_and_gradient_from_probabilities_in_place(rows, targets, 1.0).unwrap();
            assert_slopes(&gradient, &slopes(&p, of_probabilities));
        }
    }

    #[test]
    fn gradients_through_softmax(x in vec(-5.0..5.0, 1..12), dy in vec(-2.0..2.0, 12)) {
        let dy = &dy[..x.len()];
        for level in Level::available() {
            for log in [false, true] {
                let of = |x: &[f64]| {
                    let mut y = x.to_vec();
                    if log {
                        level.log_softmax_in_place(&mut y);
                    } else {
                        level.softmax_in_place(&mut y);
                    }
                    y
                };
                let mut gradient = dy.to_vec();
                let outcome = if log {
                    level.log_softmax_vjp_in_place(&of(&x), &mut gradient)
                } else {
                    level.softmax_vjp_in_place(&of(&x), &mut gradient)
                };
                prop_assert_eq!(outcome, Ok(()));
                assert_slopes(&gradient, &slopes(&x, |x| dot(&of(x), dy)));
            }
        }
    }
}

/// The properties of both types.
macro_rules! properties {
    ($float:ident) => {
        mod $float {
            use super::*;

            proptest! {
                #[test]
                fn of_options(
                    x in vec(-30.0..30.0, 1..80),
                    mask in vec(any::<bool>(), 80),
                    bias in vec(-30.0..30.0, 80),
                    cap in 0.5..20.0,
                    power in -3..4,
                    sink in -30.0..30.0,
                ) {
                    let x = numbers::<$float>(&x);
                    a_mask_is_a_bias(&x, &mask);
                    a_bias_is_a_summand(&x, &numbers::<$float>(&bias));
                    a_softcap_bounds_and_keeps_order(&x, cap);
                    a_temperature_scales(&x, power);
                    a_sink_is_a_column(&x, sink as $float);
                    energies_are_negative_logits(&x, power);
                }

                #[test]
                fn of_binary_losses(x in -40.0..40.0, eighths in 0_u8..=8) {
                    binary_losses_are_symmetric(x as $float, eighths);
                }

                #[test]
                fn of_probabilities(x in vec(-8.0..8.0, 1..80), label in 0_usize..80) {
                    let x = numbers::<$float>(&x);
                    losses_of_probabilities_are_those_of_logarithms(&x, label);
                }
            }
        }
    };
}

properties!(f32);
properties!(f64);
