//! Σ e^x of a row, in the form that everything else is computed from.
//!
//! The largest term e^M is kept apart from the rest. A confident row's rest is far below the
//! rounding unit of the whole, and only apart does it keep its digits: ln Σ e^x = M + ln(1 + rest
//! / e^M).
//!
//! Sums run over a fixed number of lanes, whatever the width of a register. Four terms at a time
//! are added in a tree and join a lane's pair of numbers, which keeps every rounding error: two
//! roundings of a partial sum are all that a term suffers, however long the row. The lanes are
//! added up in a fixed tree. Which terms meet depends on positions alone. So the result is the
//! same for every width.
//!
//! Sources: Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
//! softmax functions, IMA J. Numer. Anal. 41 (2021), for the largest term apart; Milakov and
//! Gimelshein, Online normalizer calculation for softmax, arXiv 1805.02867 (2018), for the one
//! pass.

use super::exp_sum::ExpSum;
use super::frame::{Frame, Shifted};
use super::maximum::{finite_maximum, largest, maximum, position};
use crate::math::TwoFold;
use crate::simd::{Count, Element, InOut, Routine, Span, Stripe, Token, Vector};

/// Stripes whose exponentials are added up before their sum joins the lanes.
const STRIPES_PER_GROUP: usize = 4;

/// The number of elements of a group of stripes.
#[inline(always)]
const fn group_length<V: Vector>() -> usize {
    STRIPES_PER_GROUP * V::Element::STRIPE
}

/// The number of elements of which a row that is read once has the maximum taken first: 4 KiB,
/// little enough to stay in the nearest cache.
#[inline(always)]
const fn block_length<V: Vector>() -> usize {
    8 * group_length::<V>()
}

/// The sum of exponentials of a row whose largest element is finite.
#[derive(Clone, Copy)]
pub struct RowSum<E> {
    /// The largest element.
    pub max: E,
    /// Where it first stands.
    pub argmax: usize,
    /// The shift and scale of `peak` and `rest`.
    pub frame: Frame<E>,
    /// e^max.
    pub peak: E,
    /// Σ e^x over all other elements.
    pub rest: TwoFold<E>,
}

impl<E: Shifted> RowSum<E> {
    /// The sum in every lane.
    #[inline(always)]
    fn splat<V: Vector<Element = E>>(&self, token: V::Token) -> ExpSum<V> {
        ExpSum {
            max: V::splat(token, self.max),
            peak: V::splat(token, self.peak),
            rest: TwoFold {
                hi: V::splat(token, self.rest.hi),
                lo: V::splat(token, self.rest.lo),
            },
        }
    }

    /// Σ e^x over all elements but the largest.
    #[inline(always)]
    pub fn rest<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).rest
    }

    /// 1 / Σ e^x.
    #[inline(always)]
    pub fn reciprocal<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).reciprocal(token)
    }

    /// ln(Σ e^x / e^max) ≥ 0, in two parts.
    #[inline(always)]
    pub fn log_ratio<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).log_ratio(token)
    }

    /// ln Σ e^x.
    #[inline(always)]
    pub fn log_sum_exp<V: Vector<Element = E>>(&self, token: V::Token) -> E {
        let sum = self.splat::<V::Register>(token);
        let peak = self.frame.peak(token, self.max);
        sum.log_sum_exp(token, peak).first()
    }
}

/// A [`RowSum`] in progress: before its lanes are added up.
struct Running<V: Vector> {
    token: V::Token,
    max: V::Element,
    /// The place of the peak, `usize::MAX` if it is not kept apart.
    apart: usize,
    frame: Frame<V::Element>,
    peak: V::Register,
    /// Former peaks.
    carried: TwoFold<V::Register>,
    lanes: Stripe<V, TwoFold<V>>,
}

impl<V: Vector<Element: Shifted>> Running<V> {
    /// A sum of nothing yet, over a row that has its largest element so far at `apart`.
    #[inline(always)]
    fn new(token: V::Token, max: V::Element, apart: usize) -> Self {
        let frame = Frame::new(max, V::FUSED);
        Self {
            token,
            max,
            apart,
            frame,
            peak: frame.exp(token, V::Register::splat(token, max)),
            carried: TwoFold::zero(token),
            lanes: V::PerStripe::filled(TwoFold::zero(token)),
        }
    }

