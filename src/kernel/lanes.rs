//! The lanes of a vector, to read and write one by one.

use crate::math::TwoFold;
use crate::simd::{Count, Element, Vector};

/// The most lanes of a register.
pub const MOST_LANES: usize = 16;

/// Something for each lane of a vector.
pub type Lanes<V, T = <V as Vector>::Element> = <<V as Vector>::PerLane as Count>::Of<T>;

/// The same for every lane.
#[inline(always)]
pub fn filled<V: Vector, T: Copy>(value: T) -> Lanes<V, T> {
    const { assert!(V::PerLane::NUMBER == V::LANES) };
    V::PerLane::filled(value)
}

/// The lanes of a vector.
#[inline(always)]
pub fn lanes<V: Vector>(vector: V) -> Lanes<V> {
    let mut lanes = filled::<V, _>(V::Element::ZERO);
    vector.store(lanes.as_mut());
    lanes
}

/// What there is in a lane.
#[inline(always)]
pub fn get<T: Copy, L: AsRef<[T]>>(lanes: &L, lane: usize) -> Option<T> {
    lanes.as_ref().get(lane).copied()
}

/// Writes one lane, if there is such.
#[inline(always)]
pub fn set<T, L: AsMut<[T]>>(lanes: &mut L, lane: usize, value: T) {
    if let Some(place) = lanes.as_mut().get_mut(lane) {
        *place = value;
    }
}

/// The pair of each lane.
#[inline(always)]
pub fn two_fold<V: Vector>(token: V::Token, pairs: &TwoFold<Lanes<V>>) -> TwoFold<V> {
    TwoFold {
        hi: V::load(token, pairs.hi.as_ref(), V::Element::ZERO),
        lo: V::load(token, pairs.lo.as_ref(), V::Element::ZERO),
    }
}
