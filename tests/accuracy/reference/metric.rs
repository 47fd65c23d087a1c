//! The error metric.

use crate::support::{
    Extended, Real, for_both_types, ulp_error, ulp_error_above_one, ulp_error_beside,
};

for_both_types!(
    counts_last_places,
    knows_the_special_values,
    counts_last_places_of_the_larger,
    knows_the_special_values_beside_a_size,
);

/// `value` · 2^`exponent`.
fn number(value: f64, exponent: i32) -> Extended {
    Extended {
        value: value.into(),
        exponent,
    }
}

fn counts_last_places<T: Real>() {
    let one = T::from_f64(1.0);
    let unit = 1 - T::DIGITS;
    let smallest = T::from_pattern(1);
    let zero = T::from_f64(0.0);
    for (computed, truth, error) in [
        (one, Extended::ONE, 0.0),
        (one.up(), Extended::ONE, 1.0),
        // Below a power of two, numbers are half as far apart; the truth says which unit counts.
        (one.down(), Extended::ONE, 0.5),
        (one, Extended::ONE - number(0.5, unit), 1.0),
        (one, Extended::ONE - number(0.25, unit), 0.5),
        (one, Extended::ONE + number(0.25, unit), 0.25),
        (one, -Extended::ONE, libm::scalbn(2.0, -unit)),
        (-one.up(), -Extended::ONE, 1.0),
        (-one, number(0.25, unit) - Extended::ONE, 0.5),
        // No unit is smaller than the smallest number.
        (zero, Extended::ZERO, 0.0),
        (smallest, Extended::ZERO, 1.0),
        (-smallest, Extended::ZERO, 1.0),
        (zero, number(0.25, T::MIN_EXPONENT), 0.25),
        (smallest, number(0.25, T::MIN_EXPONENT), 0.75),
        (smallest, number(1.0, T::MIN_EXPONENT), 0.0),
        (smallest.up(), number(2.25, T::MIN_EXPONENT), 0.25),
        (zero, number(1.0, -5000), 0.0),
    ] {
        assert_eq!(
            ulp_error(computed, truth),
            error,
            "{computed:e} for {truth:?}"
        );
    }
}

fn knows_the_special_values<T: Real>() {
    let infinity = T::INFINITY;
    let nan = T::from_f64(f64::NAN);
    let unit = T::MAX_EXPONENT - T::DIGITS;
    let max = Extended::from(T::MAX.to_f64());
    for (computed, truth, error) in [
        (infinity, f64::INFINITY.into(), 0.0),
        (-infinity, f64::NEG_INFINITY.into(), 0.0),
        (infinity, f64::NEG_INFINITY.into(), f64::INFINITY),
        (T::MAX, f64::INFINITY.into(), f64::INFINITY),
        (nan, f64::NAN.into(), 0.0),
        (nan, Extended::ONE, f64::INFINITY),
        (nan, f64::INFINITY.into(), f64::INFINITY),
        (T::from_f64(1.0), f64::NAN.into(), f64::INFINITY),
        (infinity, f64::NAN.into(), f64::INFINITY),
        // Infinity stands for the number that would follow the largest.
        (infinity, max, 1.0),
        (infinity, max + number(0.5, unit), 0.5),
        (T::MAX, max + number(0.25, unit), 0.25),
        (infinity, number(1.0, 5000), 0.0),
        (T::MAX, number(1.0, 5000), 1.0),
        (-infinity, -max, 1.0),
    ] {
        assert_eq!(
            ulp_error(computed, truth),
            error,
            "{computed:e} for {truth:?}"
        );
    }
}

#[test]
fn above_one_uses_the_unit_of_one() {
    let unit = f64::from(f32::EPSILON);
    assert_eq!(ulp_error_above_one(0.0_f32, (0.5 * unit).into()), 0.5);
    assert_eq!(ulp_error_above_one(0.25_f32, (0.25 + unit).into()), 1.0);
    assert_eq!(ulp_error_above_one(8.0_f32, (8.0 + 4.0 * unit).into()), 0.5);
    assert_eq!(
        ulp_error_above_one(0.0_f64, 1e-300.into()),
        1e-300 / f64::EPSILON
    );
}

fn counts_last_places_of_the_larger<T: Real>() {
    let (zero, one, smallest) = (T::from_f64(0.0), T::from_f64(1.0), T::from_pattern(1));
    let four = number(4.0, 0);
    let unit = 1 - T::DIGITS;
    for (computed, truth, size, error) in [
        // A size above the truth, of either sign, and one just below a power of two.
        (one.up(), Extended::ONE, four, 0.25),
        (one.up(), Extended::ONE, -four, 0.25),
        (one.up(), Extended::ONE, four - number(0.25, unit), 0.5),
        (-one.up(), -Extended::ONE, four, 0.25),
        (
            T::from_f64(1.5),
            Extended::ZERO,
            Extended::ONE,
            libm::scalbn(1.5, -unit),
        ),
        // A size below it, down to none.
        (one.up(), Extended::ONE, number(0.25, 0), 1.0),
        (
            one.up(),
            four,
            Extended::ONE,
            libm::scalbn(0.75, -unit) - 0.25,
        ),
        (one.up(), Extended::ONE, Extended::ZERO, 1.0),
        // No unit is smaller than the smallest number.
        (smallest, Extended::ZERO, Extended::ZERO, 1.0),
        (smallest, Extended::ZERO, number(0.25, T::MIN_EXPONENT), 1.0),
        (smallest, Extended::ZERO, number(1.0, -5000), 1.0),
        (
            zero,
            number(1.5, T::MIN_EXPONENT),
            number(3.0, T::MIN_EXPONENT),
            1.5,
        ),
        (
            smallest,
            Extended::ZERO,
            number(1.0, T::MIN_EXPONENT + T::DIGITS),
            0.5,
        ),
    ] {
        assert_eq!(
            ulp_error_beside(computed, truth, size),
            error,
            "{computed:e} for {truth:?} beside {size:?}"
        );
    }
}

fn knows_the_special_values_beside_a_size<T: Real>() {
    let (one, infinity, nan) = (T::from_f64(1.0), T::INFINITY, T::from_f64(f64::NAN));
    let [infinite, none] = [f64::INFINITY, f64::NAN].map(Extended::from);
    let largest = Extended::from(T::MAX.to_f64());
    for (computed, truth, size, error) in [
        (infinity, infinite, Extended::ONE, 0.0),
        (infinity, infinite, infinite, 0.0),
        (T::MAX, infinite, infinite, f64::INFINITY),
        (infinity, -infinite, infinite, f64::INFINITY),
        (nan, none, Extended::ONE, 0.0),
        (nan, none, none, 0.0),
        (one, none, none, f64::INFINITY),
        (nan, Extended::ONE, Extended::ONE, f64::INFINITY),
        (nan, infinite, infinite, f64::INFINITY),
        // No unit is larger than that of the largest number.
        (infinity, largest, largest, 1.0),
        (infinity, largest, number(1.0, 5000), 1.0),
    ] {
        assert_eq!(
            ulp_error_beside(computed, truth, size),
            error,
            "{computed:e} for {truth:?} beside {size:?}"
        );
    }
}

#[test]
#[should_panic(expected = "the unit of a number is infinite")]
fn refuses_an_infinite_size_of_a_number() {
    ulp_error_beside(1.0_f64, Extended::ONE, f64::INFINITY.into());
}

#[test]
#[should_panic(expected = "the unit of a number is infinite")]
fn refuses_a_size_that_is_no_number() {
    ulp_error_beside(1.0_f64, Extended::ONE, f64::NAN.into());
}
