//! Numbers of about 100 bits and any magnitude, to compare results with.
//!
//! The significand is a double-double, the unevaluated sum of two `f64`: T. J. Dekker, A
//! floating-point technique for extending the available precision, Numer. Math. 18 (1971). The
//! exponent apart keeps sums and products from overflow and underflow, so that an error can be
//! measured in units of the smallest subnormal number, too.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// (hi + lo)·2^exponent with 1 ≤ |hi| < 2 and |lo| ≤ half a unit of `hi`; or 0.
#[derive(Clone, Copy, Debug)]
pub struct Real {
    hi: f64,
    lo: f64,
    exponent: i32,
}

/// Below 2^−300 of the other, a term leaves no trace.
const NEGLIGIBLE: i32 = -300;

impl Real {
    pub const ZERO: Self = Self {
        hi: 0.0,
        lo: 0.0,
        exponent: 0,
    };
    pub const ONE: Self = Self {
        hi: 1.0,
        lo: 0.0,
        exponent: 0,
    };
    pub const LN_2: Self = Self {
        hi: 1.386_294_361_119_890_6,
        lo: 4.638_093_627_692_599e-17,
        exponent: -1,
    };

    /// 2^exponent.
    pub fn power_of_two(exponent: i32) -> Self {
        Self {
            exponent,
            ..Self::ONE
        }
    }

    /// Whether the number is 0.
    pub fn is_zero(self) -> bool {
        self.hi == 0.0
    }

    /// Whether the number is less than 0.
    pub fn is_negative(self) -> bool {
        self.hi < 0.0
    }

    /// ⌊log₂ |self|⌋; far below every exponent for 0.
    pub fn exponent(self) -> i32 {
        if self.is_zero() {
            i32::MIN / 2
        } else {
            self.exponent
        }
    }

    /// The magnitude.
    pub fn abs(self) -> Self {
        if self.is_negative() { -self } else { self }
    }

    /// `self`·2^exponent.
    pub fn scale(self, exponent: i32) -> Self {
        Self {
            exponent: self.exponent + exponent,
            ..self
        }
    }

    /// The nearest `f64`, but for a double rounding among subnormal numbers.
    pub fn to_f64(self) -> f64 {
        let half = self.exponent.clamp(-2000, 2000) / 2;
        let rest = self.exponent.clamp(-2000, 2000) - half;
        self.hi * f64_power_of_two(half) * f64_power_of_two(rest)
    }

    /// hi + lo, of numbers that are neither huge nor tiny.
    fn sum(hi: f64, lo: f64, exponent: i32) -> Self {
        let (hi, lo) = two_sum(hi, lo);
        if hi == 0.0 {
            return Self::ZERO;
        }
        let own = (hi.to_bits() >> 52 & 0x7ff) as i32 - 1023;
        let power = f64_power_of_two(-own);
        Self {
            hi: hi * power,
            lo: lo * power,
            exponent: exponent + own,
        }
    }

    /// e^`self`; 0 and a number beyond all limits where the exponent is beyond ±2^13.
    pub fn exp(self) -> Self {
        if self.exponent() >= 13 {
            return if self.is_negative() {
                Self::ZERO
            } else {
                Self::power_of_two(1 << 14)
            };
        }
        let n = (self.to_f64() * std::f64::consts::LOG2_E).round();
        let reduced = self - Self::LN_2 * Self::from(n);
        (reduced.exp_m1_reduced() + Self::ONE).scale(n as i32)
    }

    /// e^`self` − 1.
    pub fn exp_m1(self) -> Self {
        if self.exponent() < -1 {
            self.exp_m1_reduced()
        } else {
            self.exp() - Self::ONE
        }
    }

    /// e^`self` − 1 for `self` in ±½: a Taylor series for e^(x/2^8) − 1, then
    /// e^(2x) − 1 = y·(2 + y) with y = e^x − 1.
    fn exp_m1_reduced(self) -> Self {
        let x = self.scale(-8);
        let (mut sum, mut term) = (x, x);
        for degree in 2..=10 {
            term = term * x / Self::from(f64::from(degree));
            sum = sum + term;
        }
        for _ in 0..8 {
            sum = sum * (sum + Self::power_of_two(1));
        }
        sum
    }

    /// tanh `self`, by e^(−2|x|) − 1.
    pub fn tanh(self) -> Self {
        let power = (-self.abs().scale(1)).exp_m1();
        let tanh = -power / (power + Self::power_of_two(1));
        if self.is_negative() { -tanh } else { tanh }
    }

    /// ln `self` for `self` > 0: by ln(1 + x) for x in [−¼, ½], and a multiple of ln 2.
    pub fn ln(self) -> Self {
        let upper = i32::from(self.hi > 1.5);
        let exponent = self.exponent + upper;
        let excess = self.scale(-exponent) - Self::ONE;
        excess.ln_1p() + Self::LN_2 * Self::from(f64::from(exponent))
    }

