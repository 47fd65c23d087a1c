//! Softmax with options: accuracy, laws, edges, errors, the same bits.

mod support;

use logits::{Error, Level, Rows, RowsMut, Softmax};
use support::{
    Distribution, Function, Random, Real, Report, SoftmaxOptions, Transformed, for_both_types,
    ulp_error_above_one, ulp_error_beside,
};

for_both_types!(
    scaled_rows,
    factors_near_the_ends_of_the_range,
    capped_rows,
    biased_masked_and_sunk_rows,
    energies,
    without_options_the_same_bits,
    sums_to_one_less_the_sink,
    shapes_of_bias_and_mask,
    removed_rows,
    special_values,
    infinite_sinks,
    wrong_options_write_nothing,
    levels_rows_and_places_agree,
);

/// Random options; those in question are the caller's.
fn logits_of<T: Real>(random: &mut Random, len: usize, size: f64) -> Vec<T> {
    Distribution::Normal { deviation: size }.row(random, len)
}

/// Notes the errors of all three functions at every level.
fn check<T: Real>(report: &mut Report, inputs: &str, options: &SoftmaxOptions<T>, row: &[T]) {
    let truth = Transformed::new(options, row);
    let functions = if options.softcap.is_some() {
        [
            Function::CappedSoftmax,
            Function::CappedLogSoftmax,
            Function::CappedLogSumExp,
        ]
    } else {
        [
            Function::OptionsSoftmax,
            Function::OptionsLogSoftmax,
            Function::OptionsLogSumExp,
        ]
    };
    for level in Level::available() {
        let softmax = options.softmax(level);
        let mut out = row.to_vec();
        let returned = softmax.softmax_in_place(&mut out).unwrap();
        let case = |place: usize| format!("length {}, {:e} at {place}", row.len(), row[place]);
        report.note_row(functions[0], level, inputs, &out, truth.softmax(), case);
        out.copy_from_slice(row);
        let also = softmax.log_softmax_in_place(&mut out).unwrap();
        report.note_row(functions[1], level, inputs, &out, truth.log_softmax(), case);
        let alone = softmax.log_sum_exp(row).unwrap();
        for result in [returned, also, alone] {
            let error = ulp_error_above_one(result, truth.log_sum_exp());
            report.note(functions[2], level, inputs, error, || {
                format!("length {}: {result:e}", row.len())
            });
        }
    }
}

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
            check(
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
    check(&mut report, "a large factor", &cold, &small[..1]);
    check(&mut report, "a large factor", &cold, &small);
    check(&mut report, "a small factor", &hot, &large);
    check(
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
            check(
                &mut report,
                &format!("{size}, cap {cap}, T {temperature}"),
                &options,
                &row,
            );
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
                check(&mut report, "bias, mask, sink", &options, &row);
                options.temperature = T::from_f64(0.8);
                options.mask = None;
                check(&mut report, "bias, temperature, sink", &options, &row);
                options.softcap = Some(T::from_f64(20.0));
                check(&mut report, "all", &options, &row);
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
            let temperature = T::from_f64(temperature);
            let row = logits_of::<T>(&mut random, len, size);
            let options = SoftmaxOptions {
                scale: T::from_f64(-1.0),
                temperature,
                ..SoftmaxOptions::default()
            };
            let truth = Transformed::new(&options, &row);
            for level in Level::available() {
                let mut probabilities = row.clone();
                let mut expected = row.clone();
                let ln_z = level
                    .boltzmann_in_place(&mut probabilities, temperature)
                    .unwrap();
                let returned = options
                    .softmax(level)
                    .softmax_in_place(&mut expected)
                    .unwrap();
                assert_eq!(ln_z, returned);
                assert_eq!(probabilities, expected);
                let result = level.free_energy(&row, temperature).unwrap();
                let free = -(truth.log_sum_exp() * temperature.to_f64().into());
                let error = ulp_error_beside(result, free, temperature.to_f64().into());
                report.note(Function::FreeEnergy, level, "energies", error, || {
                    format!("length {len}: {result:e}")
                });
            }
        }
    }
    report.check::<T>();
}

fn bits<T: Real>(row: &[T]) -> Vec<u64> {
    row.iter().map(|x| x.pattern()).collect()
}

