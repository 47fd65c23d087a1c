//! The errors of all three functions with options, and of energies.

use super::logits_of;
use crate::support::options_errors::{check_energies, check_options};
use crate::support::{Function, Random, Real, Report, SoftmaxOptions, climb, for_both_types};

for_both_types!(
    scaled_rows,
    factors_near_the_ends_of_the_range,
    capped_rows,
    saturated_rows,
    biased_masked_and_sunk_rows,
    energies,
    searched_rows,
    searched_capped_rows,
);

fn lengths() -> impl Iterator<Item = usize> {
    (1..=40).chain([63, 64, 65, 130, 1000])
}

fn scaled_rows<T: Real>() {
    let mut random = Random::new(41);
    let mut report = Report::default();
    for len in lengths() {
        for (size, scale, temperature) in [
            (1.0, 1.0, 0.7),
            (5.0, 1.0, 0.1),
            (50.0, 0.088_388_35, 1.0),
            (20.0, 1.0, 3.0),
            (300.0, -0.3, 0.9),
            (4000.0, 0.7, 1.3),
            (3e5, 1.0, 1.1),
            (1e-3, 7.0, 1e-3),
        ] {
            let row = logits_of::<T>(&mut random, len, size);
            let options = SoftmaxOptions {
                scale: T::from_f64(scale),
                temperature: T::from_f64(temperature),
                ..SoftmaxOptions::default()
            };
            check_options(
                &mut report,
                &format!("{size}·{scale}/{temperature}"),
                &options,
                &row,
            );
        }
    }
    report.check::<T>();
}

/// Factors and logits that are split in halves near the ends of the range.
fn factors_near_the_ends_of_the_range<T: Real>() {
    // From the ends of the range of `f32` to those of the type.
    let by = |x: f64, sign: i32| T::from_f64(libm::scalbn(x, sign * (T::MAX_EXPONENT - 128)));
    let small = [-1.759_588_5e-34, -1.7e-34, -2.3e-34].map(|x| by(x, -1));
    let large = [1e37, 1.03e37, -0.7e37, 0.96e37].map(|x| by(x, 1));
    let cold = SoftmaxOptions {
        scale: T::from_f64(f64::from(0.513_875_96_f32)),
        temperature: by(f64::from(4.795_676_6e-38_f32), -1),
        ..SoftmaxOptions::default()
    };
    let hot = SoftmaxOptions {
        temperature: by(1e36, 1),
        ..SoftmaxOptions::default()
    };
    let biased = SoftmaxOptions {
        bias: Some(small.to_vec()),
        ..cold.clone()
    };
    let mut report = Report::default();
    check_options(&mut report, "a large factor", &cold, &small[..1]);
    check_options(&mut report, "a large factor", &cold, &small);
    check_options(&mut report, "a small factor", &hot, &large);
    check_options(
        &mut report,
        "a large factor of the bias",
        &biased,
        &[T::from_f64(0.0); 3],
    );
    report.check::<T>();
}

fn capped_rows<T: Real>() {
    let mut random = Random::new(42);
    let mut report = Report::default();
    for len in lengths() {
        for (size, cap, temperature) in [
            (1.0, 30.0, 1.0),
            (20.0, 30.0, 1.0),
            (40.0, 50.0, 1.0),
            (40.0, 50.0, 1.5),
            (100.0, 50.0, 1.0),
            (3.0, 1.0, 1.0),
            (5.0, 1000.0, 1.0),
        ] {
            let row = logits_of::<T>(&mut random, len, size);
            let options = SoftmaxOptions {
                softcap: Some(T::from_f64(cap)),
                temperature: T::from_f64(temperature),
                ..SoftmaxOptions::default()
            };
            check_options(
                &mut report,
                &format!("{size}, cap {cap}, T {temperature}"),
                &options,
                &row,
            );
        }
    }
    report.check::<T>();
}

/// Logits whose hyperbolic tangent is about a last digit from 1 (from 8 of `f32`, 18 of `f64`), each
/// beside one at the softcap.
fn saturated_rows<T: Real>() {
    let mut random = Random::new(45);
    let mut report = Report::default();
    let cap = 50.0;
    for (low, high) in [(8.0, 11.0), (18.0, 20.0), (-11.0, -8.0), (-20.0, -18.0)] {
        let options = SoftmaxOptions {
            softcap: Some(T::from_f64(cap)),
            ..SoftmaxOptions::default()
        };
        for _ in 0..300 {
            let x = T::from_f64(cap * random.uniform(low, high));
            let row = [x, T::from_f64(1e6_f64.copysign(low))];
            check_options(
                &mut report,
                &format!("{low} … {high} times {cap}"),
                &options,
                &row,
            );
        }
    }
    report.check::<T>();
}

