//! Double-double numbers with an exponent of their own, and their exponential and logarithm: a
//! truth for results that are themselves subnormal `f64`.

use std::ops::{Add, Div, Mul, Neg, Sub};
use std::sync::LazyLock;

use super::double_double::{DoubleDouble, RECIPROCALS};
use super::real::Real;

/// `value` · 2^`exponent`.
#[derive(Clone, Copy, Debug)]
pub struct Extended {
    pub value: DoubleDouble,
    pub exponent: i32,
}

/// 2^k; 0 where that is below the normal numbers.
fn power_of_two(k: i32) -> f64 {
    if k < -1022 {
        0.0
    } else {
        f64::from_bits(((k + 1023) as u64) << 52)
    }
}

/// x · 2^k, with one rounding.
pub fn scale(x: f64, k: i32) -> f64 {
    if (-1022..=1023).contains(&k) {
        x * power_of_two(k)
    } else {
        libm::scalbn(x, k)
    }
}

/// The exponent of a number that is neither 0 nor infinite nor NaN.
pub fn exponent(x: f64) -> i32 {
    match (x.to_bits() >> 52) & 0x7ff {
        0 => libm::ilogb(x),
        biased => biased as i32 - 1023,
    }
}

impl Extended {
    pub const ZERO: Self = Self {
        value: DoubleDouble::ZERO,
        exponent: 0,
    };
    pub const ONE: Self = Self {
        value: DoubleDouble::ONE,
        exponent: 0,
    };

    /// ln 2.
    pub const LN_2: DoubleDouble = DoubleDouble {
        hi: std::f64::consts::LN_2,
        lo: 2.319_046_813_846_299_6e-17,
    };

    /// The number itself.
    pub fn exact<T: Real>(x: T) -> Self {
        Self::from(x.to_f64()).normalized()
    }

    /// The smallest normal number of a type.
    pub fn smallest_normal<T: Real>() -> Self {
        Self {
            exponent: T::MIN_EXPONENT + T::DIGITS - 1,
            ..Self::ONE
        }
    }

    /// |x|.
    pub fn magnitude(self) -> Self {
        if self.value.hi < 0.0 { -self } else { self }
    }

    /// Whether this is 0.
    pub fn is_zero(self) -> bool {
        self.value.hi == 0.0
    }

    /// The nearest `f64`.
    pub fn to_f64(self) -> f64 {
        scale(self.value.hi + self.value.lo, self.exponent)
    }

    /// The same number with `value` in [½, 2), so that its exponent can't overflow.
    pub fn normalized(self) -> Self {
        if self.is_zero() || !self.value.hi.is_finite() {
            return self;
        }
        let shift = exponent(self.value.hi);
        Self {
            value: DoubleDouble {
                hi: scale(self.value.hi, -shift),
                lo: scale(self.value.lo, -shift),
            },
            exponent: self.exponent + shift,
        }
    }

    /// The same number, normalized if a product or quotient of two such could leave the range of
    /// its value, or the digits of a subnormal number be too few.
    fn moderate(self) -> Self {
        if (1e-120..1e120).contains(&self.value.hi.abs()) {
            self
        } else {
            self.normalized()
        }
    }

    /// e^x for the unevaluated sum x of two numbers; relative error below 2⁻⁸⁵ for
    /// |x| ≤ 10⁶, beyond which the result is 0 or a number that overflows every type.
    ///
    /// x = (64 k + j)·(ln 2 / 64) + r: 2^(j/64) from a table, e^r from its Taylor series.
    pub fn exp(x: DoubleDouble) -> Self {
        if x.hi.is_nan() || x.hi == f64::INFINITY {
            return Self {
                value: x.hi.into(),
                exponent: 0,
            };
        }
        if x.hi < -1e6 {
            return Self::ZERO;
        }
        if x.hi > 1e6 {
            return Self {
                exponent: 1 << 20,
                ..Self::ONE
            };
        }
        let n = (x.hi * (64.0 / std::f64::consts::LN_2)).round();
        let r = x - Self::LN_2 * (n / 64.0).into();
        let n = n as i32;
        Self {
            value: ROOTS[n.rem_euclid(64) as usize] * exp_near_zero(r),
            exponent: n.div_euclid(64),
        }
    }

    /// e^x − 1; relative error below 2⁻⁸⁰.
    pub fn exp_m1(x: DoubleDouble) -> Self {
        if x.hi.abs() < 0.5 {
            exp_m1_series(x).into()
        } else {
            Self::exp(x) - Self::ONE
        }
    }

