//! Elementary functions of slices.

use super::map::{Map, map};
use crate::math;
use crate::math::ln::Logarithm;
use crate::simd::{InOut, Vector};

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
    /// e^x of every element.
    exp = Exp in exp;
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
