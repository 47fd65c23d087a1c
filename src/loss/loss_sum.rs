//! The sum of many rows' losses.

use crate::Float;
use crate::simd::Element;

/// The summed loss of rows, with what is needed to average it.
///
/// The sum keeps its rounding errors apart, so that it does not matter how many rows there are,
/// and sums of several batches [`merge`](LossSum::merge).
///
/// ```
/// use logits::{CrossEntropy, Rows};
///
/// let loss = CrossEntropy::new();
/// let mut sum = loss.loss_from_logits(Rows::new(&[0.0_f64, 0.0], 2)?, &[0_u8])?;
/// sum.merge(&loss.loss_from_logits(Rows::new(&[5.0, 5.0], 2)?, &[1_u8])?);
/// assert_eq!(sum.mean(), Some(core::f64::consts::LN_2));
/// assert_eq!((sum.rows(), sum.correct()), (2, 1));
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LossSum<T> {
    sum: T,
    /// What rounding left over of `sum`.
    lost: T,
    /// The number of rows.
    rows: u64,
    correct: u64,
}

impl<T: Element> LossSum<T> {
    /// Adds a row's loss `hi + lo`.
    #[inline(always)]
    pub(crate) fn add_row(&mut self, hi: T, lo: T, correct: bool) {
        self.add(hi, lo);
        self.rows += 1;
        self.correct += u64::from(correct);
    }

    /// Adds `hi + lo`, neither of which need be small beside the other.
    #[inline(always)]
    fn add(&mut self, hi: T, lo: T) {
        // What rounding left over of an infinite number is not a number.
        let lo = if hi.is_finite() { lo } else { T::ZERO };
        let (hi, lo) = two_sum(hi, lo);
        let (sum, lost) = two_sum(self.sum, hi);
        self.sum = sum;
        self.lost = self.lost + (lo + lost);
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
    /// The sum of the rows' losses, in nats.
    pub fn loss(&self) -> T {
        // An infinite sum leaves no meaningful remainder.
        if self.sum.is_finite() {
            self.sum + self.lost
        } else {
            self.sum
        }
    }

    /// The number of rows.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The number of rows whose largest logit (the first, if several are equal) is the label's. A
    /// row whose loss is NaN does not count.
    pub fn correct(&self) -> u64 {
        self.correct
    }

    /// The loss a row, in nats; `None` if there were no rows.
    pub fn mean(&self) -> Option<T> {
        (self.rows > 0).then(|| self.loss() / T::from_u64(self.rows))
    }

    /// Adds the rows of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.add(other.sum, other.lost);
        self.rows += other.rows;
        self.correct += other.correct;
    }
}
