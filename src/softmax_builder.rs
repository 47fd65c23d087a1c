//! Softmax with options.

use crate::logit_options::LogitOptions;
use crate::simd::InOut;
use crate::{Error, Float, Level, Rows, RowsMut};

/// Softmax, log-softmax and log-sum-exp of logits that are scaled, capped, biased or masked first.
///
/// From logits x, with the options [temperature](Softmax::temperature) T, [scale](Softmax::scale) s,
/// [softcap](Softmax::softcap) c, [bias](Softmax::bias) b, [mask](Softmax::mask) and
/// [sink](Softmax::sink) k:
///
/// z = (c·tanh(s·x/c) + b) / T where the mask is true, else −∞, and without a softcap
/// z = (s·x + b) / T. The softmax is e^z / (e^k + Σ e^z).
///
/// So a softcap applies to the scaled scores before bias and mask, as in attention; the temperature
/// divides all of it, as in sampling. Without options the results are those of
/// [`softmax_in_place`](crate::softmax_in_place), to the bit.
///
/// ```
/// use logits::{RowsMut, Softmax};
///
/// // Causal attention of three queries over three keys.
/// let mask = [true, false, false, true, true, false, true, true, true];
/// let mut scores = [3.0_f32, 9.0, 9.0, 4.0, 4.0, 9.0, 2.0, 2.0, 2.0];
/// let attention = Softmax::new().scale(0.125).softcap(50.0).mask(&mask);
/// attention.softmax_rows_in_place(RowsMut::new(&mut scores, 3)?)?;
/// assert_eq!(scores[..6], [1.0, 0.0, 0.0, 0.5, 0.5, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
///
/// # Shapes
/// Bias and mask have one element for each column, which serves every row, or one for each element.
///
/// # Speed
/// Without options, rows of up to 96 (`f32`) or 48 (`f64`) columns are taken several at once, one a
/// lane. With any option each row is taken by itself, which for 10 columns takes several times as
/// long: where all that is wanted is a temperature, and its rounding does not matter, divide the
/// logits by it first.
///
/// # Accuracy
/// Softmax and log-softmax of the exact z within 4 ULP, the log-sum-exp within 1.5 units in the last
/// place of max(|result|, 1), at every level and length: z is computed in twice the precision, so that
/// its rounding costs nothing. Were it rounded once, that alone would be |z|/2 ULP. The limits are
/// |z| and |b/T| of 2^22 (`f32`) or 2^51 (`f64`); beyond, z is as good as rounded. With a softcap and
/// c/T up to 50 the bounds are 12 ULP, 8 ULP and 2 units; they grow with c/T.
///
/// # Edge cases
/// An element that the mask or a bias of −∞ removes takes no part, even where its logit is NaN or
/// infinite: its softmax is 0, its log-softmax −∞. In a row of which they leave nothing these are
/// all the results, whatever k is, and the log-sum-exp is k, −∞ without a sink. What is left obeys
/// the rules of [`softmax_in_place`](crate::softmax_in_place): where it is all −∞ without a sink,
/// holds NaN, or holds +∞, every result of the row is NaN, as with a sink of NaN or +∞. A softcap
/// makes ±c of ±∞: a −∞ does not mask there.
///
/// Where all z or the largest are beyond the range although x is not, the log-sum-exp is infinite,
/// but softmax and log-softmax are right. With a bias this is not so: there z is infinite where it
/// or s·x/T is beyond the range, and NaN where s·x/T and b/T are, with different signs.
///
/// # Errors
/// Every method returns [`Error::ParameterOutOfRange`] if the temperature or the softcap is 0,
/// negative, infinite or NaN, if the scale is infinite or NaN, or if a quotient s/T, 1/T, c/T or s/c
/// overflows; [`Error::LengthMismatch`] if bias or mask has neither of the shapes. Nothing is
/// written.
///
/// # Source
/// Softcap: Gemma Team, Gemma 2: Improving open language models at a practical size, arXiv
/// 2408.00118 (2024). Sink: G. Xiao et al., Efficient streaming language models with attention
/// sinks, arXiv 2309.17453 (2023). The rest as for [`softmax_in_place`](crate::softmax_in_place);
/// products and sums of two parts after T. J. Dekker, A floating-point technique for extending the
/// available precision, Numer. Math. 18 (1971).
#[derive(Clone, Copy, Debug)]
pub struct Softmax<'a, T> {
    level: Level,
    options: LogitOptions<'a, T>,
}

