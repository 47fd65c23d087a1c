//! The same at a level.

use super::{of_pair, of_rows};
use crate::{Error, Float, Level, Rows};

impl Level {
    /// [`entropy`](crate::entropy) at this level.
    ///
    /// # Example
    /// ```
    /// let h = logits::Level::SCALAR.entropy(&[0.5_f32, 0.5]);
    /// assert_eq!(h, core::f32::consts::LN_2);
    /// ```
    #[inline]
    pub fn entropy<T: Float>(self, p: &[T]) -> T {
        let mut out = [T::ZERO];
        T::cross_entropy_of_probabilities(self, Rows::single(p), Rows::single(p), &mut out);
        out[0]
    }

    /// [`entropy_rows`](crate::entropy_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [1.0_f64; 2];
    /// Level::SCALAR.entropy_rows(Rows::new(&[0.5, 0.5, 0.0, 1.0], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn entropy_rows<T: Float>(self, p: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
        Error::check_lengths(p.len(), out.len())?;
        T::cross_entropy_of_probabilities(self, p, p, out);
        Ok(())
    }

    /// [`cross_entropy`](crate::cross_entropy) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let h = logits::Level::SCALAR.cross_entropy(&[0.25_f32, 0.75], &[0.5, 0.5])?;
    /// assert_eq!(h, core::f32::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn cross_entropy<T: Float>(self, p: &[T], q: &[T]) -> Result<T, Error> {
        of_pair(self, p, q, T::cross_entropy_of_probabilities)
    }

    /// [`cross_entropy_rows`](crate::cross_entropy_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [0.0_f64; 2];
    /// let p = Rows::new(&[0.25, 0.75, 1.0, 0.0], 2)?;
    /// Level::SCALAR.cross_entropy_rows(p, Rows::new(&[0.5; 4], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2; 2]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn cross_entropy_rows<T: Float>(
        self,
        p: Rows<'_, T>,
        q: Rows<'_, T>,
        out: &mut [T],
    ) -> Result<(), Error> {
        of_rows(self, p, q, out, T::cross_entropy_of_probabilities)
    }

    /// [`kl_divergence`](crate::kl_divergence) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let d = logits::Level::SCALAR.kl_divergence(&[0.25_f32, 0.75], &[0.25, 0.75])?;
    /// assert_eq!(d, 0.0);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn kl_divergence<T: Float>(self, p: &[T], q: &[T]) -> Result<T, Error> {
        of_pair(self, p, q, T::kl_divergence)
    }

    /// [`kl_divergence_rows`](crate::kl_divergence_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [1.0_f64; 2];
    /// let p = Rows::new(&[0.0, 1.0, 0.5, 0.5], 2)?;
    /// Level::SCALAR.kl_divergence_rows(p, Rows::new(&[0.5; 4], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f64::consts::LN_2, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn kl_divergence_rows<T: Float>(
        self,
        p: Rows<'_, T>,
        q: Rows<'_, T>,
        out: &mut [T],
    ) -> Result<(), Error> {
        of_rows(self, p, q, out, T::kl_divergence)
    }

    /// [`js_divergence`](crate::js_divergence) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let d = logits::Level::SCALAR.js_divergence(&[0.0_f64, 1.0], &[1.0, 0.0])?;
    /// assert_eq!(d, core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn js_divergence<T: Float>(self, p: &[T], q: &[T]) -> Result<T, Error> {
        of_pair(self, p, q, T::js_divergence)
    }

    /// [`js_divergence_rows`](crate::js_divergence_rows) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows};
    ///
    /// let mut out = [1.0_f32; 2];
    /// let p = Rows::new(&[0.0, 1.0, 0.5, 0.5], 2)?;
    /// Level::SCALAR.js_divergence_rows(p, Rows::new(&[1.0, 0.0, 0.5, 0.5], 2)?, &mut out)?;
    /// assert_eq!(out, [core::f32::consts::LN_2, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn js_divergence_rows<T: Float>(
        self,
        p: Rows<'_, T>,
        q: Rows<'_, T>,
        out: &mut [T],
    ) -> Result<(), Error> {
        of_rows(self, p, q, out, T::js_divergence)
    }
}
