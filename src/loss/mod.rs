//! Losses, and what they add up to.

mod binary;
mod binary_cross_entropy;
mod cross_entropy;
mod label;
mod loss_sum;
mod options;

pub use binary::{Binary, PositiveWeight, Space};
pub use binary_cross_entropy::BinaryCrossEntropy;
pub use cross_entropy::CrossEntropy;
pub use label::{Label, Labels};
pub use loss_sum::LossSum;
pub use options::{Options, Target, Targets};
