//! Softmax and log-softmax of a row and of rows.

use crate::simd::InOut;
use crate::{Error, Float, Level, RowsMut};

/// e^x / Σ e^x of one row, in place; returns the log-sum-exp of `x`, in nats.
///
/// # Accuracy
/// Each result within 3 ULP at every level and length; results that underflow are subnormal, then
/// 0. The returned value is as accurate as that of [`log_sum_exp`](crate::log_sum_exp).
///
/// # Edge cases
/// | `x` | results | returned |
/// |---|---|---|
/// | empty | | −∞ |
/// | all −∞ | NaN | −∞ |
/// | some −∞ | 0 there | |
/// | any NaN | all NaN | NaN |
/// | any +∞, no NaN | all NaN | +∞ |
///
/// # Source
/// As for [`log_sum_exp`](crate::log_sum_exp); M. Dukhan and A. Ablavatski, The two-pass softmax
/// algorithm, arXiv 2001.04438 (2020), for shifting by a power of two, which rounds nothing.
///
/// # Example
/// ```
/// let mut x = [1000.0_f32, 1000.0, 0.0];
/// let log_sum_exp = logits::softmax_in_place(&mut x);
/// assert_eq!(x, [0.5, 0.5, 0.0]);
/// assert_eq!(log_sum_exp, 1000.6932);
/// ```
#[inline]
pub fn softmax_in_place<T: Float>(x: &mut [T]) -> T {
    Level::best().softmax_in_place(x)
}

/// e^x / Σ e^x of `x` into `out`, of the same length; returns the log-sum-exp of `x`, in nats.
///
/// Accuracy, edge cases and source are those of [`softmax_in_place`]; the results are the same to
/// the bit.
///
/// # Errors
/// [`Error::LengthMismatch`] if `x` and `out` differ in length; `out` is untouched.
///
/// # Example
/// ```
/// let mut out = [0.0_f64; 4];
/// logits::softmax_into(&[-3.0; 4], &mut out)?;
/// assert_eq!(out, [0.25; 4]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn softmax_into<T: Float>(x: &[T], out: &mut [T]) -> Result<T, Error> {
    Level::best().softmax_into(x, out)
}

/// e^x / Σ e^x of every row, in place.
///
/// Accuracy, edge cases and source are those of [`softmax_in_place`], row by row; the results are the
/// same to the bit.
///
/// # Example
/// ```
/// use logits::RowsMut;
///
/// let mut x = [7.0_f32, 7.0, 0.0, f32::NEG_INFINITY];
/// logits::softmax_rows_in_place(RowsMut::new(&mut x, 2)?);
/// assert_eq!(x, [0.5, 0.5, 1.0, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn softmax_rows_in_place<T: Float>(rows: RowsMut<'_, T>) {
    Level::best().softmax_rows_in_place(rows);
}

/// x − ln Σ e^x of one row, in place, in nats; returns the log-sum-exp of `x`.
///
/// Computed as (x − M) − ln(Σ e^x / e^M), M the largest element: the logarithm of a probability
/// near 1 keeps its digits, down to −1e−38 and below.
///
/// # Accuracy
/// Each result within 4 ULP at every level and length. The returned value is within 1.7 units in the
/// last place of max(|value|, 1): half a unit more than that of [`log_sum_exp`](crate::log_sum_exp),
/// as terms that are kept apart from the largest are rounded where two add up.
///
/// # Edge cases
/// As for [`softmax_in_place`], but −∞ where `x` is −∞ and not all of it.
///
/// # Source
/// As for [`softmax_in_place`].
///
/// # Example
/// ```
/// let mut x = [50.0_f64, 0.0];
/// logits::log_softmax_in_place(&mut x);
/// // The logarithm of softmax would be 0: the probability rounds to 1.
/// assert!((x[0] / -1.9287498479639178e-22 - 1.0).abs() < 1e-15);
/// assert_eq!(x[1], -50.0);
/// ```
#[inline]
pub fn log_softmax_in_place<T: Float>(x: &mut [T]) -> T {
    Level::best().log_softmax_in_place(x)
}

