//! Entropy, cross-entropy and divergences of a row and of rows.

mod levels;

use crate::{Error, Float, Level, Rows};

/// The entropy −Σ p ln p, in nats.
///
/// The elements are taken as they are: `p` is not divided by its sum. For probabilities, which sum
/// to 1, the result lies between 0 and ln n.
///
/// # Accuracy
/// At most 2 ULP for elements up to 1, at every level and length. Subnormal elements count in
/// full. Larger elements have terms of the other sign, which can cancel.
///
/// # Edge cases
/// 0 for an empty slice; the term of 0 is 0; NaN if any element is negative, infinite or NaN.
/// Elements of 2^80 (`f32`) or 2^900 (`f64`) and above are out of range: the result may be NaN.
///
/// # Source
/// C. E. Shannon, A mathematical theory of communication, Bell System Technical Journal 27 (1948).
///
/// # Example
/// ```
/// use core::f64::consts::LN_2;
///
/// assert_eq!(logits::entropy(&[0.25_f64; 4]), 2.0 * LN_2);
/// // One outcome is certain: nothing to learn.
/// assert_eq!(logits::entropy(&[0.0_f32, 1.0]), 0.0);
/// ```
#[inline]
pub fn entropy<T: Float>(p: &[T]) -> T {
    Level::best().entropy(p)
}

/// [`entropy`] of each row into `out`, one value a row, the same to the bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// [`Error::LengthMismatch`] if `out` has not one place a row; `out` is untouched.
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [0.0_f32; 2];
/// logits::entropy_rows(Rows::new(&[0.5, 0.5, 1.0, 0.0], 2)?, &mut out)?;
/// assert_eq!(out, [core::f32::consts::LN_2, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn entropy_rows<T: Float>(p: Rows<'_, T>, out: &mut [T]) -> Result<(), Error> {
    Level::best().entropy_rows(p, out)
}

/// The cross-entropy H(p, q) = −Σ p ln q, in nats: the expected surprise at outcomes of `p` of
/// someone who believes in `q`.
///
/// It is [`entropy`]`(p)` + [`kl_divergence`]`(p, q)`. The elements are taken as they are: neither
/// `p` nor `q` is divided by its sum. For the loss of logits and labels, which takes the softmax and
/// the logarithm at once, see [`CrossEntropy`](crate::CrossEntropy).
///
/// # Accuracy
/// At most 2 ULP for elements of `q` up to 1, at every level and length. Subnormal elements count
/// in full. Elements of `q` above 1 have terms of the other sign, which can cancel.
///
/// # Edge cases
/// 0 for empty slices; the term of p = 0 is 0, even where q = 0; +∞ where q = 0 < p; NaN if any
/// element of either is as in [`entropy`].
///
/// # Errors
/// [`Error::LengthMismatch`] if `p` and `q` differ in length.
///
/// # Source
/// I. J. Good, Some terminology and notation in information theory, Proceedings of the IEE 103 C
/// (1956).
///
/// # Example
/// ```
/// use core::f64::consts::LN_2;
///
/// let surprise = logits::cross_entropy(&[1.0, 0.0], &[0.25_f64, 0.75])?;
/// assert_eq!(surprise, 2.0 * LN_2);
/// // What does not happen may have been held impossible.
/// assert_eq!(logits::cross_entropy(&[1.0_f32, 0.0], &[1.0, 0.0])?, 0.0);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn cross_entropy<T: Float>(p: &[T], q: &[T]) -> Result<T, Error> {
    Level::best().cross_entropy(p, q)
}

/// [`cross_entropy`] of each row of `p` and that of `q` into `out`, one value a row, the same to the
/// bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// [`Error::LengthMismatch`] if `p` and `q` differ in columns or rows, or `out` has not one place a
/// row; `out` is untouched.
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [0.0_f32; 2];
/// let p = Rows::new(&[1.0, 0.0, 0.5, 0.5], 2)?;
/// logits::cross_entropy_rows(p, Rows::new(&[1.0, 0.0, 1.0, 0.0], 2)?, &mut out)?;
/// assert_eq!(out, [0.0, f32::INFINITY]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn cross_entropy_rows<T: Float>(
    p: Rows<'_, T>,
    q: Rows<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    Level::best().cross_entropy_rows(p, q, out)
}

