//! Entropies and divergences of the softmax of logits.

use super::exp_sum::ExpSum;
use super::few_columns::{self, Blocks, Cells};
use super::frame::{Frame, Shifted};
use super::frames::NearFrames;
use super::lanes::{filled, get, lanes, set, two_fold};
use super::peak::Apart;
use super::row::{each, row, up_to};
use super::row_sum::{RowSum, Wanted, row_sum, row_sums, rows_at_once};
use super::sum::{Summand, rounded, sum};
use super::sums::Sums;
use crate::math::TwoFold;
use crate::math::excess::{Excess, exp_m1_and_excess};
use crate::rows::Rows;
use crate::simd::{Element, Vector};

/// −Σ p ln p of each row, p = softmax(x), for as many rows as `out` has room for.
///
/// With M the largest logit and Z = Σ e^x, it is ln(Z / e^M) + Σ e^x·(M − x) / Z. Both parts are at
/// least 0.
#[inline(always)]
pub fn entropy_from_logits<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let columns = rows.columns();
    let mut blocks = Blocks::<V>::new(token, columns);
    let rows_at_once = rows_at_once::<V>(columns).min(out.len());
    let mut sums = Sums::<V::Register, Apart>::new(token, rows_at_once);
    let mut first = 0;
    while let (Some(rows @ [_, ..]), Some(out @ [_, ..])) =
        (rows.data().get(first * columns..), out.get_mut(first..))
    {
        if let Some(block) = blocks.sum::<Apart>(first, rows, Cells::Kept) {
            let gaps = blocks.total(Gaps {
                max: block.max,
                frame: block.frames,
            });
            entropy(token, &block.sum(token), gaps).store(out);
            first += V::LANES;
        } else {
            let rows = up_to(rows, rows_at_once * columns);
            let of_rows = row_sums::<V, Apart>(token, rows, columns, Wanted::ALL, &mut sums);
            let gaps = gaps_of_rows::<V>(token, rows, columns, &sums, &of_rows);
            sums.copy_to(out, &lanes(entropy(token, &of_rows, gaps)));
            first += rows_at_once;
        }
    }
}

/// Σ e^x·(M − x) of the rows of `sums`; NaN where a sum is not finite.
#[inline(always)]
fn gaps_of_rows<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: &[V::Element],
    columns: usize,
    sums: &Sums<V::Register, Apart>,
    of_rows: &ExpSum<V::Register>,
) -> TwoFold<V::Register> {
    let max = lanes(of_rows.max);
    let mut gaps = TwoFold {
        hi: filled::<V::Register, _>(V::Element::NAN),
        lo: filled::<V::Register, _>(V::Element::ZERO),
    };
    let mut number = 0;
    while let Some(row) = row(rows, columns, number) {
        let lane = sums.lane(number);
        if let (Some(frame), Some(max)) = (sums.frame(number), get(&max, lane)) {
            let gap = sum::<V, _>(token, row, row, Gaps { max, frame });
            set(&mut gaps.hi, lane, gap.hi.first());
            set(&mut gaps.lo, lane, gap.lo.first());
        }
        number += 1;
    }
    two_fold::<V::Register>(token, &gaps)
}

/// ln(Z / e^M) and the mean of M − x, added. The mean of a confident row is nearly all, and has the
/// errors of two exponentials, of the differences and of the products already: it is not rounded
/// before the sum.
#[inline(always)]
fn entropy<R: Vector<Element: Shifted>>(token: R::Token, sum: &ExpSum<R>, gaps: TwoFold<R>) -> R {
    let ratio = sum.log_ratio(token);
    let mean = gaps.quotient(token, sum.total);
    mean.add_single(ratio.hi).add_single(ratio.lo).value()
}

/// Σ p ln(p/q) of each row, p = softmax(x), q = softmax(y), for as many rows as `out` has room for.
///
/// With t = ln(q/p) it is Σ p·(e^t − 1 − t), because Σ p·(e^t − 1) = 0, and no term is negative. t
/// is y − x less a number c that the whole row shares. Its rounding error d has hardly an effect
/// then: all t are too large by d, Σ p·(e^t − 1) becomes e^d − 1 and the sum too large by
/// e^d − 1 − d. So the first sum yields d, and what the second has too much, about d²/2, is taken off
/// again: of consequence only where p and q all but agree.
#[inline(always)]
pub fn kl_divergence_from_logits<V: Vector<Element: Shifted + Excess>>(
    token: V::Token,
    x: Rows<'_, V::Element>,
    y: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    for ((x, y), out) in each(x).zip(each(y)).zip(out) {
        let sums = (row_sum::<V>(token, x), row_sum::<V>(token, y));
        *out = match sums {
            (Ok(x_sum), Ok(y_sum)) => divergence::<V>(token, (x, &x_sum), (y, &y_sum)),
            _ => V::Element::NAN,
        };
    }
}

/// The divergence of one row.
#[inline(always)]
fn divergence<V: Vector<Element: Shifted + Excess>>(
    token: V::Token,
    (x, x_sum): (&[V::Element], &RowSum<V::Element>),
    (y, y_sum): (&[V::Element], &RowSum<V::Element>),
) -> V::Element {
    let total = x_sum.total::<V>(token);
    let scale = total.hi.mul(y_sum.reciprocal::<V>(token).hi).first();
    if scale.is_nan() {
        return scale;
    }
    let shift = y_sum
        .log_ratio::<V>(token)
        .add(negated(token, x_sum.log_ratio::<V>(token)))
        .normalized();
    let ratios = Ratios {
        x_max: x_sum.max,
        y_max: y_sum.max,
        x_frame: x_sum.frame,
        y_frame: y_sum.frame,
        shift: (shift.hi.first(), shift.lo.first()),
        scale,
    };
    let [excess, surplus] = sum::<V, _>(token, x, y, ratios);
    let sum = rounded::<V::Register>(excess);
    if !sum.is_finite() {
        return sum;
    }
    let excess = excess.quotient(token, total);
    let surplus = surplus.quotient(token, total).value().first();
    let too_much = surplus * surplus * V::Element::HALF;
    let divergence = (excess.hi.first() - too_much) + excess.lo.first();
    if divergence < V::Element::ZERO {
        V::Element::ZERO
    } else {
        divergence
    }
}

