//! Exponential, logarithm and the elementwise functions.

use super::precise::{Precise, check, exact, precise, relative_error};
use crate::support::{
    DoubleDouble, Elementwise, Extended, Function, HardCase, HardCases, Random, Real,
    for_both_types,
};

use Function::{ExpM1, Ln, Ln1p};

for_both_types!(
    truth_agrees_with_arbitrary_precision,
    correctly_rounded_oracle_agrees_with_the_literature,
    correctly_rounded_functions_decide_hard_cases,
);

/// `value` · 2^`exponent`.
fn number(value: f64, exponent: i32) -> Extended {
    Extended {
        value: value.into(),
        exponent,
    }
}

#[test]
fn exponential_agrees_with_arbitrary_precision() {
    let mut random = Random::new(2);
    let mut worst = 0.0_f64;
    for range in [1e-18, 1e-9, 0.01, 1.0, 30.0, 1500.0] {
        for _ in 0..300 {
            let hi = random.uniform(-range, range);
            let x = DoubleDouble::sum(hi, hi * random.uniform(-1e-16, 1e-16));
            worst = worst.max(relative_error(Extended::exp(x), &precise(x).exp()));
        }
    }
    assert!(worst < 2_f64.powi(-85), "2^{}", worst.log2());
}

#[test]
fn logarithm_agrees_with_arbitrary_precision() {
    let mut random = Random::new(3);
    let mut worst = 0.0_f64;
    for _ in 0..2000 {
        let x = Extended::exp(random.uniform(-720.0, 20.0).into());
        let (value, truth) = (x.to_double_double(), precise(x.to_double_double()).ln_1p());
        worst = worst.max(relative_error(Extended::from(value).ln_1p(), &truth));
    }
    assert!(worst < 2_f64.powi(-75), "2^{}", worst.log2());
}

#[test]
fn sums_keep_what_is_far_below() {
    let tiny = number(1.5, -1100);
    assert_eq!((tiny + tiny - tiny - tiny).value, DoubleDouble::ZERO);
    assert_eq!((tiny + Extended::ONE).to_f64(), 1.0);
    assert_eq!((Extended::ZERO + tiny).exponent, -1100);
    assert_eq!((number(1.0, -1060) / number(1.0, 40)).exponent, -1100);
    assert_eq!(number(1.0, -1074).to_f64(), f64::from_bits(1));
}

/// An elementwise function in arbitrary precision.
fn precise_function(function: Function, x: f64) -> Precise {
    let (number, one) = (exact(x), exact(1.0));
    match function {
        Function::Exp => number.exp(),
        Function::ExpM1 => number.exp_m1(),
        Function::Ln => number.ln(),
        Function::Ln1p => number.ln_1p(),
        Function::Sigmoid => &one / (&one + (-number).exp()),
        Function::LogSigmoid => -(-number).exp().ln_1p(),
        Function::Softplus => number.exp().ln_1p(),
        Function::Logit => (&number / (&one - &number)).ln(),
        _ => unreachable!("{function} is not elementwise"),
    }
}

fn truth_agrees_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(4);
    for function in Elementwise::<T>::all() {
        let (low, high) = function.domain;
        let function = function.function;
        for _ in 0..200 {
            let x = T::from_f64(random.uniform(low, high));
            let truth = precise_function(function, x.to_f64());
            check::<T>(x.truth(function), &truth, &format!("{function}({x:e})"));
        }
    }
}

/// On inputs whose exact results lie all but halfway between two numbers.
fn correctly_rounded_oracle_agrees_with_the_literature<T: Real>() {
    let Some(table) = HardCases::read().unwrap() else {
        return;
    };
    for HardCase { input, rounded } in table.of::<T>(Function::Exp) {
        let found = input.exp_rounded();
        assert_eq!(found.pattern(), rounded.pattern(), "exp({input:e})");
    }
}

/// Bits of inputs, and of their results in arbitrary precision, rounded once: of each function first
/// the hardest of many random inputs, from 2⁻¹⁸ to 2⁻²³ ULP beside the middle of two numbers, then some
/// whose results are that middle but for the third power of a small number.
const HARD_SINGLE: [(Function, u64, u64); 14] = [
    (ExpM1, 0x3e3d_7a57, 0x3e50_242b),
    (ExpM1, 0x4294_0fd7, 0x74df_7d6c),
    (ExpM1, 0xc126_07d0, 0xbf7f_fdf5),
    (ExpM1, 0x3400_0000, 0x3400_0001),
    (ExpM1, 0xb380_0000, 0xb380_0000),
    (Ln, 0x3fb3_1c06, 0x3eac_03db),
    (Ln, 0x7646_77e5, 0x4297_fbb8),
    (Ln, 0x0da8_c375, 0xc28a_1396),
    (Ln, 0x3f80_0006, 0x353f_fffc),
    (Ln1p, 0x3ea4_e0b3, 0x3e8e_eed9),
    (Ln1p, 0x4b1b_c3d6, 0x4181_1c11),
    (Ln1p, 0xbf7f_fb87, 0xc119_7a5c),
    (Ln1p, 0x3380_0000, 0x3380_0000),
    (Ln1p, 0xb400_0000, 0xb400_0001),
];

/// As [`HARD_SINGLE`].
const HARD_DOUBLE: [(Function, u64, u64); 14] = [
    (ExpM1, 0x3fd4_7eeb_18e1_43f0, 0x3fd8_286c_5d42_0c9f),
    (ExpM1, 0x4070_f12e_0775_b280, 0x5860_dfc3_b1fb_3a83),
    (ExpM1, 0xc013_30c1_69e9_0f98, 0xbfef_bc6b_b844_af80),
    (ExpM1, 0x3cb0_0000_0000_0000, 0x3cb0_0000_0000_0001),
    (ExpM1, 0xbca0_0000_0000_0000, 0xbca0_0000_0000_0000),
    (Ln, 0x3ffe_c9a8_4bf3_d380, 0x3fe4_f1e3_49f4_97c0),
    (Ln, 0x797d_19cc_945e_6de6, 0x4083_f259_41ad_0c6a),
    (Ln, 0x1140_f966_abb0_c348, 0xc080_2dc6_5252_fc88),
    (Ln, 0x3ff0_0000_0000_0006, 0x3cd7_ffff_ffff_fffc),
    (Ln1p, 0x3fe4_8458_c69e_f8b6, 0x3fdf_b4a4_de2d_ef79),
    (Ln1p, 0x685f_b890_354a_1755, 0x407c_0751_c935_b8e0),
    (Ln1p, 0xbfef_2dea_b8ec_7589, 0xc00d_4ea9_f514_1442),
    (Ln1p, 0x3ca0_0000_0000_0000, 0x3ca0_0000_0000_0000),
    (Ln1p, 0xbcb0_0000_0000_0000, 0xbcb0_0000_0000_0001),
];

fn correctly_rounded_functions_decide_hard_cases<T: Real>() {
    let cases = if T::DIGITS == 24 {
        HARD_SINGLE
    } else {
        HARD_DOUBLE
    };
    for (function, input, rounded) in cases {
        let input = T::from_pattern(input);
        let found = input.nearest(function).expect("it is correctly rounded");
        assert_eq!(found.pattern(), rounded, "{function}({input:e})");
    }
}
