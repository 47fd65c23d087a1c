//! The judges judged: the error metric, and the references in higher precision.

mod support;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;
use support::{
    DoubleDouble, Extended, Random, Real, for_both_types, ulp_error, ulp_error_above_one,
};

type Precise = FBig<HalfEven, 2>;

for_both_types!(metric_counts_last_places, metric_knows_the_special_values);

/// `value` · 2^`exponent`.
fn number(value: f64, exponent: i32) -> Extended {
    Extended {
        value: value.into(),
        exponent,
    }
}

fn metric_counts_last_places<T: Real>() {
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

fn metric_knows_the_special_values<T: Real>() {
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
fn metric_above_one_uses_the_unit_of_one() {
    let unit = f64::from(f32::EPSILON);
    assert_eq!(ulp_error_above_one(0.0_f32, (0.5 * unit).into()), 0.5);
    assert_eq!(ulp_error_above_one(0.25_f32, (0.25 + unit).into()), 1.0);
    assert_eq!(ulp_error_above_one(8.0_f32, (8.0 + 4.0 * unit).into()), 0.5);
    assert_eq!(
        ulp_error_above_one(0.0_f64, 1e-300.into()),
        1e-300 / f64::EPSILON
    );
}

/// An unevaluated sum in arbitrary precision.
fn precise(x: DoubleDouble) -> Precise {
    let part = |x: f64| {
        Precise::try_from(x)
            .expect("a finite number")
            .with_precision(200)
            .value()
    };
    part(x.hi) + part(x.lo)
}

/// |value/truth − 1|.
fn relative_error(value: Extended, truth: &Precise) -> f64 {
    let value = precise(value.value) << value.exponent as isize;
    ((value - truth) / truth).to_f64().value().abs()
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
