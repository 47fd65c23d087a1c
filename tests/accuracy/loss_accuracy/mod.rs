//! The accuracy of losses with options and of soft targets.

mod huge;
mod rows;
mod tiny;
mod z_loss;

use crate::support::{LossOptions, Real};

fn power_of_two<T: Real>(exponent: i32) -> T {
    T::from_f64(libm::exp2(exponent.into()))
}

fn plain<T: Real>() -> LossOptions<'static, T> {
    LossOptions {
        weights: None,
        smoothing: T::from_f64(0.0),
        z_loss: T::from_f64(0.0),
    }
}
