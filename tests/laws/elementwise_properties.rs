//! Laws that connect the elementwise functions, whatever the number.

use logits::Level;
use proptest::prelude::*;

use crate::support::{Elementwise, Function, Real, epsilon};

/// A function of one number at a level.
fn of<T: Real>(function: Function, level: Level, x: T) -> T {
    Elementwise::<T>::of_function(function).of(level, x)
}

/// logit(σ(x)) is x but for an error of σ(x) in its last place, which is worth (1 + e^x) as much
/// in x, and the rounding of the result.
fn logit_inverts_sigmoid<T: Real>(x: T) {
    for level in Level::available() {
        let p = of(Function::Sigmoid, level, x);
        let back = of(Function::Logit, level, p).to_f64();
        let x = x.to_f64();
        let bound = epsilon::<T>() * (1.1 * (1.0 + x.exp()) + x.abs());
        assert!((back - x).abs() <= bound, "{level}: {x:e} became {back:e}");
    }
}

/// σ(logit(p)) is p but for the relative errors of the two results, of which that of the logit is
/// worth at most |logit p| as much.
fn sigmoid_inverts_logit<T: Real>(p: T) {
    for level in Level::available() {
        let x = of(Function::Logit, level, p);
        let back = of(Function::Sigmoid, level, x).to_f64();
        let p = p.to_f64();
        let bound = epsilon::<T>() * (1.1 + x.to_f64().abs()) * p;
        assert!((back - p).abs() <= bound, "{level}: {p:e} became {back:e}");
    }
}

fn ln_1p_inverts_exp_m1<T: Real>(x: T) {
    for level in Level::available() {
        let y = of(Function::ExpM1, level, x);
        let back = of(Function::Ln1p, level, y).to_f64();
        let x = x.to_f64();
        let bound = epsilon::<T>() * ((-x).exp_m1().abs() + x.abs());
        assert!((back - x).abs() <= bound, "{level}: {x:e} became {back:e}");
    }
}

fn ln_inverts_exp<T: Real>(x: T) {
    for level in Level::available() {
        let y = of(Function::Exp, level, x);
        let back = of(Function::Ln, level, y).to_f64();
        let x = x.to_f64();
        let bound = epsilon::<T>() * (1.0 + x.abs());
        assert!((back - x).abs() <= bound, "{level}: {x:e} became {back:e}");
    }
}

/// softplus(x) − softplus(−x) = x and σ(x) + σ(−x) = 1.
fn halves_complement_each_other<T: Real>(x: T) {
    for level in Level::available() {
        let [plus, minus] = [x, -x].map(|x| of(Function::Softplus, level, x).to_f64());
        let difference = (plus - minus - x.to_f64()).abs();
        assert!(
            difference <= 2.0 * epsilon::<T>() * plus.max(minus),
            "{level}: {x:e}"
        );
        let [p, q] = [x, -x].map(|x| of(Function::Sigmoid, level, x).to_f64());
        assert!(
            (p + q - 1.0).abs() <= 2.0 * epsilon::<T>(),
            "{level}: {x:e}"
        );
    }
}

/// log_sigmoid(x) has the bits of −softplus(−x), and is the logarithm of σ(x).
fn log_sigmoid_is_a_softplus<T: Real>(x: T) {
    for level in Level::available() {
        let ln_p = of(Function::LogSigmoid, level, x);
        let softplus = of(Function::Softplus, level, -x);
        assert!(ln_p.to_f64() == -softplus.to_f64(), "{level}: {x:e}");
        let p = of(Function::Sigmoid, level, x).to_f64();
        let bound = 2.0 * epsilon::<T>() * (1.0 + ln_p.to_f64().abs());
        assert!((ln_p.to_f64() - p.ln()).abs() <= bound, "{level}: {x:e}");
    }
}

/// The logit of 1 − p is that of p with the other sign, to the bit where 1 − p is exact.
fn logit_is_odd<T: Real>(p: T) {
    let q = T::from_f64(1.0) - p;
    for level in Level::available() {
        let [x, y] = [p, q].map(|p| of(Function::Logit, level, p).to_f64());
        assert!(x == -y, "{level}: {p:e}");
    }
}

/// The properties of a type, for these logits, and probabilities of these powers of ten.
macro_rules! properties {
    ($float:ident, $logits:expr, $exponents:expr) => {
        mod $float {
            use super::*;

            proptest! {
                #[test]
                fn of_logits(x in $logits, near in -8.0..8.0) {
                    logit_inverts_sigmoid(x as $float);
                    logit_inverts_sigmoid(near as $float);
                }

                #[test]
                fn of_probabilities(p in 1e-30..1.0, q in 0.5..1.0, exponent in $exponents) {
                    sigmoid_inverts_logit(p as $float);
                    sigmoid_inverts_logit(libm::exp10(exponent) as $float);
                    logit_is_odd(q as $float);
                }

                #[test]
                fn of_exponentials(x in -8.0..80.0, small in -1e-3..1e-3) {
                    ln_1p_inverts_exp_m1(x as $float);
                    ln_1p_inverts_exp_m1(small as $float);
                    ln_inverts_exp(x as $float);
                }

                #[test]
                fn of_softplus(x in -80.0..80.0, small in -1.0..1.0) {
                    for x in [x, small] {
                        halves_complement_each_other(x as $float);
                        log_sigmoid_is_a_softplus(x as $float);
                    }
                }
            }
        }
    };
}

properties!(f32, -80.0..8.0, -37.0..0.0);
properties!(f64, -700.0..30.0, -307.0..0.0);