/// The results of all three functions, as bits.
fn results<T: Real>(softmax: &Softmax<'_, T>, row: &[T]) -> Vec<u64> {
    let mut out = row.to_vec();
    let mut all = vec![softmax.softmax_in_place(&mut out).unwrap().pattern()];
    all.extend(bits(&out));
    out.copy_from_slice(row);
    all.push(softmax.log_softmax_in_place(&mut out).unwrap().pattern());
    all.extend(bits(&out));
    all.push(softmax.log_sum_exp(row).unwrap().pattern());
    all
}

fn without_options_the_same_bits<T: Real>() {
    let mut random = Random::new(45);
    for len in [0, 1, 5, 33, 1000] {
        let row = logits_of::<T>(&mut random, len, 5.0);
        for level in Level::available() {
            let (mut softmax, mut log_softmax) = (row.clone(), row.clone());
            let mut expected = vec![level.softmax_in_place(&mut softmax).pattern()];
            expected.extend(bits(&softmax));
            expected.push(level.log_softmax_in_place(&mut log_softmax).pattern());
            expected.extend(bits(&log_softmax));
            expected.push(level.log_sum_exp(&row).pattern());
            let plain = Softmax::new().level(level);
            assert!(results(&plain, &row) == expected, "{level}: {len}");
            assert!(results(&Softmax::default().level(level), &row) == expected);
        }
    }
}

fn sums_to_one_less_the_sink<T: Real>() {
    let mut random = Random::new(46);
    let tolerance = libm::scalbn(8.0, -T::DIGITS);
    for len in [1, 2, 10, 100, 1000] {
        let row = logits_of::<T>(&mut random, len, 3.0);
        let mask: Vec<bool> = (0..len).map(|i| i == 0 || random.unit() < 0.5).collect();
        for sink in [None, Some(0.0), Some(10.0), Some(-3.0)] {
            for level in Level::available() {
                let mut softmax = Softmax::new()
                    .level(level)
                    .mask(&mask)
                    .softcap(T::from_f64(9.0));
                if let Some(sink) = sink {
                    softmax = softmax.sink(T::from_f64(sink));
                }
                let mut out = row.clone();
                let lse = softmax.softmax_in_place(&mut out).unwrap().to_f64();
                let share = sink.map_or(0.0, |sink| (sink - lse).exp());
                let sum: f64 = out.iter().map(|p| p.to_f64()).sum();
                assert!(
                    (sum + share - 1.0).abs() < 4.0 * tolerance,
                    "{level}: {sum} + {share}"
                );
                let zeros = out.iter().zip(&mask).all(|(p, m)| *m || p.to_f64() == 0.0);
                assert!(zeros, "{level}: {len}");
            }
        }
    }
}

/// One bias and mask a column is the same as those repeated for each row.
fn shapes_of_bias_and_mask<T: Real>() {
    let mut random = Random::new(47);
    let rows = 4;
    for columns in [1, 2, 9, 40, 130] {
        let data = logits_of::<T>(&mut random, rows * columns, 2.0);
        let bias = logits_of::<T>(&mut random, columns, 1.0);
        let mask: Vec<bool> = (0..columns).map(|i| i % 3 != 1).collect();
        let (all_bias, all_mask) = (bias.repeat(rows), mask.repeat(rows));
        for level in Level::available() {
            let run = |bias: &[T], mask: &[bool]| {
                let softmax = Softmax::new().level(level).bias(bias).mask(mask);
                let (mut a, mut b) = (data.clone(), data.clone());
                softmax
                    .softmax_rows_in_place(RowsMut::new(&mut a, columns).unwrap())
                    .unwrap();
                softmax
                    .log_softmax_rows_in_place(RowsMut::new(&mut b, columns).unwrap())
                    .unwrap();
                a.extend(b);
                bits(&a)
            };
            assert!(
                run(&bias, &mask) == run(&all_bias, &all_mask),
                "{level}: {columns}"
            );
        }
    }
}

