//! Elementary functions of slices.

use super::map::{Map, map};
use crate::math;
use crate::math::exp::Exponential;
use crate::simd::{InOut, Vector};

/// e^x.
#[derive(Clone, Copy)]
struct Exp;

impl<V: Vector<Element: Exponential>> Map<V> for Exp {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        math::exp::exp(token, x)
    }
}

/// e^x of every element.
#[inline(always)]
pub fn exp<V: Vector<Element: Exponential>>(token: V::Token, data: InOut<'_, V::Element>) {
    map::<V, _>(token, data, Exp);
}
