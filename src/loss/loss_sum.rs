//! The sum of many rows' losses.

use crate::Float;
use crate::simd::Element;

/// The summed loss of rows, with what is needed to average it.
///
/// Sums of several batches [`merge`](LossSum::merge).
///
/// # Accuracy
/// Sums keep their rounding errors apart: a sum is as accurate as the losses in it, however many rows
/// there are, and is rounded once, as it is read.
///
/// # Edge cases
/// The loss is NaN if that of any row is, and +∞ if that of any is, or if the sum overflows.
///
/// # Source
/// D. E. Knuth, The Art of Computer Programming, vol. 2, §4.2.2, for the rounding error of a sum.
///
/// # Example
/// ```
/// use logits::{CrossEntropy, Rows};
///
/// let loss = CrossEntropy::new();
/// let mut sum = loss.loss_from_logits(Rows::new(&[0.0_f64, 0.0], 2)?, &[0_u8])?;
/// sum.merge(&loss.loss_from_logits(Rows::new(&[5.0, 5.0], 2)?, &[1_u8])?);
/// assert_eq!(sum.mean(), Some(core::f64::consts::LN_2));
/// assert_eq!((sum.rows(), sum.correct()), (2, 1));
/// assert_eq!(sum.accuracy(), Some(0.5));
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossSum<T> {
    loss: LongSum<T>,
    weight: LongSum<T>,
    z_loss: LongSum<T>,
    /// The number of rows.
    rows: u64,
    correct: u64,
}

/// The number of rows whose sums are taken apart. They leave over what rounding does of one sign, if
/// they are equal, and as it grows it would need rounding itself.
const ROWS_TO_SETTLE: u64 = 64;

#[allow(private_bounds, reason = "for kernels alone")]
impl<T: Element> LossSum<T> {
    /// Adds a row of this weight whose loss is `hi + lo`.
    #[inline(always)]
    pub(crate) fn add_row(&mut self, hi: T, lo: T, weight: T, correct: bool) {
        self.weight.latest.add(weight, T::ZERO);
        self.add_losses(hi, lo, 1, u64::from(correct));
    }

    /// Adds the weight of so many rows that have a weight of 1.
    #[inline(always)]
    pub(crate) fn add_weight_of(&mut self, rows: u64) {
        // Two parts with no more digits than the type has, of any number that is met.
        let low = rows & 0xf_ffff;
        self.weight.latest.add(T::from_u64(rows - low), T::ZERO);
        self.weight.latest.add(T::from_u64(low), T::ZERO);
    }

    /// Adds weights that sum to `hi + lo`.
    #[inline(always)]
    pub(crate) fn add_weights(&mut self, hi: T, lo: T) {
        let (hi, lo) = normalized(hi, lo);
        self.weight.latest.add(hi, lo);
    }

    /// Adds so many rows whose losses sum to `hi + lo`, but not their weights.
    #[inline(always)]
    pub(crate) fn add_losses(&mut self, hi: T, lo: T, count: u64, correct: u64) {
        let (hi, lo) = normalized(hi, lo);
        self.loss.latest.add(hi, lo);
        self.count(count, correct);
    }

    /// Adds the z-loss `hi + lo` of a row.
    #[inline(always)]
    pub(crate) fn add_z_loss(&mut self, hi: T, lo: T) {
        let (hi, lo) = normalized(hi, lo);
        self.z_loss.latest.add(hi, lo);
    }

    /// Counts so many rows, some of which are correct, whose losses have been added; settles the sums
    /// from time to time. Saturates: merging may not panic, however often.
    #[inline(always)]
    fn count(&mut self, rows: u64, correct: u64) {
        let before = self.rows / ROWS_TO_SETTLE;
        self.rows = self.rows.saturating_add(rows);
        self.correct = self.correct.saturating_add(correct);
        if self.rows / ROWS_TO_SETTLE != before {
            self.loss.settle();
            self.weight.settle();
            self.z_loss.settle();
        }
    }
}

/// A sum in two parts, so that a row is added to a number not much larger than itself.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct LongSum<T> {
    earlier: CompensatedSum<T>,
    /// The sum of the rows since.
    latest: CompensatedSum<T>,
}

impl<T: Element> LongSum<T> {
    /// Moves the latest rows to the earlier ones.
    #[inline(always)]
    fn settle(&mut self) {
        self.earlier.add_sum(self.latest);
        self.latest = CompensatedSum::default();
    }

    /// Adds both parts of `other`, each to the like.
    fn merge(&mut self, other: &Self) {
        self.earlier.add_sum(other.earlier);
        self.latest.add(other.latest.sum, other.latest.lost);
    }

    /// The sum, rounded.
    #[inline]
    fn value(mut self) -> T {
        self.settle();
        self.earlier.sum
    }
}

/// A sum and what rounding left over of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct CompensatedSum<T> {
    sum: T,
    lost: T,
}

impl<T: Element> CompensatedSum<T> {
    /// Adds `hi + lo`, `lo` of the size of rounding errors.
    #[inline(always)]
    fn add(&mut self, hi: T, lo: T) {
        let (sum, lost) = two_sum(self.sum, hi);
        self.sum = sum;
        self.lose(lo + lost);
    }

    /// Adds `other`, and leaves over no more than is below the last digit of the sum.
    #[inline(always)]
    fn add_sum(&mut self, other: Self) {
        self.add(other.sum, other.lost);
        let (sum, lost) = two_sum(self.sum, self.lost);
        *self = Self { sum, lost: T::ZERO };
        self.lose(lost);
    }

