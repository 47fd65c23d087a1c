//! Losses, and what they add up to.

mod cross_entropy;
mod label;
mod loss_sum;

pub use cross_entropy::CrossEntropy;
pub use label::{Label, Labels};
pub use loss_sum::LossSum;