/// Rows that were searched for, and what a further search finds around them.
fn searched_rows<T: Real>() {
    let mut report = Report::default();
    let rows: [(f64, f64, &[f64]); 3] = [
        (
            1.245_155_692_100_525,
            0.745_855_808_258_056_6,
            &[12.505_426_406_860_352, -1.622_710_943_222_046],
        ),
        (
            1.077_081_3,
            0.699_259_16,
            &[1.442_066_4, -1.038_315_7, 14.508_072],
        ),
        (
            0.562_950_97,
            1.510_792_3,
            &[
                7.548_782,
                -1.385_981_4,
                -0.552_229_3,
                3.697_551_7,
                3.728_200_2,
                26.103_909,
            ],
        ),
    ];
    for (scale, temperature, row) in rows {
        let options = SoftmaxOptions {
            scale: T::from_f64(scale),
            temperature: T::from_f64(temperature),
            ..SoftmaxOptions::default()
        };
        for function in [Function::OptionsSoftmax, Function::OptionsLogSoftmax] {
            climb(&mut report, function, row, |report, row| {
                check_options(report, "searched", &options, row);
            });
        }
    }
    report.check::<T>();
}

/// As [`searched_rows`], with a softcap.
fn searched_capped_rows<T: Real>() {
    let mut report = Report::default();
    let rows: [(f64, f64, &[f64]); 5] = [
        (50.0, 1.0, &[435.670_01, 1e6]),
        (
            50.0,
            1.0,
            &[
                -939.852_059_380_427_9,
                935.854_284_814_847_9,
                770.218_129_038_331_9,
                -874.603_906_081_593_2,
                795.514_995_505_831,
                971.531_005_659_202_4,
            ],
        ),
        (49.426_631_927_490_234, 1.0, &[56.960_800_17, 41.403_163_91]),
        (
            50.0,
            1.0,
            &[
                -25.461_67,
                42.075_493,
                -25.166_758,
                -29.196_173,
                23.484_89,
                36.797_367,
            ],
        ),
        (22.473_043, 0.5, &[3.557_943_6, 11.332_443]),
    ];
    for (cap, temperature, row) in rows {
        let options = SoftmaxOptions {
            softcap: Some(T::from_f64(cap)),
            temperature: T::from_f64(temperature),
            ..SoftmaxOptions::default()
        };
        for function in [Function::CappedSoftmax, Function::CappedLogSoftmax] {
            climb(&mut report, function, row, |report, row| {
                check_options(report, "searched", &options, row);
            });
        }
    }
    report.check::<T>();
}

fn biased_masked_and_sunk_rows<T: Real>() {
    let mut random = Random::new(43);
    let mut report = Report::default();
    for len in lengths() {
        for size in [0.1, 3.0, 20.0] {
            for sink in [None, Some(T::from_f64(-1.0)), Some(T::from_f64(5.0 * size))] {
                let row = logits_of::<T>(&mut random, len, size);
                let kept = random.below(len);
                let mask = (0..len).map(|i| i == kept || random.unit() < 0.7).collect();
                let mut bias = logits_of::<T>(&mut random, len, 4.0);
                if len > 3 {
                    bias[(kept + 1) % len] = -T::INFINITY;
                }
                let mut options = SoftmaxOptions {
                    scale: T::from_f64(0.6),
                    bias: Some(bias),
                    mask: Some(mask),
                    sink,
                    ..SoftmaxOptions::default()
                };
                check_options(&mut report, "bias, mask, sink", &options, &row);
                options.temperature = T::from_f64(0.8);
                options.mask = None;
                check_options(&mut report, "bias, temperature, sink", &options, &row);
                options.softcap = Some(T::from_f64(20.0));
                check_options(&mut report, "all", &options, &row);
            }
        }
    }
    report.check::<T>();
}

fn energies<T: Real>() {
    let mut random = Random::new(44);
    let mut report = Report::default();
    for len in lengths() {
        for (size, temperature) in [(1.0, 1.0), (10.0, 0.3), (100.0, 7.0), (1e3, 0.9)] {
            let row = logits_of::<T>(&mut random, len, size);
            check_energies(&mut report, "energies", &row, T::from_f64(temperature));
        }
    }
    report.check::<T>();
}
