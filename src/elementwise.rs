//! Elementary functions of slices.

use crate::simd::InOut;
use crate::{Error, Float, Level};

/// e^x of every element, in place.
///
/// # Accuracy
/// At most 0.87 ULP (`f32`) and 0.80 ULP (`f64`), at every level. Results that overflow are +∞;
/// results that underflow are subnormal, correctly scaled, then 0. e^−∞ = 0, e^∞ = ∞, and NaN
/// stays NaN.
///
/// # Source
/// W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980, ch. 6, for the
/// reduction; minimax polynomials derived for this crate.
///
/// # Example
/// ```
/// let mut x = [0.0_f32, 1.0, 100.0, -100.0, f32::NEG_INFINITY];
/// logits::exp_in_place(&mut x);
/// assert_eq!(x, [1.0, core::f32::consts::E, f32::INFINITY, 3.783506e-44, 0.0]);
/// ```
#[inline]
pub fn exp_in_place<T: Float>(x: &mut [T]) {
    Level::best().exp_in_place(x);
}

/// e^x of every element of `x`, into `out`. Values as in [`exp_in_place`].
///
/// # Errors
/// [`Error::LengthMismatch`] if `x` and `out` differ in length; `out` is untouched.
///
/// # Example
/// ```
/// let mut out = [0.0_f64; 2];
/// logits::exp_into(&[0.0, -745.0], &mut out)?;
/// assert_eq!(out, [1.0, 5e-324]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn exp_into<T: Float>(x: &[T], out: &mut [T]) -> Result<(), Error> {
    Level::best().exp_into(x, out)
}

impl Level {
    /// [`exp_in_place`](crate::exp_in_place) at this level.
    #[inline]
    pub fn exp_in_place<T: Float>(self, x: &mut [T]) {
        T::exp(self, InOut::in_place(x));
    }

    /// [`exp_into`](crate::exp_into) at this level.
    ///
    /// # Errors
    /// As there.
    #[inline]
    pub fn exp_into<T: Float>(self, x: &[T], out: &mut [T]) -> Result<(), Error> {
        T::exp(self, InOut::beside(x, out)?);
        Ok(())
    }
}
