//! The element types, with the exponentials of other libraries.

use std::ops::{Add, AddAssign, Div, DivAssign, Mul, Neg, Sub, SubAssign};

/// `f32` or `f64`.
pub trait Real:
    logits::Float
    + Add<Output = Self>
    + AddAssign
    + Sub<Output = Self>
    + SubAssign
    + Mul<Output = Self>
    + Div<Output = Self>
    + DivAssign
    + Neg<Output = Self>
    + PartialOrd
    + Into<f64>
    + 'static
{
    const NAME: &'static str;
    /// The distance from 1 to the next number.
    const ULP: f64;

    fn rounded(x: f64) -> Self;
    fn std_exp(self) -> Self;
    fn std_ln(self) -> Self;
    fn std_tanh(self) -> Self;
    fn libm_exp(self) -> Self;
    /// The exponentials of whole vectors of `wide`.
    fn wide_exp(x: &[Self], out: &mut [Self]);
}

macro_rules! real {
    ($float:ident, $libm_exp:ident, $vector:ident) => {
        impl Real for $float {
            const NAME: &'static str = stringify!($float);
            const ULP: f64 = $float::EPSILON as f64;

            fn rounded(x: f64) -> Self {
                x as $float
            }

            fn std_exp(self) -> Self {
                self.exp()
            }

            fn std_ln(self) -> Self {
                self.ln()
            }

            fn std_tanh(self) -> Self {
                self.tanh()
            }

            fn libm_exp(self) -> Self {
                libm::$libm_exp(self)
            }

            fn wide_exp(x: &[Self], out: &mut [Self]) {
                let (x, _) = x.as_chunks();
                let (out, _) = out.as_chunks_mut();
                for (&x, out) in x.iter().zip(out) {
                    *out = wide::$vector::new(x).exp().to_array();
                }
            }
        }
    };
}

real!(f32, expf, f32x8);
real!(f64, exp, f64x4);
