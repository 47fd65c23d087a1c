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
