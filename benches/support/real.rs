//! The element types, with the elementary functions of other libraries.

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
    fn std_exp_m1(self) -> Self;
    fn std_ln(self) -> Self;
    fn std_ln_1p(self) -> Self;
    fn std_tanh(self) -> Self;

    fn libm_exp(self) -> Self;
    fn libm_exp_m1(self) -> Self;
    fn libm_ln(self) -> Self;
    fn libm_ln_1p(self) -> Self;

    /// The exponentials of whole vectors of `wide`.
    fn wide_exp(x: &[Self], out: &mut [Self]);
    /// The logarithms of whole vectors of `wide`.
    fn wide_ln(x: &[Self], out: &mut [Self]);
}

/// Functions of one number.
macro_rules! functions {
    ($($name:ident $function:path),*) => {$(
        fn $name(self) -> Self {
            $function(self)
        }
    )*};
}

/// Functions of vectors of `wide`, applied to slices.
macro_rules! wide_functions {
    ($vector:ident: $($name:ident $function:ident),*) => {$(
        fn $name(x: &[Self], out: &mut [Self]) {
            let (x, _) = x.as_chunks();
            let (out, _) = out.as_chunks_mut();
            for (&x, out) in x.iter().zip(out) {
                *out = wide::$vector::new(x).$function().to_array();
            }
        }
    )*};
}

macro_rules! real {
    ($float:ident, $vector:ident, libm: $exp:ident $exp_m1:ident $ln:ident $ln_1p:ident) => {
        impl Real for $float {
            const NAME: &'static str = stringify!($float);
            const ULP: f64 = $float::EPSILON as f64;

            fn rounded(x: f64) -> Self {
                x as $float
            }

            functions! {
                std_exp $float::exp, std_exp_m1 $float::exp_m1, std_ln $float::ln,
                std_ln_1p $float::ln_1p, std_tanh $float::tanh,
                libm_exp libm::$exp, libm_exp_m1 libm::$exp_m1, libm_ln libm::$ln,
                libm_ln_1p libm::$ln_1p
            }
            wide_functions!($vector: wide_exp exp, wide_ln ln);
        }
    };
}

real!(f32, f32x8, libm: expf expm1f logf log1pf);
real!(f64, f64x4, libm: exp expm1 log log1p);
