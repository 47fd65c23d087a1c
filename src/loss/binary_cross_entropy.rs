//! Binary cross-entropy.

use super::binary::{Binary, PositiveWeight, Space};
use super::loss_sum::LossSum;
use crate::{Error, Float, Level, Rows, RowsMut};

/// Binary cross-entropy, in nats: each element decides for itself between 1 and 0.
///
/// For a target y and a probability p of 1, the loss is w·(v·y·(−ln p) + (1 − y)·(−ln(1 − p))), with
/// w the [weight of the element](BinaryCrossEntropy::weights) and v that of a [positive
/// target](BinaryCrossEntropy::pos_weight); from a logit x, p = 1/(1 + e^−x). Targets may be soft:
/// any number in \[0, 1\].
///
/// In the [`LossSum`] each element counts as a row of weight 1; it is correct if x > 0 or p > ½ just
/// where y > ½. So [`LossSum::mean`] is the mean over elements, PyTorch's `reduction="mean"`, whose
/// `binary_cross_entropy_with_logits` and `binary_cross_entropy` have these semantics; but that
/// bounds each −ln p by 100, and its gradient's 1/p by 10¹². Here both are exact.
///
/// ```
/// use logits::{BinaryCrossEntropy, Rows};
///
/// let logits = [2.0_f64, -1.0, 0.5, -3.0];
/// let targets = [1.0, 0.0, 0.0, 0.0];
/// let (logits, targets) = (Rows::new(&logits, 2)?, Rows::new(&targets, 2)?);
/// let sum = BinaryCrossEntropy::new().loss_from_logits(logits, targets)?;
/// assert!((sum.loss() - 1.462_854_034_315).abs() < 1e-12);
/// assert_eq!((sum.rows(), sum.correct()), (4, 3));
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct BinaryCrossEntropy<'a, T> {
    level: Level,
    weights: Option<&'a [T]>,
    positive: PositiveWeight<'a, T>,
}

