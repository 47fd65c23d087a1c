//! Vectors: one trait, one file for each set of instructions.

mod element;
mod pair;
pub mod portable;
pub mod scalar;
mod span;
mod vector;
#[cfg(target_feature = "sse2")]
mod x86;

#[cfg(target_feature = "sse2")]
pub mod avx2;
#[cfg(target_feature = "sse2")]
pub mod avx512;

pub use element::Element;
pub use pair::Pair;
pub use span::{InOut, Span};
pub use vector::{Count, Stripe, Vector};
