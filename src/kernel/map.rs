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
    // An ordinary number to fill up with: 0 would take the way of small ones.
    let x = part.load_at::<V>(token, 0, V::Element::ONE);
    part.store_at(0, function.apply(token, x));
}
