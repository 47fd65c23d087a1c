#![no_std]
#![deny(missing_docs, unsafe_code, unsafe_op_in_unsafe_fn)]
#![deny(clippy::undocumented_unsafe_blocks)]
//! Vectorized exp, log-sum-exp, softmax and cross-entropy over slices of `f32` and `f64`: accurate to
//! a stated number of ULP, the same bits at every vector width, without `std`, allocation or panics.
//!
//! ```
//! use logits::{CrossEntropy, RowsMut};
//!
//! // Two rows of three logits, and the class that each should have.
//! let mut logits = [2.0_f32, 1.0, -1.0, 0.5, 0.5, 300.0];
//! let labels = [0_u8, 2];
//!
//! let rows = RowsMut::new(&mut logits, 3)?;
//! let sum = CrossEntropy::new().loss_and_gradient_in_place(rows, &labels, 0.5)?;
//!
//! assert_eq!(sum.correct(), 2);
//! assert!(sum.mean() < Some(0.2));
//! assert!(logits[0] < 0.0 && logits[1] > 0.0); // now the gradient of the mean loss
//! # Ok::<(), logits::Error>(())
//! ```
//!
//! # Functions
//!
//! - [`exp_in_place`], [`exp_into`]; [`exp_m1_in_place`], [`exp_m1_into`]
//! - [`ln_in_place`], [`ln_into`]; [`ln_1p_in_place`], [`ln_1p_into`]
//! - [`sigmoid_in_place`], [`sigmoid_into`]; [`log_sigmoid_in_place`], [`log_sigmoid_into`];
//!   [`softplus_in_place`], [`softplus_into`]; [`logit_in_place`], [`logit_into`]
//! - [`log_sum_exp`], [`log_sum_exp_rows`]
//! - [`LogSumExp`]: a row that arrives in chunks or lies on several shards; states merge, and yield
//!   each chunk's share of softmax, loss and gradient
//! - [`softmax_in_place`], [`softmax_into`], [`softmax_rows_in_place`]
//! - [`log_softmax_in_place`], [`log_softmax_into`], [`log_softmax_rows_in_place`]
//! - [`Softmax`]: softmax, log-softmax and log-sum-exp with a temperature, a scale, a mask, a bias, a
//!   softcap, an attention sink
//! - [`boltzmann_in_place`], [`free_energy`]
//! - [`softmax_vjp_in_place`], [`log_softmax_vjp_in_place`], and of rows: gradients through a softmax
//! - [`entropy`], [`cross_entropy`], [`kl_divergence`], [`js_divergence`] of probabilities, and
//!   [`entropy_from_logits`], [`kl_divergence_from_logits`]; each also of rows, such as
//!   [`entropy_rows`]
//! - [`CrossEntropy`] from logits, for labels or soft targets: the loss, and the loss with its
//!   gradient; class weights, label smoothing, ignored labels, z-loss; from probabilities, too
//! - [`BinaryCrossEntropy`] from logits or probabilities: the loss, and the loss with its gradient;
//!   weights of elements and of positive targets
//!
//! Batches are [`Rows`] and [`RowsMut`]: one slice and a number of columns. Everything is checked
//! before the first write; on an [`Error`] the output is untouched.
//!
//! # Levels
//!
//! Every function runs at the best [`Level`] that the CPU has, found at run time without `std`. A
//! level can be chosen instead. Levels that fuse products with sums (AVX2, AVX-512, NEON) form one
//! family, the others (SSE2, `simd128`, scalar) another: [`Level::is_fused`].
//!
//! Within a family, every function gives the same bits for the same input and options: whatever
//! the level and the architecture, the alignment, wherever a row stands in a batch, in place or not,
//! however the crate is compiled. Across families, errors, counts of rows and the results stated as
//! edge cases are the same; other results may differ by rounding, in either family within the stated
//! accuracy.
//!
//! Not promised are the sign and payload of a NaN; that the best level is of the same family on every
//! machine, for which choose a level, such as [`Level::SCALAR`], unfused everywhere; the same bits
//! for numbers in another order, or for the same in other chunks or merged in another order
//! ([`LogSumExp`], [`LossSum`]), or for a state that was in the other family meanwhile; the same bits
//! in another version, though the changelog lists every change; anything in another rounding mode,
//! with subnormal numbers flushed to zero, or on x86 without SSE2.

mod boltzmann;
#[allow(unsafe_code, reason = "a level proves its entry's features")]
mod dispatch;
mod elementwise;
mod error;
mod float;
mod information;
mod information_from_logits;
mod kernel;
mod level;
mod log_sum_exp;
mod logit_options;
mod loss;
mod math;
mod rows;
#[allow(
    unsafe_code,
    reason = "intrinsics, slices that may be one, unfilled arrays"
)]
mod simd;
mod softmax;
mod softmax_builder;
mod softmax_vjp;
mod streaming;

pub use boltzmann::{boltzmann_in_place, free_energy};
pub use elementwise::{
    exp_in_place, exp_into, exp_m1_in_place, exp_m1_into, ln_1p_in_place, ln_1p_into, ln_in_place,
    ln_into, log_sigmoid_in_place, log_sigmoid_into, logit_in_place, logit_into, sigmoid_in_place,
    sigmoid_into, softplus_in_place, softplus_into,
};
pub use error::Error;
pub use float::Float;
pub use information::{
    cross_entropy, cross_entropy_rows, entropy, entropy_rows, js_divergence, js_divergence_rows,
    kl_divergence, kl_divergence_rows,
};
pub use information_from_logits::{
    entropy_from_logits, entropy_from_logits_rows, kl_divergence_from_logits,
    kl_divergence_from_logits_rows,
};
pub use level::Level;
pub use log_sum_exp::{log_sum_exp, log_sum_exp_rows};
pub use loss::{BinaryCrossEntropy, CrossEntropy, Label, LossSum};
pub use rows::{Rows, RowsMut};
pub use softmax::{
    log_softmax_in_place, log_softmax_into, log_softmax_rows_in_place, softmax_in_place,
    softmax_into, softmax_rows_in_place,
};
pub use softmax_builder::Softmax;
pub use softmax_vjp::{
    log_softmax_vjp_in_place, log_softmax_vjp_rows_in_place, softmax_vjp_in_place,
    softmax_vjp_rows_in_place,
};
pub use streaming::LogSumExp;

/// The README's example, tested.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
