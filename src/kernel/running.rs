//! A sum of exponentials in progress.
//!
//! Sums run over a fixed number of lanes, whatever the width of a register. A lane is a pair of
//! numbers, which keeps what every addition rounds off. The lanes are added up in a fixed tree. Which
//! terms meet depends on positions alone. So the result is the same for every width.

use core::marker::PhantomData;

use super::frame::{Frame, Shifted};
use super::lane_sum::sum_of_registers;
use super::maximum::Extremes;
use super::peak::{Adding, Apart, First, Peak};
use super::row_sum::RowSum;
use crate::math::TwoFold;
use crate::simd::{Count, Element, Exchange, Span, Stripe, Vector};

/// Stripes whose exponentials join the lanes together.
const STRIPES_PER_GROUP: usize = 4;

/// The number of elements of a group of stripes.
#[inline(always)]
pub const fn group_length<V: Vector>() -> usize {
    STRIPES_PER_GROUP * V::Element::STRIPE
}

/// The number of elements of which a row that is read once has the maximum taken first: 4 KiB,
/// little enough to stay in the nearest cache.
#[inline(always)]
pub const fn block_length<V: Vector>() -> usize {
    8 * group_length::<V>()
}

/// The number of elements, of several rows, that stay in the nearest cache while they are read again.
#[inline(always)]
pub const fn batch_length<V: Vector>() -> usize {
    4 * block_length::<V>()
}

/// The place of a peak that is not kept apart.
pub const AMONG: usize = usize::MAX;

/// A [`RowSum`] before its lanes are added up.
pub struct Unreduced<R: Vector, P> {
    /// The largest element.
    pub max: R::Element,
    /// Where it first stands, [`AMONG`] if it is not kept apart.
    pub argmax: usize,
    /// The shift and scale of what follows.
    pub frame: Frame<R::Element>,
    /// The terms, those of former peaks not among them.
    pub lanes: TwoFold<R>,
    /// Former peaks, in every lane.
    pub carried: TwoFold<R>,
    peak: PhantomData<P>,
}

