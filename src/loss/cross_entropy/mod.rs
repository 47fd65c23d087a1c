//! Cross-entropy of rows with class labels or soft targets.

mod from_logits;
mod from_probabilities;

use super::options::Options;
use crate::{Float, Level};

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
/// assert_eq!((sum.mean(), sum.correct()), (Some(0.15062016), 2));
/// # Ok::<(), logits::Error>(())
/// ```
///
/// # Options
/// A row of C classes with the label y has the targets q\[c\] = (1 − ε)·w\[y\]·\[c = y\] +
/// (ε/C)·w\[c\], for [class weights](CrossEntropy::class_weights) w and [label
/// smoothing](CrossEntropy::label_smoothing) ε; with soft targets t, q\[c\] = ((1 − ε)·t\[c\] +
/// ε/C)·w\[c\]. Its loss is −Σ q·ln softmax(x), which without options is −ln softmax(x)\[y\].
///
/// ```
/// use logits::{CrossEntropy, Rows};
///
/// let weights = [1.0, 0.5, 2.0];
/// let loss = CrossEntropy::new()
///     .class_weights(&weights)
///     .label_smoothing(0.1)
///     .ignore_index(-100);
/// let logits = [2.0_f64, -1.0, 0.5, 0.1, 3.0, -2.0, 1.0, 1.0, 1.0];
/// let sum = loss.loss_from_logits(Rows::new(&logits, 3)?, &[0, 1, -100])?;
/// assert_eq!((sum.rows(), sum.weight()), (2, 1.5));
/// assert!((sum.loss() - 0.859_292_922_659_77).abs() < 1e-12);
/// # Ok::<(), logits::Error>(())
/// ```
///
/// Options that change nothing, such as a weight of 1 for each class, change no bit.
///
/// # Speed
/// Rows of up to 127 (`f32`) or 63 (`f64`) columns with a label each are taken several at once, one
/// a lane, also with class weights and an ignored label. With label smoothing, a z-loss or soft
/// targets each row is taken by itself, which for 10 columns takes several times as long.
///
/// # Other libraries
/// These are the semantics of PyTorch's `cross_entropy`: [`LossSum::loss`] is its
/// `reduction="sum"`, [`LossSum::mean`] its `reduction="mean"`. It differs where it has no number
/// to give: a target of 0 on a logit of −∞ adds nothing (there: NaN), label smoothing passes over
/// logits of −∞ (there: the loss is +∞), and a mean over nothing is `None` (there: NaN). A logit of
/// +∞ and a row of all −∞ give NaN in both. And no label is ignored unless
/// [`ignore_index`](CrossEntropy::ignore_index) says so: without it −100, which PyTorch ignores by
/// default, is an error like any label that is no column.
///
/// [`LossSum::loss`]: crate::LossSum::loss
/// [`LossSum::mean`]: crate::LossSum::mean
#[derive(Clone, Copy, Debug)]
pub struct CrossEntropy<'a, T> {
    level: Level,
    options: Options<'a, T>,
}