/// −x.
#[inline(always)]
fn negated<V: Vector>(token: V::Token, x: TwoFold<V>) -> TwoFold<V> {
    let zero = V::splat(token, V::Element::ZERO);
    TwoFold {
        hi: zero.sub(x.hi),
        lo: zero.sub(x.lo),
    }
}

/// e^x·(M − x), M the largest element.
#[derive(Clone, Copy)]
struct Gaps<M, F> {
    max: M,
    frame: F,
}

impl<V: Vector<Element: Shifted>> Summand<V> for Gaps<V::Element, Frame<V::Element>> {
    type Terms = V;

    const NEUTRAL: V::Element = V::Element::NEG_INFINITY;

    #[inline(always)]
    fn terms(self, token: V::Token, x: V, _: V) -> V {
        let gap = finite_gap(token, V::splat(token, self.max), x);
        self.frame.exp(token, x).mul(gap)
    }
}

impl<R: Vector<Element: Shifted>> few_columns::Terms<R> for Gaps<R, NearFrames<R>> {
    #[inline(always)]
    fn term(self, token: R::Token, _: usize, x: &mut R) -> R {
        let gap = finite_gap(token, self.max, *x);
        self.frame.exp(token, *x).mul(gap)
    }
}

/// `max` − x, cut off where it goes with an exponential of 0.
#[inline(always)]
fn finite_gap<V: Vector<Element: Shifted>>(token: V::Token, max: V, x: V) -> V {
    let largest = V::splat(token, V::Element::NEGLIGIBLE + V::Element::NEGLIGIBLE);
    max.sub(x).at_most(largest)
}

/// Z·p·(e^t − 1 − t) and Z·p·(e^t − 1), Z = Σ e^x, in the frame of x.
#[derive(Clone, Copy)]
struct Ratios<E> {
    x_max: E,
    y_max: E,
    x_frame: Frame<E>,
    y_frame: Frame<E>,
    /// ln Σ e^(y − max y) − ln Σ e^(x − max x), in two parts.
    shift: (E, E),
    /// From e^y in its frame to Z·q.
    scale: E,
}

impl<E: Shifted> Ratios<E> {
    /// ln(q/p), where p is not negligible, in two parts.
    #[inline(always)]
    fn log_ratio<V: Vector<Element = E>>(self, token: V::Token, x: V, y: V) -> TwoFold<V> {
        // Far below, p is 0 and the logarithm does not matter, but must not be NaN.
        let floor = V::splat(token, self.x_max - (E::NEGLIGIBLE + E::NEGLIGIBLE));
        let x = TwoFold::sum(x.at_least(floor), V::splat(token, -self.x_max));
        let y = TwoFold::sum(y, V::splat(token, -self.y_max));
        let (shift, shift_rest) = self.shift;
        let shift = TwoFold {
            hi: V::splat(token, -shift),
            lo: V::splat(token, -shift_rest),
        };
        let sum = y.add(negated(token, x)).add(shift);
        let ratio = sum.normalized();
        let lowest = V::splat(token, E::NEG_INFINITY);
        // What rounding left over of −∞ is not a number.
        TwoFold {
            hi: lowest.replace_where_less(lowest, sum.hi, ratio.hi),
            lo: V::splat(token, E::ZERO).replace_where_less(lowest, sum.hi, ratio.lo),
        }
    }
}

impl<V: Vector<Element: Shifted + Excess>> Summand<V> for Ratios<V::Element> {
    type Terms = [V; 2];

    const NEUTRAL: V::Element = V::Element::NEG_INFINITY;

    #[inline(always)]
    fn terms(self, token: V::Token, x: V, y: V) -> [V; 2] {
        let p = self.x_frame.exp(token, x);
        let q = self.y_frame.exp(token, y).mul(V::splat(token, self.scale));
        let TwoFold { hi: t, lo: rest } = self.log_ratio(token, x, y);
        let (exp_m1, excess) = exp_m1_and_excess(token, t);
        // The derivative of e^t − 1 − t. Rounding t moves e^t by up to four units at 8, and t², which
        // is nearly all near 0, by twice as many as t.
        let excess = exp_m1.mul_add(rest, excess);
        // Where q is far above p, e^t could overflow; where p is 0, it is not defined.
        let high = V::splat(token, V::Element::SIXTEEN * V::Element::HALF);
        let least = V::splat(token, V::Element::MIN_POSITIVE);
        let excess = p
            .mul(excess)
            .replace_where_less(high, t, q.sub(p.mul_add(t, p)))
            .replace_where_less(p, least, q);
        // What is impossible under y alone is infinitely surprising, however rare under x.
        let lowest = V::splat(token, V::Element::NEG_INFINITY);
        let infinity = V::splat(token, -V::Element::NEG_INFINITY);
        let excess = V::splat(token, V::Element::ZERO)
            .replace_where_less(lowest, x, infinity)
            .replace_where_less(lowest, y, excess);
        let surplus = p
            .mul(exp_m1)
            .replace_where_less(high, t, q.sub(p))
            .replace_where_less(p, least, q);
        [excess, surplus]
    }
}