    /// Goes on with a larger maximum: the former peak becomes a term like any other, and all
    /// terms move to the new scale.
    #[inline(always)]
    fn raise(&mut self, max: V::Element, apart: usize) {
        let next = Self::new(self.token, max, apart);
        let powers = next.frame.powers_above(self.frame);
        for lane in self.lanes.as_mut() {
            *lane = lane.shrink(self.token, powers);
        }
        let mut carried = self.carried;
        if self.apart != AMONG {
            carried = carried.add_single(self.peak);
        }
        let carried = carried.shrink(self.token, powers);
        *self = Self {
            carried,
            lanes: self.lanes,
            ..next
        };
    }

    /// Adds the exponentials of the block that starts at `start`, without that of the peak if it
    /// is kept apart, and stores them all where the span says. Asks the cache for what lies `ahead`
    /// elements further on.
    #[inline(always)]
    fn add_block<S: Span<V::Element>>(&mut self, mut block: S, start: usize, ahead: usize) {
        let mut peak = self.apart.wrapping_sub(start);
        while block.len() > 0 {
            let (group, rest) = block.split(group_length::<V>());
            let full = group.len() == group_length::<V>();
            if full && peak >= group_length::<V>() && self.frame.is_near() {
                self.prefetch(group.source(), ahead);
                self.add_group::<S, true>(group, AMONG);
            } else {
                self.add_group::<S, false>(group, peak);
            }
            peak = peak.wrapping_sub(group_length::<V>());
            block = rest;
        }
    }

    /// Asks the cache for the group that lies `ahead` elements behind the start of this one.
    #[inline(always)]
    fn prefetch(&self, group: &[V::Element], ahead: usize) {
        let mut start = 0;
        while start < group_length::<V>() {
            V::prefetch(self.token, group, ahead + start);
            start += V::LANES;
        }
    }

    /// Adds the exponentials of at most a group, without that of the peak: `PLAIN` if the group is
    /// full, the peak elsewhere and the frame shifts by a power of two.
    ///
    /// Each lane's terms are added in a tree, and what joins the lane keeps its rounding error.
    #[inline(always)]
    fn add_group<S: Span<V::Element>, const PLAIN: bool>(&mut self, mut group: S, peak: usize) {
        let stripe = V::Element::STRIPE;
        let mut start = 0;
        for index in 0..self.lanes.as_ref().len() {
            let a = self.exp_part::<S, PLAIN>(&mut group, start, peak);
            let b = self.exp_part::<S, PLAIN>(&mut group, start + stripe, peak);
            let c = self.exp_part::<S, PLAIN>(&mut group, start + 2 * stripe, peak);
            let d = self.exp_part::<S, PLAIN>(&mut group, start + 3 * stripe, peak);
            self.add_to_lane(index, a.add(b).add(c.add(d)));
            start += V::LANES;
        }
    }

    /// Adds the sum of a group's terms to their lane.
    #[inline(always)]
    fn add_to_lane(&mut self, index: usize, sum: V) {
        if let Some(lane) = self.lanes.as_mut().get_mut(index) {
            *lane = lane.add_single(sum);
        }
    }

    /// The exponentials of the elements from `start`, 0 at `peak` and where there is no element;
    /// stores them all.
    #[inline(always)]
    fn exp_part<S: Span<V::Element>, const PLAIN: bool>(
        &self,
        group: &mut S,
        start: usize,
        peak: usize,
    ) -> V {
        let zero = V::Element::ZERO;
        if !PLAIN && start >= group.len() {
            return V::splat(self.token, zero);
        }
        let x = group.load_at::<V>(self.token, start, V::Element::NEG_INFINITY);
        let powers = if PLAIN {
            self.frame.exp_near(self.token, x)
        } else {
            self.frame.exp(self.token, x)
        };
        group.store_at(start, powers);
        if PLAIN {
            powers
        } else {
            // Not only where the peak is: as a branch it would often be mispredicted.
            powers.with_lane(peak.wrapping_sub(start), zero)
        }
    }

