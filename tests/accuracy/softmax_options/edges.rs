//! Rows of which nothing is left, NaN and infinities; options out of range.

use logits::{Error, Level, Rows, RowsMut, Softmax};

use super::results;
use crate::support::{Real, for_both_types};

for_both_types!(
    removed_rows,
    special_values,
    infinite_sinks,
    logits_beyond_the_range,
    energies_beyond_the_range,
    wrong_options_write_nothing,
);

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
                ] {
                    all_removed(&options, &row, -infinity);
                }
                // Whatever the sink.
                for sink in [2.0, infinity, -infinity, f64::NAN] {
                    let sunk = plain.mask(&mask).sink(T::from_f64(sink));
                    all_removed(&sunk, &row, sink);
                    all_removed(&sunk.bias(&bias).mask(&half), &row, sink);
                }
            }
        }
    }
}

fn all_removed<T: Real>(options: &Softmax<'_, T>, row: &[T], lse: f64) {
    all_are(options, row, [0.0, f64::NEG_INFINITY], lse);
}

fn all_nan<T: Real>(options: &Softmax<'_, T>, row: &[T], lse: f64) {
    all_are(options, row, [f64::NAN; 2], lse);
}

/// Softmax, log-softmax and log-sum-exp of a row, all of whose elements have the same.
fn all_are<T: Real>(
    options: &Softmax<'_, T>,
    row: &[T],
    [softmax, log_softmax]: [f64; 2],
    lse: f64,
) {
    for (log, expected) in [(false, softmax), (true, log_softmax)] {
        let mut out = row.to_vec();
        let returned = if log {
            options.log_softmax_in_place(&mut out)
        } else {
            options.softmax_in_place(&mut out)
        }
        .unwrap();
        let expected = T::from_f64(expected).pattern();
        assert!(
            out.iter().all(|p| p.pattern() == expected),
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
        // The largest logits that do not overflow.
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

/// What counts is how far they are apart.
fn logits_beyond_the_range<T: Real>() {
    let (infinity, number) = (f64::INFINITY, T::from_f64);
    let (least, smaller) = (T::MAX.to_f64() / 64.0, T::MAX.to_f64() / 128.0);
    let mask = [true, true, false, true];
    for level in Level::available() {
        let softmax = Softmax::new().level(level).temperature(number(1e-6));
        for (row, one) in [
            ([T::MAX, number(0.0), number(0.0), -T::MAX], 0),
            ([least, smaller, 0.0, smaller].map(number), 0),
            ([-least, -smaller, 0.0, -least].map(number), 1),
        ] {
            let masked = softmax.mask(&mask);
            let lse = if one == 0 { infinity } else { -infinity };
            let mut out = row;
            let returned = masked.softmax_in_place(&mut out).unwrap();
            let mut expected = [number(0.0); 4];
            expected[one] = number(1.0);
            assert_eq!((returned.to_f64(), out), (lse, expected), "{level}");
            let mut out = row;
            let returned = masked.log_softmax_in_place(&mut out).unwrap();
            let mut expected = [-T::INFINITY; 4];
            expected[one] = number(0.0);
            assert_eq!((returned.to_f64(), out), (lse, expected), "{level}");
            assert_eq!(masked.log_sum_exp(&row).unwrap().to_f64(), lse, "{level}");
            // Beside one that overflows to +∞, a sink is nothing; beside −∞ it is all.
            let mut out = row;
            let returned = masked.sink(number(3.0)).softmax_in_place(&mut out).unwrap();
            let (lse, share) = if one == 0 { (lse, 1.0) } else { (3.0, 0.0) };
            assert_eq!(
                (returned.to_f64(), out[one].to_f64()),
                (lse, share),
                "{level}"
            );
            // A single infinity is what it is without options.
            let mut infinite = row;
            infinite[0] = T::INFINITY;
            all_nan(&softmax, &infinite, infinity);
            all_nan(&softmax.scale(number(-1.0)), &[T::INFINITY; 3], -infinity);
            infinite[1] = number(f64::NAN);
            all_nan(&softmax, &infinite, f64::NAN);
        }
        // Nor is it more beside a bias.
        let (large, zeros) = (number(0.29 * T::MAX.to_f64()), [number(0.0); 3]);
        let biased = softmax.scale(number(-1.0)).bias(&zeros);
        all_nan(&biased, &[large, -large, large], infinity);
        // Close together, they share.
        let mut out = [T::MAX; 4];
        softmax.softmax_in_place(&mut out).unwrap();
        assert_eq!(out, [number(0.25); 4], "{level}");
        let mut out = [-T::MAX; 20];
        let returned = softmax.log_softmax_in_place(&mut out).unwrap();
        assert_eq!(returned, -T::INFINITY, "{level}");
        let error = (out[7].to_f64() + libm::log(20.0)).abs();
        assert!(error < 1e-6, "{level}: {error:e}");
    }
}

fn energies_beyond_the_range<T: Real>() {
    let number = T::from_f64;
    let (great, temperature) = (T::MAX.to_f64() / 8.0, number(1e-3));
    for level in Level::available() {
        for (energies, probabilities) in [
            ([great, great], [0.5, 0.5]),
            ([great, 2.0 * great], [1.0, 0.0]),
            ([0.0, -great], [0.0, 1.0]),
            ([great, f64::INFINITY], [1.0, 0.0]),
        ] {
            let energies = energies.map(number);
            let mut out = energies;
            level.boltzmann_in_place(&mut out, temperature).unwrap();
            assert_eq!(out, probabilities.map(number), "{level}: {energies:?}");
            let least = if energies[1] < energies[0] {
                energies[1]
            } else {
                energies[0]
            };
            let found = level.free_energy(&energies, temperature);
            assert_eq!(found, Ok(least), "{level}: {energies:?}");
        }
        let nothing = level.free_energy(&[number(0.0)], number(1.0)).unwrap();
        assert_eq!(nothing.pattern(), number(0.0).pattern(), "{level}");
        let special = [number(great), number(f64::NAN)];
        assert!(level.free_energy(&special, temperature).unwrap().nan());
        assert!(
            level
                .boltzmann_in_place(&mut special.clone(), temperature)
                .unwrap()
                .nan()
        );
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