/// Softmax 0, log-softmax and log-sum-exp −∞, whatever the logits.
fn removed_rows<T: Real>() {
    let infinity = f64::INFINITY;
    for special in [0.0, -infinity, infinity, f64::NAN] {
        for len in [1, 2, 17, 70, 300] {
            let row = vec![T::from_f64(special); len];
            let mask: Vec<bool> = vec![false; len];
            let bias = vec![-T::INFINITY; len];
            let half: Vec<bool> = (0..len).map(|i| i % 2 == 0).collect();
            let other_half: Vec<T> = half
                .iter()
                .map(|&kept| if kept { -T::INFINITY } else { T::from_f64(1.0) })
                .collect();
            for level in Level::available() {
                let softmax = Softmax::new().level(level).softcap(T::from_f64(5.0));
                let plain = Softmax::new().level(level);
                for options in [
                    softmax.mask(&mask),
                    plain.mask(&mask),
                    plain.bias(&bias),
                    softmax.bias(&bias).temperature(T::from_f64(0.3)),
                    plain.mask(&half).bias(&other_half),
                    plain.mask(&mask).sink(T::from_f64(2.0)),
                ] {
                    let lse = if format!("{options:?}").contains("sink: 2.0") {
                        2.0
                    } else {
                        -infinity
                    };
                    let mut out = row.clone();
                    let returned = options.softmax_in_place(&mut out).unwrap();
                    assert_eq!(returned.to_f64(), lse, "{level}: {special}");
                    assert!(out.iter().all(|&p| p.to_f64() == 0.0), "{level}: {special}");
                    let mut out = row.clone();
                    let returned = options.log_softmax_in_place(&mut out).unwrap();
                    assert_eq!(returned.to_f64(), lse, "{level}: {special}");
                    assert!(
                        out.iter().all(|&p| p.to_f64() == -infinity),
                        "{level}: {special}"
                    );
                    assert_eq!(options.log_sum_exp(&row).unwrap().to_f64(), lse, "{level}");
                }
            }
        }
    }
}

fn all_nan<T: Real>(options: &Softmax<'_, T>, row: &[T], lse: f64) {
    for log in [false, true] {
        let mut out = row.to_vec();
        let returned = if log {
            options.log_softmax_in_place(&mut out)
        } else {
            options.softmax_in_place(&mut out)
        }
        .unwrap();
        assert!(
            out.iter().all(|p| p.nan()),
            "{options:?} of {row:?} gives {out:?}"
        );
        for lse_found in [returned, options.log_sum_exp(row).unwrap()] {
            assert_eq!(
                lse_found.pattern(),
                T::from_f64(lse).pattern(),
                "{options:?} of {row:?}"
            );
        }
    }
}

fn special_values<T: Real>() {
    let infinity = f64::INFINITY;
    let number = T::from_f64;
    for level in Level::available() {
        let softmax = Softmax::new().level(level).temperature(number(0.5));
        for len in [3, 18, 40, 200] {
            let with = |special: f64| {
                let mut row = vec![number(1.0); len];
                row[len - 2] = number(special);
                row
            };
            // No mask: as without options.
            all_nan(&softmax, &vec![-T::INFINITY; len], -infinity);
            all_nan(&softmax, &with(f64::NAN), f64::NAN);
            all_nan(&softmax, &with(infinity), infinity);
            all_nan(&softmax.scale(number(-1.0)), &with(-infinity), infinity);
            let mut both = with(f64::NAN);
            both[0] = T::INFINITY;
            all_nan(&softmax, &both, f64::NAN);
            let mut mixed = vec![-T::INFINITY; len];
            mixed[len / 2] = number(f64::NAN);
            all_nan(&softmax, &mixed, f64::NAN);
            // A mask that removes nothing of what is −∞, or not all.
            let mut mask = vec![true; len];
            all_nan(&softmax.mask(&mask), &vec![-T::INFINITY; len], -infinity);
            mask[0] = false;
            all_nan(&softmax.mask(&mask), &vec![-T::INFINITY; len], -infinity);
            // With a sink there is something to divide by.
            let mut out = vec![-T::INFINITY; len];
            let lse = softmax
                .sink(number(1.0))
                .softmax_in_place(&mut out)
                .unwrap();
            assert_eq!((lse, out), (number(1.0), vec![number(0.0); len]), "{level}");
            // A removed element may be anything.
            for special in [f64::NAN, infinity, -infinity] {
                let mut mask = vec![true; len];
                mask[len - 2] = false;
                let mut bias = vec![number(0.0); len];
                bias[len - 2] = -T::INFINITY;
                for options in [softmax.mask(&mask), softmax.bias(&bias)] {
                    let mut out = with(special);
                    options.softmax_in_place(&mut out).unwrap();
                    assert_eq!(out[len - 2], number(0.0), "{level}: {special}");
                    assert!(
                        out[0].finite() && out[0] > number(0.0),
                        "{level}: {special}"
                    );
                }
            }
            // Infinite and NaN bias.
            let mut bias = vec![number(0.0); len];
            bias[0] = T::INFINITY;
            all_nan(&softmax.bias(&bias), &with(1.0), infinity);
            bias[0] = number(f64::NAN);
            all_nan(&softmax.bias(&bias), &with(1.0), f64::NAN);
        }
        // A softcap makes numbers of infinities.
        let mut out = [T::INFINITY, -T::INFINITY];
        Softmax::new()
            .level(level)
            .softcap(number(1.0))
            .log_softmax_in_place(&mut out)
            .unwrap();
        let difference = out[0].to_f64() - out[1].to_f64();
        assert!((difference - 2.0).abs() < 1e-6, "{level}: {out:?}");
        // Logits that overflow, and the largest that do not.
        all_nan(
            &softmax.temperature(number(1e-6)),
            &[T::MAX, number(0.0)],
            infinity,
        );
        let mut out = [T::MAX, T::MAX, -T::MAX];
        softmax
            .temperature(number(1.5))
            .softmax_in_place(&mut out)
            .unwrap();
        assert_eq!(out, [0.5, 0.5, 0.0].map(number), "{level}");
        // No elements.
        let lse = softmax.sink(number(3.0)).softmax_in_place(&mut []).unwrap();
        assert_eq!(lse, number(3.0));
        assert_eq!(softmax.log_sum_exp(&[]).unwrap(), -T::INFINITY);
        assert_eq!(level.free_energy(&[], number(1.0)), Ok(T::INFINITY));
        let heights = [T::INFINITY; 3];
        assert_eq!(level.free_energy(&heights, number(1.0)), Ok(T::INFINITY));
        let depths = [-T::INFINITY, number(0.0)];
        assert_eq!(level.free_energy(&depths, number(1.0)), Ok(-T::INFINITY));
    }
}

