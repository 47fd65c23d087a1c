//! What a lane can hold: `f32` or `f64`, and the constants that depend on the choice.

use core::fmt::Debug;
use core::ops::{Add, Div, Mul, Neg, Sub};

/// A floating-point type that fills a lane.
///
/// Private to the crate, so that no name of it can be used or stand in the way where a caller is
/// generic over [`Float`](crate::Float).
pub(crate) trait Element:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + Send
    + Sync
    + 'static
{
    /// Lanes over which every sum runs, whatever the width of a register: 128 bytes.
    const STRIPE: usize;

    /// 0.
    const ZERO: Self;
    /// ½.
    const HALF: Self;
    /// 1.
    const ONE: Self;
    /// 16.
    const SIXTEEN: Self;
    /// The largest number.
    const LARGEST: Self;
    /// The smallest positive number.
    const LEAST: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The power of two that [`MIN_POSITIVE`](Self::MIN_POSITIVE) is.
    const MIN_POSITIVE_POWER: Self;
    /// The lowest number that is not infinite.
    const LOWEST: Self;
    /// The exponent of two, well within the normal numbers, twice which is below all numbers.
    const LOWEST_POWER: Self;
    /// 2^(half the significand, rounded up) + 1: multiplying by it splits a number in two halves.
    const SPLITTER: Self;
    /// 2^(significand bits): adding it to a positive number below rounds to an integer, whose bits
    /// are then the low bits of the sum.
    const INTEGRAL: Self;
    /// The factor from 1 to the smallest subnormal number's count, as two factors: the number
    /// itself is out of range.
    const SUBNORMALS_IN_ONE: (Self, Self);
    /// The power of two that [`INTEGRAL`](Self::INTEGRAL) is.
    const INTEGRAL_POWER: Self;
    /// About the square root of the largest number, a power of two.
    const LARGE_UNIT: Self;
    /// Negative infinity.
    const NEG_INFINITY: Self;
    /// Not a number.
    const NAN: Self;

    /// ⅔, where [`split_pow2`](super::Vector::split_pow2) cuts.
    const TWO_THIRDS: Self;
    /// 1.5 · 2^(significand bits): adding it rounds to an integer and leaves that integer in the
    /// low bits of the significand.
    const ROUND: Self;

    /// Whether `self` is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Whether `self` is NaN.
    fn is_nan(self) -> bool;
    /// The nearest number to an integer.
    fn from_u64(integer: u64) -> Self;
}

macro_rules! element {
    ($float:ident, $stripe:literal, $large_unit:expr) => {
        impl Element for $float {
            const STRIPE: usize = $stripe;
            const ZERO: Self = 0.0;
            const HALF: Self = 0.5;
            const ONE: Self = 1.0;
            const SIXTEEN: Self = 16.0;
            const LARGEST: Self = $float::MAX;
            const LEAST: Self = $float::from_bits(1);
            const MIN_POSITIVE: Self = $float::MIN_POSITIVE;
            const MIN_POSITIVE_POWER: Self = ($float::MIN_EXP - 1) as $float;
            const LOWEST: Self = $float::MIN;
            const LOWEST_POWER: Self = ($float::MIN_EXP + 5) as $float;
            const SPLITTER: Self = ((1u64 << $float::MANTISSA_DIGITS.div_ceil(2)) + 1) as $float;
            const INTEGRAL: Self = 1.0 / $float::EPSILON;
            const SUBNORMALS_IN_ONE: (Self, Self) =
                (0.5 / $float::MIN_POSITIVE, 2.0 / $float::EPSILON);
            const INTEGRAL_POWER: Self = ($float::MANTISSA_DIGITS - 1) as $float;
            const LARGE_UNIT: Self = $large_unit;
            const NEG_INFINITY: Self = $float::NEG_INFINITY;
            const NAN: Self = $float::NAN;
            const TWO_THIRDS: Self = 2.0 / 3.0;
            const ROUND: Self = 1.5 / $float::EPSILON;

            #[inline(always)]
            fn is_finite(self) -> bool {
                $float::is_finite(self)
            }

            #[inline(always)]
            fn is_nan(self) -> bool {
                $float::is_nan(self)
            }

            #[inline(always)]
            fn from_u64(integer: u64) -> Self {
                integer as $float
            }
        }
    };
}

element!(f32, 32, (1u64 << 62) as f32);
element!(f64, 16, f64::from_bits((1023 + 510) << 52));
