//! How far a result is from what it should be.

use logits::LossSum;

use crate::bounds::{self, Function};
use crate::float::Float;
use crate::real::Real;
use crate::reference::{Expected, Parts};

/// What a result is held to.
#[derive(Clone, Copy)]
pub struct Bound {
    /// The largest error, in units.
    pub units: f64,
    /// A unit is one in the last place of the exact result, but at least 2 to this.
    pub least_unit: i32,
}

impl Bound {
    /// The promised one, in ULP.
    pub fn of<T: Float>(function: Function) -> Self {
        Self {
            units: ulps::<T>(function),
            least_unit: i32::MIN,
        }
    }

    /// The promised one, in units in the last place of max(|result|, 1).
    pub fn above_one<T: Float>(function: Function) -> Self {
        Self {
            least_unit: 1 - T::DIGITS,
            ..Self::of::<T>(function)
        }
    }

    /// No error at all.
    pub fn exact() -> Self {
        Self {
            units: 0.0,
            least_unit: i32::MIN,
        }
    }
}

/// The promised largest error of a function, in its units.
pub fn ulps<T: Float>(function: Function) -> f64 {
    bounds::bound(function, T::NAME)
}

/// Panics if `actual`, the result for `x`, is not as it should be.
pub fn assert_near<T: Float>(what: &str, x: T, actual: T, expected: Expected, bound: Bound) {
    let number = match expected {
        Expected::Number(number) => Some(number),
        Expected::Infinity => Some(limit::<T>()),
        Expected::NegInfinity => Some(-limit::<T>()),
        Expected::Nan => None,
    };
    let is_nan = actual.into().is_nan();
    let Some(number) = number else {
        assert!(is_nan, "{what}: {x:e} became {actual:e}, not NaN");
        return;
    };
    let error = units(actual, number, bound.least_unit);
    let right = !is_nan && error <= if is_exact(expected) { 0.0 } else { bound.units };
    assert!(
        right,
        "{what}: {x:e} ({:#x}) became {actual:e}, {error} units from {:e}",
        x.raw(),
        number.to_f64(),
    );
}

/// Panics if `actual` is further from the sum of parts than so many units in the last place of their
/// size. Without parts nothing is compared.
pub fn assert_beside<T: Float>(what: &str, actual: T, parts: Option<Parts>, bound: f64) {
    match parts {
        None => {}
        Some(Parts::Special(expected)) => {
            assert_near(what, actual, actual, expected, Bound::exact());
        }
        Some(Parts::Numbers { sum, size, least }) => {
            // Parts beyond the range cancel as others do.
            let size = size.exponent().max(T::MIN_EXPONENT);
            let unit = (size - (T::DIGITS - 1)).max(least.exponent());
            let error = units(actual, sum, unit);
            let right = !actual.into().is_nan() && error <= bound;
            assert!(
                right,
                "{what}: {actual:e} is {error} units from {:e}",
                sum.to_f64()
            );
        }
    }
}

/// Panics if the share of correct rows is not that of the counts, rounded once.
pub fn assert_accuracy<T: Float>(what: &str, sum: &LossSum<T>) {
    let what = format!("{what}: accuracy");
    let Some(accuracy) = sum.accuracy() else {
        assert_eq!(sum.rows(), 0, "{what}");
        return;
    };
    let [correct, rows] = [sum.correct(), sum.rows()].map(|count| Real::from(count as f64));
    let bound = Bound {
        units: 0.5,
        ..Bound::exact()
    };
    assert_near(
        &what,
        accuracy,
        accuracy,
        Expected::Number(correct / rows),
        bound,
    );
}

/// Whether only one result is right.
fn is_exact(expected: Expected) -> bool {
    match expected {
        Expected::Number(number) => number.is_zero(),
        _ => true,
    }
}

/// What takes the place of infinity: one unit more than the largest number.
fn limit<T: Float>() -> Real {
    Real::power_of_two(T::MAX_EXPONENT + 1)
}

/// |actual − expected| in units of the last place of `expected`, which are at least
/// 2^`least_unit`.
pub fn units<T: Float>(actual: T, expected: Real, least_unit: i32) -> f64 {
    let expected = limited::<T>(expected);
    let actual = match actual.into() {
        f64::INFINITY => limit::<T>(),
        f64::NEG_INFINITY => -limit::<T>(),
        x => Real::from(x),
    };
    let exponent = expected.exponent().clamp(T::MIN_EXPONENT, T::MAX_EXPONENT);
    let unit = (exponent - (T::DIGITS - 1)).max(least_unit);
    (actual - expected).abs().scale(-unit).to_f64()
}

/// `x`, or the limit if it is beyond that.
fn limited<T: Float>(x: Real) -> Real {
    if x.exponent() <= T::MAX_EXPONENT {
        x
    } else if x.is_negative() {
        -limit::<T>()
    } else {
        limit::<T>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_the_exact_result() {
        let third = Real::ONE / Real::from(3.0);
        let ulps = |actual: f32, expected| units(actual, expected, i32::MIN);
        assert_eq!(ulps(1.0 / 3.0, third), 1.0 / 3.0);
        assert_eq!(ulps(1.0, Real::ONE), 0.0);
        assert_eq!(ulps(1.0 + 2.0 * f32::EPSILON, Real::ONE), 2.0);
        assert_eq!(
            ulps(0.0, Real::power_of_two(-148) + Real::power_of_two(-149)),
            3.0
        );
        assert_eq!(ulps(0.0, Real::ZERO), 0.0);
        assert_eq!(ulps(f32::INFINITY, Real::from(f64::from(f32::MAX))), 1.0);
        assert_eq!(ulps(f32::MAX, Real::from(1e300)), 1.0);
        assert_eq!(ulps(f32::INFINITY, Real::from(1e300)), 0.0);
        assert_eq!(units(0.25_f32, Real::ZERO, -2), 1.0);
    }
}
