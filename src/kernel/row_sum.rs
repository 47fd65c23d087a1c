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

use core::marker::PhantomData;

use super::exp_sum::ExpSum;
use super::frame::{Frame, Shifted};
use super::maximum::{finite_maximum, largest, maximum, position};
use super::peak::{Among, Peak};
use super::sums::{MOST_LANES, Sums};
use crate::math::TwoFold;
use crate::simd::{Count, Element, Exchange, InOut, Routine, Span, Stack, Stripe, Token, Vector};

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

/// A [`RowSum`] before its lanes are added up.
#[derive(Clone, Copy)]
pub struct Unreduced<R: Vector> {
    /// The largest element.
    pub max: R::Element,
    /// Where it first stands, [`AMONG`] if it is not kept apart.
    argmax: usize,
    /// The shift and scale of what follows.
    pub frame: Frame<R::Element>,
    /// The terms, those of former peaks not among them.
    pub lanes: TwoFold<R>,
    /// Former peaks, in every lane.
    pub carried: TwoFold<R>,
}

impl<R: Exchange<Element: Shifted>> Unreduced<R> {
    /// The sum.
    #[inline(always)]
    fn reduced<P: Peak>(self, token: R::Token) -> RowSum<R::Element> {
        let peak = self.frame.exp(token, R::splat(token, self.max));
        let mut sum = R::sum_of_lanes(self.lanes);
        if P::APART {
            sum = sum.add(self.carried);
        }
        let rest = rest::<R, P>(token, sum, peak);
        RowSum {
            max: self.max,
            argmax: self.argmax,
            frame: self.frame,
            peak: peak.first(),
            rest: TwoFold {
                hi: rest.hi.first(),
                lo: rest.lo.first(),
            },
        }
    }
}

/// Σ e^x over all elements but the largest, from the sum of what was added up.
#[inline(always)]
pub fn rest<R: Vector, P: Peak>(token: R::Token, sum: TwoFold<R>, peak: R) -> TwoFold<R> {
    if P::APART {
        sum
    } else {
        sum.add_single(R::splat(token, R::Element::ZERO).sub(peak))
    }
}

/// An [`Unreduced`] sum in progress.
struct Running<V: Vector, P> {
    token: V::Token,
    max: V::Element,
    /// The place of the peak, [`AMONG`] if it is not kept apart.
    apart: usize,
    frame: Frame<V::Element>,
    peak: PhantomData<P>,
    /// Former peaks.
    carried: TwoFold<V::Register>,
    lanes: Stripe<V, TwoFold<V>>,
}

