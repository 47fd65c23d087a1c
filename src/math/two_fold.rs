//! Unevaluated sums of two numbers: twice the precision from additions alone.

use crate::simd::Vector;

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

    /// `self` times a power of two, exact short of underflow.
    #[inline(always)]
    pub fn scale(self, power: V) -> Self {
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
