//! The largest element, and where it is; whether any may be below a bound.

use super::row::up_to;
use crate::simd::{Element, Pair, Quad, Vector};

/// Eight registers: as many independent maxima as hide the latency of one.
type Eight<V> = Pair<Quad<<V as Vector>::Register>>;

/// Four registers: each of two instructions an element hides the latency of the other.
type Four<V> = Quad<<V as Vector>::Register>;

/// The largest element that is not NaN; −∞ if there is none.
#[inline(always)]
pub fn maximum<V: Vector>(token: V::Token, x: &[V::Element]) -> V::Element {
    let mut max = Eight::<V>::splat(token, V::Element::NEG_INFINITY);
    let mut parts = x.chunks_exact(Eight::<V>::LANES);
    for part in &mut parts {
        max = max.at_least(Eight::<V>::load(token, part, V::Element::NEG_INFINITY));
    }
    max.at_least(Eight::<V>::load(
        token,
        parts.remainder(),
        V::Element::NEG_INFINITY,
    ))
    .reduce_max()
}

/// The largest of some elements, and how small they may be.
#[derive(Clone, Copy)]
pub struct Extremes<V: Vector> {
    /// The largest element.
    pub max: V::Element,
    /// Each lane's smallest element, as far as [`Vector::lower`] compares.
    lowest: Four<V>,
}

impl<V: Vector> Extremes<V> {
    /// Whether any element may be below `bound`; `false` only if none is. Beside NaN, any answer is right:
    /// whatever the other terms, the sum is NaN.
    #[inline(always)]
    pub fn may_be_less(&self, token: V::Token, bound: V::Element) -> bool {
        let compared = V::LOWER_OF_ALL || bound <= V::Element::ZERO;
        !compared || self.lowest.any_less(Four::<V>::splat(token, bound))
    }
}

/// The extremes of a block, and what tells where the largest element is.
pub struct BlockExtremes<V: Vector> {
    /// The extremes.
    pub all: Extremes<V>,
    /// Each lane's largest element.
    highest: Four<V>,
}

impl<V: Vector> BlockExtremes<V> {
    /// The first place of the largest element of `block`, whose extremes these are. Beside NaN, the place of
    /// some number, or more than there are.
    #[inline(always)]
    pub fn place(&self, token: V::Token, block: &[V::Element]) -> usize {
        let (max, lanes) = (self.all.max, Four::<V>::LANES);
        let equal = self.highest.equal_lanes(max);
        if !equal.is_power_of_two() {
            return position::<V>(token, block, max);
        }
        // One lane has it: only that lane's elements are compared, from the last to the first and all of
        // them, since an early exit would be mispredicted. Behind the last full part, `extremes` takes the
        // last elements of the block.
        let lane = equal.trailing_zeros() as usize;
        let mut place = block.len().saturating_sub(lanes) + lane;
        let mut start = block.len() / lanes * lanes;
        while start > 0 {
            start -= lanes;
            if let Some(&x) = block.get(start + lane) {
                place = if x == max { start + lane } else { place };
            }
        }
        place
    }
}

/// The extremes of what is not NaN; ∞ and −∞ if there is nothing.
#[inline(always)]
pub fn extremes<V: Vector>(token: V::Token, x: &[V::Element]) -> BlockExtremes<V> {
    let (low, high) = (V::Element::NEG_INFINITY, -V::Element::NEG_INFINITY);
    let lanes = Four::<V>::LANES;
    let (mut lowest, mut highest) = (Four::<V>::splat(token, high), Four::<V>::splat(token, low));
    let mut parts = x.chunks_exact(lanes);
    for part in &mut parts {
        let part = Four::<V>::load(token, part, low);
        lowest = lowest.lower(part);
        highest = highest.at_least(part);
    }
    if !parts.remainder().is_empty() {
        let start = x.len().saturating_sub(lanes);
        // With elements that have been seen, where there are enough: so no lane is masked.
        if let Some(last) = x.get(start..start + lanes) {
            let last = Four::<V>::load(token, last, low);
            lowest = lowest.lower(last);
            highest = highest.at_least(last);
        } else {
            lowest = lowest.lower(Four::<V>::load(token, x, high));
            highest = highest.at_least(Four::<V>::load(token, x, low));
        }
    }
    let max = highest.reduce_max();
    BlockExtremes {
        all: Extremes { max, lowest },
        highest,
    }
}

/// The first place of `max`, the largest element of `x`; `x.len()` or more if it has none. Beside NaN,
/// the place of some `max`, or `x.len()` or more.
#[inline(always)]
pub fn position<V: Vector>(token: V::Token, x: &[V::Element], max: V::Element) -> usize {
    let mut start = 0;
    let mut parts = x.chunks_exact(Four::<V>::LANES);
    for part in &mut parts {
        let part = Four::<V>::load(token, part, V::Element::NEG_INFINITY);
        // One comparison for four registers: the largest of the part is the largest of all, or not.
        let pairs = part.0.at_least(part.1);
        if pairs.0.at_least(pairs.1).equal_lanes(max) != 0 {
            return start + part.equal_lanes(max).trailing_zeros() as usize;
        }
        start += Four::<V>::LANES;
    }
    let rest = parts.remainder();
    let rest = Four::<V>::load(token, rest, V::Element::NEG_INFINITY);
    start + rest.equal_lanes(max).trailing_zeros() as usize
}

/// The extremes and the place of the largest element, or `Err` with the log-sum-exp where that is
/// not finite.
///
/// The first block of `length` elements with that maximum is remembered: only there its place is
/// looked for.
#[inline(always)]
pub fn extremes_and_place<V: Vector>(
    token: V::Token,
    row: &[V::Element],
    length: usize,
) -> Result<(Extremes<V>, usize), V::Element> {
    let (mut highest, mut first) = (extremes::<V>(token, &[]), 0);
    let mut lowest = highest.all.lowest;
    let mut start = 0;
    while let Some(rest @ [_, ..]) = row.get(start..) {
        let block = extremes::<V>(token, up_to(rest, length));
        lowest = lowest.lower(block.all.lowest);
        if block.all.max > highest.all.max {
            highest = block;
            first = start;
        }
        start += length;
    }
    let max = finite_or_special(row, highest.all.max)?;
    let block = up_to(row.get(first..).unwrap_or(&[]), length);
    let place = first + highest.place(token, block);
    Ok((Extremes { max, lowest }, place))
}

/// The extremes, or `Err` with the log-sum-exp where the largest element is not finite.
#[inline(always)]
pub fn finite_extremes<V: Vector>(
    token: V::Token,
    row: &[V::Element],
) -> Result<Extremes<V>, V::Element> {
    let extremes = extremes::<V>(token, row).all;
    finite_or_special(row, extremes.max)?;
    Ok(extremes)
}

/// The largest element `max` of a row, or `Err` with the log-sum-exp where it is not finite.
#[inline(always)]
fn finite_or_special<E: Element>(row: &[E], max: E) -> Result<E, E> {
    if max.is_finite() {
        return Ok(max);
    }
    for &x in row {
        if x.is_nan() {
            return Err(x);
        }
    }
    Err(max)
}
