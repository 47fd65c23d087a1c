//! What the documentation promises beside accuracy: results at the edges, errors, rows of a batch, the
//! results of other implementations. All of it is quick.

mod batches;
mod edge_cases;
mod errors;
mod generic_callers;
mod loss_edge_cases;
mod naive;
mod pytorch;
#[path = "../support/mod.rs"]
mod support;
mod untouched;
