//! Sums over the fixed lanes of a stripe, whatever the width of a register.

use crate::math::TwoFold;
use crate::simd::{Count, Stripe, Vector};

/// A sum in progress that keeps every rounding error.
///
/// The element in place i belongs to lane i modulo [`Element::STRIPE`], and the lanes are added
/// up in a fixed tree: the same bits for every width.
///
/// [`Element::STRIPE`]: crate::simd::Element::STRIPE
pub struct LaneSum<V: Vector>(Stripe<V, TwoFold<V>>);

impl<V: Vector> LaneSum<V> {
    /// The sum of nothing.
    #[inline(always)]
    pub fn new(token: V::Token) -> Self {
        Self(V::PerStripe::filled(TwoFold::zero(token)))
    }

    /// How many vectors make a stripe.
    #[inline(always)]
    pub fn vectors(&self) -> usize {
        self.0.as_ref().len()
    }

    /// Adds the elements of the vector in this place of a stripe.
    #[inline(always)]
    pub fn add(&mut self, place: usize, x: V) {
        if let Some(lane) = self.0.as_mut().get_mut(place) {
            *lane = lane.add_single(x);
        }
    }

    /// Adds up the lanes. Beyond the range, `lo` is not a number.
    #[inline(always)]
    pub fn finish(mut self) -> TwoFold<V::Register> {
        let mut lanes = self.0.as_mut();
        while lanes.len() > 1 {
            let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
            for (lane, other) in lower.iter_mut().zip(upper) {
                *lane = lane.add(*other);
            }
            lanes = lower;
        }
        V::reduce_sum(V::PerStripe::first(&self.0))
    }
}