    /// ln self; relative error below 2⁻⁷⁵.
    pub fn ln(self) -> Self {
        let x = self.normalized();
        let (first, power) = (core_math::log(x.value.hi), f64::from(x.exponent));
        if !first.is_finite() {
            return first.into();
        }
        let difference = self - Self::ONE;
        if difference.to_f64().abs() < 1.0 / 1024.0 {
            return difference * ln_1p_series(difference.to_double_double()).into();
        }
        // x = e^first · (1 + d), where d is about an ulp.
        let ratio = Self::from(x.value) * Self::exp((-first).into());
        let d = (ratio - Self::ONE).to_double_double();
        let correction = d - d * d * 0.5.into();
        (Self::LN_2 * power.into() + (DoubleDouble::from(first) + correction)).into()
    }

    /// ln(1 + self); relative error below 2⁻⁷⁵.
    pub fn ln_1p(self) -> Self {
        if self.to_f64().abs() < 1.0 / 1024.0 {
            self * ln_1p_series(self.to_double_double()).into()
        } else {
            (self + Self::ONE).ln()
        }
    }

    /// The same number without an exponent.
    pub fn to_double_double(self) -> DoubleDouble {
        DoubleDouble {
            hi: scale(self.value.hi, self.exponent),
            lo: scale(self.value.lo, self.exponent),
        }
    }
}

/// 1/6.
const SIXTH: DoubleDouble = DoubleDouble {
    hi: 1.0 / 6.0,
    lo: 9.251_858_538_542_97e-18,
};

/// 2^(j/64).
static ROOTS: LazyLock<[DoubleDouble; 64]> = LazyLock::new(|| {
    std::array::from_fn(|j| exp_series(Extended::LN_2 * (j as f64 / 64.0).into()))
});

/// e^x for |x| < 1 by Horner's scheme over all of its terms.
fn exp_series(x: DoubleDouble) -> DoubleDouble {
    (1..30).rev().fold(DoubleDouble::ONE, |sum, n| {
        DoubleDouble::ONE + sum * x * RECIPROCALS[n]
    })
}

/// e^r for |r| < 2⁻⁷: from the fourth power on, `f64` has digits to spare.
fn exp_near_zero(r: DoubleDouble) -> DoubleDouble {
    let square = r * r;
    let cube = square * r;
    let x = r.hi;
    let tail = [362_880.0, 40_320.0, 5040.0, 720.0, 120.0, 24.0]
        .into_iter()
        .fold(0.0, |sum, factorial| sum * x + 1.0 / factorial);
    let fourth = DoubleDouble::from(square.hi * square.hi * tail);
    DoubleDouble::ONE + (r + (square * 0.5.into() + (cube * SIXTH + fourth)))
}

/// e^x − 1 for |x| < ½ by Horner's scheme over all of its terms.
fn exp_m1_series(x: DoubleDouble) -> DoubleDouble {
    let sum = (2..30).rev().fold(DoubleDouble::ONE, |sum, n| {
        DoubleDouble::ONE + sum * x * RECIPROCALS[n]
    });
    x * sum
}

/// ln(1 + x) / x for |x| < 2⁻¹⁰.
fn ln_1p_series(x: DoubleDouble) -> DoubleDouble {
    (1..10)
        .rev()
        .fold(DoubleDouble::ZERO, |sum, n| RECIPROCALS[n] - sum * x)
}

impl From<DoubleDouble> for Extended {
    fn from(value: DoubleDouble) -> Self {
        Self { value, exponent: 0 }
    }
}

impl From<f64> for Extended {
    fn from(value: f64) -> Self {
        Self::from(DoubleDouble::from(value))
    }
}

impl Neg for Extended {
    type Output = Self;

    fn neg(self) -> Self {
        Self {
            value: -self.value,
            ..self
        }
    }
}

impl Add for Extended {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if self.exponent < other.exponent {
            return other + self;
        }
        let moved = power_of_two(other.exponent - self.exponent);
        Self {
            value: self.value + other.value.scale(moved),
            ..self
        }
    }
}

impl Sub for Extended {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        self + -other
    }
}

impl Mul for Extended {
    type Output = Self;

    fn mul(self, other: Self) -> Self {
        let (a, b) = (self.moderate(), other.moderate());
        Self {
            value: a.value * b.value,
            exponent: a.exponent + b.exponent,
        }
    }
}

impl Div for Extended {
    type Output = Self;

    fn div(self, other: Self) -> Self {
        let (a, b) = (self.moderate(), other.moderate());
        Self {
            value: a.value / b.value,
            exponent: a.exponent - b.exponent,
        }
    }
}
