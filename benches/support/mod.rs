//! What all benchmarks share: the batches, the functions with their naive and textbook forms, and
//! the reference that every result is checked against before it is timed.

// Each benchmark uses a part.
#![allow(dead_code)]

pub mod batch;
pub mod contender;
pub mod function;
pub mod input;
pub mod plain;
pub mod real;

pub use batch::Batch;
pub use contender::Contender;
pub use function::Function;
pub use real::Real;