impl<'a, T: Float> Softmax<'a, T> {
    /// Softmax at the best level, without options: the results of
    /// [`softmax_in_place`](crate::softmax_in_place), to the bit.
    ///
    /// # Example
    /// ```
    /// let (mut x, mut y) = ([3.0_f32, 1.0, 2.0], [3.0, 1.0, 2.0]);
    /// logits::Softmax::new().softmax_in_place(&mut x)?;
    /// logits::softmax_in_place(&mut y);
    /// assert_eq!(x, y);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn new() -> Self {
        Self {
            level: Level::best(),
            options: LogitOptions::PLAIN,
        }
    }

    /// The same at a chosen level.
    ///
    /// # Example
    /// ```
    /// use logits::{Level, Softmax};
    ///
    /// let mut x = [1.0_f64, 1.0];
    /// Softmax::new().level(Level::SCALAR).softmax_in_place(&mut x)?;
    /// assert_eq!(x, [0.5, 0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The same at a temperature, positive and finite: high ones make results alike, low ones leave
    /// the largest.
    ///
    /// # Errors
    /// None here: those that [`Softmax`](Softmax#errors) names, where it is applied.
    ///
    /// # Example
    /// ```
    /// use logits::{Error, Softmax};
    ///
    /// let mut x = [0.0_f64, 2.0 * 3_f64.ln()];
    /// Softmax::new().temperature(2.0).softmax_in_place(&mut x)?;
    /// assert!((x[0] - 0.25).abs() < 1e-15);
    /// let error = Error::ParameterOutOfRange { parameter: "temperature" };
    /// assert_eq!(Softmax::new().temperature(0.0).softmax_in_place(&mut x), Err(error));
    /// # Ok::<(), Error>(())
    /// ```
    #[inline]
    pub fn temperature(self, temperature: T) -> Self {
        self.with(LogitOptions {
            temperature,
            ..self.options
        })
    }

    /// The same of logits times `scale`, finite: 1/√d in attention, −1 for energies.
    ///
    /// # Errors
    /// None here: those that [`Softmax`](Softmax#errors) names, where it is applied.
    ///
    /// # Example
    /// ```
    /// let mut x = [0.0_f64, 2.0 * 3_f64.ln()];
    /// logits::Softmax::new().scale(-0.5).softmax_in_place(&mut x)?;
    /// assert!((x[0] - 0.75).abs() < 1e-15);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn scale(self, scale: T) -> Self {
        self.with(LogitOptions {
            scale,
            ..self.options
        })
    }

    /// The same of scaled logits that are kept within ±`cap`, positive and finite: c·tanh(s·x/c).
    ///
    /// # Errors
    /// None here: those that [`Softmax`](Softmax#errors) names, where it is applied.
    ///
    /// # Example
    /// ```
    /// let mut x = [-1e30_f64, 1e30];
    /// logits::Softmax::new().softcap(0.5).log_softmax_in_place(&mut x)?;
    /// assert!((x[1] - x[0] - 1.0).abs() < 1e-15); // ½ − (−½)
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn softcap(self, cap: T) -> Self {
        let softcap = Some(cap);
        self.with(LogitOptions {
            softcap,
            ..self.options
        })
    }

    /// The same with a bias added to each scaled and capped logit; −∞ removes it. One for each
    /// column or one for each element.
    ///
    /// # Errors
    /// None here: those that [`Softmax`](Softmax#errors) names, where it is applied.
    ///
    /// # Example
    /// ```
    /// let mut x = [f32::NAN, 4.0, 3.0];
    /// logits::Softmax::new().bias(&[f32::NEG_INFINITY, 0.0, 1.0]).softmax_in_place(&mut x)?;
    /// assert_eq!(x, [0.0, 0.5, 0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn bias(self, bias: &'a [T]) -> Self {
        let bias = Some(bias);
        self.with(LogitOptions {
            bias,
            ..self.options
        })
    }

    /// The same of the elements where `mask` is true. One for each column or one for each element.
    ///
    /// # Errors
    /// None here: those that [`Softmax`](Softmax#errors) names, where it is applied.
    ///
    /// # Example
    /// ```
    /// let mut x = [1.0_f32, 2.0];
    /// logits::Softmax::new().mask(&[false, false]).softmax_in_place(&mut x)?;
    /// assert_eq!(x, [0.0, 0.0]); // not NaN
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn mask(self, mask: &'a [bool]) -> Self {
        let mask = Some(mask);
        self.with(LogitOptions {
            mask,
            ..self.options
        })
    }

    /// The same with one more logit in the sum of each row, which has no result, and which no other
    /// option changes: a row's results sum to 1 less its share. −∞ is none.
    ///
    /// # Example
    /// ```
    /// let mut x = [1.0_f32];
    /// logits::Softmax::new().sink(1.0).softmax_in_place(&mut x)?;
    /// assert_eq!(x, [0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn sink(self, sink: T) -> Self {
        self.with(LogitOptions {
            sink,
            ..self.options
        })
    }

    #[inline]
    fn with(self, options: LogitOptions<'a, T>) -> Self {
        Self { options, ..self }
    }

    /// The same of x − `shift`.
    pub(crate) fn shifted(self, shift: T) -> Self {
        self.with(LogitOptions {
            shift: Some(shift),
            ..self.options
        })
    }

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

impl<T: Float> Default for Softmax<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}
