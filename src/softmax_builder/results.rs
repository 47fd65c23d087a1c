//! Softmax with options: what is computed with them.

use super::Softmax;
use crate::simd::InOut;
use crate::{Error, Float, Rows, RowsMut};

impl<T: Float> Softmax<'_, T> {
    /// e^z / (e^k + Σ e^z) of a row in place; returns the row's log-sum-exp, ln(e^k + Σ e^z), in
    /// nats.
    ///
    /// [Accuracy](Softmax#accuracy), edge cases and source of all methods are above.
    ///
    /// # Errors
    /// As [above](Softmax#errors).
    ///
    /// # Example
    /// ```
    /// let mut x = [2.0_f64, 2.0, 5.0];
    /// let mask = [true, true, false];
    /// let softmax = logits::Softmax::new().temperature(0.5).mask(&mask).sink(4.0);
    /// let log_sum_exp = softmax.softmax_in_place(&mut x)?;
    /// assert_eq!(x, [1.0 / 3.0, 1.0 / 3.0, 0.0]);
    /// assert_eq!(log_sum_exp, 4.0 + 3.0_f64.ln());
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn softmax_in_place(&self, x: &mut [T]) -> Result<T, Error> {
        self.options.check(x.len(), x.len())?;
        let columns = x.len();
        let row = InOut::in_place(x);
        Ok(if self.options.are_plain() {
            T::softmax(self.level, row)
        } else {
            T::softmax_options(self.level, row, columns, self.options)
        })
    }

    /// Softmax of every row in place. Values as in [`softmax_in_place`](Softmax::softmax_in_place),
    /// to the bit.
    ///
    /// # Errors
    /// As [above](Softmax#errors).
    ///
    /// # Example
    /// ```
    /// use logits::{RowsMut, Softmax};
    ///
    /// let mut x = [7.0_f32, 7.0, 7.0, 7.0];
    /// let softmax = Softmax::new().bias(&[0.0, f32::NEG_INFINITY]);
    /// softmax.softmax_rows_in_place(RowsMut::new(&mut x, 2)?)?;
    /// assert_eq!(x, [1.0, 0.0, 1.0, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn softmax_rows_in_place(&self, rows: RowsMut<'_, T>) -> Result<(), Error> {
        let columns = rows.columns();
        let data = rows.into_data();
        self.options.check(data.len(), columns)?;
        let rows = InOut::in_place(data);
        if self.options.are_plain() {
            T::softmax_rows(self.level, rows, columns);
        } else {
            T::softmax_options(self.level, rows, columns, self.options);
        }
        Ok(())
    }

    /// z − ln(e^k + Σ e^z) of a row in place, in nats; returns the row's log-sum-exp.
    ///
    /// # Errors
    /// As [above](Softmax#errors).
    ///
    /// # Example
    /// ```
    /// let mut x = [0.0_f64, 3.0];
    /// logits::Softmax::new().mask(&[true, false]).log_softmax_in_place(&mut x)?;
    /// assert_eq!(x, [0.0, f64::NEG_INFINITY]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn log_softmax_in_place(&self, x: &mut [T]) -> Result<T, Error> {
        self.options.check(x.len(), x.len())?;
        let columns = x.len();
        let row = InOut::in_place(x);
        Ok(if self.options.are_plain() {
            T::log_softmax(self.level, row)
        } else {
            T::log_softmax_options(self.level, row, columns, self.options)
        })
    }

    /// Log-softmax of every row in place. Values as in
    /// [`log_softmax_in_place`](Softmax::log_softmax_in_place), to the bit.
    ///
    /// # Errors
    /// As [above](Softmax#errors).
    ///
    /// # Example
    /// ```
    /// use logits::{RowsMut, Softmax};
    ///
    /// let mut x = [7.0_f32, 9.0, 7.0, 9.0];
    /// let softmax = Softmax::new().mask(&[true, false, true, true]).scale(0.0);
    /// softmax.log_softmax_rows_in_place(RowsMut::new(&mut x, 2)?)?;
    /// let ln_2 = core::f32::consts::LN_2;
    /// assert_eq!(x, [0.0, f32::NEG_INFINITY, -ln_2, -ln_2]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn log_softmax_rows_in_place(&self, rows: RowsMut<'_, T>) -> Result<(), Error> {
        let columns = rows.columns();
        let data = rows.into_data();
        self.options.check(data.len(), columns)?;
        let rows = InOut::in_place(data);
        if self.options.are_plain() {
            T::log_softmax_rows(self.level, rows, columns);
        } else {
            T::log_softmax_options(self.level, rows, columns, self.options);
        }
        Ok(())
    }

    /// ln(e^k + Σ e^z) of a row, in nats.
    ///
    /// # Errors
    /// As [above](Softmax#errors).
    ///
    /// # Example
    /// ```
    /// let lse = logits::Softmax::new().sink(1.0).log_sum_exp(&[1.0_f32])?;
    /// assert_eq!(lse, 1.0 + core::f32::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn log_sum_exp(&self, x: &[T]) -> Result<T, Error> {
        // No rows if there are no elements.
        let mut out = [self.options.sink];
        self.options.check(x.len(), x.len())?;
        self.log_sum_exps(Rows::single(x), &mut out);
        let [log_sum_exp] = out;
        Ok(log_sum_exp)
    }

    /// ln(e^k + Σ e^z) of each row into `out`, one value a row. Values as in
    /// [`log_sum_exp`](Softmax::log_sum_exp), to the bit.
    ///
    /// # Errors
    /// As [above](Softmax#errors), and [`Error::LengthMismatch`] if `out` has not one place a row.
    ///
    /// # Example
    /// ```
    /// use logits::{Rows, Softmax};
    ///
    /// let mut out = [0.0_f64; 2];
    /// let rows = Rows::new(&[2.0, 0.0, 0.0, 2.0], 2)?;
    /// Softmax::new().mask(&[true, false]).log_sum_exp_rows(rows, &mut out)?;
    /// assert_eq!(out, [2.0, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn log_sum_exp_rows(&self, rows: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
        Error::check_lengths(rows.len(), out.len())?;
        let elements = rows.len().saturating_mul(rows.columns());
        self.options.check(elements, rows.columns())?;
        self.log_sum_exps(rows, out);
        Ok(())
    }

    fn log_sum_exps(&self, rows: Rows<'_, T>, out: &mut [T]) {
        if self.options.are_plain() {
            T::log_sum_exp(self.level, rows, out);
        } else {
            T::log_sum_exp_options(self.level, rows, self.options, out);
        }
    }
}
