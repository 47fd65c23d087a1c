//! The sum of many rows' losses.

use crate::Float;
use crate::simd::Element;

/// The summed loss of rows, with what is needed to average it.
///
/// Sums keep their rounding errors apart, so that it does not matter how many rows there are, and
/// sums of several batches [`merge`](LossSum::merge).
///
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
    loss: Sum<T>,
    weight: Sum<T>,
    z_loss: Sum<T>,
    /// The number of rows.
    rows: u64,
    correct: u64,
}

impl<T: Element> LossSum<T> {
    /// Adds a row of this weight whose loss is `hi + lo`.
    #[inline(always)]
    pub(crate) fn add_row(&mut self, hi: T, lo: T, weight: T, correct: bool) {
        self.loss.add(hi, lo);
        self.weight.add(weight, T::ZERO);
        self.rows += 1;
        self.correct += u64::from(correct);
    }

    /// Adds so many decisions of weight 1 whose losses sum to `hi + lo`.
    #[inline(always)]
    pub(crate) fn add_decisions(&mut self, hi: T, lo: T, count: u64, correct: u64) {
        self.loss.add(hi, lo);
        // Two parts with no more digits than the type has, of any count that is met.
        let low = count & 0xf_ffff;
        self.weight.add(T::from_u64(count - low), T::from_u64(low));
        self.rows += count;
        self.correct += correct;
    }

    /// Adds the z-loss `hi + lo` of a row.
    #[inline(always)]
    pub(crate) fn add_z_loss(&mut self, hi: T, lo: T) {
        self.z_loss.add(hi, lo);
    }
}

/// A sum and what rounding left over of it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum<T> {
    sum: T,
    lost: T,
}

impl<T: Element> Sum<T> {
    /// Adds `hi + lo`, neither of which need be small beside the other.
    #[inline(always)]
    fn add(&mut self, hi: T, lo: T) {
        // What rounding left over of a number beyond the range is not a number.
        let lo = if lo.is_finite() { lo } else { T::ZERO };
        let (hi, lo) = two_sum(hi, lo);
        let (sum, lost) = two_sum(self.sum, hi);
        let lost = lo + lost;
        self.sum = sum;
        if lost.is_finite() {
            self.lost = self.lost + lost;
        }
    }

    /// The sum, rounded.
    #[inline]
    fn value(self) -> T {
        self.sum + self.lost
    }
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
    pub fn loss(&self) -> T {
        self.loss.value()
    }

    /// What [`mean`](LossSum::mean) divides by: the summed weights of the rows' labels, the number
    /// of rows where there are no class weights or where targets are soft.
    pub fn weight(&self) -> T {
        self.weight.value()
    }

    /// The sum of the rows' z-losses; 0 where none was asked for.
    pub fn z_loss(&self) -> T {
        self.z_loss.value()
    }

    /// The number of rows that count: all but the ignored. In a binary loss, each element is a row.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of rows whose largest element (the first, if several are equal) is the label's,
    /// or where the largest target is. A row whose loss is NaN does not count.
    pub fn correct(&self) -> u64 {
        self.correct
    }

    /// The loss a unit of [`weight`](LossSum::weight), in nats, which without class weights is the
    /// loss a row; `None` if nothing was counted: no rows, or none of a weight above 0.
    pub fn mean(&self) -> Option<T> {
        let weight = self.weight();
        (weight > T::ZERO).then(|| self.loss() / weight)
    }

    /// The share of [`correct`](LossSum::correct) rows; `None` if there were no rows.
    pub fn accuracy(&self) -> Option<T> {
        (self.rows > 0).then(|| T::from_u64(self.correct) / T::from_u64(self.rows))
    }

    /// Adds the rows of `other`.
    pub fn merge(&mut self, other: &Self) {
        for (sum, other) in [
            (&mut self.loss, other.loss),
            (&mut self.weight, other.weight),
            (&mut self.z_loss, other.z_loss),
        ] {
            sum.add(other.sum, other.lost);
        }
        self.rows += other.rows;
        self.correct += other.correct;
    }
}
