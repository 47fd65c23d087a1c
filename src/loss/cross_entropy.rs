//! Cross-entropy of logits with class labels.

use super::label::{Label, Labels};
use super::loss_sum::LossSum;
use crate::{Error, Float, Level, Rows, RowsMut};

/// Cross-entropy: −ln of the probability that a row gives to its label, in nats.
///
/// The methods say what the rows hold. From logits, the softmax is part of the loss: passing
/// probabilities there would apply it twice, which bounds the loss from below and stalls learning.
///
/// ```
/// use logits::{CrossEntropy, Rows};
///
/// let logits = [2.0_f32, -1.0, 0.5, 0.1, 3.0, -2.0];
/// let sum = CrossEntropy::new().loss_from_logits(Rows::new(&logits, 3)?, &[0_u8, 1])?;
/// assert_eq!((sum.mean(), sum.correct()), (Some(0.15062015), 2));
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy {
    level: Level,
}

impl CrossEntropy {
    /// Cross-entropy at the best level.
    #[inline]
    pub fn new() -> Self {
        Self {
            level: Level::best(),
        }
    }

    /// The same at a chosen level.
    #[inline]
    pub fn level(self, level: Level) -> Self {
        Self { level }
    }

    /// The summed loss: ln Σ e^x − x\[label\] of each row, one label a row.
    ///
    /// # Accuracy
    /// Each row's loss within 4 ULP at every level and length, however confident: a loss of 1e−30
    /// comes out as 1e−30.
    ///
    /// # Edge cases
    /// A row with NaN, with +∞ or of all −∞ has the loss NaN; a logit of −∞ at the label gives
    /// +∞. No rows: [`LossSum::mean`] is `None`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there is not one label a row; [`Error::LabelOutOfRange`] if a
    /// label is not one of the columns.
    ///
    /// # Source
    /// As for [`log_sum_exp`](crate::log_sum_exp).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let rows = Rows::new(&[40.0_f64, 0.0], 2)?;
    /// let sum = CrossEntropy::new().loss_from_logits(rows, &[0_u32])?;
    /// // 1 − p would be 0, and so would its logarithm: p rounds to 1.
    /// assert!((sum.loss() / 4.248354255291589e-18 - 1.0).abs() < 1e-15);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_from_logits<T: Float, L: Label>(
        &self,
        logits: Rows<'_, T>,
        labels: &[L],
    ) -> Result<LossSum<T>, Error> {
        let labels = check(logits, labels)?;
        Ok(T::cross_entropy(self.level, logits, labels))
    }

    /// The summed loss; `scale` times its gradient, softmax(x) − onehot(label), overwrites the
    /// logits. A mean over n rows wants `scale` = 1/n; a `scale` of ±∞ or NaN makes the gradient NaN
    /// or infinite, and leaves the loss as it is.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_logits`](CrossEntropy::loss_from_logits); each element of the
    /// gradient within 4 ULP, that of the label too, where p − 1 would cancel.
    ///
    /// # Edge cases
    /// As in `loss_from_logits`; a row whose loss is NaN has the gradient NaN.
    ///
    /// # Errors
    /// As in `loss_from_logits`; the logits are untouched.
    ///
    /// # Source
    /// As for [`log_sum_exp`](crate::log_sum_exp).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, RowsMut};
    ///
    /// let mut logits = [1.0_f32, 1.0];
    /// let rows = RowsMut::new(&mut logits, 2)?;
    /// let sum = CrossEntropy::new().loss_and_gradient_in_place(rows, &[1_u8], 1.0)?;
    /// assert_eq!(sum.loss(), core::f32::consts::LN_2);
    /// assert_eq!(logits, [0.5, -0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_and_gradient_in_place<T: Float, L: Label>(
        &self,
        logits: RowsMut<'_, T>,
        labels: &[L],
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        let labels = check(logits.as_rows(), labels)?;
        Ok(T::cross_entropy_gradient(self.level, logits, labels, scale))
    }
}

impl Default for CrossEntropy {
    fn default() -> Self {
        Self::new()
    }
}

/// One label a row, each of them a column.
fn check<'a, T, L: Label>(rows: Rows<'_, T>, labels: &'a [L]) -> Result<Labels<'a>, Error> {
    Error::check_lengths(rows.len(), labels.len())?;
    let labels = L::labels(labels);
    match labels.first_out_of_range(rows.columns()) {
        Some(row) => Err(Error::LabelOutOfRange { row }),
        None => Ok(labels),
    }
}
