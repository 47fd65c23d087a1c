//! Sums over the fixed lanes of a stripe, whatever the width of a register.

use core::slice;

use crate::math::TwoFold;
use crate::simd::{Count, Element, Exchange, Stripe, Vector};

/// How many stripes are added before what rounding left over is settled. Of equal terms it has one
/// sign for long, and would need rounding itself as it grows.
const STRIPES_TO_SETTLE: usize = 16;

/// A sum in progress that keeps every rounding error.
///
/// The element in place i belongs to lane i modulo [`Element::STRIPE`], and the lanes are added
/// up in a fixed tree: the same bits for every width.
pub struct LaneSum<V: Vector> {
    token: V::Token,
    lanes: Stripe<V, TwoFold<V>>,
    stripes: usize,
}

impl<V: Vector> LaneSum<V> {
    /// The sum of nothing.
    #[inline(always)]
    pub fn new(token: V::Token) -> Self {
        Self {
            token,
            lanes: V::PerStripe::filled(TwoFold::zero(token)),
            stripes: 0,
        }
    }

    /// How many vectors make a stripe.
    #[inline(always)]
    pub fn vectors(&self) -> usize {
        self.lanes.as_ref().len()
    }

    /// Adds the elements of the vector in this place of a stripe.
    #[inline(always)]
    pub fn add(&mut self, place: usize, x: V) {
        if place == 0 {
            if self.stripes == STRIPES_TO_SETTLE {
                self.settle();
            }
            self.stripes += 1;
        }
        if let Some(lane) = self.lanes.as_mut().get_mut(place) {
            *lane = lane.add_single(x);
        }
    }

    /// Adds the lanes of `x` to consecutive lanes of the stripe, from the register with the place of element
    /// number `first`: for a vector of several registers, the first of so many.
    #[inline(always)]
    pub fn add_lanes<W>(&mut self, first: usize, mut x: TwoFold<W>)
    where
        W: Vector<Element = V::Element, Register = V>,
        V: Exchange,
    {
        if first > 0 && first.is_multiple_of(STRIPES_TO_SETTLE * V::Element::STRIPE) {
            self.settle();
        }
        let place = first % V::Element::STRIPE / V::LANES;
        let lanes = self.lanes.as_mut().get_mut(place..).unwrap_or(&mut []);
        let hi = W::registers_mut(slice::from_mut(&mut x.hi));
        let lo = W::registers_mut(slice::from_mut(&mut x.lo));
        for ((lane, hi), lo) in lanes.iter_mut().zip(hi).zip(lo) {
            *lane = lane.add(TwoFold { hi: *hi, lo: *lo });
        }
    }

    /// Moves what rounding left over into the sums, but for those beyond the range, of which it is
    /// not a number.
    #[inline(always)]
    fn settle(&mut self) {
        let infinity = V::splat(self.token, -V::Element::NEG_INFINITY);
        for lane in self.lanes.as_mut() {
            let sum = lane.normalized();
            let lost = lane.lo.abs();
            *lane = TwoFold {
                hi: lane.hi.replace_where_less(lost, infinity, sum.hi),
                lo: lane.lo.replace_where_less(lost, infinity, sum.lo),
            };
        }
        self.stripes = 0;
    }

    /// Adds up the lanes. Beyond the range, `lo` is not a number.
    #[inline(always)]
    pub fn finish(self) -> TwoFold<V::Register> {
        V::Register::sum_of_lanes(sum_of_registers::<V>(self.lanes))
    }
}

impl<R: Exchange> LaneSum<R> {
    /// Adds up the first `count` lanes, the others being 0. Beyond the range, `lo` is not a number.
    #[inline(always)]
    pub fn finish_first(self, count: usize) -> TwoFold<R> {
        let sum = sum_of_first::<R>(self.lanes, count);
        if count > 1 { R::sum_of_lanes(sum) } else { sum }
    }
}

/// The sum of a stripe's registers in a fixed tree: halves of the stripe each time.
#[inline(always)]
pub fn sum_of_registers<V: Vector>(stripe: Stripe<V, TwoFold<V>>) -> TwoFold<V::Register> {
    sum_of_first::<V>(stripe, V::Element::STRIPE)
}

/// [`sum_of_registers`] where all lanes but the first `count` are 0, which are not added.
#[inline(always)]
fn sum_of_first<V: Vector>(
    mut stripe: Stripe<V, TwoFold<V>>,
    count: usize,
) -> TwoFold<V::Register> {
    let mut lanes = stripe.as_mut();
    while lanes.len() > 1 {
        let half = lanes.len() / 2;
        let (lower, upper) = lanes.split_at_mut(half);
        if count > half * V::LANES {
            for (lane, other) in lower.iter_mut().zip(upper) {
                *lane = lane.add(*other);
            }
        }
        lanes = lower;
    }
    V::sum_of_registers(V::PerStripe::first(&stripe))
}
