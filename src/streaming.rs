//! Log-sum-exp, softmax and loss of a row that comes in parts.

use crate::kernel::partial_sum::PartialSum;
use crate::{Error, Float, Level};

/// The log-sum-exp of a row that arrives in chunks or lies on several shards.
///
/// A state of 16 bytes for `f32`, 32 for `f64` (28 where `f64` is aligned to 4 bytes): add elements by
/// [`extend_from_slice`](LogSumExp::extend_from_slice) and other states by
/// [`merge`](LogSumExp::merge), in any order. From the state of the whole row each shard then has
/// the row's log-sum-exp, its own share of the softmax, the loss and its share of the gradient.
///
/// # Accuracy
/// As if the row had come at once, whatever the parts and the order in which they merge: results
/// differ in their last digits, within the bounds of each method. A merge adds a relative error of
/// at most 2^−46 (`f32`) or 2^−104 (`f64`) to the sum: nothing, short of millions of merges. Only
/// where the largest elements lie beyond ±16 384 (`f32`) or ±2^30 (`f64`), at unfused levels beyond
/// −220…350 or −640…1408, a part of the sum may lose up to half a unit of its own: as it is added,
/// and once for every 64 (`f32`) or 512 (`f64`) by which the maximum rises from then on.
///
/// The same parts, merged in the same order, give the same bits at every level of a family.
///
/// # Edge cases
/// A state of nothing, or of all −∞, has the log-sum-exp −∞, and changes no other; NaN is for good,
/// as is +∞ unless NaN joins it.
///
/// # Source
/// M. Milakov and N. Gimelshein, Online normalizer calculation for softmax, arXiv 1805.02867 (2018),
/// scaled by powers of two instead of the maximum, and with the largest term apart.
///
/// # Example
/// ```
/// use logits::LogSumExp;
///
/// // A row of four logits on two shards; the target is on the first.
/// let (mut left, mut right) = ([1000.0_f32, 1000.0], [1000.0, 1000.0]);
/// let target = left[1];
///
/// let mut row = LogSumExp::new();
/// row.extend_from_slice(&left);
/// let mut other = LogSumExp::new();
/// other.extend_from_slice(&right);
/// row.merge(&other);
///
/// assert_eq!(row.value(), logits::log_sum_exp(&[1000.0; 4]));
/// assert_eq!(row.loss(target), 2.0 * core::f32::consts::LN_2);
/// row.gradient_in_place(&mut left, Some(1), 1.0)?;
/// row.gradient_in_place(&mut right, None, 1.0)?;
/// assert_eq!([left, right], [[0.25, -0.75], [0.25, 0.25]]);
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LogSumExp<T> {
    sum: PartialSum<T>,
    level: Level,
}

impl<T: Float> LogSumExp<T> {
    /// The state of nothing, at the best level.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::LogSumExp::<f64>::new().value(), f64::NEG_INFINITY);
    /// ```
    #[inline]
    pub fn new() -> Self {
        Self::at(Level::best())
    }

    /// The same state at a chosen level. To one of the other family it moves as in
    /// [`merge`](LogSumExp::merge).
    ///
    /// # Example
    /// ```
    /// use logits::{Level, LogSumExp};
    ///
    /// let mut state = LogSumExp::new().level(Level::SCALAR);
    /// state.extend_from_slice(&[3.0_f32, 3.0]);
    /// assert_eq!(state.value(), Level::SCALAR.log_sum_exp(&[3.0_f32, 3.0]));
    /// ```
    #[inline]
    pub fn level(self, level: Level) -> Self {
        let mut state = Self::at(level);
        state.merge(&self);
        state
    }

    /// The state of nothing, at a level.
    #[inline]
    fn at(level: Level) -> Self {
        Self {
            sum: PartialSum::special(T::NEG_INFINITY),
            level,
        }
    }

    /// Adds elements to the row. Reads them as [`log_sum_exp`](crate::log_sum_exp) does; a call
    /// costs about as much as a hundred elements, beside its own.
    ///
    /// # Example
    /// ```
    /// let mut state = logits::LogSumExp::new();
    /// for chunk in [0.0_f64; 1000].chunks(300) {
    ///     state.extend_from_slice(chunk);
    /// }
    /// assert_eq!(state.value(), 1000_f64.ln());
    /// ```
    #[inline]
    pub fn extend_from_slice(&mut self, x: &[T]) {
        self.sum = T::extend_sum(self.level, self.sum, x);
    }

    /// Adds the elements of another state, which stays as it is. The level stays that of `self`;
    /// the other's may even be of the other family.
    ///
    /// # Example
    /// ```
    /// use logits::LogSumExp;
    ///
    /// let (mut a, mut b) = (LogSumExp::new(), LogSumExp::new());
    /// a.extend_from_slice(&[f64::NEG_INFINITY, 2.0]);
    /// b.extend_from_slice(&[2.0]);
    /// b.merge(&LogSumExp::new());
    /// a.merge(&b);
    /// assert_eq!(a.value(), 2.0 + core::f64::consts::LN_2);
    /// ```
    #[inline]
    pub fn merge(&mut self, other: &Self) {
        self.sum = T::merge_sums(self.level, self.sum, other.sum, other.level.is_fused());
    }

