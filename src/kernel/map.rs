//! The loop of every function that treats each element alone.

use crate::simd::{Element, InOut, Span, Vector};

/// A function of one element, on a vector of them.
pub trait Map<V: Vector>: Copy {
    /// The function.
    fn apply(self, token: V::Token, x: V) -> V;
}

/// Applies `function` to every element.
#[inline(always)]
pub fn map<V: Vector, F: Map<V>>(token: V::Token, data: InOut<'_, V::Element>, function: F) {
    let rest = map_whole(token, data, function);
    map_part(token, rest, function);
}

/// [`map`] for whole vectors; returns what is behind them.
#[inline(always)]
pub fn map_whole<V: Vector, F: Map<V>>(
    token: V::Token,
    mut data: InOut<'_, V::Element>,
    function: F,
) -> InOut<'_, V::Element> {
    while data.len() >= V::LANES {
        let (part, rest) = data.split(V::LANES);
        map_part(token, part, function);
        data = rest;
    }
    data
}

/// [`map`] for at most one vector.
#[inline(always)]
fn map_part<V: Vector, F: Map<V>>(token: V::Token, mut part: InOut<'_, V::Element>, function: F) {
    // An ordinary number to fill up with: 0 would take the way of small ones.
    let x = part.load_at::<V>(token, 0, V::Element::ONE);
    part.store_at(0, function.apply(token, x));
}

/// A function of an element and of another that belongs to it, on vectors of them.
pub trait Map2<V: Vector>: Copy {
    /// The function.
    fn apply(self, token: V::Token, x: V, y: V) -> V;
}

/// Applies `function` to every element of `data` with the one of `other`, of one length, that
/// belongs to it.
#[inline(always)]
pub fn map_with<V: Vector, F: Map2<V>>(
    token: V::Token,
    mut data: InOut<'_, V::Element>,
    other: &[V::Element],
    function: F,
) {
    let mut start = 0;
    while start < data.len() {
        let x = data.load_at::<V>(token, start, V::Element::ONE);
        let y = other.load_at::<V>(token, start, V::Element::ONE);
        data.store_at(start, function.apply(token, x, y));
        start += V::LANES;
    }
}