    /// ln(1 + `self`) for `self` > −1: one step of Newton's method from the result in `f64`.
    pub fn ln_1p(self) -> Self {
        if self.is_negative() && self.exponent() >= -1 {
            return (Self::ONE + self).ln();
        }
        // The next term of the series is self²/2.
        if self.exponent() < -120 {
            return self;
        }
        let guess = Self::from(self.to_f64().ln_1p());
        let power = guess.exp_m1();
        guess + (self - power) / (Self::ONE + power)
    }
}

impl From<f64> for Real {
    /// A finite number, exactly.
    fn from(x: f64) -> Self {
        // Far from subnormal numbers, whose exponent is not in its place, and from overflow.
        match x.abs() {
            1.0e200.. => Self::sum(x * f64_power_of_two(-512), 0.0, 512),
            1.0e-200.. => Self::sum(x, 0.0, 0),
            _ => Self::sum(x * f64_power_of_two(512), 0.0, -512),
        }
    }
}

impl Neg for Real {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            hi: -self.hi,
            lo: -self.lo,
            ..self
        }
    }
}

impl Add for Real {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        let (large, small) = if self.exponent() >= other.exponent() {
            (self, other)
        } else {
            (other, self)
        };
        let distance = small.exponent() - large.exponent();
        if small.is_zero() || distance < NEGLIGIBLE {
            return large;
        }
        let power = f64_power_of_two(distance);
        let (hi, error) = two_sum(large.hi, small.hi * power);
        let (lo, error_of_lo) = two_sum(large.lo, small.lo * power);
        let (hi, lo) = two_sum(hi, error + lo);
        Self::sum(hi, lo + error_of_lo, large.exponent)
    }
}

impl Sub for Real {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Real {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let hi = self.hi * other.hi;
        let error = self.hi.mul_add(other.hi, -hi);
        let lo = error + (self.hi * other.lo + self.lo * other.hi);
        Self::sum(hi, lo, self.exponent + other.exponent)
    }
}

impl Div for Real {
    type Output = Self;

    /// Two digits of a long division, each an `f64`.
    fn div(self, other: Self) -> Self {
        let exponent = self.exponent - other.exponent;
        let digit = |rest: Self| Self::sum(rest.hi / other.hi, 0.0, rest.exponent - other.exponent);
        let first = digit(self);
        let second = digit(self - first * other);
        let quotient = first + second + digit(self - (first + second) * other);
        debug_assert!(self.is_zero() || (quotient.exponent - exponent).abs() <= 1);
        quotient
    }
}

/// 2^exponent, a normal number.
fn f64_power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// a + b, rounded, and the rounding error.
fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    (sum, (a - (sum - b_part)) + (b - b_part))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Asserts that `x` is hi + lo to 96 bits.
    #[track_caller]
    fn assert_is(x: Real, hi: f64, lo: f64) {
        let error = x - (Real::from(hi) + Real::from(lo));
        assert!(
            error.exponent() < x.exponent() - 95,
            "{x:?}: off by {error:?}"
        );
    }

    #[test]
    fn exponentials_have_96_bits() {
        let exp = |x: f64| Real::from(x).exp();
        assert_is(exp(1.0), std::f64::consts::E, 1.4456468917292502e-16);
        assert_is(exp(1e-9), 1.000000001, -8.224037093664211e-17);
        assert_is(exp(-100.25), 2.897198083210148e-44, -6.962380614886273e-61);
        assert!(exp(-1e300).is_zero());
    }

    #[test]
    fn logarithms_have_96_bits() {
        let ln_1p = |x: f64| Real::from(x).ln_1p();
        assert_is(ln_1p(1e-20), 1e-20, -5e-41);
        assert_is(ln_1p(1e-3), 0.0009995003330835331, 3.8971025988294614e-20);
        assert_is(ln_1p(0.7), 0.5306282510621704, -5.076541175216476e-18);
        assert_is(ln_1p(65535.5), 11.090362518324552, 5.19076379804318e-16);
        // ln(1 + x) and ln agree, and invert the exponential.
        for x in [
            -0.999, -0.75, -0.5, -0.3, -1e-3, -1e-20, 0.2, 0.9, 7.0, 1e10,
        ] {
            let logarithm = ln_1p(x);
            let back = logarithm.exp_m1() - Real::from(x);
            assert!(back.exponent() < Real::from(x).exponent() - 90, "{x}");
            let other = (Real::ONE + Real::from(x)).ln() - logarithm;
            assert!(other.exponent() < -95, "{x}");
        }
    }

    #[test]
    fn neither_size_nor_smallness_loses_digits() {
        let (least, largest) = (Real::from(5e-324), Real::from(f64::MAX));
        assert!((least * least / least - least).is_zero());
        assert!(((largest + least) - largest).is_zero());
        assert_eq!((largest * largest / largest).to_f64(), f64::MAX);
        assert_eq!(least.exponent(), -1074);
    }
}
