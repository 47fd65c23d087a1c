//! What the tests share: the bounds, the error metric, references in higher precision, inputs.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "every test crate uses its own part"
)]

pub mod binary_errors;
mod binary_reference;
mod bounds;
mod climb;
mod double_double;
mod elementwise;
pub mod elementwise_inputs;
mod extended;
mod hard_cases;
pub mod information;
pub mod information_errors;
mod inputs;
pub mod loss_errors;
mod loss_reference;
mod normal;
pub mod options_errors;
mod parallel;
pub mod probability_loss;
mod random;
mod real;
pub mod reduction_errors;
mod reference;
mod report;
pub mod row_errors;
mod rows;
pub mod streaming_errors;
mod sweep;
mod transformed;
mod truth;
mod ulp;
pub mod vjp_errors;
pub mod vjp_reference;

pub use binary_reference::BinaryRow;
pub use bounds::{BOUNDS, Bound, Function, bound};
pub use climb::climb;
pub use double_double::DoubleDouble;
pub use elementwise::Elementwise;
pub use extended::Extended;
pub use hard_cases::{HardCase, HardCases};
pub use inputs::{Distribution, adversarial, distributions};
pub use loss_reference::{LossOptions, LossReference, Wanted};
pub use parallel::over_parts;
pub use random::Random;
pub use real::Real;
pub use reference::Reference;
pub use report::Report;
pub use rows::{bits, epsilon, levels_and, numbers};
pub use sweep::{Sweep, Worst};
pub use transformed::{SoftmaxOptions, Transformed};
pub use ulp::{Parts, ulp_error, ulp_error_above_one, ulp_error_beside};

/// Declares each generic test for `f32` and for `f64`.
macro_rules! for_both_types {
    ($($test:ident),* $(,)?) => {
        mod f32 {
            $(#[test] fn $test() { super::$test::<f32>(); })*
        }
        mod f64 {
            $(#[test] fn $test() { super::$test::<f64>(); })*
        }
    };
}
pub(crate) use for_both_types;
