//! Unevaluated sums of two numbers: twice the precision from additions alone.

use crate::simd::{Element, Vector};

/// The unevaluated sum `hi + lo`.
///
/// Sums keep the rounding error of every addition in `lo`. The pair is of the lanes' own type, so
/// `f32` never needs `f64`, and both types share one algorithm.
#[derive(Clone, Copy)]
pub struct TwoFold<V> {
    /// The sum, rounded.
    pub hi: V,
    /// What rounding left over.
    pub lo: V,
}

impl<V: Vector> TwoFold<V> {
    /// 0.
    #[inline(always)]
    pub fn zero(token: V::Token) -> Self {
        let zero = V::splat(token, V::Element::ZERO);
        Self { hi: zero, lo: zero }
    }

    /// `x` itself.
    #[inline(always)]
    pub fn exact(token: V::Token, x: V) -> Self {
        Self {
            hi: x,
            lo: V::splat(token, V::Element::ZERO),
        }
    }

    /// The exact sum of `a` and `b`: TwoSum, Knuth, The Art of Computer Programming, vol. 2,
    /// §4.2.2, theorem B. No condition on the magnitudes.
    #[inline(always)]
    pub fn sum(a: V, b: V) -> Self {
        let hi = a.add(b);
        let b_part = hi.sub(a);
        let a_part = hi.sub(b_part);
        Self {
            hi,
            lo: a.sub(a_part).add(b.sub(b_part)),
        }
    }

    /// The exact sum of `a` and `b`, if `a` is 0 or has the larger magnitude: Fast2Sum (Dekker, A
    /// floating-point technique for extending the available precision, Numer. Math. 18, 1971).
    #[inline(always)]
    pub fn fast_sum(a: V, b: V) -> Self {
        let hi = a.add(b);
        Self {
            hi,
            lo: b.sub(hi.sub(a)),
        }
    }

    /// The exact product of `a` and `b`, short of underflow. Where products and sums round apart,
    /// by Veltkamp's splitting (Dekker, A floating-point technique for extending the available
    /// precision, Numer. Math. 18, 1971).
    #[inline(always)]
    pub fn product(token: V::Token, a: V, b: V) -> Self {
        let hi = a.mul(b);
        if V::FUSED {
            let zero = V::splat(token, V::Element::ZERO);
            return Self {
                hi,
                lo: zero.sub(a.neg_mul_add(b, hi)),
            };
        }
        let ((a1, a2), (b1, b2)) = (split(token, a), split(token, b));
        let error = hi.sub(a1.mul(b1)).sub(a1.mul(b2)).sub(a2.mul(b1));
        Self {
            hi,
            lo: a2.mul(b2).sub(error),
        }
    }

    /// `self / divisor`, to nearly twice the precision, by one division.
    #[inline(always)]
    pub fn quotient(self, token: V::Token, divisor: Self) -> Self {
        let inverse = V::splat(token, V::Element::ONE).div(divisor.hi);
        let hi = self.hi.mul(inverse);
        // Exact, or nearly: `hi` is the quotient to about a unit.
        let remainder = if V::FUSED {
            hi.neg_mul_add(divisor.hi, self.hi)
        } else {
            let product = Self::product(token, hi, divisor.hi);
            self.hi.sub(product.hi).sub(product.lo)
        };
        let rest = hi.neg_mul_add(divisor.lo, self.lo);
        Self {
            hi,
            lo: remainder.add(rest).mul(inverse),
        }
    }

    /// `a / self` for an exact `a`, to nearly twice the precision.
    #[inline(always)]
    pub fn divide(self, token: V::Token, a: V) -> Self {
        let hi = a.div(self.hi);
        let product = Self::product(token, hi, self.hi);
        let remainder = a.sub(product.hi).sub(product.lo);
        Self {
            hi,
            lo: hi.neg_mul_add(self.lo, remainder).div(self.hi),
        }
    }

    /// `self` with |`lo`| at most half a unit of `hi`.
    #[inline(always)]
    pub fn normalized(self) -> Self {
        Self::sum(self.hi, self.lo)
    }

    /// `self + x`, the rounding error kept in `lo`.
    #[inline(always)]
    pub fn add_single(self, x: V) -> Self {
        let sum = Self::sum(self.hi, x);
        Self {
            hi: sum.hi,
            lo: self.lo.add(sum.lo),
        }
    }

    /// `self + other`, the rounding error kept in `lo`. Commutative to the bit.
    #[inline(always)]
    pub fn add(self, other: Self) -> Self {
        let sum = Self::sum(self.hi, other.hi);
        Self {
            hi: sum.hi,
            lo: self.lo.add(other.lo).add(sum.lo),
        }
    }

    /// `self · other` of normalized factors as one number.
    #[inline(always)]
    pub fn product_value(self, other: Self) -> V {
        let rest = self.lo.mul_add(other.hi, self.hi.mul(other.lo));
        self.hi.mul_add(other.hi, rest)
    }

    /// `self · other` for normalized factors that all lanes share, [`settled`](Self::settled).
    #[inline(always)]
    pub fn mul(self, token: V::Token, other: Self) -> Self {
        let product = Self::product(token, self.hi, other.hi);
        let cross = self.hi.mul_add(other.lo, self.lo.mul(other.hi));
        Self {
            hi: product.hi,
            lo: product.lo.add(cross),
        }
        .settled(token)
    }

    /// `self`, which all lanes share, normalized; `hi` alone where that is beyond the range, or so
    /// near that what rounding left over of it is not a number.
    #[inline(always)]
    pub fn settled(self, token: V::Token) -> Self {
        if self.lo.first().is_finite() {
            self.normalized()
        } else {
            Self::exact(token, self.hi)
        }
    }

    /// `self` times 2^`powers`, for an integer `powers` that is hardly above 0; exact short of
    /// underflow.
    ///
    /// In two steps, because a power of two that matters may be subnormal on its own.
    #[inline(always)]
    pub fn shrink(self, token: V::Token, powers: V::Element) -> Self {
        let round = V::splat(token, V::Element::ROUND);
        let lowest = V::splat(token, V::Element::LOWEST_POWER);
        let powers = V::splat(token, powers).at_least(lowest.add(lowest));
        let half = powers.mul(V::splat(token, V::Element::HALF)).add(round);
        let rest = powers.sub(half.sub(round)).add(round);
        let one = V::splat(token, V::Element::ONE);
        let (half, rest) = (one.scale_by_pow2(half), one.scale_by_pow2(rest));
        Self {
            hi: self.hi.mul(half).mul(rest),
            lo: self.lo.mul(half).mul(rest),
        }
    }

    /// `self` times a power of two; exact short of underflow and overflow.
    #[inline(always)]
    pub fn scaled(self, power: V) -> Self {
        Self {
            hi: self.hi.mul(power),
            lo: self.lo.mul(power),
        }
    }

    /// `hi + lo`, rounded once.
    #[inline(always)]
    pub fn value(self) -> V {
        self.hi.add(self.lo)
    }
}

/// The upper and the lower half of `x`'s digits.
#[inline(always)]
fn split<V: Vector>(token: V::Token, x: V) -> (V, V) {
    let scaled = x.mul(V::splat(token, V::Element::SPLITTER));
    let upper = scaled.sub(scaled.sub(x));
    (upper, x.sub(upper))
}
