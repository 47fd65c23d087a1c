//! −Σ q·ln p of rows of probabilities p, and its gradient −q/p.
//!
//! The targets q are those of [`cross_entropy_targets`](super::cross_entropy_targets), for labels: a
//! class with p = 0 has no part in what smoothing shares.

use super::lane_sum::LaneSum;
use super::maximum::{maximum, position};
use super::weighing::{lift_of, load_at};
use crate::loss::{Labels, LossSum, Options};
use crate::math::TwoFold;
use crate::math::ln::Logarithm;
use crate::math::log::ln;
use crate::math::scaled::{product, quotient};
use crate::rows::{Rows, RowsMut};
use crate::simd::{Element, Routine, Token, Vector};

/// The loss of every row. Labels and options have been checked.
#[inline(always)]
pub fn loss<V: Vector<Element: Logarithm>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    labels: Labels<'_>,
    options: Options<'_, V::Element>,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.iter().enumerate() {
        if let Some(label) = labels.get(index, options.ignore_index) {
            add_row::<V>(token, &mut sum, row, label, &options);
        }
    }
    sum
}

/// The loss of every row, whose probabilities give way to `scale` times the gradient. Labels and
/// options have been checked.
#[inline(always)]
pub fn loss_and_gradient<V: Vector<Element: Logarithm>>(
    token: V::Token,
    rows: RowsMut<'_, V::Element>,
    labels: Labels<'_>,
    options: Options<'_, V::Element>,
    scale: V::Element,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.into_iter().enumerate() {
        match labels.get(index, options.ignore_index) {
            Some(label) => match add_row::<V>(token, &mut sum, row, label, &options) {
                Some(share) => write_gradient::<V>(token, row, label, &options, share, scale),
                None => row.fill(V::Element::NAN),
            },
            None => row.fill(V::Element::ZERO),
        }
    }
    sum
}

/// Adds one row's loss; what smoothing shares with each class, if there is a loss.
#[inline(always)]
fn add_row<V: Vector<Element: Logarithm>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    row: &[V::Element],
    label: usize,
    options: &Options<'_, V::Element>,
) -> Option<Share<V::Register>> {
    let zero = V::Element::ZERO;
    let weight = options.class_weight(label);
    let mut loss = TwoFold::zero(token);
    let kept = kept::<V>(token, options);
    let p = row.get(label).copied().unwrap_or(zero);
    if kept.hi.first() != zero && weight != zero {
        let surprise = minus_ln(token, V::Register::splat(token, p));
        let weight = V::Register::splat(token, weight);
        loss = TwoFold::exact(token, product(token, [kept.value(), weight, surprise]));
    }
    let share = Share::new(token, options.label_smoothing, positive(row));
    if options.label_smoothing != zero {
        let shared = shared_loss::<V>(token, row, options.class_weights, share);
        loss = loss.add(shared).settled(token);
    }
    let is_nan = loss.hi.first().is_nan() || p < zero || has_nan::<V>(token, row);
    let correct = position::<V>(token, row, maximum::<V>(token, row)) == label;
    let hi = if is_nan {
        V::Element::NAN
    } else {
        loss.hi.first()
    };
    sum.add_row(hi, loss.lo.first(), weight, correct && !is_nan);
    (!is_nan).then_some(share)
}

/// 1 − ε.
#[inline(always)]
fn kept<V: Vector>(token: V::Token, options: &Options<'_, V::Element>) -> TwoFold<V::Register> {
    let one = V::Register::splat(token, V::Element::ONE);
    let smoothing = V::Register::splat(token, -options.label_smoothing);
    TwoFold::sum(one, smoothing)
}

/// Overwrites the probabilities with `scale` times the gradient.
#[inline(always)]
fn write_gradient<V: Vector<Element: Logarithm>>(
    token: V::Token,
    row: &mut [V::Element],
    label: usize,
    options: &Options<'_, V::Element>,
    share: Share<V::Register>,
    scale: V::Element,
) {
    let (zero, one) = (
        V::splat(token, V::Element::ZERO),
        V::splat(token, V::Element::ONE),
    );
    let p_of_label = row.get(label).copied().unwrap_or(V::Element::ONE);
    let share_of_row = V::splat(token, share.lifted.value().first());
    let lift = V::splat(token, share.lift);
    let scale_of_row = V::splat(token, scale);
    let mut start = 0;
    while let Some(part @ [_, ..]) = row.get_mut(start..) {
        let p = V::load(token, part, V::Element::ONE);
        let divisor = one.replace_where_less(zero, p, p);
        let weight = match options.class_weights {
            Some(weights) => load_at(token, weights, start),
            None => one,
        };
        let target = quotient(
            token,
            [share_of_row, scale_of_row, weight],
            divisor.mul(lift),
        );
        let slope = zero.replace_where_less(zero, p, zero.sub(target));
        slope.store(part);
        start += V::LANES;
    }
    if let Some(slope) = row.get_mut(label) {
        let kept = kept::<V>(token, options);
        let target = if p_of_label > V::Element::ZERO {
            kept.add(share.value(token)).settled(token)
        } else {
            kept
        };
        let weight = options.class_weight(label);
        let is_zero = target.hi.first() == V::Element::ZERO
            || weight == V::Element::ZERO
            || scale == V::Element::ZERO;
        let splat = |x| V::Register::splat(token, x);
        let factors = [target.value(), splat(scale), splat(weight)];
        // Of −0, the quotient would be +∞.
        let p = splat(p_of_label + V::Element::ZERO);
        *slope = if is_zero {
            V::Element::ZERO
        } else {
            -quotient(token, factors, p).first()
        };
    }
}