fn infinite_sinks<T: Real>() {
    let row = [1.0, 2.0, 3.0].map(T::from_f64);
    for level in Level::available() {
        let softmax = Softmax::new().level(level);
        all_nan(&softmax.sink(T::INFINITY), &row, f64::INFINITY);
        all_nan(&softmax.sink(T::from_f64(f64::NAN)), &row, f64::NAN);
        let none = softmax.sink(-T::INFINITY);
        assert!(results(&none, &row) == results(&softmax, &row));
    }
}

fn wrong_options_write_nothing<T: Real>() {
    let number = T::from_f64;
    let row = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(number);
    let out_of_range = |parameter| Error::ParameterOutOfRange { parameter };
    let mismatch = |found| Error::LengthMismatch { expected: 6, found };
    let (few_bias, few_mask) = ([number(0.0); 2], [true; 7]);
    for level in Level::available() {
        let softmax = Softmax::new().level(level);
        let mut wrong = vec![
            (softmax.bias(&few_bias), mismatch(2)),
            (softmax.bias(&[]), mismatch(0)),
            (softmax.mask(&few_mask), mismatch(7)),
            (softmax.scale(T::INFINITY), out_of_range("scale")),
            (softmax.scale(number(f64::NAN)), out_of_range("scale")),
        ];
        for bad in [0.0, -0.0, -1.0, f64::NAN, f64::INFINITY].map(number) {
            wrong.push((softmax.temperature(bad), out_of_range("temperature")));
            wrong.push((softmax.softcap(bad), out_of_range("softcap")));
            let mut data = row;
            let expected = out_of_range("temperature");
            assert_eq!(level.boltzmann_in_place(&mut data, bad), Err(expected));
            assert_eq!(level.free_energy(&data, bad), Err(expected));
            assert_eq!(data, row);
        }
        let least = T::from_pattern(1);
        wrong.push((softmax.temperature(least), out_of_range("temperature")));
        // Each in range by itself, and a quotient of them that is not.
        let (half, zero) = (number(0.5), number(0.0));
        for (options, parameter) in [
            (softmax.scale(T::MAX).softcap(half), "softcap"),
            (softmax.scale(T::MAX).temperature(half), "temperature"),
            (softmax.softcap(T::MAX).temperature(half), "temperature"),
            (
                softmax.scale(zero).softcap(least).temperature(least),
                "temperature",
            ),
        ] {
            wrong.push((options, out_of_range(parameter)));
        }
        for (softmax, error) in wrong {
            let mut data = row;
            assert_eq!(softmax.softmax_in_place(&mut data), Err(error));
            assert_eq!(softmax.log_softmax_in_place(&mut data), Err(error));
            assert_eq!(softmax.log_sum_exp(&data), Err(error));
            let rows = RowsMut::new(&mut data, 3).unwrap();
            assert_eq!(softmax.softmax_rows_in_place(rows), Err(error));
            let rows = RowsMut::new(&mut data, 3).unwrap();
            assert_eq!(softmax.log_softmax_rows_in_place(rows), Err(error));
            let mut out = [number(7.0); 2];
            let rows = Rows::new(&data, 3).unwrap();
            assert_eq!(softmax.log_sum_exp_rows(rows, &mut out), Err(error));
            assert_eq!((data, out), (row, [number(7.0); 2]));
        }
        let mut out = [number(7.0); 3];
        let rows = Rows::new(&row, 3).unwrap();
        let error = Error::LengthMismatch {
            expected: 2,
            found: 3,
        };
        assert_eq!(softmax.log_sum_exp_rows(rows, &mut out), Err(error));
        assert_eq!(out, [number(7.0); 3]);
    }
}

