//! The largest element, and where it is.

use crate::simd::{Element, Pair, Vector};

/// Eight registers: as many independent maxima as hide the latency of one.
type Wide<V> = Pair<Pair<Pair<<V as Vector>::Register>>>;

/// The largest element that is not NaN; −∞ if there is none.
#[inline(always)]
pub fn maximum<V: Vector>(token: V::Token, x: &[V::Element]) -> V::Element {
    let mut max = Wide::<V>::splat(token, V::Element::NEG_INFINITY);
    let mut parts = x.chunks_exact(Wide::<V>::LANES);
    for part in &mut parts {
        max = max.at_least(Wide::<V>::load(token, part, V::Element::NEG_INFINITY));
    }
    max.at_least(Wide::<V>::load(
        token,
        parts.remainder(),
        V::Element::NEG_INFINITY,
    ))
    .reduce_max()
}

/// The first place of `value` in `x`; `x.len()` or more if there is none.
#[inline(always)]
pub fn position<V: Vector>(token: V::Token, x: &[V::Element], value: V::Element) -> usize {
    let mut start = 0;
    for part in x.chunks(V::LANES) {
        // A filled lane can only come behind the elements.
        if let Some(lane) = V::load(token, part, value).position(value) {
            return start + lane;
        }
        start += V::LANES;
    }
    start
}

/// The largest element and its place, or `Err` with the log-sum-exp where it is not finite.
///
/// The first block of `length` elements with that maximum is remembered: only there its place is
/// looked for.
#[inline(always)]
pub fn largest<V: Vector>(
    token: V::Token,
    row: &[V::Element],
    length: usize,
) -> Result<(V::Element, usize), V::Element> {
    let (mut max, mut first) = (V::Element::NEG_INFINITY, 0);
    let mut start = 0;
    while let Some(rest @ [_, ..]) = row.get(start..) {
        let block = maximum::<V>(token, rest.get(..length).unwrap_or(rest));
        if block > max {
            (max, first) = (block, start);
        }
        start += length;
    }
    let max = finite_or_special(row, max)?;
    let block = row.get(first..).unwrap_or(&[]);
    Ok((max, first + position::<V>(token, block, max)))
}

/// The largest element, or `Err` with the log-sum-exp where it is not finite.
#[inline(always)]
pub fn finite_maximum<V: Vector>(
    token: V::Token,
    row: &[V::Element],
) -> Result<V::Element, V::Element> {
    finite_or_special(row, maximum::<V>(token, row))
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
