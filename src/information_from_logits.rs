//! Entropy and divergence of the softmax of logits, of a row and of rows.

use crate::information::{of_pair, of_rows};
use crate::{Error, Float, Level, Rows};

/// The entropy of softmax(x), in nats.
///
/// With M the largest logit and Z = Σ e^x it is ln(Z/e^M) + Σ e^x (M − x)/Z: neither part is
/// negative, so that a confident row's tiny entropy keeps its digits, which its softmax has lost. No
/// exponential overflows or vanishes wrongly.
///
/// # Accuracy
/// At most 5 ULP, at every level and length.
///
/// # Edge cases
/// 0 for an empty slice; a logit of −∞ is a probability of 0; NaN if all logits are −∞, or any is NaN
/// or +∞, as for [`softmax_in_place`](crate::softmax_in_place).
///
/// # Source
/// As for [`log_sum_exp`](crate::log_sum_exp).
///
/// # Example
/// ```
/// let h = logits::entropy_from_logits(&[7.0_f64; 4]);
/// assert_eq!(h, 2.0 * core::f64::consts::LN_2);
/// // e⁻⁵⁰·(1 + 50): the entropy of the softmax, 1 and e⁻⁵⁰, would lack the 1.
/// let h = logits::entropy_from_logits(&[50.0_f64, 0.0]);
/// assert!((h / ((-50.0_f64).exp() * 51.0) - 1.0).abs() < 1e-15);
/// ```
#[inline]
pub fn entropy_from_logits<T: Float>(x: &[T]) -> T {
    Level::best().entropy_from_logits(x)
}

/// [`entropy_from_logits`] of each row into `out`, one value a row, the same to the bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// As for [`entropy_rows`](crate::entropy_rows).
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [1.0_f32; 2];
/// let x = [5.0, 5.0, f32::NEG_INFINITY, 3.0];
/// logits::entropy_from_logits_rows(Rows::new(&x, 2)?, &mut out)?;
/// assert_eq!(out, [core::f32::consts::LN_2, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn entropy_from_logits_rows<T: Float>(x: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
    Level::best().entropy_from_logits_rows(x, out)
}

/// The Kullback–Leibler divergence D(p‖q) of p = softmax(x) and q = softmax(y), in nats.
///
/// As Σ p (e^t − 1 − t), t = ln(q/p): no term is negative, and t comes from differences of logits,
/// not from rounded probabilities. Reads both rows twice.
///
/// # Accuracy
/// At most 7 ULP of max(result, ε²), ε = 2⁻²³ (`f32`) or 2⁻⁵² (`f64`), at every level and length:
/// below ε², all of p and q agree to the last digit or two.
///
/// # Edge cases
/// 0 for empty slices; a logit of −∞ is a probability of 0, so that the term of one in `x` is 0, and
/// the result +∞ where one in `y` alone is −∞; a logit of `x` more than 124 (`f32`) or 768
/// (`f64`) below the largest counts as one of −∞ otherwise; results of 2^70/n (`f32`) or 2^920/n
/// (`f64`) and above, n the number of elements, may be +∞; NaN if either row has no softmax, as in
/// [`entropy_from_logits`].
///
/// # Errors
/// [`Error::LengthMismatch`] if `x` and `y` differ in length.
///
/// # Source
/// As for [`kl_divergence`](crate::kl_divergence) and [`log_sum_exp`](crate::log_sum_exp).
///
/// # Example
/// ```
/// let x = [2.0_f64, 1.0, 0.0];
/// // A shift of all logits changes no probability.
/// assert!(logits::kl_divergence_from_logits(&x, &[12.0, 11.0, 10.0])? < 1e-31);
/// let d = logits::kl_divergence_from_logits(&x, &[1.0, 1.0, 1.0])?;
/// assert!((d - (3.0_f64.ln() - logits::entropy_from_logits(&x))).abs() < 1e-15);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn kl_divergence_from_logits<T: Float>(x: &[T], y: &[T]) -> Result<T, Error> {
    Level::best().kl_divergence_from_logits(x, y)
}

/// [`kl_divergence_from_logits`] of each row of `x` and that of `y` into `out`, one value a row, the
/// same to the bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// As for [`cross_entropy_rows`](crate::cross_entropy_rows).
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [1.0_f32];
/// let x = Rows::new(&[0.5, -2.0], 2)?;
/// logits::kl_divergence_from_logits_rows(x, x, &mut out)?;
/// assert_eq!(out, [0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn kl_divergence_from_logits_rows<T: Float>(
    x: Rows<'_, T>,
    y: Rows<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    Level::best().kl_divergence_from_logits_rows(x, y, out)
}

impl Level {
    /// [`entropy_from_logits`](crate::entropy_from_logits) at this level.
    ///
    /// # Example
    /// ```
    /// let h = logits::Level::SCALAR.entropy_from_logits(&[-3.0_f32, -3.0]);
    /// assert_eq!(h, core::f32::consts::LN_2);
    /// ```
    #[inline]
    pub fn entropy_from_logits<T: Float>(self, x: &[T]) -> T {
        let mut out = [T::ZERO];
        T::entropy_from_logits(self, Rows::single(x), &mut out);
        out[0]
    }

    /// [`entropy_from_logits_rows`](crate::entropy_from_logits_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [0.0_f64; 2];
    /// Level::SCALAR.entropy_from_logits_rows(Rows::new(&[1.0, 1.0, 2.0, 2.0], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2; 2]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn entropy_from_logits_rows<T: Float>(
        self,
        x: Rows<'_, T>,
        out: &mut [T],
    ) -> Result<(), Error> {
        Error::check_lengths(x.len(), out.len())?;
        T::entropy_from_logits(self, x, out);
        Ok(())
    }

    /// [`kl_divergence_from_logits`](crate::kl_divergence_from_logits) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let d = logits::Level::SCALAR.kl_divergence_from_logits(&[1.0_f32, 2.0], &[1.0, 2.0])?;
    /// assert_eq!(d, 0.0);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn kl_divergence_from_logits<T: Float>(self, x: &[T], y: &[T]) -> Result<T, Error> {
        of_pair(self, x, y, T::kl_divergence_from_logits)
    }

    /// [`kl_divergence_from_logits_rows`](crate::kl_divergence_from_logits_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [0.0_f64];
    /// let (x, y) = ([0.0, f64::NEG_INFINITY], [0.0, 0.0]);
    /// let (x, y) = (Rows::new(&x, 2)?, Rows::new(&y, 2)?);
    /// Level::SCALAR.kl_divergence_from_logits_rows(x, y, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn kl_divergence_from_logits_rows<T: Float>(
        self,
        x: Rows<'_, T>,
        y: Rows<'_, T>,
        out: &mut [T],
    ) -> Result<(), Error> {
        of_rows(self, x, y, out, T::kl_divergence_from_logits)
    }
}
