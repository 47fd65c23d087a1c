//! The accuracy of exp, element by element.

mod support;

use logits::Level;
use support::{DoubleDouble, Function, HardCase, Random, Real, Report, for_both_types, ulp_error};

for_both_types!(
    stays_within_its_bound,
    hard_cases_stay_within_the_bound,
    overflows_and_underflows_where_it_should,
);

/// Numbers spread over all bit patterns: about a million of them.
fn spread<T: Real>() -> impl Iterator<Item = T> {
    let bits = size_of::<T>() * 8;
    // A prime, so that the low bits take part.
    let stride = (1_u64 << (bits - 20)) - 3;
    (0..1 << 20).map(move |step: u64| T::from_pattern(step.wrapping_mul(stride)))
}

/// Numbers where the result is neither 0 nor infinite.
fn ordinary<T: Real>(count: usize) -> impl Iterator<Item = T> {
    let mut random = Random::new(1);
    let high = T::MAX.to_f64().ln();
    (0..count).map(move |_| T::from_f64(random.uniform(-T::UNDERFLOW, high)))
}

/// Numbers near multiples of ½ ln 2 and of ln 2 moved to ln ¾, where the reduced argument is
/// largest.
fn borders_of_reduction<T: Real>() -> impl Iterator<Item = T> {
    let steps = (1.5 * T::UNDERFLOW) as i32;
    (-steps..steps).flat_map(|step| {
        let n = f64::from(step) + 0.5;
        [
            n * std::f64::consts::LN_2,
            (n + 0.084_962_5) * std::f64::consts::LN_2,
        ]
        .into_iter()
        .flat_map(|centre| {
            let centre = T::from_f64(centre);
            let above = std::iter::successors(Some(centre), |x| Some(x.up()));
            let below = std::iter::successors(Some(centre), |x| Some(x.down()));
            above.take(50).chain(below.take(50))
        })
    })
}

/// Checks exp of every input, at every level.
fn check<T: Real>(groups: &[(&str, Vec<T>)]) {
    let mut report = Report::default();
    for (name, inputs) in groups {
        let truth = |x: &T| T::exp_truth(DoubleDouble::from(x.to_f64()));
        let truths: Vec<_> = inputs.iter().map(truth).collect();
        for level in Level::available() {
            let mut results = inputs.clone();
            level.exp_in_place(&mut results);
            let truths = truths.iter().copied();
            report.note_row(Function::Exp, level, name, &results, truths, |place| {
                format!("exp({:e})", inputs[place])
            });
        }
    }
    report.check::<T>();
}

fn stays_within_its_bound<T: Real>() {
    check::<T>(&[
        ("all bit patterns", spread().collect()),
        ("finite results", ordinary(1 << 20).collect()),
        ("borders of the reduction", borders_of_reduction().collect()),
    ]);
}

fn hard_cases_stay_within_the_bound<T: Real>() {
    let cases = HardCase::<T>::read("exp");
    for HardCase { input, rounded } in &cases {
        let truth = T::exp_truth(DoubleDouble::from(input.to_f64()));
        let error = ulp_error(*rounded, truth);
        assert!(
            error < 0.500_001,
            "the reference for exp({input:e}) is off: {error}"
        );
    }
    check(&[("hard cases", cases.iter().map(|case| case.input).collect())]);
}

/// The thresholds are found by bisection with the correctly rounded function.
fn overflows_and_underflows_where_it_should<T: Real>() {
    let first = |low: f64, high: f64, reached: fn(T) -> bool| {
        let (mut low, mut high) = (T::from_f64(low), T::from_f64(high));
        while low.up() < high {
            let middle = T::from_f64(f64::midpoint(low.to_f64(), high.to_f64()));
            let bound = if reached(middle.exp_rounded()) {
                &mut high
            } else {
                &mut low
            };
            *bound = middle;
        }
        high
    };
    let infinite = first(0.0, 1000.0, |y| !y.finite());
    let positive = first(-1000.0, 0.0, |y| y.to_f64() > 0.0);
    let normal = first(-1000.0, 0.0, |y| y.to_f64() >= smallest_normal::<T>());
    for level in Level::available() {
        let exp = |x: T| {
            let mut x = [x];
            level.exp_in_place(&mut x);
            x[0].to_f64()
        };
        assert_eq!(exp(infinite), f64::INFINITY, "{level}");
        assert!(exp(infinite.down()).is_finite(), "{level}");
        assert_eq!(exp(positive.down()), 0.0, "{level}");
        assert_eq!(exp(positive), T::from_pattern(1).to_f64(), "{level}");
        let below = exp(normal.down());
        assert!(
            0.9 * smallest_normal::<T>() < below && below <= smallest_normal::<T>(),
            "{level}"
        );
        for (x, y) in [
            (f64::INFINITY, f64::INFINITY),
            (f64::NEG_INFINITY, 0.0),
            (0.0, 1.0),
            (-0.0, 1.0),
        ] {
            assert_eq!(
                exp(T::from_f64(x)).to_bits(),
                y.to_bits(),
                "exp({x}) at {level}"
            );
        }
        assert_eq!(exp(T::MAX), f64::INFINITY, "{level}");
        assert_eq!(exp(-T::MAX).to_bits(), 0, "{level}");
        assert_eq!(exp(T::from_pattern(1)), 1.0, "{level}");
        assert!(exp(T::from_f64(f64::NAN)).is_nan(), "{level}");
    }
}

/// The smallest number with all of its digits.
fn smallest_normal<T: Real>() -> f64 {
    libm::scalbn(1.0, T::MIN_EXPONENT + T::DIGITS - 1)
}
