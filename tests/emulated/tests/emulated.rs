//! The tests that run emulated in a time that is worth it: in one binary, which takes one build of what
//! they share.

#[path = "../../contract/batches.rs"]
mod batches;
#[path = "../../accuracy/binary_cross_entropy/mod.rs"]
mod binary_cross_entropy;
#[path = "../../accuracy/cross_entropy_probabilities.rs"]
mod cross_entropy_probabilities;
#[path = "../../contract/edge_cases/mod.rs"]
mod edge_cases;
#[path = "../../contract/errors.rs"]
mod errors;
#[path = "../../laws/information_laws/mod.rs"]
mod information_laws;
#[path = "../../contract/loss_edge_cases/mod.rs"]
mod loss_edge_cases;
#[path = "../../laws/loss_properties.rs"]
mod loss_properties;
#[path = "../../miri.rs"]
mod miri;
#[path = "../../contract/naive.rs"]
mod naive;
#[path = "../../laws/properties.rs"]
mod properties;
#[path = "../../contract/pytorch.rs"]
mod pytorch;
#[path = "../../accuracy/softmax_options/mod.rs"]
mod softmax_options;
#[path = "../../accuracy/softmax_vjp.rs"]
mod softmax_vjp;
#[path = "../../accuracy/streaming/mod.rs"]
mod streaming;
#[path = "../../support/mod.rs"]
mod support;
#[path = "../../contract/untouched.rs"]
mod untouched;
