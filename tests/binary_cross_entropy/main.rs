//! Binary cross-entropy: its accuracy, its edges, its errors, and the laws that it obeys.

mod accuracy;
mod edges;
mod factors;
mod laws;
#[path = "../support/mod.rs"]
mod support;

use logits::{BinaryCrossEntropy, LossSum, Rows, RowsMut};
use support::{Extended, Function, Random, Real};

/// The loss and its gradient, of rows of so many columns; `logits` or probabilities.
fn run<T: Real>(
    loss: BinaryCrossEntropy<'_, T>,
    logits: bool,
    (x, y): (&[T], &[T]),
    columns: usize,
    scale: T,
) -> (LossSum<T>, Vec<T>) {
    let mut gradient = x.to_vec();
    let (x, y) = (
        Rows::new(x, columns).unwrap(),
        Rows::new(y, columns).unwrap(),
    );
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let (alone, sum) = if logits {
        (
            loss.loss_from_logits(x, y),
            loss.loss_and_gradient_in_place(written, y, scale),
        )
    } else {
        (
            loss.loss_from_probabilities(x, y),
            loss.loss_and_gradient_from_probabilities_in_place(written, y, scale),
        )
    };
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(alone.loss().pattern(), sum.loss().pattern());
    assert_eq!((alone.rows(), alone.correct()), (sum.rows(), sum.correct()));
    (sum, gradient)
}

fn exact<T: Real>(x: T) -> Extended {
    x.to_f64().into()
}

/// −ln p and −ln(1 − p).
fn surprises<T: Real>(x: T, logits: bool) -> [Extended; 2] {
    if logits {
        [(-x).truth(Function::Softplus), x.truth(Function::Softplus)]
    } else {
        [-x.truth(Function::Ln), -(-x).truth(Function::Ln1p)]
    }
}

/// How fast −ln p falls with the input, and −ln(1 − p) rises.
fn slopes<T: Real>(x: T, logits: bool) -> [Extended; 2] {
    if logits {
        [(-x).truth(Function::Sigmoid), x.truth(Function::Sigmoid)]
    } else {
        let p = exact(x).normalized();
        [Extended::ONE / p, Extended::ONE / (Extended::ONE - p)]
    }
}

/// Σ of products, leaving out factors of 0.
fn weighed(factors: [Extended; 2], values: [Extended; 2]) -> Extended {
    let mut sum = Extended::ZERO;
    for (factor, value) in factors.into_iter().zip(values) {
        if !factor.is_zero() {
            sum = sum + factor * value;
        }
    }
    sum
}

fn inputs<T: Real>(random: &mut Random, logits: bool) -> T {
    let x = match random.below(4) {
        0 => random.uniform(-1.0, 1.0) * T::UNDERFLOW,
        1 => random.uniform(-30.0, 30.0),
        2 => random.normal(),
        _ => random.normal() * libm::exp2(random.uniform(-60.0, 0.0)),
    };
    if logits {
        return T::from_f64(x);
    }
    let p = 1.0 / (1.0 + (-x).exp());
    below_one(T::from_f64(p.max(1e-37)))
}

/// `p`, but not 1: certainty has a test of its own.
fn below_one<T: Real>(p: T) -> T {
    if p.to_f64() < 1.0 { p } else { p.down() }
}