/// The Kullback–Leibler divergence D(p‖q) = Σ p ln(p/q), in nats: what believing in `q` costs where
/// `p` is true.
///
/// At least 0 if `p` and `q` have the same sum, and 0 just where they are equal. The elements are
/// taken as they are: neither is divided by its sum. If `p` sums to a and `q` to b, the result is
/// a·D(p/a‖q/b) + a·ln(a/b), which may be negative.
///
/// Terms of near p and q are split into p − q, which is summed exactly, and a rest that is not
/// negative. So the divergence of q = p(1 + 10⁻⁶) keeps its digits, while the textbook's sum, of
/// logarithms of rounded quotients, has none.
///
/// # Accuracy
/// At most 3 ULP of max(|result|, Σ p ln(p/q) − p + q), at every level and length: of the result
/// itself, unless the sum of `q` exceeds that of `p`. It is the exact divergence of the given
/// numbers that is meant: a sum that rounding moves off 1 moves the result by as much.
///
/// # Edge cases
/// As for [`cross_entropy`].
///
/// # Errors
/// [`Error::LengthMismatch`] if `p` and `q` differ in length.
///
/// # Source
/// S. Kullback and R. A. Leibler, On information and sufficiency, Annals of Mathematical Statistics
/// 22 (1951); the split is derived in this crate's source.
///
/// # Example
/// ```
/// use core::f64::consts::LN_2;
///
/// assert_eq!(logits::kl_divergence(&[1.0, 0.0], &[0.5_f64, 0.5])?, LN_2);
/// assert_eq!(logits::kl_divergence(&[0.5, 0.5], &[1.0_f64, 0.0])?, f64::INFINITY);
/// // Half of the mean square of the relative differences.
/// let e = 2.0_f64.powi(-30);
/// let d = logits::kl_divergence(&[0.5, 0.5], &[0.5 + e, 0.5 - e])?;
/// assert!((d / (2.0 * e * e) - 1.0).abs() < 1e-15);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn kl_divergence<T: Float>(p: &[T], q: &[T]) -> Result<T, Error> {
    Level::best().kl_divergence(p, q)
}

/// [`kl_divergence`] of each row of `p` and that of `q` into `out`, one value a row, the same to the
/// bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// As for [`cross_entropy_rows`].
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [1.0_f32; 2];
/// let p = Rows::new(&[1.0, 0.0, 0.5, 0.5], 2)?;
/// logits::kl_divergence_rows(p, Rows::new(&[0.5; 4], 2)?, &mut out)?;
/// assert_eq!(out, [core::f32::consts::LN_2, 0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn kl_divergence_rows<T: Float>(
    p: Rows<'_, T>,
    q: Rows<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    Level::best().kl_divergence_rows(p, q, out)
}

/// The Jensen–Shannon divergence ½D(p‖m) + ½D(q‖m) with m = (p + q)/2, in nats.
///
/// Symmetric to the bit, at least 0, 0 just where `p` and `q` are equal, and at most ln 2 for
/// probabilities. No term is negative, whatever the sums: the elements are taken as they are.
///
/// # Accuracy
/// At most 4 ULP, at every level and length.
///
/// # Edge cases
/// 0 for empty slices; 0 is an element like any other; NaN if any element of either is as in
/// [`entropy`].
///
/// # Errors
/// [`Error::LengthMismatch`] if `p` and `q` differ in length.
///
/// # Source
/// J. Lin, Divergence measures based on the Shannon entropy, IEEE Transactions on Information Theory
/// 37 (1991).
///
/// # Example
/// ```
/// // Nothing in common.
/// let d = logits::js_divergence(&[1.0_f32, 0.0], &[0.0, 1.0])?;
/// assert_eq!(d, core::f32::consts::LN_2);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn js_divergence<T: Float>(p: &[T], q: &[T]) -> Result<T, Error> {
    Level::best().js_divergence(p, q)
}

/// [`js_divergence`] of each row of `p` and that of `q` into `out`, one value a row, the same to the
/// bit.
///
/// Formula, unit, accuracy, edge cases and source are those given there.
///
/// # Errors
/// As for [`cross_entropy_rows`].
///
/// # Example
/// ```
/// use logits::Rows;
///
/// let mut out = [1.0_f64];
/// let p = Rows::new(&[0.25, 0.75], 2)?;
/// logits::js_divergence_rows(p, p, &mut out)?;
/// assert_eq!(out, [0.0]);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn js_divergence_rows<T: Float>(
    p: Rows<'_, T>,
    q: Rows<'_, T>,
    out: &mut [T],
) -> Result<(), Error> {
    Level::best().js_divergence_rows(p, q, out)
}

/// A measure of each row of two batches.
type Measure<T> = fn(Level, Rows<'_, T>, Rows<'_, T>, &mut [T]);

/// The measure of two rows, which must be of one length.
#[inline]
pub(crate) fn of_pair<T: Float>(
    level: Level,
    p: &[T],
    q: &[T],
    measure: Measure<T>,
) -> Result<T, Error> {
    Error::check_lengths(p.len(), q.len())?;
    let mut out = [T::ZERO];
    measure(level, Rows::single(p), Rows::single(q), &mut out);
    Ok(out[0])
}

/// The measure of each row of two batches of one shape; `out` has one place a row.
#[inline]
pub(crate) fn of_rows<T: Float>(
    level: Level,
    p: Rows<'_, T>,
    q: Rows<'_, T>,
    out: &mut [T],
    measure: Measure<T>,
) -> Result<(), Error> {
    Error::check_lengths(p.columns(), q.columns())?;
    Error::check_lengths(p.len(), q.len())?;
    Error::check_lengths(p.len(), out.len())?;
    measure(level, p, q, out);
    Ok(())
}
