//! A sum of exponentials with its largest term apart, and what follows from it.

use crate::math::TwoFold;
use crate::math::ln::{Logarithm, ln_1p};
use crate::simd::{Element, Vector};

/// Sums of exponentials, one a lane, in a common scale.
#[derive(Clone, Copy)]
pub struct ExpSum<V> {
    /// M, the largest x.
    pub max: V,
    /// e^M.
    pub peak: V,
    /// Σ e^x over all others.
    pub rest: TwoFold<V>,
}

impl<V: Vector<Element: Logarithm>> ExpSum<V> {
    /// 1 / Σ e^x.
    #[inline(always)]
    pub fn reciprocal(self, token: V::Token) -> TwoFold<V> {
        let total = self.rest.add_single(self.peak).normalized();
        total.divide(token, V::splat(token, V::Element::ONE))
    }

    /// ln(Σ e^x / e^M) ≥ 0, in two parts.
    #[inline(always)]
    pub fn log_ratio(self, token: V::Token) -> TwoFold<V> {
        let peak = TwoFold {
            hi: self.peak,
            lo: V::splat(token, V::Element::ZERO),
        };
        ln_1p(token, peak.divide(token, self.rest.value()))
    }

    /// ln Σ e^x.
    #[inline(always)]
    pub fn log_sum_exp(self, token: V::Token) -> V {
        let ratio = self.log_ratio(token);
        let sum = TwoFold::sum(self.max, ratio.hi);
        sum.add_single(ratio.lo).value()
    }
}
