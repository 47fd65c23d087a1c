//! What the elementwise functions should return, in far more digits than they do.

use super::bounds::Function;
use super::double_double::DoubleDouble;
use super::extended::Extended;

/// A function of an `f32`, from correctly rounded functions of `f64`: relative error below 2⁻⁵⁰.
pub fn of_single(function: Function, x: f32) -> Extended {
    f64_function(function, x.into()).into()
}

/// A function of an `f32`, rounded once more.
pub fn nearest_single(function: Function, x: f32) -> Option<f32> {
    Some(f64_function(function, x.into()) as f32)
}

/// The functions of an `f64` that a library rounds correctly.
pub fn nearest_double(function: Function, x: f64) -> Option<f64> {
    let rounded = [Function::Exp, Function::ExpM1, Function::Ln, Function::Ln1p];
    rounded
        .contains(&function)
        .then(|| f64_function(function, x))
}

/// A function of an `f32` in `f64`: relative error below 2⁻⁵⁰.
pub fn f64_function(function: Function, x: f64) -> f64 {
    match function {
        Function::Exp => core_math::exp(x),
        Function::ExpM1 => core_math::expm1(x),
        Function::Ln => core_math::log(x),
        Function::Ln1p => core_math::log1p(x),
        Function::Sigmoid => {
            let power = core_math::exp(-x.abs());
            let numerator = if x < 0.0 { power } else { 1.0 };
            numerator / (1.0 + power)
        }
        Function::LogSigmoid => -f64_function(Function::Softplus, -x),
        Function::Softplus => x.max(0.0) + core_math::log1p(core_math::exp(-x.abs())),
        // Near ½ both differences are exact for an `f32`; far from it, the first is.
        Function::Logit if (0.25..=0.75).contains(&x) => {
            core_math::log1p((2.0 * x - 1.0) / (1.0 - x))
        }
        Function::Logit => core_math::log(x / (1.0 - x)),
        _ => unreachable!("{function} is not elementwise"),
    }
}

/// A function of an `f64` in double-double: relative error below 2⁻⁷⁰.
pub fn of_double(function: Function, x: f64) -> Extended {
    if !x.is_finite() {
        return f64_function(function, x).into();
    }
    let number = Extended::from(x);
    match function {
        Function::Exp => Extended::exp(x.into()),
        Function::ExpM1 => Extended::exp_m1(x.into()),
        Function::Ln => number.ln(),
        Function::Ln1p => number.ln_1p(),
        Function::Sigmoid => {
            let power = Extended::exp((-x.abs()).into());
            let numerator = if x < 0.0 { power } else { Extended::ONE };
            numerator / (Extended::ONE + power)
        }
        Function::LogSigmoid => -of_double(Function::Softplus, -x),
        Function::Softplus => {
            let power = Extended::exp((-x.abs()).into());
            Extended::from(x.max(0.0)) + power.ln_1p()
        }
        Function::Logit => logit(x),
        _ => unreachable!("{function} is not elementwise"),
    }
}

/// ln(p / (1 − p)): by ln_1p where the result is near 0.
fn logit(p: f64) -> Extended {
    let rest = Extended::from(DoubleDouble::difference(1.0, p));
    if (0.25..=0.75).contains(&p) {
        let excess = Extended::from(DoubleDouble::difference(2.0 * p, 1.0));
        (excess / rest).ln_1p()
    } else if p == 1.0 {
        f64::INFINITY.into()
    } else {
        (Extended::from(p).normalized() / rest).ln()
    }
}
