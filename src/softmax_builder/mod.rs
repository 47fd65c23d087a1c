//! Softmax with options: what they are.

mod results;

use crate::logit_options::LogitOptions;
use crate::{Float, Level};

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
/// Without options, rows of up to 127 (`f32`) or 63 (`f64`) columns are taken several at once, one a
/// lane. With any option each row is taken by itself, which for 10 columns takes several times as
/// long: where all that is wanted is a temperature, and its rounding does not matter, divide the
/// logits by it first.
///
/// # Accuracy
/// Softmax and log-softmax of the exact z within 5 ULP, the log-sum-exp within 1.5 units in the last
/// place of max(|result|, 1), at every level and length: z is computed in twice the precision, so that
/// its rounding costs nothing. Were it rounded once, that alone would be |z|/2 ULP. The limits are
/// |z| and |b/T| of 2^22 (`f32`) or 2^51 (`f64`); beyond, z is as good as rounded. With a softcap and
/// c/T up to 50 the bounds are 10 ULP and 2 units; they grow with c/T.
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
/// Every method returns [`ParameterOutOfRange`](crate::Error::ParameterOutOfRange) if the temperature
/// or the softcap is 0, negative, infinite or NaN, if the scale is infinite or NaN, or if a quotient
/// s/T, 1/T, c/T or s/c overflows; [`LengthMismatch`](crate::Error::LengthMismatch) if bias or mask
/// has neither of the shapes. Nothing is written.
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
}

impl<T: Float> Default for Softmax<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}
