//! Elementary functions of slices.

use super::map::{Map, map};
use crate::math;
use crate::math::exp::{Exponential, exp_of_normal};
use crate::math::ln::Logarithm;
use crate::simd::{Element, InOut, Span, Vector};

/// Declares functions of `math` for each element of a slice.
macro_rules! elementwise {
    ($($(#[$doc:meta])* $name:ident = $map:ident in $module:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy)]
        struct $map;

        impl<V: Vector<Element: Logarithm>> Map<V> for $map {
            #[inline(always)]
            fn apply(self, token: V::Token, x: V) -> V {
                math::$module::$name(token, x)
            }
        }

        $(#[$doc])*
        #[inline(always)]
        pub fn $name<V: Vector<Element: Logarithm>>(token: V::Token, data: InOut<'_, V::Element>) {
            map::<V, _>(token, data, $map);
        }
    )*};
}

elementwise! {
    /// e^x − 1 of every element.
    exp_m1 = ExpM1 in exp_m1;
    /// ln x of every element.
    ln = Ln in log;
    /// ln(1 + x) of every element.
    ln_1p = Ln1p in log;
    /// 1 / (1 + e^−x) of every element.
    sigmoid = Sigmoid in sigmoid;
    /// ln(1 / (1 + e^−x)) of every element.
    log_sigmoid = LogSigmoid in sigmoid;
    /// ln(1 + e^x) of every element.
    softplus = Softplus in sigmoid;
    /// ln(x / (1 − x)) of every element.
    logit = Logit in logit;
}

/// Vectors whose lowest element is found before their exponentials are taken.
const VECTORS_PER_BLOCK: usize = 128;

/// e^x of every element.
///
/// To round subnormal results once takes about as long as all the rest, so blocks without them are
/// told apart: a branch for each vector would cost more.
#[inline(always)]
pub fn exp<V: Vector<Element: Logarithm>>(token: V::Token, mut data: InOut<'_, V::Element>) {
    let Some(border) = V::Element::ROUNDED_ONCE_BELOW else {
        map::<V, _>(token, data, Exp::<false>);
        return;
    };
    while data.len() > 0 {
        let (block, rest) = data.split(VECTORS_PER_BLOCK * V::LANES);
        if lowest::<V>(token, block.source()).any_less(V::splat(token, border)) {
            map::<V, _>(token, block, Exp::<false>);
        } else {
            map::<V, _>(token, block, Exp::<true>);
        }
        data = rest;
    }
}

/// The lowest numbers, or 1 if they are above.
#[inline(always)]
fn lowest<V: Vector>(token: V::Token, mut x: &[V::Element]) -> V {
    let one = V::Element::ONE;
    let load = |x: &[V::Element], index: usize| {
        V::load(token, x.get(index * V::LANES..).unwrap_or(&[]), one)
    };
    // Four chains, which do not wait for each other.
    let none = V::splat(token, one);
    let (mut a, mut b, mut c, mut d) = (none, none, none, none);
    while let Some((part, rest)) = x.split_at_checked(4 * V::LANES) {
        a = a.at_most(load(part, 0));
        b = b.at_most(load(part, 1));
        c = c.at_most(load(part, 2));
        d = d.at_most(load(part, 3));
        x = rest;
    }
    for index in 0..4 {
        a = a.at_most(load(x, index));
    }
    a.at_most(b).at_most(c.at_most(d))
}

/// e^x, which may be subnormal or is known to be `NORMAL`.
#[derive(Clone, Copy)]
struct Exp<const NORMAL: bool>;

impl<V: Vector<Element: Exponential>, const NORMAL: bool> Map<V> for Exp<NORMAL> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        if NORMAL {
            exp_of_normal(token, x)
        } else {
            math::exp::exp(token, x)
        }
    }
}
