//! The element types as the tests need them.

use std::fmt::{Display, LowerExp};

use super::bounds::Function;
use super::double_double::DoubleDouble;
use super::extended::Extended;
use super::truth;

/// `f32` or `f64`.
pub trait Real: logits::Float + Display + LowerExp {
    /// The name of the type.
    const NAME: &'static str;
    /// Digits of the significand.
    const DIGITS: i32;
    /// Numbers are below 2 to this.
    const MAX_EXPONENT: i32;
    /// 2 to this is the smallest positive number.
    const MIN_EXPONENT: i32;
    /// Positive infinity.
    const INFINITY: Self;
    /// The largest number.
    const MAX: Self;
    /// Logits so far below another that e^difference underflows to 0.
    const UNDERFLOW: f64;
    /// Where kernels change over from one way to shift to another.
    const BORDERS: &'static [f64];
    /// Sizes of large logits.
    const LARGE: &'static [f64];

    /// The nearest number.
    fn from_f64(x: f64) -> Self;
    /// Exactly this number.
    fn to_f64(self) -> f64;
    /// The number of a bit pattern; of its low half if the type has but 32 bits.
    fn from_pattern(bits: u64) -> Self;
    /// The bit pattern, and one and the same for every NaN.
    fn pattern(self) -> u64;
    /// The next larger number.
    fn up(self) -> Self;
    /// The next smaller number.
    fn down(self) -> Self;
    /// e^x of an unevaluated sum x of two numbers, to at least 20 more digits than the type has.
    fn exp_truth(x: DoubleDouble) -> Extended;
    /// An elementwise function, to at least 17 more digits than the type has.
    fn truth(self, function: Function) -> Extended;
    /// An elementwise function, correctly rounded, where that is had for less than its
    /// [`truth`](Self::truth). For `f32` it may err by 2⁻²⁶ ULP beside the middle of two numbers.
    fn nearest(self, function: Function) -> Option<Self>;
    /// e^x, correctly rounded.
    fn exp_rounded(self) -> Self;

    /// Whether this is NaN.
    fn nan(self) -> bool {
        self.to_f64().is_nan()
    }

    /// Whether this is neither infinite nor NaN.
    fn finite(self) -> bool {
        self.to_f64().is_finite()
    }
}

macro_rules! real {
    ($float:ident, $exp:path, $exp_truth:expr, $truth:path, $nearest:path, $underflow:literal, $borders:expr, $large:expr) => {
        impl Real for $float {
            const NAME: &'static str = stringify!($float);
            const DIGITS: i32 = $float::MANTISSA_DIGITS as i32;
            const MAX_EXPONENT: i32 = $float::MAX_EXP;
            const MIN_EXPONENT: i32 = $float::MIN_EXP - $float::MANTISSA_DIGITS as i32;
            const INFINITY: Self = $float::INFINITY;
            const MAX: Self = $float::MAX;
            const UNDERFLOW: f64 = $underflow;
            const BORDERS: &'static [f64] = &$borders;
            const LARGE: &'static [f64] = &$large;

            fn from_f64(x: f64) -> Self {
                x as $float
            }

            fn to_f64(self) -> f64 {
                self.into()
            }

            fn from_pattern(bits: u64) -> Self {
                $float::from_bits(bits as _)
            }

            fn pattern(self) -> u64 {
                if self.is_nan() {
                    u64::MAX
                } else {
                    self.to_bits().into()
                }
            }

            fn up(self) -> Self {
                self.next_up()
            }

            fn down(self) -> Self {
                self.next_down()
            }

            fn exp_truth(x: DoubleDouble) -> Extended {
                $exp_truth(x)
            }

            fn truth(self, function: Function) -> Extended {
                $truth(function, self)
            }

            fn nearest(self, function: Function) -> Option<Self> {
                $nearest(function, self)
            }

            fn exp_rounded(self) -> Self {
                $exp(self)
            }
        }
    };
}

real!(
    f32,
    core_math::expf,
    |x: DoubleDouble| core_math::exp(x.hi).into(),
    truth::of_single,
    truth::nearest_single,
    104.0,
    [-220.0, 350.0, -16_384.0, 16_384.0],
    [1e6, 3e7, 1e30]
);
real!(
    f64,
    core_math::exp,
    Extended::exp,
    truth::of_double,
    truth::nearest_double,
    746.0,
    [-640.0, 1408.0, -1_073_741_824.0, 1_073_741_824.0],
    [1e6, 3e7, 1e17, 1e300]
);