impl<R: Exchange<Element: Shifted>> Unreduced<R, Apart> {
    /// The sum.
    #[inline(always)]
    pub fn reduced(self, token: R::Token) -> RowSum<R::Element> {
        let peak = self.frame.exp(token, R::splat(token, self.max));
        let rest = R::sum_of_lanes(self.lanes).add(self.carried);
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

/// What is known of the terms of a part of a row.
#[derive(Clone, Copy)]
pub enum TermKind {
    /// The frame shifts by a power of two, and all elements count.
    Counting,
    /// The frame shifts by a power of two.
    Near,
    /// Nothing.
    Far,
}

/// [`TermKind`] that the compiler knows: constants of functions cannot be of an enumeration.
const COUNTING: u8 = TermKind::Counting as u8;
const NEAR: u8 = TermKind::Near as u8;
const FAR: u8 = TermKind::Far as u8;
/// As `NEAR`, with the peak among the terms: a kind of one group, never of a whole part.
const WITH_PEAK: u8 = u8::MAX;

/// An [`Unreduced`] sum in progress.
pub struct Running<V: Vector, P> {
    token: V::Token,
    pub max: V::Element,
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
    pub fn new(token: V::Token, max: V::Element, apart: usize) -> Self {
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
    pub fn raised(mut self, max: V::Element, apart: usize) -> Self {
        let mut next = Self::new(self.token, max, apart);
        let powers = next.frame.powers_above(self.frame);
        for lane in self.lanes.as_mut() {
            *lane = lane.shrink(self.token, powers);
        }
        next.lanes = self.lanes;
        if P::APART {
            let peak = V::Register::splat(self.token, self.max);
            let peak = self.frame.exp(self.token, peak);
            let carried = self.carried.add_single(peak);
            next.carried = carried.shrink(self.token, powers);
        }
        next
    }

    /// Which terms full groups have, of elements with these extremes.
    #[inline(always)]
    pub fn terms(&self, extremes: &Extremes<V>) -> TermKind {
        if !self.frame.is_near() {
            TermKind::Far
        } else if extremes.may_be_less(self.token, self.frame.floor()) {
            TermKind::Near
        } else {
            TermKind::Counting
        }
    }

    /// Adds the exponentials of the block that starts at `start`, without that of the peak if it
    /// is kept apart, and stores them all where the span says. Asks the cache for what lies `ahead`
    /// elements further on.
    #[inline(always)]
    pub fn add_block<S: Span<V::Element>>(
        &mut self,
        mut block: S,
        start: usize,
        terms: TermKind,
        ahead: usize,
    ) {
        let mut peak = self.apart.wrapping_sub(start);
        if start == 0 {
            let mut lanes = self.lanes;
            block = self.add_group::<S, First>(&mut lanes, block, peak, terms, ahead);
            self.lanes = lanes;
            peak = peak.wrapping_sub(group_length::<V>());
            if block.len() == 0 {
                return;
            }
        }
        let mut lanes = V::PerStripe::filled(P::empty_lane::<V>(self.token));
        while block.len() > 0 {
            block = self.add_group::<S, P>(&mut lanes, block, peak, terms, ahead);
            peak = peak.wrapping_sub(group_length::<V>());
        }
        // Of equal terms, what rounding leaves over has one sign for long, and would need rounding
        // itself as it grows.
        for (sum, lane) in self.lanes.as_mut().iter_mut().zip(lanes.as_ref()) {
            let both = sum.add(P::lane_sum(self.token, *lane));
            *sum = TwoFold::fast_sum(both.hi, both.lo);
        }
    }

    /// [`add_block`](Self::add_block) for each block of a row.
    #[inline(always)]
    pub fn add_blocks<S: Span<V::Element>>(&mut self, mut row: S, terms: TermKind, ahead: usize) {
        let mut start = 0;
        while row.len() > 0 {
            let (block, rest) = row.split(block_length::<V>());
            self.add_block(block, start, terms, ahead);
            start += block_length::<V>();
            row = rest;
        }
    }

    /// Adds the exponentials of the first group of a block to its lanes, without that of the peak;
    /// returns what is behind it.
    #[inline(always)]
    fn add_group<S: Span<V::Element>, A: Adding>(
        &self,
        lanes: &mut Stripe<V, TwoFold<V>>,
        block: S,
        peak: usize,
        terms: TermKind,
        ahead: usize,
    ) -> S {
        let length = group_length::<V>();
        let (full, without_peak) = (block.len() >= length, peak >= length);
        match terms {
            TermKind::Counting if full && without_peak => {
                self.add_full_group::<S, A, COUNTING>(lanes, block, AMONG, ahead)
            }
            TermKind::Near if full && without_peak => {
                self.add_full_group::<S, A, NEAR>(lanes, block, AMONG, ahead)
            }
            // Only a peak that is kept apart has a place.
            TermKind::Counting | TermKind::Near if full && P::APART => {
                self.add_full_group::<S, A, WITH_PEAK>(lanes, block, peak, ahead)
            }
            _ => {
                let (group, rest) = block.split(length);
                self.add_terms::<S, A, FAR>(lanes, group, peak);
                rest
            }
        }
    }

    /// [`add_group`](Self::add_group), for a full group of terms of one kind. Inlined where the group is known
    /// to be full, which tells the compiler its length.
    #[inline(always)]
    fn add_full_group<S: Span<V::Element>, A: Adding, const TERMS: u8>(
        &self,
        lanes: &mut Stripe<V, TwoFold<V>>,
        block: S,
        peak: usize,
        ahead: usize,
    ) -> S {
        let (group, rest) = block.split(group_length::<V>());
        self.prefetch(group.source(), ahead);
        self.add_terms::<S, A, TERMS>(lanes, group, peak);
        rest
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

    /// [`add_group`](Self::add_group), for a full group unless `FAR`, without the peak unless that or
    /// `WITH_PEAK`.
    // Unoptimised, all its instances in one function would fill a thread's stack.
    #[cfg_attr(debug_assertions, inline(never))]
    #[cfg_attr(not(debug_assertions), inline(always))]
    fn add_terms<S: Span<V::Element>, A: Adding, const TERMS: u8>(
        &self,
        lanes: &mut Stripe<V, TwoFold<V>>,
        mut group: S,
        peak: usize,
    ) {
        let stripe = V::Element::STRIPE;
        let mut start = 0;
        for lane in lanes.as_mut() {
            let a = self.term::<S, TERMS>(&mut group, start, peak);
            let b = self.term::<S, TERMS>(&mut group, start + stripe, peak);
            let c = self.term::<S, TERMS>(&mut group, start + 2 * stripe, peak);
            let d = self.term::<S, TERMS>(&mut group, start + 3 * stripe, peak);
            *lane = A::add_to_lane(*lane, (a, b), (c, d));
            start += V::LANES;
        }
    }

    /// The exponentials of the elements from `start`, 0 at `peak` and where there is no element;
    /// stores them all.
    #[inline(always)]
    fn term<S: Span<V::Element>, const TERMS: u8>(
        &self,
        group: &mut S,
        start: usize,
        peak: usize,
    ) -> V {
        let zero = V::Element::ZERO;
        if TERMS == FAR && start >= group.len() {
            return V::splat(self.token, zero);
        }
        let x = group.load_at::<V>(self.token, start, V::Element::NEG_INFINITY);
        let powers = match TERMS {
            COUNTING => self.frame.exp_counting(self.token, x),
            NEAR | WITH_PEAK => self.frame.exp_near(self.token, x),
            _ => self.frame.exp(self.token, x),
        };
        group.store_at(start, powers);
        if (TERMS == WITH_PEAK || TERMS == FAR) && P::APART {
            // Not only where the peak is: as a branch it would often be mispredicted.
            powers.with_lane(peak.wrapping_sub(start), zero)
        } else {
            powers
        }
    }

    /// Adds up the lanes of equal places in registers.
    #[inline(always)]
    pub fn finish(self) -> Unreduced<V::Register, P> {
        Unreduced {
            max: self.max,
            argmax: self.apart,
            frame: self.frame,
            lanes: sum_of_registers::<V>(self.lanes),
            carried: self.carried,
            peak: PhantomData,
        }
    }
}
