//! A sum of exponentials, with its largest term and without, and what follows from it.

use super::peak::Peak;
use crate::math::TwoFold;
use crate::math::ln::{Logarithm, ln_1p};
use crate::math::log::ln_ratio;
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
    /// Σ e^x, normalized.
    pub total: TwoFold<V>,
}

impl<V: Vector<Element: Logarithm>> ExpSum<V> {
    /// The sums of the largest element `max`, whose term is `peak`, and of all `terms`, that one among them
    /// or kept apart.
    #[inline(always)]
    pub fn new<P: Peak>(token: V::Token, max: V, peak: V, terms: TwoFold<V>) -> Self {
        let (rest, total) = if P::APART {
            (terms, terms.add_single(peak))
        } else {
            let zero = V::splat(token, V::Element::ZERO);
            (terms.add_single(zero.sub(peak)), terms)
        };
        Self {
            max,
            peak,
            rest,
            total: total.normalized(),
        }
    }

    /// 1 / Σ e^x.
    #[inline(always)]
    pub fn reciprocal(self, token: V::Token) -> TwoFold<V> {
        self.total.divide(token, V::splat(token, V::Element::ONE))
    }

    /// Σ e^x over all elements but one, `x`, which has the exponential `term`.
    #[inline(always)]
    pub fn others(self, token: V::Token, x: V, term: V) -> TwoFold<V> {
        let zero = V::splat(token, V::Element::ZERO);
        let with_peak = self.rest.add_single(zero.sub(term)).add_single(self.peak);
        // Another element of the same size as the largest has the same term.
        TwoFold {
            hi: (self.rest.hi).replace_where_less(x, self.max, with_peak.hi),
            lo: (self.rest.lo).replace_where_less(x, self.max, with_peak.lo),
        }
        .normalized()
    }

    /// ln(Σ e^x / e^M) ≥ 0, in two parts.
    #[inline(always)]
    pub fn log_ratio(self, token: V::Token) -> TwoFold<V> {
        let peak = TwoFold::exact(token, self.peak);
        ln_1p(token, self.rest.normalized().quotient(token, peak))
    }

    /// e^M in two parts, `exact` or, beside equal terms alone, as they are: so errors that all share
    /// cancel. `inverse` is about 1 / e^M.
    #[inline(always)]
    fn peak_beside_equals(self, token: V::Token, exact: TwoFold<V>, inverse: V) -> TwoFold<V> {
        let zero = V::splat(token, V::Element::ZERO);
        let round = V::splat(token, V::Element::ROUND);
        let count = self.rest.hi.mul(inverse).add(round).sub(round);
        let equal = TwoFold::product(token, count, self.peak);
        let hi = self.rest.hi.sub(equal.hi);
        let difference = hi.add(self.rest.lo.sub(equal.lo)).abs();
        let least = V::splat(token, V::Element::LEAST);
        TwoFold {
            hi: exact.hi.replace_where_less(difference, least, self.peak),
            lo: exact.lo.replace_where_less(difference, least, zero),
        }
    }

    /// ln Σ e^x, if `peak` is e^M in two parts.
    ///
    /// With S = e^M + `rest`, M + k·ln 2 + 2 atanh((S·2^−k − e^M) / (S·2^−k + e^M)): one rounding,
    /// that of the result, beside those of the terms in `rest`.
    #[inline(always)]
    pub fn log_sum_exp(mut self, token: V::Token, peak: TwoFold<V>) -> V {
        self.rest = self.rest.normalized();
        let one = V::splat(token, V::Element::ONE);
        let half = V::splat(token, V::Element::HALF);
        // The inverse does not wait for the sum.
        let inverse = one.div(peak.hi);
        let peak = self.peak_beside_equals(token, peak, inverse);
        let ratio = inverse.mul(peak.hi.add(self.rest.hi));
        let (_, k) = ratio.split_pow2();
        let power = one.scale_by_pow2(V::splat(token, V::Element::ROUND).sub(k));
        // S·2^−k / e^M in [⅔, 4/3]: the difference is exact.
        let scaled = TwoFold::sum(self.rest.hi.mul(power), peak.hi.mul(power));
        let difference = scaled.hi.sub(peak.hi);
        let lost = self.rest.lo.add(peak.lo).mul_add(power, scaled.lo);
        let lost = lost.sub(peak.lo);
        // Fast2Sum.
        let half_difference = difference.mul(half);
        let mean = peak.hi.add(half_difference);
        let lost_of_mean = half_difference.sub(mean.sub(peak.hi)).add(peak.lo);
        let logarithm = ln_ratio(
            token,
            k,
            TwoFold {
                hi: difference,
                lo: lost,
            },
            TwoFold {
                hi: mean,
                lo: lost.mul_add(half, lost_of_mean),
            },
        );
        let sum = TwoFold::sum(self.max, logarithm.hi);
        sum.add_single(logarithm.lo).value()
    }
}