    /// ln Σ e^x of all elements so far, in nats.
    ///
    /// # Accuracy
    /// At most 1.7 units in the last place of max(|result|, 1).
    ///
    /// # Edge cases
    /// As in [`log_sum_exp`](crate::log_sum_exp).
    ///
    /// # Example
    /// ```
    /// let mut state = logits::LogSumExp::new();
    /// assert_eq!(state.value(), f32::NEG_INFINITY);
    /// state.extend_from_slice(&[1e30]);
    /// assert_eq!(state.value(), 1e30);
    /// ```
    #[inline]
    pub fn value(&self) -> T {
        T::log_sum_exp_of_parts(self.level, self.sum)
    }

    /// The row's loss ln Σ e^x − `target`, in nats, for the `target`'s logit, one of the elements
    /// so far, of whatever part.
    ///
    /// # Accuracy
    /// Within 4 ULP, however confident, as [`CrossEntropy`](crate::CrossEntropy). For another number
    /// than one of the elements it may cancel: within 4 ULP of the larger of |ln Σ e^x| and |`target`|.
    ///
    /// # Edge cases
    /// NaN if the log-sum-exp is not finite or `target` is NaN; +∞ for a `target` of −∞.
    ///
    /// # Example
    /// ```
    /// let mut state = logits::LogSumExp::new();
    /// state.extend_from_slice(&[0.0]);
    /// state.extend_from_slice(&[40.0_f64]);
    /// assert!((state.loss(40.0) / 4.248354255291589e-18 - 1.0).abs() < 1e-15);
    /// ```
    #[inline]
    pub fn loss(&self, target: T) -> T {
        if self.sum.max.is_finite() {
            T::log_sum_exp_above(self.level, self.sum, target)
        } else {
            T::NAN
        }
    }

    /// e^x / Σ e^x of a `chunk` of the row: its share of the row's softmax. The elements must be
    /// among those that the state is of.
    ///
    /// # Accuracy
    /// Each element within 3 ULP.
    ///
    /// # Edge cases
    /// NaN if the log-sum-exp is not finite.
    ///
    /// # Example
    /// ```
    /// let mut chunks = [[7.0_f32, 7.0], [7.0, 7.0]];
    /// let mut state = logits::LogSumExp::new();
    /// for chunk in &chunks {
    ///     state.extend_from_slice(chunk);
    /// }
    /// for chunk in &mut chunks {
    ///     state.softmax_in_place(chunk);
    /// }
    /// assert_eq!(chunks, [[0.25; 2]; 2]);
    /// ```
    #[inline]
    pub fn softmax_in_place(&self, chunk: &mut [T]) {
        T::partial_gradient(self.level, self.sum, chunk, usize::MAX, T::ONE);
    }

    /// `scale` times the gradient of the [`loss`](LogSumExp::loss) by a `chunk` of the row:
    /// softmax, minus 1 at the place `target` in the chunk, if the row's target is in it. The elements
    /// must be among those that the state is of.
    ///
    /// # Accuracy
    /// Each element within 4 ULP, that of the target too, where p − 1 would cancel.
    ///
    /// # Edge cases
    /// NaN if the log-sum-exp is not finite.
    ///
    /// # Errors
    /// [`Error::LabelOutOfRange`], with the row 0, if `target` is not a place in the chunk; the
    /// chunk is untouched.
    ///
    /// # Example
    /// ```
    /// let mut row = [2.0_f32, 2.0];
    /// let mut state = logits::LogSumExp::new();
    /// state.extend_from_slice(&row);
    /// state.gradient_in_place(&mut row, Some(1), 1.0)?;
    /// assert_eq!(row, [0.5, -0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn gradient_in_place(
        &self,
        chunk: &mut [T],
        target: Option<usize>,
        scale: T,
    ) -> Result<(), Error> {
        if target.is_some_and(|target| target >= chunk.len()) {
            return Err(Error::LabelOutOfRange { row: 0 });
        }
        let target = target.unwrap_or(usize::MAX);
        T::partial_gradient(self.level, self.sum, chunk, target, scale);
        Ok(())
    }

    /// The state as numbers, to send it to another machine: for [`from_parts`] alone to read. The
    /// first is the largest element, or the log-sum-exp if that is not finite.
    ///
    /// # Example
    /// ```
    /// let mut state = logits::LogSumExp::new();
    /// state.extend_from_slice(&[0.5_f32, 4.0]);
    /// assert_eq!(state.to_parts()[0], 4.0);
    /// ```
    ///
    /// [`from_parts`]: LogSumExp::from_parts
    #[inline]
    pub fn to_parts(&self) -> [T; 4] {
        let family = if self.level.is_fused() {
            T::ONE
        } else {
            T::ZERO
        };
        [self.sum.max, self.sum.rest, self.sum.lost, family]
    }

    /// The state that another machine had, at the best level of this one. A state of the other
    /// family moves as in [`merge`](LogSumExp::merge).
    ///
    /// Numbers that no state had make one of which no result means anything; nothing panics.
    ///
    /// # Example
    /// ```
    /// use logits::LogSumExp;
    ///
    /// let mut state = LogSumExp::new();
    /// state.extend_from_slice(&[0.5_f32, 0.5]);
    /// let received = LogSumExp::from_parts(state.to_parts());
    /// assert_eq!(received.value(), state.value());
    /// ```
    #[inline]
    pub fn from_parts([max, rest, lost, family]: [T; 4]) -> Self {
        let mut state = Self::new();
        let sum = PartialSum { max, rest, lost };
        state.sum = T::merge_sums(state.level, state.sum, sum, family != T::ZERO);
        state
    }
}

impl<T: Float> Default for LogSumExp<T> {
    fn default() -> Self {
        Self::new()
    }
}
