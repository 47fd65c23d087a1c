//! The element types.

use crate::dispatch::Kernels;
use crate::simd::Element;

/// `f32` or `f64`. Sealed: no other type can implement it.
pub trait Float: Element + Kernels<Self> + Default {}

impl Float for f32 {}
impl Float for f64 {}
