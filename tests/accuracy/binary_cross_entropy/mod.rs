//! Binary cross-entropy: its accuracy, its edges, its errors, and the laws that it obeys.

mod accuracy;
mod edges;
mod factors;
mod laws;

use crate::support::binary_errors::below_one;
use crate::support::{Random, Real};

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