    /// Adds up the lanes.
    #[inline(always)]
    fn finish(mut self) -> RowSum<V::Element> {
        let mut lanes = self.lanes.as_mut();
        while lanes.len() > 1 {
            let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
            for (lane, other) in lower.iter_mut().zip(upper) {
                *lane = lane.add(*other);
            }
            lanes = lower;
        }
        let mut rest = V::reduce_sum(V::PerStripe::first(&self.lanes)).add(self.carried);
        if self.apart == AMONG {
            let zero = V::Register::splat(self.token, V::Element::ZERO);
            rest = rest.add_single(zero.sub(self.peak));
        }
        RowSum {
            max: self.max,
            argmax: self.apart,
            frame: self.frame,
            peak: self.peak.first(),
            rest: TwoFold {
                hi: rest.hi.first(),
                lo: rest.lo.first(),
            },
        }
    }
}

/// What becomes of a row's largest term.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Peak {
    /// Kept apart from the sum, which takes finding it: the rest keeps its own digits.
    Apart,
    /// Summed like the others: the rest keeps the digits that the whole has room for.
    Among,
}

/// The place of a peak that is not kept apart.
const AMONG: usize = usize::MAX;

impl Peak {
    /// The place of `max`, which is in `row`, if it matters.
    #[inline(always)]
    fn place<V: Vector>(self, token: V::Token, row: &[V::Element], max: V::Element) -> usize {
        match self {
            Self::Apart => position::<V>(token, row, max),
            Self::Among => AMONG,
        }
    }
}

/// The sum of a row's exponentials, or `Err` with the log-sum-exp where its largest element is
/// not finite: NaN if any element is, else that infinity.
///
/// Reads the row once: each block's maximum from memory, its exponentials from cache. Where a
/// block's maximum is infinite, or too far from the origin to shift by a power of two, it starts
/// again with the maximum of the whole row.
#[inline(always)]
pub fn row_sum<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &[V::Element],
    peak: Peak,
) -> Result<RowSum<V::Element>, V::Element> {
    token.call(OnePass::<V> { row, peak })
}

/// [`row_sum`], compiled once.
struct OnePass<'a, V: Vector> {
    row: &'a [V::Element],
    peak: Peak,
}

impl<V: Vector<Element: Shifted>> Routine<V::Token> for OnePass<'_, V> {
    type Output = Result<RowSum<V::Element>, V::Element>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        let Self { row, peak } = self;
        let length = block_length::<V>();
        let mut running: Option<Running<V>> = None;
        let mut online = true;
        let mut start = 0;
        while let Some(rest @ [_, ..]) = row.get(start..) {
            let block = rest.get(..length).unwrap_or(rest);
            if online {
                let max = maximum::<V>(token, block);
                match &mut running {
                    Some(running) if max <= running.max => {}
                    _ if !Frame::shifts_by_power(max, V::FUSED) => {
                        let max = finite_maximum::<V>(token, row)?;
                        let place = peak.place::<V>(token, row, max);
                        running = Some(Running::new(token, max, place));
                        online = false;
                        start = 0;
                        continue;
                    }
                    Some(running) => {
                        let place = peak.place::<V>(token, block, max);
                        running.raise(max, place.saturating_add(start));
                    }
                    None => {
                        let place = peak.place::<V>(token, block, max);
                        running = Some(Running::new(token, max, place.saturating_add(start)));
                    }
                }
            }
            if let Some(running) = &mut running {
                running.add_block(block, start, length);
            }
            start += length;
        }
        match running {
            Some(running) => Ok(running.finish()),
            None => Err(V::Element::NEG_INFINITY),
        }
    }
}

/// [`row_sum`] in two passes, the maximum first, that stores every exponential in the frame of
/// the result.
#[inline(always)]
pub fn row_sum_stored<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> Result<RowSum<V::Element>, V::Element> {
    token.call(TwoPasses::<V> { row })
}

/// [`row_sum_stored`], compiled once.
struct TwoPasses<'a, V: Vector> {
    row: InOut<'a, V::Element>,
}

impl<V: Vector<Element: Shifted>> Routine<V::Token> for TwoPasses<'_, V> {
    type Output = Result<RowSum<V::Element>, V::Element>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        let row = self.row;
        let (max, place) = largest::<V>(token, row.source(), block_length::<V>())?;
        let mut running = Running::<V>::new(token, max, place);
        // In a batch, the next row lies there.
        let ahead = row.len();
        running.add_block(row, 0, ahead);
        Ok(running.finish())
    }
}