impl<V: Vector<Element: Shifted>, P: Peak> Running<V, P> {
    /// A sum of nothing yet, over a row that has its largest element so far at `apart`.
    #[inline(always)]
    fn new(token: V::Token, max: V::Element, apart: usize) -> Self {
        let frame = Frame::new(max, V::FUSED);
        Self {
            token,
            max,
            apart,
            frame,
            peak: PhantomData,
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
        if P::APART {
            let peak = V::Register::splat(self.token, self.max);
            let peak = self.frame.exp(self.token, peak);
            carried = carried.add_single(peak).shrink(self.token, powers);
        }
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
        let mut lanes = V::PerStripe::filled(P::empty_lane::<V>(self.token));
        let mut peak = self.apart.wrapping_sub(start);
        while block.len() > 0 {
            let (group, rest) = block.split(group_length::<V>());
            let full = group.len() == group_length::<V>();
            if full && peak >= group_length::<V>() && self.frame.is_near() {
                self.prefetch(group.source(), ahead);
                self.add_group::<S, true>(&mut lanes, group, AMONG);
            } else {
                self.add_group::<S, false>(&mut lanes, group, peak);
            }
            peak = peak.wrapping_sub(group_length::<V>());
            block = rest;
        }
        for (sum, lane) in self.lanes.as_mut().iter_mut().zip(lanes.as_ref()) {
            *sum = sum.add(P::lane_sum(self.token, *lane));
        }
    }

    /// [`add_block`](Self::add_block) for each block of a row.
    #[inline(always)]
    fn add_blocks<S: Span<V::Element>>(&mut self, mut row: S, ahead: usize) {
        let mut start = 0;
        while row.len() > 0 {
            let (block, rest) = row.split(block_length::<V>());
            self.add_block(block, start, ahead);
            start += block_length::<V>();
            row = rest;
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

    /// Adds the exponentials of at most a group to its lanes, without that of the peak: `PLAIN` if
    /// the group is full, the peak elsewhere and the frame shifts by a power of two.
    #[inline(always)]
    fn add_group<S: Span<V::Element>, const PLAIN: bool>(
        &self,
        lanes: &mut Stripe<V, TwoFold<V>>,
        mut group: S,
        peak: usize,
    ) {
        let stripe = V::Element::STRIPE;
        let mut start = 0;
        for lane in lanes.as_mut() {
            let a = self.exp_part::<S, PLAIN>(&mut group, start, peak);
            let b = self.exp_part::<S, PLAIN>(&mut group, start + stripe, peak);
            let c = self.exp_part::<S, PLAIN>(&mut group, start + 2 * stripe, peak);
            let d = self.exp_part::<S, PLAIN>(&mut group, start + 3 * stripe, peak);
            *lane = P::add_to_lane(*lane, a.add(b));
            *lane = P::add_to_lane(*lane, c.add(d));
            start += V::LANES;
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
        let powers = match (PLAIN, P::APART) {
            (true, true) => self.frame.exp_near(self.token, x),
            (true, false) => self.frame.exp_near_or_negligible(self.token, x),
            (false, _) => self.frame.exp(self.token, x),
        };
        group.store_at(start, powers);
        if PLAIN || !P::APART {
            powers
        } else {
            // Not only where the peak is: as a branch it would often be mispredicted.
            powers.with_lane(peak.wrapping_sub(start), zero)
        }
    }

    /// Adds up the lanes of equal places in registers.
    #[inline(always)]
    fn finish(mut self) -> Unreduced<V::Register> {
        let mut lanes = self.lanes.as_mut();
        while lanes.len() > 1 {
            let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
            for (lane, other) in lower.iter_mut().zip(upper) {
                *lane = lane.add(*other);
            }
            lanes = lower;
        }
        Unreduced {
            max: self.max,
            argmax: self.apart,
            frame: self.frame,
            lanes: V::sum_of_registers(V::PerStripe::first(&self.lanes)),
            carried: self.carried,
        }
    }
}

/// The place of a peak that is not kept apart.
const AMONG: usize = usize::MAX;

/// The place of `max`, which is in `row`, if it matters.
#[inline(always)]
fn place<V: Vector, P: Peak>(token: V::Token, row: &[V::Element], max: V::Element) -> usize {
    if P::APART {
        position::<V>(token, row, max)
    } else {
        AMONG
    }
}

/// The sum of a row's exponentials, or `Err` with the log-sum-exp where its largest element is
/// not finite: NaN if any element is, else that infinity.
///
/// Reads the row once: each block's maximum from memory, its exponentials from cache. Where a
/// block's maximum is infinite, or too far from the origin to shift by a power of two, it starts
/// again with the maximum of the whole row.
#[inline(always)]
pub fn row_sum<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    row: &[V::Element],
) -> Result<RowSum<V::Element>, V::Element> {
    Ok(row_sum_unreduced::<V, P>(token, row)?.reduced::<P>(token))
}

/// [`row_sum`] before its lanes are added up.
#[inline(always)]
pub fn row_sum_unreduced<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    row: &[V::Element],
) -> Result<Unreduced<V::Register>, V::Element> {
    token.call(OnePass::<V, P> {
        row,
        peak: PhantomData,
    })
}

/// [`row_sum`], compiled once.
struct OnePass<'a, V: Vector, P> {
    row: &'a [V::Element],
    peak: PhantomData<P>,
}

impl<V: Vector<Element: Shifted>, P: Peak> Routine<V::Token> for OnePass<'_, V, P> {
    type Output = Result<Unreduced<V::Register>, V::Element>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        let row = self.row;
        let length = block_length::<V>();
        let mut running: Option<Running<V, P>> = None;
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
                        let place = place::<V, P>(token, row, max);
                        running = Some(Running::new(token, max, place));
                        online = false;
                        start = 0;
                        continue;
                    }
                    Some(running) => {
                        let place = place::<V, P>(token, block, max);
                        running.raise(max, place.saturating_add(start));
                    }
                    None => {
                        let place = place::<V, P>(token, block, max);
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
pub fn row_sum_stored<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    row: InOut<'_, V::Element>,
) -> Result<RowSum<V::Element>, V::Element> {
    let sum = token.call(TwoPasses::<V, P> {
        row,
        peak: PhantomData,
    })?;
    Ok(sum.reduced::<P>(token))
}

/// [`row_sum_stored`], compiled once.
struct TwoPasses<'a, V: Vector, P> {
    row: InOut<'a, V::Element>,
    peak: PhantomData<P>,
}

impl<V: Vector<Element: Shifted>, P: Peak> Routine<V::Token> for TwoPasses<'_, V, P> {
    type Output = Result<Unreduced<V::Register>, V::Element>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        let row = self.row;
        let (max, place) = if P::APART {
            largest::<V>(token, row.source(), block_length::<V>())?
        } else {
            (finite_maximum::<V>(token, row.source())?, AMONG)
        };
        let mut running = Running::<V, P>::new(token, max, place);
        // What is behind the row may be the next.
        let ahead = row.len();
        running.add_blocks(row, ahead);
        Ok(running.finish())
    }
}

/// The sums of a few rows, in two passes, that store every exponential in the frame of its row.
///
/// All maxima come first: what follows from one is a chain of instructions that those of other rows
/// overlap.
#[inline(always)]
pub fn row_sums_stored<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: InOut<'_, V::Element>,
    columns: usize,
    sums: &mut Sums<V::Register>,
) {
    token.call(TwoPassesOfRows::<V> {
        rows,
        columns,
        sums,
    });
}

/// [`row_sums_stored`], compiled once.
struct TwoPassesOfRows<'a, V: Vector> {
    rows: InOut<'a, V::Element>,
    columns: usize,
    sums: &'a mut Sums<V::Register>,
}

impl<V: Vector<Element: Shifted>> Routine<V::Token> for TwoPassesOfRows<'_, V> {
    type Output = ();

    #[inline(always)]
    fn run(self, token: V::Token) {
        let Self {
            mut rows,
            columns,
            sums,
        } = self;
        let mut maxima = Stack::<_, MOST_LANES>::new();
        let mut unread = rows.source();
        while let Some((row, rest)) = unread.split_at_checked(columns) {
            if row.is_empty() {
                break;
            }
            maxima.push(finite_maximum::<V>(token, row));
            unread = rest;
        }
        for max in maxima.values() {
            let (row, rest) = rows.split(columns);
            rows = rest;
            sums.push::<V>(match *max {
                Ok(max) => {
                    let mut running = Running::<V, Among>::new(token, max, AMONG);
                    let ahead = columns * maxima.values().len();
                    running.add_blocks(row, ahead);
                    Ok(running.finish())
                }
                Err(special) => Err(special),
            });
        }
    }
}
