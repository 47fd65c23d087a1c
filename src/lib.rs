#![no_std]
#![deny(missing_docs, unsafe_op_in_unsafe_fn)]
//! docs

mod dispatch;
mod elementwise;
mod error;
mod float;
mod kernel;
mod level;
mod log_sum_exp;
mod loss;
mod math;
mod rows;
mod simd;
mod softmax;

pub use elementwise::{exp_in_place, exp_into};
pub use error::Error;
pub use float::Float;
pub use level::Level;
pub use log_sum_exp::{log_sum_exp, log_sum_exp_rows};
pub use loss::{CrossEntropy, Label, LossSum};
pub use rows::{Rows, RowsMut};
pub use softmax::{
    log_softmax_in_place, log_softmax_into, log_softmax_rows_in_place, softmax_in_place,
    softmax_into, softmax_rows_in_place,
};