/// Levels of a family, a row alone and in a batch, at any offset.
fn levels_rows_and_places_agree<T: Real>() {
    let mut random = Random::new(48);
    for columns in (1..70).chain([127, 128, 1000, 1025]) {
        let mut data = logits_of::<T>(&mut random, 3 * columns, 8.0);
        // Beyond where unfused levels shift by a power of two.
        for x in &mut data[2 * columns..] {
            *x = T::from_f64(x.to_f64() + 2000.0);
        }
        let bias = logits_of::<T>(&mut random, 3 * columns, 1.0);
        let mask: Vec<bool> = (0..3 * columns).map(|_| random.unit() < 0.8).collect();
        let part = |i: usize| i * columns..(i + 1) * columns;
        for (capped, masked) in [(true, true), (false, true), (false, false)] {
            let mut families = [None, None];
            for level in Level::available() {
                let mut base = Softmax::new().level(level).temperature(T::from_f64(0.7));
                base = base.sink(T::from_f64(1.5));
                if capped {
                    base = base.softcap(T::from_f64(30.0));
                }
                let all = if masked {
                    base.bias(&bias).mask(&mask)
                } else {
                    base
                };
                let (mut a, mut b) = (data.clone(), data.clone());
                let mut sums = [T::from_f64(0.0); 3];
                all.softmax_rows_in_place(RowsMut::new(&mut a, columns).unwrap())
                    .unwrap();
                all.log_softmax_rows_in_place(RowsMut::new(&mut b, columns).unwrap())
                    .unwrap();
                let rows = Rows::new(&data, columns).unwrap();
                all.log_sum_exp_rows(rows, &mut sums).unwrap();
                let mut shifted = vec![data[0]; columns + 3];
                for i in 0..3 {
                    let one = if masked {
                        base.bias(&bias[part(i)]).mask(&mask[part(i)])
                    } else {
                        base
                    };
                    let place = &mut shifted[i + 1..i + 1 + columns];
                    place.copy_from_slice(&data[part(i)]);
                    let softmax_sum = one.softmax_in_place(place).unwrap();
                    assert!(
                        bits(place) == bits(&a[part(i)]),
                        "{level}: row {i} of {columns}"
                    );
                    place.copy_from_slice(&data[part(i)]);
                    one.log_softmax_in_place(place).unwrap();
                    assert!(
                        bits(place) == bits(&b[part(i)]),
                        "{level}: row {i} of {columns}"
                    );
                    place.copy_from_slice(&data[part(i)]);
                    let sum = one.log_sum_exp(place).unwrap();
                    assert_eq!([sum.pattern(); 2], [sums[i], softmax_sum].map(T::pattern));
                }
                a.extend(b);
                a.extend(sums);
                let family = &mut families[usize::from(level.is_fused())];
                let found = bits(&a);
                let first = family.get_or_insert_with(|| found.clone());
                assert!(
                    *first == found,
                    "{level}: {columns} columns, {capped}, {masked}"
                );
            }
        }
    }
}