    /// Keeps what rounding left over; of a number beyond the range that is not a number.
    #[inline(always)]
    fn lose(&mut self, lost: T) {
        if lost.is_finite() {
            self.lost = self.lost + lost;
        }
    }
}

/// The same number with `lo` below the last digit of `hi`. What rounding left over of a number beyond
/// the range is not a number.
#[inline(always)]
fn normalized<T: Element>(hi: T, lo: T) -> (T, T) {
    two_sum(hi, if lo.is_finite() { lo } else { T::ZERO })
}

/// The sum of `a` and `b` and its rounding error: TwoSum, Knuth.
#[inline(always)]
fn two_sum<T: Element>(a: T, b: T) -> (T, T) {
    let sum = a + b;
    let part = sum - a;
    (sum, (a - (sum - part)) + (b - part))
}

impl<T: Float> LossSum<T> {
    /// The sum of the rows' losses, in nats, without the z-loss.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let sum = CrossEntropy::new().loss_from_logits(Rows::new(&[0.0_f64; 4], 4)?, &[3_u8])?;
    /// assert_eq!(sum.loss(), 2.0 * core::f64::consts::LN_2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn loss(&self) -> T {
        self.loss.value()
    }

    /// What [`mean`](LossSum::mean) divides by: the summed weights of the rows' labels, the number
    /// of rows where there are no class weights or where targets are soft.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().class_weights(&[0.5, 2.0]);
    /// let sum = loss.loss_from_logits(Rows::new(&[0.0_f32; 4], 2)?, &[0_u8, 1])?;
    /// assert_eq!(sum.weight(), 2.5);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn weight(&self) -> T {
        self.weight.value()
    }

    /// The sum of the rows' [z-losses](crate::CrossEntropy::z_loss), factor·(ln Σ e^x)², in nats²
    /// times the factor; 0 where none was asked for. NaN if that of any row is: of one with NaN, with
    /// +∞ or of all −∞.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().z_loss(0.25);
    /// let sum = loss.loss_from_logits(Rows::new(&[4.0_f32, 2.0], 1)?, &[0_u8, 0])?;
    /// assert_eq!(sum.z_loss(), 5.0);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn z_loss(&self) -> T {
        self.z_loss.value()
    }

    /// The number of rows that count: all but the ignored. In a binary loss, each element is a row.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let loss = CrossEntropy::new().ignore_index(1);
    /// let sum = loss.loss_from_logits(Rows::new(&[0.0_f32; 6], 2)?, &[0_u8, 1, 0])?;
    /// assert_eq!(sum.rows(), 2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of rows whose largest element (the first, if several are equal) is the label's,
    /// or where the largest target is. A row whose loss is NaN does not count.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let rows = Rows::new(&[0.0_f32, 1.0, 5.0, 5.0, f32::NAN, 0.0], 2)?;
    /// let sum = CrossEntropy::new().loss_from_logits(rows, &[1_u8, 0, 1])?;
    /// assert_eq!(sum.correct(), 2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn correct(&self) -> u64 {
        self.correct
    }

    /// The loss a unit of [`weight`](LossSum::weight), in nats, which without class weights is the
    /// loss a row; `None` if nothing was counted: no rows, or none of a weight above 0. NaN where
    /// the loss is, and where the weights sum beyond the range.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, LossSum, Rows};
    ///
    /// let sum = CrossEntropy::new().loss_from_logits(Rows::new(&[7.0_f64; 4], 2)?, &[0_u8, 1])?;
    /// assert_eq!(sum.mean(), Some(core::f64::consts::LN_2));
    /// assert_eq!(LossSum::<f32>::default().mean(), None);
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn mean(&self) -> Option<T> {
        let weight = self.weight();
        if weight.is_finite() {
            (weight > T::ZERO).then(|| self.loss() / weight)
        } else {
            Some(T::NAN)
        }
    }

    /// The share of [`correct`](LossSum::correct) rows; `None` if there were no rows.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, Rows};
    ///
    /// let sum = CrossEntropy::new().loss_from_logits(Rows::new(&[7.0_f64; 4], 2)?, &[0_u8, 1])?;
    /// assert_eq!(sum.accuracy(), Some(0.5)); // of equal logits, the first is the prediction
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn accuracy(&self) -> Option<T> {
        (self.rows > 0).then(|| T::from_u64(self.correct) / T::from_u64(self.rows))
    }

    /// Adds the rows of `other`. The order in which sums merge may change the last digit.
    ///
    /// # Example
    /// ```
    /// use logits::{CrossEntropy, LossSum, Rows};
    ///
    /// let mut total = LossSum::default();
    /// for batch in [[0.0_f32; 4], [2.0; 4]] {
    ///     let rows = Rows::new(&batch, 2)?;
    ///     total.merge(&CrossEntropy::new().loss_from_logits(rows, &[0_u8, 1])?);
    /// }
    /// assert_eq!((total.rows(), total.loss()), (4, 4.0 * core::f32::consts::LN_2));
    /// # Ok::<(), logits::Error>(())
    /// ```
    pub fn merge(&mut self, other: &Self) {
        self.loss.merge(&other.loss);
        self.weight.merge(&other.weight);
        self.z_loss.merge(&other.z_loss);
        self.count(other.rows, other.correct);
    }
}
