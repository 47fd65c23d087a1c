//! The error metric: how far a computed value is from the truth, in units in the last place.

use super::extended::{Extended, exponent, scale};
use super::real::Real;

/// |computed − truth| in units of the last place that the truth has in the type of `computed`.
///
/// The unit is never below the smallest subnormal, so it is defined for a truth of 0. Infinity
/// counts as the power of two that follows the largest number, and so does every truth beyond. A
/// NaN agrees with a NaN alone, and an infinite truth with itself alone.
pub fn ulp_error<T: Real>(computed: T, truth: Extended) -> f64 {
    error_in_units(computed, truth, last_place::<T>(truth))
}

/// As [`ulp_error`], but in units of the last place of max(|truth|, 1).
pub fn ulp_error_above_one<T: Real>(computed: T, truth: Extended) -> f64 {
    let unit = last_place::<T>(truth).max(1 - T::DIGITS);
    error_in_units(computed, truth, unit)
}

/// A truth as a sum, and the size of its parts: what its rounding errors are measured beside.
#[derive(Clone, Copy)]
pub struct Parts {
    pub sum: Extended,
    /// The number whose last place is the unit, if above the truth's: the sum of the parts' magnitudes,
    /// and what else a unit has to hold.
    pub size: Extended,
}

impl From<Extended> for Parts {
    /// A single part, with no size beside its own.
    fn from(sum: Extended) -> Self {
        Self {
            sum,
            size: Extended::ZERO,
        }
    }
}

/// As [`ulp_error`], but in units of the last place of max(|truth|, |scale|).
///
/// Panics if the truth is finite and the scale is not.
pub fn ulp_error_beside<T: Real>(computed: T, truth: Extended, scale: Extended) -> f64 {
    // Any number would be near enough.
    let is_unit = scale.value.hi.is_finite() || !truth.value.hi.is_finite();
    assert!(is_unit, "the unit of a number is infinite");
    let unit = last_place::<T>(truth).max(last_place::<T>(scale));
    error_in_units(computed, truth, unit)
}

/// The exponent of the last place of a finite truth.
fn last_place<T: Real>(truth: Extended) -> i32 {
    let smallest = T::MIN_EXPONENT;
    if truth.is_zero() {
        return smallest;
    }
    let (hi, lo) = (truth.value.hi, truth.value.lo);
    let exponent = exponent(hi);
    // A truth just below a power of two belongs to the binade below.
    let power_of_two = hi.abs() == scale(1.0, exponent);
    let below = power_of_two && lo != 0.0 && (lo < 0.0) != (hi < 0.0);
    let exponent = exponent.saturating_add(truth.exponent) - i32::from(below);
    (exponent - (T::DIGITS - 1)).max(smallest)
}

/// |computed − truth| in units of 2^`unit`.
fn error_in_units<T: Real>(computed: T, truth: Extended, unit: i32) -> f64 {
    let computed = computed.to_f64();
    let exact = truth.value.hi;
    if computed.is_nan() || !exact.is_finite() {
        let agree = computed == exact || (computed.is_nan() && exact.is_nan());
        return if agree { 0.0 } else { f64::INFINITY };
    }
    let largest_unit = T::MAX_EXPONENT - T::DIGITS;
    let unit = unit.min(largest_unit);
    // Twice the digits of the type: beyond every number, finite in these units.
    let limit = scale(1.0, T::MAX_EXPONENT - unit);
    let clamp = |x: f64| x.clamp(-limit, limit);
    let computed = clamp(scale(computed, -unit));
    let shift = truth.exponent.saturating_sub(unit);
    let (hi, lo) = (scale(exact, shift), scale(truth.value.lo, shift));
    let error = if hi.abs() > limit {
        computed - clamp(hi)
    } else {
        (computed - hi) - lo
    };
    error.abs()
}
