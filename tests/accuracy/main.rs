//! Results against references of higher precision, and these against arbitrary precision. Functions
//! that have a directory or a file of their own have their edges and laws in it, too.

mod adversarial;
mod binary_cross_entropy;
mod cross_entropy_probabilities;
mod elementwise;
mod elementwise_sample;
mod information;
mod loss_accuracy;
mod readme;
mod reference;
mod rows;
mod softmax_options;
mod softmax_vjp;
mod streaming;
#[path = "../support/mod.rs"]
mod support;
