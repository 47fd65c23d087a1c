//! Double-double arithmetic: about 100 bits from pairs of `f64`.
//!
//! Sources: T. J. Dekker, A floating-point technique for extending the available precision,
//! Numer. Math. 18 (1971); D. E. Knuth, The Art of Computer Programming, vol. 2, §4.2.2.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::LazyLock;

/// 1/n, for the terms of series.
pub static RECIPROCALS: LazyLock<[DoubleDouble; 48]> =
    LazyLock::new(|| std::array::from_fn(|n| DoubleDouble::ONE / (n as f64).into()));

/// The unevaluated sum `hi + lo`, where `hi` is the sum rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleDouble {
    pub hi: f64,
    pub lo: f64,
}

impl DoubleDouble {
    pub const ZERO: Self = Self { hi: 0.0, lo: 0.0 };
    pub const ONE: Self = Self { hi: 1.0, lo: 0.0 };

    /// a + b, exactly.
    pub fn sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        let b_part = hi - a;
        Self {
            hi,
            lo: (a - (hi - b_part)) + (b - b_part),
        }
    }

    /// a − b, exactly.
    pub fn difference(a: f64, b: f64) -> Self {
        Self::sum(a, -b)
    }

    /// a + b, exactly, for |a| ≥ |b|.
    fn ordered_sum(a: f64, b: f64) -> Self {
        let hi = a + b;
        Self {
            hi,
            lo: b - (hi - a),
        }
    }

    /// a · b, exactly.
    pub fn product(a: f64, b: f64) -> Self {
        let hi = a * b;
        Self {
            hi,
            lo: a.mul_add(b, -hi),
        }
    }

    /// Both parts times a number that is a power of two.
    pub fn scale(self, power: f64) -> Self {
        Self {
            hi: self.hi * power,
            lo: self.lo * power,
        }
    }
}

impl From<f64> for DoubleDouble {
    fn from(hi: f64) -> Self {
        Self { hi, lo: 0.0 }
    }
}

impl Neg for DoubleDouble {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            hi: -self.hi,
            lo: -self.lo,
        }
    }
}

impl Add for DoubleDouble {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let high = Self::sum(self.hi, other.hi);
        let low = Self::sum(self.lo, other.lo);
        let high = Self::ordered_sum(high.hi, high.lo + low.hi);
        Self::ordered_sum(high.hi, high.lo + low.lo)
    }
}

impl Sub for DoubleDouble {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for DoubleDouble {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let product = Self::product(self.hi, other.hi);
        let cross = self.hi * other.lo + self.lo * other.hi;
        Self::ordered_sum(product.hi, product.lo + cross)
    }
}

impl Div for DoubleDouble {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let first = self.hi / other.hi;
        let rest = self - other * first.into();
        let second = rest.hi / other.hi;
        let rest = rest - other * second.into();
        let quotient = Self::ordered_sum(first, second);
        quotient + (rest.hi / other.hi).into()
    }
}