/// x − ln Σ e^x of `x` into `out`, of the same length, in nats; returns the log-sum-exp of `x`.
///
/// Accuracy, edge cases and source are those of [`log_softmax_in_place`]; the results are the same to
/// the bit.
///
/// # Errors
/// [`Error::LengthMismatch`] if `x` and `out` differ in length; `out` is untouched.
///
/// # Example
/// ```
/// let mut out = [0.0_f64; 2];
/// logits::log_softmax_into(&[1.0, 1.0], &mut out)?;
/// assert_eq!(out, [-core::f64::consts::LN_2; 2]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn log_softmax_into<T: Float>(x: &[T], out: &mut [T]) -> Result<T, Error> {
    Level::best().log_softmax_into(x, out)
}

/// x − ln Σ e^x of every row, in place, in nats.
///
/// Accuracy, edge cases and source are those of [`log_softmax_in_place`], row by row; the results are
/// the same to the bit.
///
/// # Example
/// ```
/// use logits::RowsMut;
///
/// let mut x = [7.0_f32, 7.0, 0.0, f32::NEG_INFINITY];
/// logits::log_softmax_rows_in_place(RowsMut::new(&mut x, 2)?);
/// assert_eq!(x[2..], [0.0, f32::NEG_INFINITY]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn log_softmax_rows_in_place<T: Float>(rows: RowsMut<'_, T>) {
    Level::best().log_softmax_rows_in_place(rows);
}

impl Level {
    /// [`softmax_in_place`](crate::softmax_in_place) at this level.
    ///
    /// # Example
    /// ```
    /// let mut x = [3.0_f64, 3.0];
    /// let log_sum_exp = logits::Level::SCALAR.softmax_in_place(&mut x);
    /// assert_eq!((x, log_sum_exp), ([0.5, 0.5], 3.0 + core::f64::consts::LN_2));
    /// ```
    #[inline]
    pub fn softmax_in_place<T: Float>(self, x: &mut [T]) -> T {
        T::softmax(self, InOut::in_place(x))
    }

    /// [`softmax_into`](crate::softmax_into) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let mut out = [0.0_f32; 3];
    /// logits::Level::SCALAR.softmax_into(&[5.0, f32::NEG_INFINITY, 5.0], &mut out)?;
    /// assert_eq!(out, [0.5, 0.0, 0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn softmax_into<T: Float>(self, x: &[T], out: &mut [T]) -> Result<T, Error> {
        Ok(T::softmax(self, InOut::beside(x, out)?))
    }

    /// [`softmax_rows_in_place`](crate::softmax_rows_in_place) at this level.
    ///
    /// # Example
    /// ```
    /// let mut x = [1.0_f32, 1.0, 2.0, 2.0];
    /// logits::Level::SCALAR.softmax_rows_in_place(logits::RowsMut::new(&mut x, 2)?);
    /// assert_eq!(x, [0.5; 4]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn softmax_rows_in_place<T: Float>(self, rows: RowsMut<'_, T>) {
        let columns = rows.columns();
        T::softmax_rows(self, InOut::in_place(rows.into_data()), columns);
    }

    /// [`log_softmax_in_place`](crate::log_softmax_in_place) at this level.
    ///
    /// # Example
    /// ```
    /// let mut x = [3.0_f64, 3.0];
    /// logits::Level::SCALAR.log_softmax_in_place(&mut x);
    /// assert_eq!(x, [-core::f64::consts::LN_2; 2]);
    /// ```
    #[inline]
    pub fn log_softmax_in_place<T: Float>(self, x: &mut [T]) -> T {
        T::log_softmax(self, InOut::in_place(x))
    }

    /// [`log_softmax_into`](crate::log_softmax_into) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let mut out = [0.0_f32; 2];
    /// logits::Level::SCALAR.log_softmax_into(&[5.0, f32::NEG_INFINITY], &mut out)?;
    /// assert_eq!(out, [0.0, f32::NEG_INFINITY]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn log_softmax_into<T: Float>(self, x: &[T], out: &mut [T]) -> Result<T, Error> {
        Ok(T::log_softmax(self, InOut::beside(x, out)?))
    }

    /// [`log_softmax_rows_in_place`](crate::log_softmax_rows_in_place) at this level.
    ///
    /// # Example
    /// ```
    /// let mut x = [1.0_f32, 1.0, 2.0, 2.0];
    /// logits::Level::SCALAR.log_softmax_rows_in_place(logits::RowsMut::new(&mut x, 2)?);
    /// assert_eq!(x, [-core::f32::consts::LN_2; 4]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn log_softmax_rows_in_place<T: Float>(self, rows: RowsMut<'_, T>) {
        let columns = rows.columns();
        T::log_softmax_rows(self, InOut::in_place(rows.into_data()), columns);
    }
}