impl<'a, T: Float> BinaryCrossEntropy<'a, T> {
    /// Binary cross-entropy at the best level, without weights.
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows};
    ///
    /// let (logits, targets) = (Rows::new(&[0.0_f64], 1)?, Rows::new(&[1.0], 1)?);
    /// let sum = BinaryCrossEntropy::new().loss_from_logits(logits, targets)?;
    /// assert_eq!(sum.loss(), core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn new() -> Self {
        Self {
            level: Level::best(),
            weights: None,
            positive: PositiveWeight::All(T::ONE),
        }
    }

    /// The same at a chosen level.
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Level, Rows};
    ///
    /// let (p, targets) = (Rows::new(&[0.5_f32], 1)?, Rows::new(&[0.0], 1)?);
    /// let loss = BinaryCrossEntropy::new().level(Level::SCALAR);
    /// let sum = loss.loss_from_probabilities(p, targets)?;
    /// assert_eq!(sum.loss(), core::f32::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn level(self, level: Level) -> Self {
        Self { level, ..self }
    }

    /// The same with one weight an element.
    ///
    /// # Errors
    /// The methods return [`Error::LengthMismatch`] if there is not one weight an element, and
    /// [`Error::ParameterOutOfRange`] if a weight is negative, infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows, RowsMut};
    ///
    /// let mut logits = [0.0_f32, 0.0];
    /// let (rows, targets) = (RowsMut::new(&mut logits, 2)?, Rows::new(&[1.0, 0.0], 2)?);
    /// let loss = BinaryCrossEntropy::new().weights(&[1.0, 3.0]);
    /// loss.loss_and_gradient_in_place(rows, targets, 1.0)?;
    /// assert_eq!(logits, [-0.5, 1.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn weights(self, weights: &'a [T]) -> Self {
        let weights = Some(weights);
        Self { weights, ..self }
    }

    /// The same with a weight of positive targets, which multiplies y: above 1 it makes up for ones
    /// that are rare.
    ///
    /// # Errors
    /// The methods return [`Error::ParameterOutOfRange`] if it is negative, infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows, RowsMut};
    ///
    /// let mut logits = [0.0_f32, 0.0];
    /// let (rows, targets) = (RowsMut::new(&mut logits, 2)?, Rows::new(&[1.0, 0.0], 2)?);
    /// let loss = BinaryCrossEntropy::new().pos_weight(3.0);
    /// loss.loss_and_gradient_in_place(rows, targets, 1.0)?;
    /// assert_eq!(logits, [-1.5, 0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn pos_weight(self, weight: T) -> Self {
        let positive = PositiveWeight::All(weight);
        Self { positive, ..self }
    }

    /// As [`pos_weight`](BinaryCrossEntropy::pos_weight), with one weight a column.
    ///
    /// # Errors
    /// The methods return [`Error::LengthMismatch`] if there is not one weight a column, and
    /// [`Error::ParameterOutOfRange`] if a weight is negative, infinite or NaN.
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows, RowsMut};
    ///
    /// let mut logits = [0.0_f32, 0.0];
    /// let (rows, targets) = (RowsMut::new(&mut logits, 2)?, Rows::new(&[1.0, 1.0], 2)?);
    /// let loss = BinaryCrossEntropy::new().pos_weights(&[1.0, 3.0]);
    /// loss.loss_and_gradient_in_place(rows, targets, 1.0)?;
    /// assert_eq!(logits, [-0.5, -1.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn pos_weights(self, weights: &'a [T]) -> Self {
        let positive = PositiveWeight::Columns(weights);
        Self { positive, ..self }
    }

    /// The summed loss, in nats: w·(v·y·ln(1 + e^−x) + (1 − y)·ln(1 + e^x)) of each element, one
    /// target each.
    ///
    /// # Accuracy
    /// Each element's loss within 4 ULP at every level, however confident, for targets in \[0, 1\]. Where
    /// w, v or the target multiply a loss that is subnormal without them, they multiply its unit.
    ///
    /// # Edge cases
    /// A logit of ±∞ gives 0 with the target that agrees and +∞ with any other. A logit or a target
    /// of NaN gives NaN, whatever its weight. A target outside of \[0, 1\] is put into the formula as
    /// it is: one of its parts is negative, the accuracy is that of their sum, and an infinite target
    /// gives NaN.
    ///
    /// # Errors
    /// [`Error::LengthMismatch`] if `targets` has other rows or columns than `logits`; those of the
    /// weights.
    ///
    /// # Source
    /// As for [`softplus_in_place`](crate::softplus_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows};
    ///
    /// let (logits, targets) = (Rows::new(&[100.0_f32], 1)?, Rows::new(&[1.0], 1)?);
    /// let sum = BinaryCrossEntropy::new().loss_from_logits(logits, targets)?;
    /// assert_eq!(sum.loss(), 3.8e-44); // not 0
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_from_logits(
        &self,
        logits: Rows<'_, T>,
        targets: Rows<'_, T>,
    ) -> Result<LossSum<T>, Error> {
        self.loss(Space::Logits, logits, targets)
    }

    /// The summed loss, in nats; `scale` times its gradient, w·((1 − y)·σ(x) − v·y·σ(−x)),
    /// overwrites the logits. With v = 1 it is w·(σ(x) − y). One target an element.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_logits`](BinaryCrossEntropy::loss_from_logits); each element of the
    /// gradient within 4 ULP of the sum of its two parts' magnitudes, which for targets of 0 and 1 is
    /// that of the element itself, however confident. Weights and `scale` multiply the unit of what is
    /// subnormal without them.
    ///
    /// # Edge cases
    /// As in `loss_from_logits`; at ±∞ a gradient of 0, or of ±1 before its weights. NaN where the
    /// loss is.
    ///
    /// # Errors
    /// As in `loss_from_logits`; the logits are untouched.
    ///
    /// # Source
    /// As for [`sigmoid_in_place`](crate::sigmoid_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows, RowsMut};
    ///
    /// let mut logits = [0.0_f32, 0.0];
    /// let (rows, targets) = (RowsMut::new(&mut logits, 2)?, Rows::new(&[1.0, 0.25], 2)?);
    /// BinaryCrossEntropy::new().loss_and_gradient_in_place(rows, targets, 1.0)?;
    /// assert_eq!(logits, [-0.5, 0.25]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_and_gradient_in_place(
        &self,
        logits: RowsMut<'_, T>,
        targets: Rows<'_, T>,
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        self.loss_and_gradient(Space::Logits, logits, targets, scale)
    }

    /// The summed loss of probabilities of 1, in nats: w·(v·y·(−ln p) + (1 − y)·(−ln(1 − p))) of each,
    /// one target each.
    ///
    /// # Accuracy
    /// Each element's loss within 4 ULP at every level, for targets in \[0, 1\]. Where
    /// w, v or the target multiply a loss that is subnormal without them, they multiply its unit.
    ///
    /// # Edge cases
    /// 0 and 1 give 0 with the target that agrees and +∞ with any other. NaN, and what is outside of
    /// \[0, 1\], gives NaN, whatever its weight.
    ///
    /// # Errors
    /// As in [`loss_from_logits`](BinaryCrossEntropy::loss_from_logits).
    ///
    /// # Source
    /// As for [`ln_1p_in_place`](crate::ln_1p_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows};
    ///
    /// let (p, targets) = (Rows::new(&[0.5_f64, 0.0], 2)?, Rows::new(&[1.0, 0.0], 2)?);
    /// let sum = BinaryCrossEntropy::new().loss_from_probabilities(p, targets)?;
    /// assert_eq!(sum.loss(), core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_from_probabilities(
        &self,
        probabilities: Rows<'_, T>,
        targets: Rows<'_, T>,
    ) -> Result<LossSum<T>, Error> {
        self.loss(Space::Probabilities, probabilities, targets)
    }

    /// The summed loss of probabilities of 1, in nats; `scale` times its gradient, w·((1 − y)/(1 − p)
    /// − v·y/p), overwrites them. One target an element.
    ///
    /// # Accuracy
    /// The loss as in [`loss_from_probabilities`](BinaryCrossEntropy::loss_from_probabilities); each
    /// element of the gradient within 4 ULP of the sum of its two parts' magnitudes. Weights and `scale`
    /// multiply the unit of what is subnormal without them.
    ///
    /// # Edge cases
    /// As in `loss_from_probabilities`; an infinite gradient where the loss is, 0 for a part with a
    /// target of 0.
    ///
    /// # Errors
    /// As in [`loss_from_logits`](BinaryCrossEntropy::loss_from_logits); the probabilities are
    /// untouched.
    ///
    /// # Source
    /// As for [`ln_1p_in_place`](crate::ln_1p_in_place).
    ///
    /// # Example
    /// ```
    /// use logits::{BinaryCrossEntropy, Rows, RowsMut};
    ///
    /// let mut p = [0.25_f32, 0.5];
    /// let (rows, targets) = (RowsMut::new(&mut p, 2)?, Rows::new(&[1.0, 0.0], 2)?);
    /// BinaryCrossEntropy::new().loss_and_gradient_from_probabilities_in_place(rows, targets, 1.0)?;
    /// assert_eq!(p, [-4.0, 2.0]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss_and_gradient_from_probabilities_in_place(
        &self,
        probabilities: RowsMut<'_, T>,
        targets: Rows<'_, T>,
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        self.loss_and_gradient(Space::Probabilities, probabilities, targets, scale)
    }

    fn loss(
        &self,
        space: Space,
        x: Rows<'_, T>,
        targets: Rows<'_, T>,
    ) -> Result<LossSum<T>, Error> {
        let of = self.check(space, x, targets)?;
        Ok(T::binary_cross_entropy(self.level, x.data(), of))
    }

    fn loss_and_gradient(
        &self,
        space: Space,
        x: RowsMut<'_, T>,
        targets: Rows<'_, T>,
        scale: T,
    ) -> Result<LossSum<T>, Error> {
        let of = self.check(space, x.as_rows(), targets)?;
        Ok(T::binary_cross_entropy_gradient(
            self.level,
            x.into_data(),
            of,
            scale,
        ))
    }

    /// One target for each element, and weights that can be.
    fn check<'b>(
        &self,
        space: Space,
        x: Rows<'_, T>,
        targets: Rows<'b, T>,
    ) -> Result<Binary<'b, T>, Error>
    where
        'a: 'b,
    {
        Error::check_lengths(x.len(), targets.len())?;
        Error::check_lengths(x.columns(), targets.columns())?;
        let in_range = |weights: &[T]| weights.iter().all(|&w| w >= T::ZERO && w.is_finite());
        if let Some(weights) = self.weights {
            Error::check_lengths(x.data().len(), weights.len())?;
            Error::check_parameter("weights", in_range(weights))?;
        }
        match self.positive {
            PositiveWeight::All(weight) => {
                Error::check_parameter("pos_weight", in_range(&[weight]))?;
            }
            PositiveWeight::Columns(weights) => {
                Error::check_lengths(x.columns(), weights.len())?;
                Error::check_parameter("pos_weights", in_range(weights))?;
            }
        }
        Ok(Binary {
            space,
            columns: x.columns(),
            targets: targets.data(),
            weights: self.weights,
            positive: self.positive,
        })
    }
}

impl<T: Float> Default for BinaryCrossEntropy<'_, T> {
    fn default() -> Self {
        Self::new()
    }
}
