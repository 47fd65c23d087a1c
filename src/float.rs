//! The element types.

use crate::dispatch::Kernels;
use crate::simd::Element;

/// `f32` or `f64`. Sealed: no other type can implement it.
///
/// A caller that is generic over it sees `Copy`, `Debug`, `Default`, `PartialOrd`, the four operators,
/// `Neg`, `Send`, `Sync` and `'static`; the rest is private to the crate.
///
/// ```
/// fn surprise<T: logits::Float>(x: &[T], label: usize) -> T {
///     logits::log_sum_exp(x) - x[label]
/// }
///
/// assert_eq!(surprise(&[5.0_f32], 0), 0.0);
/// assert_eq!(surprise(&[1.0_f64, 1.0], 0), 1.0 + core::f64::consts::LN_2 - 1.0);
/// ```
#[allow(private_bounds, reason = "none of it is the caller's")]
pub trait Float: Element + Kernels<Self> {}

impl Float for f32 {}
impl Float for f64 {}
