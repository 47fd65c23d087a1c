//! The elementwise functions at the limits of their domains and ranges.

use logits::Level;

use super::INFINITY;
use crate::support::{Elementwise, Function, Real, for_both_types, ulp_error};

for_both_types!(
    elementwise_functions_at_their_limits,
    elementwise_functions_of_small_numbers,
);

/// What a function gives at a limit, with the sign of a zero.
fn assert_limits<T: Real>(function: Function, limits: &[(f64, f64)]) {
    let function = Elementwise::<T>::of_function(function);
    let nan = (f64::NAN, f64::NAN);
    for level in Level::available() {
        for &(x, y) in limits.iter().chain([&nan]) {
            // Alone, and among ordinary numbers.
            let x = T::from_f64(x);
            let half = T::from_f64(0.5);
            let beside = function.of_all(level, &[half, x, half])[1];
            let expected = T::from_f64(y);
            for found in [function.of(level, x), beside] {
                // Logarithms are as good as their bound; everything else is exact.
                let near = y.abs() > 2.0 && ulp_error(found, expected.to_f64().into()) <= 1.0;
                assert!(
                    near || found.pattern() == expected.pattern(),
                    "{level}: {}({x:e}) gives {found:e}, not {expected:e}",
                    function.function
                );
            }
        }
    }
}

fn elementwise_functions_at_their_limits<T: Real>() {
    const NAN: f64 = f64::NAN;
    let (max, least) = (T::MAX.to_f64(), T::from_pattern(1).to_f64());
    let above_minus_one = T::from_f64(-1.0).up().to_f64();
    let ln_2 = std::f64::consts::LN_2;
    let ln = |x: f64| x.ln();
    for (function, limits) in [
        (
            Function::Exp,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (0.0, 1.0),
                (-0.0, 1.0),
                (max, INFINITY),
                (INFINITY, INFINITY),
            ][..],
        ),
        (
            Function::ExpM1,
            &[
                (-INFINITY, -1.0),
                (-max, -1.0),
                (-least, -least),
                (-0.0, -0.0),
                (0.0, 0.0),
                (least, least),
                (max, INFINITY),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Ln,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (-least, NAN),
                (-0.0, -INFINITY),
                (0.0, -INFINITY),
                (least, ln(least)),
                (1.0, 0.0),
                (max, ln(max)),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Ln1p,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (T::from_f64(-1.0).down().to_f64(), NAN),
                (-1.0, -INFINITY),
                (above_minus_one, ln(1.0 + above_minus_one)),
                (-least, -least),
                (-0.0, -0.0),
                (0.0, 0.0),
                (least, least),
                (max, ln(max)),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Sigmoid,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (-0.0, 0.5),
                (0.0, 0.5),
                (least, 0.5),
                (max, 1.0),
                (INFINITY, 1.0),
            ],
        ),
        (
            Function::LogSigmoid,
            &[
                (-INFINITY, -INFINITY),
                (-max, -max),
                (-0.0, -ln_2),
                (0.0, -ln_2),
                (max, 0.0),
                (INFINITY, 0.0),
            ],
        ),
        (
            Function::Softplus,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (-0.0, ln_2),
                (0.0, ln_2),
                (max, max),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Logit,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (-least, NAN),
                (-0.0, -INFINITY),
                (0.0, -INFINITY),
                (least, ln(least)),
                (0.5, 0.0),
                (1.0, INFINITY),
                (T::from_f64(1.0).up().to_f64(), NAN),
                (max, NAN),
                (INFINITY, NAN),
            ],
        ),
    ] {
        assert_limits::<T>(function, limits);
    }
}

/// Powers of two as small as they come keep all their digits.
fn elementwise_functions_of_small_numbers<T: Real>() {
    for exponent in T::MIN_EXPONENT..-T::DIGITS - 3 {
        let x = libm::scalbn(1.0, exponent);
        for function in [Function::ExpM1, Function::Ln1p] {
            assert_limits::<T>(function, &[(x, x), (-x, -x)]);
        }
        assert_limits::<T>(
            Function::Ln,
            &[(x, f64::from(exponent) * std::f64::consts::LN_2)],
        );
    }
}
