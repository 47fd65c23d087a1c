//! Cross-entropy from probabilities.

use super::CrossEntropy;
use crate::loss::{Label, LossSum};
use crate::{Error, Float, Rows, RowsMut};

impl<T: Float> CrossEntropy<'_, T> {
    /// The summed loss of rows that hold probabilities, in nats: −Σ q·ln p of each, one label a row;
    /// −ln p\[label\] without options. Where there are logits,
    /// [`loss_from_logits`](CrossEntropy::loss_from_logits) knows more digits of a confident loss.
    ///
    /// Rows need not sum to 1. There is no z-loss.
    ///
    /// # Accuracy
    /// Each row's loss within 4 ULP at every level, also near p = 1.
    ///
    /// # Edge cases
    /// A probability of 0 at the label gives +∞, unless the label's weight is 0. A row with NaN or an
    /// infinite element has the loss NaN, and so has one with a negative probability at the label,
    /// or anywhere with label smoothing.
    ///
    /// # Errors
    /// As in [`loss_from_logits`](CrossEntropy::loss_from_logits).
    ///
    /// # Source
    /// As for [`ln_in_place`](crate::ln_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let rows = Rows::new(&[0.25_f64, 0.75, 0.5, 0.5], 2)?;
    /// let sum = CrossEntropy::new().loss_from_probabilities(rows, &[0_u8, 1])?;
    /// assert_eq!(sum.loss(), 8_f64.ln());
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_from_probabilities<L: Label>(
        &self,
        probabilities: Rows<'_, T>,
        labels: &[L],
    ) -> Result<LossSum<T>, Error> {
        let labels = self.options.check_labels(probabilities, labels)?;
        Ok(T::cross_entropy_from_probabilities(
            self.level,
            probabilities,
            labels,
            self.options,
        ))
    }

    /// The summed loss of rows that hold probabilities, in nats; `scale` times its gradient, −q/p,
    /// overwrites them: without options, −1/p at the label and 0 elsewhere. One label a row.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_probabilities`](CrossEntropy::loss_from_probabilities); each
    /// element of the gradient within 4 ULP.
    ///
    /// # Edge cases
    /// As in `loss_from_probabilities`; −∞ where p is 0 at the label, 0 where it is elsewhere. A row
    /// whose loss is NaN has the gradient NaN, an ignored row 0.
    ///
    /// # Errors
    /// As in [`loss_from_logits`](CrossEntropy::loss_from_logits); the probabilities are untouched.
    ///
    /// # Source
    /// As for [`ln_in_place`](crate::ln_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, RowsMut};
    ///
    /// let mut p = [0.25_f32, 0.75];
    /// let rows = RowsMut::new(&mut p, 2)?;
    /// CrossEntropy::new().loss_and_gradient_from_probabilities_in_place(rows, &[0_u8], 1.0)?;
    /// assert_eq!(p, [-4.0, 0.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_and_gradient_from_probabilities_in_place<L: Label>(
        &self,
        probabilities: RowsMut<'_, T>,
        labels: &[L],
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        let labels = self.options.check_labels(probabilities.as_rows(), labels)?;
        let (level, options) = (self.level, self.options);
        Ok(T::cross_entropy_from_probabilities_gradient(
            level,
            probabilities,
            labels,
            options,
            scale,
        ))
    }
}
