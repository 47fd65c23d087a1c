//! The largest element, and where it is; whether any may be below a bound.

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
    pub max: V::Element,
    /// Each lane's largest element.
    highest: Four<V>,
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

    /// The first place of the largest element of `x`, whose extremes these are; any number if that has
    /// a NaN or no element.
    #[inline(always)]
    pub fn place(&self, token: V::Token, x: &[V::Element]) -> usize {
        let lanes = self.highest.equal_lanes(self.max);
        if !lanes.is_power_of_two() {
            return position::<V>(token, x, self.max);
        }
        // One lane has it: only the elements of that one are looked at, all of them, since a loop that ends
        // anywhere is mispredicted.
        let lane = first_lane(lanes) % Four::<V>::LANES;
        let parts = x.chunks_exact(Four::<V>::LANES);
        let mut start = x.len() - parts.remainder().len();
        // The last elements were seen from the end, or alone.
        let mut place = x.len().saturating_sub(Four::<V>::LANES) + lane;
        for part in parts.rev() {
            start -= Four::<V>::LANES;
            if let Some(&element) = part.get(lane) {
                place = if element == self.max {
                    start + lane
                } else {
                    place
                };
            }
        }
        place
    }
}

/// The extremes of what is not NaN; ∞ and −∞ if there is nothing.
#[inline(always)]
pub fn extremes<V: Vector>(token: V::Token, x: &[V::Element]) -> Extremes<V> {
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
    Extremes {
        max: highest.reduce_max(),
        highest,
        lowest,
    }
}

/// The first place of `max`, the largest element of `x`; `x.len()` or more if that has a NaN, or no
/// element.
#[inline(always)]
pub fn position<V: Vector>(token: V::Token, x: &[V::Element], max: V::Element) -> usize {
    let mut start = 0;
    let mut parts = x.chunks_exact(Four::<V>::LANES);
    for part in &mut parts {
        let part = Four::<V>::load(token, part, V::Element::NEG_INFINITY);
        // One comparison for four registers: the largest of the part is the largest of all, or not.
        let pairs = part.0.at_least(part.1);
        if pairs.0.at_least(pairs.1).equal_lanes(max) != 0 {
            return start + first_lane(part.equal_lanes(max));
        }
        start += Four::<V>::LANES;
    }
    let rest = parts.remainder();
    start + first_lane(Four::<V>::load(token, rest, V::Element::NEG_INFINITY).equal_lanes(max))
}

/// The first of some lanes, of each of which there is a bit; if there is none, 64.
#[inline(always)]
pub fn first_lane(lanes: u64) -> usize {
    lanes.trailing_zeros() as usize
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
    let (mut all, mut first) = (extremes::<V>(token, &[]), 0);
    let mut start = 0;
    while let Some(rest @ [_, ..]) = row.get(start..) {
        let block = extremes::<V>(token, rest.get(..length).unwrap_or(rest));
        let lowest = all.lowest.lower(block.lowest);
        if block.max > all.max {
            all = block;
            first = start;
        }
        all.lowest = lowest;
        start += length;
    }
    finite_or_special(row, all.max)?;
    let rest = row.get(first..).unwrap_or(&[]);
    let block = rest.get(..length).unwrap_or(rest);
    Ok((all, first + all.place(token, block)))
}

/// The extremes, or `Err` with the log-sum-exp where the largest element is not finite.
#[inline(always)]
pub fn finite_extremes<V: Vector>(
    token: V::Token,
    row: &[V::Element],
) -> Result<Extremes<V>, V::Element> {
    let extremes = extremes::<V>(token, row);
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
