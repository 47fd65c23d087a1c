//! The accuracy of the elementwise functions.

use logits::Level;

use crate::support::{
    Elementwise, Function, HardCase, HardCases, Random, Real, Report, elementwise_inputs,
    for_both_types, ulp_error,
};

for_both_types!(
    stays_within_its_bound,
    hard_cases_stay_within_the_bound,
    exp_overflows_and_underflows_where_it_should,
    subnormal_exponentials_are_rounded_once,
    a_subnormal_exponential_in_every_place,
);

/// Numbers where the result is neither trivial nor out of range.
fn ordinary<T: Real>((low, high): (f64, f64), count: usize) -> Vec<T> {
    let mut random = Random::new(1);
    (0..count)
        .map(|_| T::from_f64(random.uniform(low, high)))
        .collect()
}

/// Notes the errors of a function of every input, at every level.
fn note<T: Real>(report: &mut Report, function: &Elementwise<T>, groups: &[(&str, Vec<T>)]) {
    for (name, inputs) in groups {
        let truths: Vec<_> = inputs.iter().map(|x| x.truth(function.function)).collect();
        for level in Level::available() {
            let results = function.of_all(level, inputs);
            let truths = truths.iter().copied();
            report.note_row(function.function, level, name, &results, truths, |place| {
                format!("{}({:e})", function.function, inputs[place])
            });
        }
    }
}

fn stays_within_its_bound<T: Real>() {
    let count = 1 << 20;
    let within_one = ("within ±1", ordinary((-1.0, 1.0), count));
    let mut groups = Vec::from(elementwise_inputs::structured::<T>());
    groups.extend([("the domain", Vec::new()), within_one]);
    let mut report = Report::default();
    for function in Elementwise::<T>::all() {
        groups[3].1 = ordinary(function.domain, count);
        note(&mut report, &function, &groups);
    }
    report.check::<T>();
}

fn hard_cases_stay_within_the_bound<T: Real>() {
    let Some(table) = HardCases::read().unwrap() else {
        return;
    };
    let mut report = Report::default();
    for function in Elementwise::<T>::all() {
        let name = function.function;
        let cases = table.of::<T>(name);
        for HardCase { input, rounded } in &cases {
            // The table takes the smallest number for 0: its logit is −744.4, not −∞.
            if name == Function::Logit && input.pattern() == 1 {
                continue;
            }
            let error = ulp_error(*rounded, input.truth(name));
            assert!(
                error < 0.500_001,
                "the reference for {name}({input:e}) is off: {error}"
            );
        }
        let inputs = cases.iter().map(|case| case.input).collect();
        note(&mut report, &function, &[("hard cases", inputs)]);
    }
    report.check::<T>();
}

/// The thresholds are found by bisection with the correctly rounded function.
fn exp_overflows_and_underflows_where_it_should<T: Real>() {
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

/// Where the result has a few digits less than what is rounded to it, two roundings would be worst.
fn subnormal_exponentials_are_rounded_once<T: Real>() {
    let normal = smallest_normal::<T>().ln();
    let mut inputs = ordinary((normal - 1.5, normal + 1.0), 1 << 18);
    // Off by 0.826 ULP of `f64` where it is rounded twice.
    inputs.push(T::from_f64(-708.502_412_331_578_6));
    let exp = Elementwise::<T>::all().swap_remove(0);
    assert_eq!(exp.function, Function::Exp);
    let mut report = Report::default();
    note(&mut report, &exp, &[("subnormal results", inputs)]);
    report.check::<T>();
}

/// Slices are searched for numbers whose exponential is subnormal, a few registers at a time: it must
/// not matter where the only one stands.
fn a_subnormal_exponential_in_every_place<T: Real>() {
    let small = T::from_f64(smallest_normal::<T>().ln() - 1.0);
    let exp = Elementwise::<T>::of_function(Function::Exp);
    // Twice as many as any level searches at once, and a rest.
    let ordinary = [T::from_f64(0.5); 150];
    for level in Level::available() {
        let alone = exp.of(level, small).pattern();
        for place in 0..ordinary.len() {
            let mut inputs = ordinary;
            inputs[place] = small;
            let found = exp.of_all(level, &inputs)[place].pattern();
            assert_eq!(found, alone, "{level}: place {place}");
        }
    }
}

/// The smallest number with all of its digits.
fn smallest_normal<T: Real>() -> f64 {
    libm::scalbn(1.0, T::MIN_EXPONENT + T::DIGITS - 1)
}