impl<'a, T: Float> CrossEntropy<'a, T> {
    /// Cross-entropy at the best level: every class and row counts alike.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let sum = CrossEntropy::new().loss_from_logits(Rows::new(&[3.0_f64; 2], 2)?, &[1_u8])?;
    /// assert_eq!(sum.loss(), core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn new() -> Self {
        Self {
            level: Level::best(),
            options: Options::PLAIN,
        }
    }

    /// The same at a chosen level.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Level, Rows};
    ///
    /// let loss = CrossEntropy::new().level(Level::SCALAR);
    /// let sum = loss.loss_from_logits(Rows::new(&[3.0_f32; 2], 2)?, &[1_u8])?;
    /// assert_eq!(sum.loss(), core::f32::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The same with one weight a class, which multiplies the class' targets. The mean is then over
    /// the summed weights of the labels; over rows, where targets are soft.
    ///
    /// # Errors
    /// The methods return [`Error::LengthMismatch`] if there is not one weight a column, and
    /// [`Error::ParameterOutOfRange`] if a weight is negative, infinite or NaN.
    ///
    /// [`Error::LengthMismatch`]: crate::Error::LengthMismatch
    /// [`Error::ParameterOutOfRange`]: crate::Error::ParameterOutOfRange
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().class_weights(&[3.0_f64, 1.0]);
    /// let sum = loss.loss_from_logits(Rows::new(&[0.0; 4], 2)?, &[0_u8, 1])?;
    /// assert_eq!((sum.weight(), sum.mean()), (4.0, Some(core::f64::consts::LN_2)));
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn class_weights(self, weights: &'a [T]) -> Self {
        let class_weights = Some(weights);
        self.with(Options {
            class_weights,
            ..self.options
        })
    }

    /// The same with targets that are mixed with a uniform distribution: 1 − `smoothing` of the
    /// target and `smoothing`/C for each of the row's C classes.
    ///
    /// A class with a logit of −∞ (or a probability of 0) is masked: it takes no part, and C counts
    /// only the others. Else a single one would make every loss +∞.
    ///
    /// # Errors
    /// The methods return [`Error::ParameterOutOfRange`] if `smoothing` is not in \[0, 1\].
    ///
    /// [`Error::ParameterOutOfRange`]: crate::Error::ParameterOutOfRange
    ///
    /// # Source
    /// Szegedy, Vanhoucke, Ioffe, Shlens and Wojna, Rethinking the Inception architecture for
    /// computer vision, CVPR 2016.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, RowsMut};
    ///
    /// let mut logits = [0.0_f32; 2];
    /// let loss = CrossEntropy::new().label_smoothing(0.5);
    /// loss.loss_and_gradient_in_place(RowsMut::new(&mut logits, 2)?, &[1_u8], 1.0)?;
    /// assert_eq!(logits, [0.25, -0.25]); // targets of ¼ and ¾
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn label_smoothing(self, smoothing: T) -> Self {
        self.with(Options {
            label_smoothing: smoothing,
            ..self.options
        })
    }

    /// The same for all rows but those with the label `index`, which need not be a column: they add
    /// nothing, are not counted, and have the gradient 0, whatever they hold. Soft targets have no
    /// label to ignore.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().ignore_index(-1);
    /// let sum = loss.loss_from_logits(Rows::new(&[f32::NAN, 0.0], 1)?, &[-1, 0])?;
    /// assert_eq!((sum.rows(), sum.loss()), (1, 0.0));
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn ignore_index(self, index: i64) -> Self {
        let ignore_index = Some(index);
        self.with(Options {
            ignore_index,
            ..self.options
        })
    }

    /// The same with a second loss of `factor`·(ln Σ e^x)² a row, which keeps logits from drifting.
    /// It is summed apart, in [`LossSum::z_loss`](crate::LossSum::z_loss); its gradient is part of
    /// the gradient. No weight multiplies it. From probabilities, there is none.
    ///
    /// # Accuracy
    /// A row's z-loss within 4 ULP of `factor`·max(|ln Σ e^x|, 1)².
    ///
    /// # Edge cases
    /// A row with NaN, with +∞ or of all −∞ has no more a z-loss than a loss: both are NaN. Targets
    /// that make the loss NaN leave the z-loss as it is. A `factor` of 0 asks for none.
    ///
    /// # Errors
    /// The methods return [`Error::ParameterOutOfRange`] if `factor` is negative, infinite or NaN.
    ///
    /// [`Error::ParameterOutOfRange`]: crate::Error::ParameterOutOfRange
    ///
    /// # Source
    /// Chowdhery et al., PaLM: Scaling language modeling with Pathways, arXiv 2204.02311 (2022),
    /// section 5.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().z_loss(0.5);
    /// let sum = loss.loss_from_logits(Rows::new(&[4.0_f64], 1)?, &[0_u8])?;
    /// assert_eq!((sum.loss(), sum.z_loss()), (0.0, 8.0));
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn z_loss(self, factor: T) -> Self {
        self.with(Options {
            z_loss: factor,
            ..self.options
        })
    }

    #[inline]
    fn with(self, options: Options<'a, T>) -> Self {
        Self { options, ..self }
    }
}

impl<T: Float> Default for CrossEntropy<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}
