//! Gradients through softmax and log-softmax.

use crate::{Error, Float, Level, Rows, RowsMut};

/// The vector-Jacobian product of softmax, in place: from `y` = softmax(x) and the gradient `dy` of
/// something with respect to `y`, its gradient y·(dy − Σ y·dy) with respect to x.
///
/// `y` is taken as it is: whether it sums to 1 does not matter.
///
/// # Accuracy
/// At most 1.5 ULP of y·(|dy − Σ y·dy| + 2⁻⁸ Σ |y·dy|), at every level, for rows of up to 2¹³ elements
/// (`f32`), 2³⁰ (`f64`): of the result itself, unless dy − Σ y·dy is far below the terms of the sum,
/// which is taken in twice the precision. In longer rows the second part grows with the length.
/// Products y·dy that underflow are not counted in full.
///
/// # Edge cases
/// 0 where `y` is 0: so in a row that a mask removed whole. Where `y` has NaN, or `dy` has NaN or an
/// infinite element, all results are NaN. `dy` beyond ±2^110 (`f32`) or ±2^990 (`f64`) is out of range:
/// results may be NaN.
///
/// # Errors
/// [`Error::LengthMismatch`] if `y` and `dy` differ in length; `dy` is untouched.
///
/// # Source
/// T. Ogita, S. M. Rump and S. Oishi, Accurate sum and dot product, SIAM Journal on Scientific
/// Computing 26 (2005), for the sum.
///
/// # Example
/// ```
/// // The gradient of −ln y[0] is −1/y[0] at 0; with respect to the logits it is y − (1, 0).
/// let y = [0.25_f64, 0.75];
/// let mut gradient = [-4.0, 0.0];
/// logits::softmax_vjp_in_place(&y, &mut gradient)?;
/// assert_eq!(gradient, [-0.75, 0.75]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn softmax_vjp_in_place<T: Float>(y: &[T], dy: &mut [T]) -> Result<(), Error> {
    Level::best().softmax_vjp_in_place(y, dy)
}

/// [`softmax_vjp_in_place`] of every row, the same to the bit.
///
/// Formula, accuracy, edge cases and source are those given there.
///
/// # Errors
/// [`Error::LengthMismatch`] if `y` and `dy` differ in columns or rows; `dy` is untouched.
///
/// # Example
/// ```
/// use logits::{Rows, RowsMut};
///
/// let y = Rows::new(&[0.25_f32, 0.75, 0.5, 0.5], 2)?;
/// let mut gradient = [-4.0, 0.0, 1.0, 1.0];
/// logits::softmax_vjp_rows_in_place(y, RowsMut::new(&mut gradient, 2)?)?;
/// assert_eq!(gradient, [-0.75, 0.75, 0.0, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn softmax_vjp_rows_in_place<T: Float>(
    y: Rows<'_, T>,
    dy: RowsMut<'_, T>,
) -> Result<(), Error> {
    Level::best().softmax_vjp_rows_in_place(y, dy)
}

/// The vector-Jacobian product of log-softmax, in place: from `y` = log-softmax(x) and the gradient
/// `dy` of something with respect to `y`, its gradient dy − e^y·Σ dy with respect to x.
///
/// Where y is above −½, computed as (dy − Σ dy) − (e^y − 1)·Σ dy: the gradient of a confident
/// prediction, e^y − 1, keeps its digits.
///
/// # Accuracy
/// At most 2.5 ULP of |dy − Σ dy| + (1 − e^y)·|Σ dy| + σ where y is above −½, else of
/// |dy| + e^y·|Σ dy| + σ, at every level; σ = 2⁻⁸·e^y·Σ |dy| for rows of up to 2¹³ elements (`f32`), 2³⁰
/// (`f64`), and in longer rows grows with the length. A unit is at least the smallest positive number
/// times |Σ dy|: where e^y is subnormal, it is short of digits.
///
/// # Edge cases
/// `dy` itself where `y` is −∞; but 0 in a row of all −∞, which a mask removed whole. Where `dy` has
/// NaN or an infinite element, all results are NaN; where `y` has NaN, that result is. Where Σ |dy| is
/// beyond 2^110 (`f32`) or 2^990 (`f64`), results may be NaN.
///
/// # Errors
/// [`Error::LengthMismatch`] if `y` and `dy` differ in length; `dy` is untouched.
///
/// # Source
/// As for [`softmax_vjp_in_place`].
///
/// # Example
/// ```
/// // The gradient of the loss −y[0]. The first class has all but 1e−30 of the probability.
/// let y = [-1e-30_f64, -69.07755278982137];
/// let mut gradient = [-1.0, 0.0];
/// logits::log_softmax_vjp_in_place(&y, &mut gradient)?;
/// assert_eq!(gradient[0], -1e-30);
/// assert!((gradient[1] / 1e-30 - 1.0).abs() < 1e-14);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn log_softmax_vjp_in_place<T: Float>(y: &[T], dy: &mut [T]) -> Result<(), Error> {
    Level::best().log_softmax_vjp_in_place(y, dy)
}

