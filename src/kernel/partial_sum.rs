//! Σ e^x of a row that comes in parts, from sums of the parts.
//!
//! A sum keeps the largest term apart from the rest, as that of a whole row does. Where two merge,
//! the lower peak joins the rest, and the rest of either moves to the frame of the higher: exactly
//! nearly always, so that neither the number of parts nor their order matters beyond the last
//! digits.

use super::frame::{Frame, Shifted};
use super::row_sum::{RowSum, row_sum};
use super::running::AMONG;
use super::softmax::share;
use crate::math::TwoFold;
use crate::simd::{Element, InOut, Vector};

/// The sum of exponentials of a part of a row: −∞ for nothing, NaN and +∞ for good.
#[derive(Clone, Copy, Debug)]
pub struct PartialSum<E> {
    /// The largest element; if it is not finite, the log-sum-exp.
    pub max: E,
    /// Σ e^x over all other elements, in the frame of the part.
    pub rest: E,
    /// What rounding left over of `rest`.
    pub lost: E,
}

impl<E: Element> PartialSum<E> {
    /// The sum where the largest element is not finite.
    #[inline(always)]
    pub const fn special(log_sum_exp: E) -> Self {
        Self {
            max: log_sum_exp,
            rest: E::ZERO,
            lost: E::ZERO,
        }
    }
}

impl<E: Shifted> PartialSum<E> {
    #[inline(always)]
    fn rest<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V> {
        TwoFold {
            hi: V::splat(token, self.rest),
            lo: V::splat(token, self.lost),
        }
    }

    /// The same as the sum of a row, whose largest element is nowhere; `None` if that is not finite.
    #[inline(always)]
    fn row_sum<V: Vector<Element = E>>(&self, token: V::Token) -> Option<RowSum<E>> {
        if !self.max.is_finite() {
            return None;
        }
        let frame = Frame::of_part(self.max, V::FUSED);
        let max = V::Register::splat(token, self.max);
        Some(RowSum {
            max: self.max,
            argmax: AMONG,
            frame,
            peak: frame.exp(token, max).first(),
            rest: TwoFold {
                hi: self.rest,
                lo: self.lost,
            },
        })
    }
}

/// The sum of `sum` and of the exponentials of `x`.
#[inline(always)]
pub fn extend<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: PartialSum<V::Element>,
    x: &[V::Element],
) -> PartialSum<V::Element> {
    let part = match row_sum::<V>(token, x) {
        Ok(part) => {
            let frame = Frame::of_part(part.max, V::FUSED);
            let rest = part.rest::<V>(token);
            let rest = part.frame.move_to(token, frame, rest);
            partial_sum(part.max, rest)
        }
        Err(special) => PartialSum::special(special),
    };
    merge::<V>(token, sum, part, V::FUSED)
}

/// `a` + `b`; `fused` tells which family `b` is from.
#[inline(always)]
pub fn merge<V: Vector<Element: Shifted>>(
    token: V::Token,
    a: PartialSum<V::Element>,
    b: PartialSum<V::Element>,
    fused: bool,
) -> PartialSum<V::Element> {
    if a.max.is_nan() {
        return a;
    }
    if b.max.is_nan() {
        return b;
    }
    let (a, b) = ((a, V::FUSED), (b, fused));
    let ((high, high_fused), (low, low_fused)) = if b.0.max > a.0.max { (b, a) } else { (a, b) };
    if !high.max.is_finite() {
        return PartialSum::special(high.max);
    }
    let frame = Frame::of_part(high.max, V::FUSED);
    let from = Frame::of_part(high.max, high_fused);
    let mut rest = from.move_to(token, frame, high.rest::<V::Register>(token));
    if frame.counts(low.max) {
        let from = Frame::of_part(low.max, low_fused);
        let peak = frame.exp(token, V::Register::splat(token, low.max));
        let low = from.move_to(token, frame, low.rest(token));
        rest = rest.add(low.add_single(peak));
    }
    partial_sum(high.max, rest)
}

/// The sum of a maximum and the rest, which is NaN if any element was: a maximum does not tell.
#[inline(always)]
fn partial_sum<R: Vector>(max: R::Element, rest: TwoFold<R>) -> PartialSum<R::Element> {
    let rest = rest.normalized();
    if rest.hi.first().is_nan() {
        return PartialSum::special(R::Element::NAN);
    }
    PartialSum {
        max,
        rest: rest.hi.first(),
        lost: rest.lo.first(),
    }
}

/// ln Σ e^x.
#[inline(always)]
pub fn log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: PartialSum<V::Element>,
) -> V::Element {
    match sum.row_sum::<V>(token) {
        Some(row_sum) => row_sum.log_sum_exp::<V>(token),
        None => sum.max,
    }
}

/// ln Σ e^x − `logit`, where Σ e^x is finite and not 0; else the log-sum-exp.
///
/// With M the largest element, (M − `logit`) + ln(Σ e^x / e^M): where the logit is one of the
/// elements, neither part is negative, so nothing cancels.
#[inline(always)]
pub fn log_sum_exp_above<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: PartialSum<V::Element>,
    logit: V::Element,
) -> V::Element {
    let Some(row_sum) = sum.row_sum::<V>(token) else {
        return sum.max;
    };
    let ratio = row_sum.log_ratio::<V>(token);
    let max = V::Register::splat(token, sum.max);
    let gap = TwoFold::sum(max, V::Register::splat(token, -logit));
    let above = gap.add_single(ratio.hi).add_single(ratio.lo);
    if above.lo.first().is_finite() {
        above.value().first()
    } else {
        above.hi.first()
    }
}

/// `scale` times the share of `x`, a part of the row with the sum `sum`, in the row's softmax; at
/// `target`, if `x` has such a place, `scale` times that minus 1.
#[inline(always)]
pub fn gradient<V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: PartialSum<V::Element>,
    x: &mut [V::Element],
    target: usize,
    scale: V::Element,
) {
    let logit = x.get(target).copied().unwrap_or(V::Element::NAN);
    let Some(row_sum) = sum.row_sum::<V>(token) else {
        x.fill(V::Element::NAN);
        return;
    };
    share::<V>(token, InOut::in_place(x), &row_sum, scale);
    if let Some(result) = x.get_mut(target) {
        // From the sum of all other terms: near 0 it keeps its digits.
        let others = row_sum.others::<V>(token, logit);
        let complement = others.product_value(row_sum.reciprocal::<V>(token));
        *result = -(complement.first() * scale);
    }
}
