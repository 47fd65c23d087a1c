//! Gradients through softmax and log-softmax.

use logits::Level;

use super::hard_rows::hard_rows;
use super::precise::{Precise, check, check_beside, exact, exp, magnitude, precise};
use crate::support::information_errors::softmax;
use crate::support::vjp_reference::{log_softmax_vjp, softmax_vjp};
use crate::support::{Parts, Random, Real, for_both_types};

for_both_types!(gradients_agree_with_arbitrary_precision);

fn gradients_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(10);
    for (name, row) in hard_rows::<T>(&mut random) {
        let p = softmax(&row);
        let mut log_p = row.clone();
        Level::SCALAR.log_softmax_in_place(&mut log_p);
        // All but equal ones cancel.
        for (centre, noise) in [(0.0, 1.0), (1.0, 1e-3), (-1.0, 1e-9)] {
            let slope = |_| T::from_f64(centre + noise * random.normal());
            let dy: Vec<T> = (0..row.len()).map(slope).collect();
            let name = format!("{name}, {dy:?}");
            check_softmax(&p, &dy, &name);
            check_log_softmax(&log_p, &dy, &name);
        }
    }
}

fn numbers<T: Real>(row: &[T]) -> Vec<Precise> {
    row.iter().map(|x| exact(x.to_f64())).collect()
}

/// A sum, and the share of its terms' magnitudes that counts as its own error.
fn sum(terms: impl Iterator<Item = Precise>) -> (Precise, Precise) {
    let zero = (exact(0.0), exact(0.0));
    let (sum, size) = terms.fold(zero, |(sum, size), term| {
        (sum + &term, size + magnitude(&term))
    });
    (sum, size / exact(256.0))
}

/// y·(dy − Σ y·dy).
fn check_softmax<T: Real>(y: &[T], dy: &[T], name: &str) {
    let (p, slopes) = (numbers(y), numbers(dy));
    let (sum, own) = sum(p.iter().zip(&slopes).map(|(y, dy)| y * dy));
    for ((y, dy), found) in p.iter().zip(&slopes).zip(softmax_vjp(y, dy)) {
        let size = y * (magnitude(&(dy - &sum)) + &own);
        check_parts::<T>(
            found,
            &(y * (dy - &sum)),
            &size,
            &format!("softmax, {name}"),
        );
    }
}

/// dy − e^y·Σ dy, where e^y is near 1 of the parts dy − Σ dy and (1 − e^y)·Σ dy.
fn check_log_softmax<T: Real>(y: &[T], dy: &[T], name: &str) {
    let slopes = numbers(dy);
    let (sum, own) = sum(slopes.iter().cloned());
    for ((&log_p, found), dy) in y.iter().zip(log_softmax_vjp(y, dy)).zip(&slopes) {
        let p = if log_p.finite() {
            exp(&exact(log_p.to_f64()))
        } else {
            exact(0.0)
        };
        let [first, second] = if log_p.to_f64() > -0.5 {
            [dy - &sum, (exact(1.0) - &p) * &sum]
        } else {
            [dy.clone(), &p * &sum]
        };
        let size = magnitude(&first) + magnitude(&second) + &p * &own;
        check_parts::<T>(
            found,
            &(dy - &p * &sum),
            &size,
            &format!("log-softmax, {name}"),
        );
    }
}

fn check_parts<T: Real>(found: Parts, truth: &Precise, size: &Precise, name: &str) {
    check::<T>(found.size, size, &format!("size through {name}"));
    let beside = precise(found.size.to_double_double());
    check_beside::<T>(found.sum, truth, &beside, &format!("through {name}"));
}
