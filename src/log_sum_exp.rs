//! Log-sum-exp of a row and of rows.

use crate::{Error, Float, Level, Rows};

/// ln Σ e^x of one row, in nats.
///
/// Reads `x` once; again from the start where a block of 4 KiB has only −∞, or an element beyond
/// ±16 384 (`f32`) or ±2^30 (`f64`), at unfused levels beyond −220…350 or −640…1408. No exponential
/// overflows or vanishes wrongly, however large the elements.
///
/// # Accuracy
/// At most 1.2 units in the last place of max(|result|, 1), at every level and length: where the sum
/// is near 1 its logarithm is near 0, and no finite precision keeps its relative error. That is the
/// error of a single exponential and half a unit; below 0.7 but for rows whose exponentials are all
/// rounded the same way.
///
/// # Edge cases
/// −∞ for an empty slice and for one of all −∞; NaN if any element is NaN; else +∞ if any
/// element is +∞.
///
/// # Source
/// P. Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and softmax
/// functions, IMA J. Numer. Anal. 41 (2021); scaled by powers of two instead of the maximum.
///
/// # Example
/// ```
/// // The naive form overflows: e^1000 is infinite.
/// let lse = logits::log_sum_exp(&[1000.0_f64, 1000.0]);
/// assert_eq!(lse, 1000.0 + core::f64::consts::LN_2);
/// ```
#[inline]
pub fn log_sum_exp<T: Float>(x: &[T]) -> T {
    Level::best().log_sum_exp(x)
}

/// ln Σ e^x of each row into `out`, one value a row, in nats.
///
/// Accuracy, edge cases and source are those of [`log_sum_exp`], row by row; the results are the same
/// to the bit.
///
/// # Errors
/// [`Error::LengthMismatch`] if `out` has not one place a row; `out` is untouched.
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [0.0_f32; 2];
/// logits::log_sum_exp_rows(Rows::new(&[0.0, 0.0, 3.0, f32::NEG_INFINITY], 2)?, &mut out)?;
/// assert_eq!(out, [core::f32::consts::LN_2, 3.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn log_sum_exp_rows<T: Float>(rows: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
    Level::best().log_sum_exp_rows(rows, out)
}

impl Level {
    /// [`log_sum_exp`](crate::log_sum_exp) at this level.
    ///
    /// # Example
    /// ```
    /// let lse = logits::Level::SCALAR.log_sum_exp(&[-1000.0_f32, -1000.0]);
    /// assert_eq!(lse, -1000.0 + core::f32::consts::LN_2);
    /// ```
    #[inline]
    pub fn log_sum_exp<T: Float>(self, x: &[T]) -> T {
        let mut out = [T::NEG_INFINITY];
        T::log_sum_exp(self, Rows::single(x), &mut out);
        out[0]
    }

    /// [`log_sum_exp_rows`](crate::log_sum_exp_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [0.0_f64; 2];
    /// Level::SCALAR.log_sum_exp_rows(Rows::new(&[0.0, 0.0, 1.0, 1.0], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2, 1.0 + core::f64::consts::LN_2]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn log_sum_exp_rows<T: Float>(self, rows: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
        Error::check_lengths(rows.len(), out.len())?;
        T::log_sum_exp(self, rows, out);
        Ok(())
    }
}
