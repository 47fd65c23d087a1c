//! Exponential, logarithm and the elementwise functions.

use super::precise::{Precise, check, exact, precise, relative_error};
use crate::support::{
    DoubleDouble, Elementwise, Extended, Function, HardCase, HardCases, Random, Real,
    for_both_types,
};

for_both_types!(
    truth_agrees_with_arbitrary_precision,
    correctly_rounded_oracle_agrees_with_the_literature,
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