/// −ln p.
#[inline(always)]
fn minus_ln<V: Vector<Element: Logarithm>>(token: V::Token, p: V) -> V {
    V::splat(token, V::Element::ZERO).sub(ln(token, p))
}

/// What smoothing shares with each class, ε / C.
#[derive(Clone, Copy)]
struct Share<R: Vector> {
    /// Times the lift.
    lifted: TwoFold<R>,
    /// A power of two, above 1 only where ε is small: so a share has digits for all that
    /// multiplies it.
    lift: R::Element,
}

impl<R: Vector> Share<R> {
    #[inline(always)]
    fn new(token: R::Token, smoothing: R::Element, classes: u64) -> Self {
        let lift = lift_of(smoothing);
        // Without any class there is none to share with.
        let lifted = if smoothing == R::Element::ZERO || classes == 0 {
            TwoFold::zero(token)
        } else {
            let count = TwoFold::exact(token, R::splat(token, R::Element::from_u64(classes)));
            let smoothing = R::splat(token, smoothing * lift);
            count.divide(token, smoothing).normalized()
        };
        Self { lifted, lift }
    }

    /// The share, which may be subnormal.
    #[inline(always)]
    fn value(self, token: R::Token) -> TwoFold<R> {
        let inverse = R::splat(token, R::Element::ONE / self.lift);
        self.lifted.scaled(inverse)
    }
}

/// Σ −`share`·w·ln p over the classes with p ≠ 0.
#[inline(always)]
fn shared_loss<V: Vector<Element: Logarithm>>(
    token: V::Token,
    row: &[V::Element],
    weights: Option<&[V::Element]>,
    share: Share<V::Register>,
) -> TwoFold<V::Register> {
    let one = V::Element::ONE;
    let loss = SharedLoss::<V> {
        row,
        weights,
        share: share.value(token).value().first(),
        divisor: one,
    };
    let plain = loss.sum::<false>(token);
    if share.lift == one && lift_of(plain.hi.abs().first()) == one {
        return plain;
    }
    let lift = V::Element::LARGE_UNIT;
    let lifted = token.call_rarely(SharedLoss::<V> {
        share: share.lifted.value().first(),
        divisor: share.lift / lift,
        ..loss
    });
    // What overflows has a share with all digits.
    if lifted.hi.first().is_finite() {
        lifted.scaled(V::Register::splat(token, one / lift))
    } else {
        plain
    }
}

/// The loss of a row of what smoothing shares: terms `share`·w·−ln p / `divisor`.
struct SharedLoss<'a, V: Vector> {
    row: &'a [V::Element],
    weights: Option<&'a [V::Element]>,
    share: V::Element,
    divisor: V::Element,
}

impl<V: Vector<Element: Logarithm>> SharedLoss<'_, V> {
    /// The sum of the terms, which are divided if the sum is `LIFTED`.
    #[inline(always)]
    fn sum<const LIFTED: bool>(&self, token: V::Token) -> TwoFold<V::Register> {
        let (zero, one) = (
            V::splat(token, V::Element::ZERO),
            V::splat(token, V::Element::ONE),
        );
        let nan = V::splat(token, V::Element::NAN);
        let share = V::splat(token, self.share);
        let divisor = V::splat(token, self.divisor);
        let mut sum = LaneSum::<V>::new(token);
        let mut start = 0;
        while start < self.row.len() {
            for place in 0..sum.vectors() {
                if start >= self.row.len() {
                    break;
                }
                let p = load_at::<V>(token, self.row, start);
                // ln 1 = 0 for what does not count.
                let counted = one.replace_where_less(zero, p, p);
                let surprise = minus_ln(token, counted).replace_where_less(p, zero, nan);
                let weight = match self.weights {
                    Some(weights) => load_at(token, weights, start),
                    None => one,
                };
                let factors = [share, weight, surprise];
                let term = if LIFTED {
                    quotient(token, factors, divisor)
                } else {
                    product(token, factors)
                };
                sum.add(place, term);
                start += V::LANES;
            }
        }
        sum.finish().settled(token)
    }
}

impl<V: Vector<Element: Logarithm>> Routine<V::Token> for SharedLoss<'_, V> {
    type Output = TwoFold<V::Register>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        self.sum::<true>(token)
    }
}

/// How many probabilities are greater than 0.
#[inline(always)]
fn positive<E: Element>(row: &[E]) -> u64 {
    let mut count = 0;
    for &p in row {
        count += u64::from(p > E::ZERO);
    }
    count
}

/// Whether an element is NaN or infinite.
#[inline(always)]
fn has_nan<V: Vector>(token: V::Token, row: &[V::Element]) -> bool {
    let mut lanes = V::splat(token, V::Element::ZERO);
    let mut start = 0;
    while start < row.len() {
        let p = load_at::<V>(token, row, start);
        // 0, or NaN where p is not finite.
        lanes = lanes.add(p.sub(p));
        start += V::LANES;
    }
    V::reduce_sum(TwoFold::exact(token, lanes))
        .hi
        .first()
        .is_nan()
}
