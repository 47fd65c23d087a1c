//! The lanes of a register, to read and write one by one.

use crate::simd::{Element, Vector};

/// The most lanes of a register.
pub const MOST_LANES: usize = 16;

/// What the lanes of a register hold; more than there are hold 0.
pub type Lanes<E> = [E; MOST_LANES];

/// The lanes of a register.
#[inline(always)]
pub fn lanes<R: Vector>(register: R) -> Lanes<R::Element> {
    let mut lanes = [R::Element::ZERO; _];
    register.store(&mut lanes);
    lanes
}

/// Writes one lane, if there is such.
#[inline(always)]
pub fn set<T>(lanes: &mut Lanes<T>, lane: usize, value: T) {
    if let Some(place) = lanes.get_mut(lane) {
        *place = value;
    }
}