/// [`log_softmax_vjp_in_place`] of every row, the same to the bit.
///
/// Formula, accuracy, edge cases and source are those given there.
///
/// # Errors
/// As for [`softmax_vjp_rows_in_place`].
///
/// # Example
/// ```
/// use logits::{Rows, RowsMut};
///
/// let y = Rows::new(&[f32::NEG_INFINITY, 0.0], 2)?;
/// let mut gradient = [0.0, -1.0];
/// logits::log_softmax_vjp_rows_in_place(y, RowsMut::new(&mut gradient, 2)?)?;
/// assert_eq!(gradient, [0.0, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn log_softmax_vjp_rows_in_place<T: Float>(
    y: Rows<'_, T>,
    dy: RowsMut<'_, T>,
) -> Result<(), Error> {
    Level::best().log_softmax_vjp_rows_in_place(y, dy)
}

/// Whether two batches have the same shape.
fn check_shapes<T>(y: &Rows<'_, T>, dy: &RowsMut<'_, T>) -> Result<(), Error> {
    Error::check_lengths(y.columns(), dy.columns())?;
    Error::check_lengths(y.len(), dy.len())
}

impl Level {
    /// [`softmax_vjp_in_place`](crate::softmax_vjp_in_place) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let mut gradient = [1.0_f32, 1.0];
    /// logits::Level::SCALAR.softmax_vjp_in_place(&[0.5, 0.5], &mut gradient)?;
    /// assert_eq!(gradient, [0.0, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn softmax_vjp_in_place<T: Float>(self, y: &[T], dy: &mut [T]) -> Result<(), Error> {
        self.softmax_vjp_rows_in_place(Rows::single(y), RowsMut::single(dy))
    }

    /// [`softmax_vjp_rows_in_place`](crate::softmax_vjp_rows_in_place) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows, RowsMut};
    ///
    /// let (y, mut gradient) = ([0.5_f64; 4], [2.0, 0.0, 0.0, 4.0]);
    /// let rows = RowsMut::new(&mut gradient, 2)?;
    /// Level::SCALAR.softmax_vjp_rows_in_place(Rows::new(&y, 2)?, rows)?;
    /// assert_eq!(gradient, [0.5, -0.5, -1.0, 1.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn softmax_vjp_rows_in_place<T: Float>(
        self,
        y: Rows<'_, T>,
        dy: RowsMut<'_, T>,
    ) -> Result<(), Error> {
        check_shapes(&y, &dy)?;
        T::softmax_vjp(self, y, dy);
        Ok(())
    }

    /// [`log_softmax_vjp_in_place`](crate::log_softmax_vjp_in_place) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let (y, mut gradient) = ([0.0_f32, f32::NEG_INFINITY], [-1.0, 0.0]);
    /// logits::Level::SCALAR.log_softmax_vjp_in_place(&y, &mut gradient)?;
    /// assert_eq!(gradient, [0.0, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn log_softmax_vjp_in_place<T: Float>(self, y: &[T], dy: &mut [T]) -> Result<(), Error> {
        self.log_softmax_vjp_rows_in_place(Rows::single(y), RowsMut::single(dy))
    }

    /// [`log_softmax_vjp_rows_in_place`](crate::log_softmax_vjp_rows_in_place) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Rows, RowsMut};
    ///
    /// let (y, mut gradient) = ([0.0_f64; 2], [3.0, -1.0]);
    /// let rows = RowsMut::new(&mut gradient, 1)?;
    /// Level::SCALAR.log_softmax_vjp_rows_in_place(Rows::new(&y, 1)?, rows)?;
    /// assert_eq!(gradient, [0.0, 0.0]); // of one class, which is certain
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn log_softmax_vjp_rows_in_place<T: Float>(
        self,
        y: Rows<'_, T>,
        dy: RowsMut<'_, T>,
    ) -> Result<(), Error> {
        check_shapes(&y, &dy)?;
        T::log_softmax_vjp(self, y, dy);
        Ok(())
    }
}
