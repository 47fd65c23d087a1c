//! The element types.

use crate::dispatch::Kernels;
use crate::simd::Element;

/// `f32` or `f64`. Sealed: no other type can implement it.
///
/// Of what it requires, only the traits of `core` are meant for use: `Copy`, `Debug`, `Default`,
/// `PartialOrd`, the four operators, `Neg`, `Send`, `Sync` and `'static`.
pub trait Float: Element + Kernels<Self> {}

impl Float for f32 {}
impl Float for f64 {}
