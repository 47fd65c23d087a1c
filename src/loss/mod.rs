//! Losses, and what they add up to.

mod cross_entropy;
mod label;
mod loss_sum;
mod options;

pub use cross_entropy::CrossEntropy;
pub use label::{Label, Labels};
pub use loss_sum::LossSum;
pub use options::{Options, Target, Targets};
