//! The loop of every function that treats each element alone.

use crate::simd::{Element, InOut, Span, Vector};

/// A function of one element, on a vector of them.
pub trait Map<V: Vector>: Copy {
    /// The function.
    fn apply(self, token: V::Token, x: V) -> V;
}

/// Applies `function` to every element.
#[inline(always)]
pub fn map<V: Vector, F: Map<V>>(token: V::Token, mut data: InOut<'_, V::Element>, function: F) {
    while data.len() >= V::LANES {
        let (part, rest) = data.split(V::LANES);
        map_part(token, part, function);
        data = rest;
    }
    map_part(token, data, function);
}

/// [`map`] for at most one vector.
#[inline(always)]
fn map_part<V: Vector, F: Map<V>>(token: V::Token, mut part: InOut<'_, V::Element>, function: F) {
    let x = V::load(token, part.source(), V::Element::ZERO);
    part.store(function.apply(token, x));
}
