//! A sample of what the accuracy tool (`cargo run --release --example accuracy`) measures of every
//! `f32`: the elementwise functions of one part in a thousand of them, and of some 10⁵ random `f64`, at
//! every level.

use logits::Level;

use crate::support::elementwise_inputs::{self, parts_of_f32, random};
use crate::support::{Elementwise, Real, Sweep, bound, over_parts};

/// Of so many `f32` one is taken.
const STRIDE: u64 = 1021;

#[test]
fn one_f32_in_a_thousand() {
    check(parts_of_f32(STRIDE), |_, part| {
        elementwise_inputs::f32(STRIDE, part)
    });
}

#[test]
fn random_f64() {
    check(4, random::<f64>);
}

/// Holds every function to its bound over the inputs of so many parts.
fn check<T: Real>(parts: u64, inputs: impl Fn(&Elementwise<T>, u64) -> Vec<T> + Sync) {
    let levels: Vec<_> = Level::available().collect();
    for function in Elementwise::<T>::all() {
        let sweep = |part| Sweep::of(&function, &levels, &inputs(&function, part));
        let sweep = over_parts(parts, sweep, Sweep::merge).expect("there are parts");
        let bound = bound(function.function, T::NAME);
        assert!(
            sweep.error() <= bound,
            "{} is above its bound of {bound}: {sweep:?}",
            function.function
        );
    }
}
