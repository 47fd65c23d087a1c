//! What the tests share: the bounds, the error metric, references in higher precision, inputs.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "every test crate uses its own part"
)]

mod bounds;
mod double_double;
mod elementwise;
mod extended;
mod hard_cases;
pub mod information;
mod inputs;
mod loss_reference;
mod random;
mod real;
mod reference;
mod report;
mod transformed;
mod truth;
mod ulp;

pub use bounds::{BOUNDS, Bound, Function, bound};
pub use double_double::DoubleDouble;
pub use elementwise::Elementwise;
pub use extended::Extended;
pub use hard_cases::HardCase;
pub use inputs::{Distribution, distributions};
pub use loss_reference::{LossOptions, LossReference, Wanted};
pub use random::Random;
pub use real::Real;
pub use reference::Reference;
pub use report::Report;
pub use transformed::{SoftmaxOptions, Transformed};
pub use truth::f64_function;
pub use ulp::{ulp_error, ulp_error_above_one, ulp_error_beside};

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
