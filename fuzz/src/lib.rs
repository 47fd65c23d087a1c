//! What the fuzz targets share: how bytes become a case, what the results should be, and how
//! they are checked.
//!
//! A target does no more than hand its bytes to its function in [`check`].

mod binary;
// The table that the tests of the crate read.
#[allow(dead_code, reason = "the tests print it, too")]
#[path = "../../tests/support/bounds.rs"]
mod bounds;
mod buffer;
pub mod check;
mod factored;
mod float;
mod information;
mod logit_options;
mod real;
pub mod recipe;
mod reference;
mod targets;
mod vjp;

pub use float::Float;
