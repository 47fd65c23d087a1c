//! Cross-entropy from logits.

use super::CrossEntropy;
use crate::loss::{Label, LossSum, Targets};
use crate::{Error, Float, Rows, RowsMut};

impl<T: Float> CrossEntropy<'_, T> {
    /// The summed loss, in nats: Σ q·(ln Σ e^x − x) of each row, one label a row; ln Σ e^x −
    /// x\[label\] without options.
    ///
    /// # Accuracy
    /// Each row's loss within 4 ULP at every level and length, however confident: a loss of 1e−30
    /// comes out as 1e−30. So is a row's z-loss, in ULP of factor·max(|ln Σ e^x|, 1)². Where weights
    /// multiply a loss that is subnormal without them, they multiply its unit; a product q of weight
    /// and target that is subnormal beside larger ones has the digits of such a number. If the
    /// distances of a row's logits from the largest, times their targets, sum to more than the
    /// largest number, the loss is +∞.
    ///
    /// # Edge cases
    /// A row with NaN, with +∞ or of all −∞ has the loss NaN; a logit of −∞ at the label gives
    /// +∞, unless the label's weight is 0. No rows, or all ignored: [`LossSum::mean`] is `None`.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if there is not one label a row; [`Error::LabelOutOfRange`] if a
    /// label is neither one of the columns nor ignored; those of the options.
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
    pub fn loss_from_logits<L: Label>(
        &self,
        logits: Rows<'_, T>,
        labels: &[L],
    ) -> Result<LossSum<T>, Error> {
        let labels = self.options.check_labels(logits, labels)?;
        Ok(if self.options.keep_labels() {
            T::cross_entropy(self.level, logits, labels, self.options)
        } else {
            T::cross_entropy_targets(self.level, logits, Targets::Labels(labels), self.options)
        })
    }

    /// The summed loss, in nats; `scale` times its gradient, softmax(x) − onehot(label) without
    /// options, overwrites the logits; one label a row. A mean over n rows wants `scale` = 1/n; a
    /// `scale` of ±∞ or NaN makes the gradient NaN or infinite, but not that of an ignored row, which
    /// stays 0, and leaves the loss as it is.
    ///
    /// With options, the gradient is softmax(x)·(Σ q + 2·z·ln Σ e^x) − q, for a z-loss of factor z.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_logits`](CrossEntropy::loss_from_logits); each element of the
    /// gradient within 4 ULP, with options 5, that of the label too, where p − 1 would cancel. With
    /// smoothing or a z-loss, an element's parts can cancel in truth: there, of the sum of their magnitudes,
    /// with |ln Σ e^x| counted as at least 1, whose rounding errors it has. Weights and `scale` multiply
    /// the unit of what is subnormal without them.
    /// Parts are Σ q·p, 2·z·p·ln Σ e^x and q; for the label Σ q·(1 − p), 2·z·p·ln Σ e^x and the q of
    /// all others. With smoothing or a z-loss, no digit is promised where what all classes share, Σ q +
    /// 2·z·|ln Σ e^x| or `scale` times that, is beyond 2^62 (`f32`) or 2^510 (`f64`) times the largest
    /// number.
    ///
    /// # Edge cases
    /// As in `loss_from_logits`; a row whose loss is NaN has the gradient NaN, an ignored row 0.
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
    pub fn loss_and_gradient_in_place<L: Label>(
        &self,
        logits: RowsMut<'_, T>,
        labels: &[L],
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        let labels = self.options.check_labels(logits.as_rows(), labels)?;
        Ok(if self.options.keep_labels() {
            T::cross_entropy_gradient(self.level, logits, labels, self.options, scale)
        } else {
            let targets = Targets::Labels(labels);
            T::cross_entropy_targets_gradient(self.level, logits, targets, self.options, scale)
        })
    }

    /// The summed loss with soft targets, in nats: Σ q·(ln Σ e^x − x) of each row, where q = t, its
    /// row of `targets`, without options. [`LossSum::weight`] is the number of rows.
    ///
    /// Targets have the shape of the logits. They are taken as they are: they need not be a
    /// distribution.
    ///
    /// # Accuracy
    /// As in [`loss_from_logits`](CrossEntropy::loss_from_logits), for targets that are not
    /// negative.
    ///
    /// # Edge cases
    /// A row with NaN, with +∞ or of all −∞ has the loss NaN, and so has one with a target of NaN or
    /// ±∞, or whose targets times class weights are beyond 2^62 (`f32`) or 2^510 (`f64`) times the
    /// largest number. A target of 0 on a logit of −∞ adds nothing, a greater one +∞.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if `targets` has other rows or columns than `logits`; those of the
    /// options.
    ///
    /// # Source
    /// As for [`log_sum_exp`](crate::log_sum_exp).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let logits = [0.0_f64, 0.0, f64::NEG_INFINITY];
    /// let targets = [0.25, 0.75, 0.0];
    /// let (logits, targets) = (Rows::new(&logits, 3)?, Rows::new(&targets, 3)?);
    /// let sum = CrossEntropy::new().loss_from_logits_soft(logits, targets)?;
    /// assert_eq!(sum.loss(), core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_from_logits_soft(
        &self,
        logits: Rows<'_, T>,
        targets: Rows<'_, T>,
    ) -> Result<LossSum<T>, Error> {
        self.options.check_targets(logits, targets)?;
        let targets = Targets::Soft(targets);
        Ok(T::cross_entropy_targets(
            self.level,
            logits,
            targets,
            self.options,
        ))
    }

    /// The summed loss with soft targets, in nats; `scale` times its gradient, softmax(x)·Σ t − t
    /// without options, overwrites the logits. Targets have their shape.
    ///
    /// With options, the gradient is softmax(x)·(Σ q + 2·z·ln Σ e^x) − q, for a z-loss of factor z.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_logits_soft`](CrossEntropy::loss_from_logits_soft); each element
    /// of the gradient within 5 ULP of the sum of its parts' magnitudes, Σ q·p, 2·z·p·ln Σ e^x and q,
    /// with |ln Σ e^x| counted as at least 1.
    /// The parts of the element with the largest logit are Σ q·(1 − p), 2·z·p·ln Σ e^x and the q of
    /// all others: a confident row loses nothing. The limit of
    /// [`loss_and_gradient_in_place`](CrossEntropy::loss_and_gradient_in_place) to what all classes
    /// share holds with any options.
    ///
    /// # Edge cases
    /// As in `loss_from_logits_soft`; a row whose loss is NaN has the gradient NaN.
    ///
    /// # Errors
    /// As in `loss_from_logits_soft`; the logits are untouched.
    ///
    /// # Source
    /// As for [`log_sum_exp`](crate::log_sum_exp).
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows, RowsMut};
    ///
    /// let mut logits = [1.0_f32, 1.0];
    /// let (rows, targets) = (RowsMut::new(&mut logits, 2)?, Rows::new(&[0.25, 0.75], 2)?);
    /// CrossEntropy::new().loss_and_gradient_soft_in_place(rows, targets, 1.0)?;
    /// assert_eq!(logits, [0.25, -0.25]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_and_gradient_soft_in_place(
        &self,
        logits: RowsMut<'_, T>,
        targets: Rows<'_, T>,
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        self.options.check_targets(logits.as_rows(), targets)?;
        let targets = Targets::Soft(targets);
        Ok(T::cross_entropy_targets_gradient(
            self.level,
            logits,
            targets,
            self.options,
            scale,
        ))
    }
}
