//! What the checks need to know of `f32` and `f64`.

use std::fmt::LowerExp;

/// An element type under test.
pub trait Float: logits::Float + From<i8> + Into<f64> + LowerExp {
    /// The name of the type.
    const NAME: &'static str;
    /// Bytes of an element.
    const BYTES: usize;
    /// Bits of the significand, with the implicit one.
    const DIGITS: i32;
    /// Exponent of the smallest normal number.
    const MIN_EXPONENT: i32;
    /// Exponent of the largest number.
    const MAX_EXPONENT: i32;

    /// The number with these bits, as many of them as there is room for.
    fn from_raw(bits: u64) -> Self;
    /// The bits of the number.
    fn raw(self) -> u64;
    /// The number with the sign and the digits of `self` and an exponent of −8 to 7.
    fn moderate(self) -> Self;
}

macro_rules! float {
    ($float:ident, $bits:ident) => {
        impl Float for $float {
            const NAME: &'static str = stringify!($float);
            const BYTES: usize = size_of::<$float>();
            const DIGITS: i32 = $float::MANTISSA_DIGITS as i32;
            const MIN_EXPONENT: i32 = $float::MIN_EXP - 1;
            const MAX_EXPONENT: i32 = $float::MAX_EXP - 1;

            fn from_raw(bits: u64) -> Self {
                $float::from_bits(bits as $bits)
            }

            fn raw(self) -> u64 {
                self.to_bits().into()
            }

            fn moderate(self) -> Self {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                const EXPONENT: $bits = $float::INFINITY.to_bits();
                let bits = self.to_bits();
                let exponent = (bits >> DIGITS) % 16 + ($float::MAX_EXP - 1) as $bits - 8;
                $float::from_bits(bits & !EXPONENT | exponent << DIGITS)
            }
        }
    };
}

float!(f32, u32);
float!(f64, u64);

/// The bits of a result: every NaN counts as the same.
pub fn bits<T: Float>(x: T) -> u64 {
    if x.into().is_nan() { u64::MAX } else { x.raw() }
}

/// The bits of results: every NaN counts as the same.
pub fn all_bits<T: Float>(x: &[T]) -> Vec<u64> {
    x.iter().map(|&x| bits(x)).collect()
}
