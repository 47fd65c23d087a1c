//! Gradients through softmax and log-softmax: accuracy, laws, edges, errors, the same bits.

use logits::{Error, Level, Rows, RowsMut};

use crate::support::vjp_errors::{check, functions};
use crate::support::{Distribution, Random, Real, Report, for_both_types};

for_both_types!(
    within_the_bounds,
    confident_gradients_keep_their_digits,
    agrees_with_the_jacobian_and_finite_differences,
    undoes_the_cross_entropy_of_probabilities,
    removed_rows_have_no_gradient,
    nan_and_infinity,
    large_gradients,
    wrong_shapes_write_nothing,
    levels_rows_and_places_agree,
);

fn within_the_bounds<T: Real>() {
    let mut random = Random::new(31);
    let mut report = Report::default();
    for len in (1..=70).chain([1000, 5000]) {
        for deviation in [0.1, 1.0, 5.0] {
            let logits: Vec<T> = Distribution::Normal { deviation }.row(&mut random, len);
            let dy: Vec<T> = Distribution::Normal { deviation: 1.0 }.row(&mut random, len);
            check(&mut report, "normal", &logits, &dy);
            // All but equal gradients: nearly all of dy − Σ y·dy cancels.
            let near: Vec<T> = dy
                .iter()
                .map(|x| T::from_f64(1.0 + x.to_f64() / 1e3))
                .collect();
            check(&mut report, "nearly equal", &logits, &near);
            let positive: Vec<T> = dy.iter().map(|x| T::from_f64(x.to_f64().abs())).collect();
            check(&mut report, "positive", &logits, &positive);
        }
    }
    report.check::<T>();
}

/// The gradient of −ln p of a class that has all but a tiny part of the probability.
fn confident_gradients_keep_their_digits<T: Real>() {
    let mut report = Report::default();
    for lead in 1..60 {
        for len in [2, 10, 100] {
            let mut logits = vec![T::from_f64(0.0); len];
            logits[len / 2] = T::from_f64(f64::from(lead));
            let mut dy = vec![T::from_f64(0.0); len];
            dy[len / 2] = T::from_f64(-1.0);
            check(&mut report, "confident", &logits, &dy);
            for level in Level::available() {
                let (mut y, mut gradient) = (logits.clone(), dy.clone());
                level.log_softmax_in_place(&mut y);
                level.log_softmax_vjp_in_place(&y, &mut gradient).unwrap();
                let expected = y[len / 2].to_f64().exp_m1();
                let ratio = gradient[len / 2].to_f64() / expected;
                assert!(
                    (ratio - 1.0).abs() < libm::scalbn(4.0, -T::DIGITS),
                    "{level}: {ratio}"
                );
            }
        }
    }
    report.check::<T>();
}

fn log_softmax_f64(x: &[f64]) -> Vec<f64> {
    let max = x.iter().copied().fold(f64::MIN, f64::max);
    let lse = max + x.iter().map(|x| (x - max).exp()).sum::<f64>().ln();
    x.iter().map(|x| x - lse).collect()
}

fn agrees_with_the_jacobian_and_finite_differences<T: Real>() {
    let mut random = Random::new(32);
    let tolerance = libm::scalbn(64.0, -T::DIGITS);
    for len in [1, 2, 7, 40] {
        let x: Vec<f64> = (0..len).map(|_| random.normal()).collect();
        let dy: Vec<T> = (0..len).map(|_| T::from_f64(random.normal())).collect();
        let log_y = log_softmax_f64(&x);
        let y: Vec<f64> = log_y.iter().map(|y| y.exp()).collect();
        let typed = |y: &[f64]| y.iter().map(|&y| T::from_f64(y)).collect::<Vec<_>>();
        let dot = |y: &[f64]| -> f64 { y.iter().zip(&dy).map(|(y, dy)| y * dy.to_f64()).sum() };
        for level in Level::available() {
            let (mut of_softmax, mut of_log_softmax) = (dy.clone(), dy.clone());
            level
                .softmax_vjp_in_place(&typed(&y), &mut of_softmax)
                .unwrap();
            level
                .log_softmax_vjp_in_place(&typed(&log_y), &mut of_log_softmax)
                .unwrap();
            for j in 0..len {
                let delta = |i: usize| f64::from(i == j);
                let columns = [
                    (0..len)
                        .map(|i| y[i] * (delta(i) - y[j]))
                        .collect::<Vec<_>>(),
                    (0..len).map(|i| delta(i) - y[j]).collect(),
                ];
                let step = 1e-5;
                let moved = |by: f64| {
                    let mut x = x.clone();
                    x[j] += by;
                    log_softmax_f64(&x)
                };
                let (up, down) = (moved(step), moved(-step));
                let exp = |y: &[f64]| y.iter().map(|y| y.exp()).collect::<Vec<_>>();
                let differences = [
                    (dot(&exp(&up)) - dot(&exp(&down))) / (2.0 * step),
                    (dot(&up) - dot(&down)) / (2.0 * step),
                ];
                for (found, (column, difference)) in [of_softmax[j], of_log_softmax[j]]
                    .into_iter()
                    .zip(columns.iter().zip(differences))
                {
                    let found = found.to_f64();
                    let size = len as f64;
                    assert!(
                        (found - dot(column)).abs() < tolerance * size,
                        "{level}: {found}"
                    );
                    let near = 1e-7 + tolerance;
                    assert!((found - difference).abs() < near * size, "{level}: {found}");
                }
            }
        }
    }
}

/// Through softmax, the gradient of −ln y of one class is y less its indicator.
fn undoes_the_cross_entropy_of_probabilities<T: Real>() {
    let mut random = Random::new(33);
    for len in [2, 5, 33, 200] {
        let mut y: Vec<T> = Distribution::Normal { deviation: 2.0 }.row(&mut random, len);
        logits::softmax_in_place(&mut y);
        let label = random.below(len);
        let mut dy = vec![T::from_f64(0.0); len];
        dy[label] = T::from_f64(-1.0) / y[label];
        logits::softmax_vjp_in_place(&y, &mut dy).unwrap();
        for (i, (y, dx)) in y.iter().zip(&dy).enumerate() {
            let expected = y.to_f64() - f64::from(i == label);
            let error = (dx.to_f64() - expected).abs();
            assert!(
                error <= libm::scalbn(4.0, -T::DIGITS),
                "{dx:e}, not {expected:e}"
            );
        }
    }
}

fn removed_rows_have_no_gradient<T: Real>() {
    let (zero, one) = (T::from_f64(0.0), T::from_f64(1.0));
    for level in Level::available() {
        for len in [0, 1, 3, 40, 200] {
            let mut dy = vec![one; len];
            level
                .softmax_vjp_in_place(&vec![zero; len], &mut dy)
                .unwrap();
            assert!(dy.iter().all(|&x| x == zero), "{level}: {len}");
            let mut dy = vec![one; len];
            level
                .log_softmax_vjp_in_place(&vec![-T::INFINITY; len], &mut dy)
                .unwrap();
            assert!(dy.iter().all(|&x| x == zero), "{level}: {len}");
        }
        let mut dy = [one, one, zero];
        level
            .softmax_vjp_in_place(&[zero, one, zero], &mut dy)
            .unwrap();
        assert_eq!(dy, [zero; 3], "{level}");
        let mut dy = [zero, one, zero];
        let y = [-T::INFINITY, zero, -T::INFINITY];
        level.log_softmax_vjp_in_place(&y, &mut dy).unwrap();
        assert_eq!(dy, [zero; 3], "{level}");
    }
}

fn nan_and_infinity<T: Real>() {
    let half = T::from_f64(0.5);
    let nan = T::from_f64(f64::NAN);
    for level in Level::available() {
        for len in [2, 33, 300] {
            for special in [nan, T::INFINITY, -T::INFINITY] {
                for (function, in_place) in functions::<T>() {
                    let mut dy = vec![half; len];
                    dy[len / 2] = special;
                    in_place(level, &vec![half; len], &mut dy).unwrap();
                    assert!(
                        dy.iter().all(|x| x.nan()),
                        "{function} at {level}: {special}"
                    );
                }
            }
            let mut y = vec![-T::INFINITY; len];
            y[len / 2] = nan;
            for (function, in_place) in functions::<T>() {
                let mut dy = vec![half; len];
                in_place(level, &y, &mut dy).unwrap();
                assert!(dy[len / 2].nan(), "{function} at {level}");
            }
        }
    }
}

fn wrong_shapes_write_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    let y = [one; 6];
    for level in Level::available() {
        let mismatch = |expected, found| Err(Error::LengthMismatch { expected, found });
        for (_, in_place) in functions::<T>() {
            let mut dy = [one; 5];
            assert_eq!(in_place(level, &y, &mut dy), mismatch(6, 5));
            assert_eq!(dy, [one; 5]);
        }
        for in_place in [
            Level::softmax_vjp_rows_in_place,
            Level::log_softmax_vjp_rows_in_place,
        ] {
            let mut dy = [one; 6];
            let mut run = |columns, elements: usize| {
                let dy = RowsMut::new(&mut dy[..elements], columns).unwrap();
                in_place(level, Rows::new(&y, 3).unwrap(), dy)
            };
            assert_eq!(run(2, 6), mismatch(3, 2));
            assert_eq!(run(3, 3), mismatch(2, 1));
            assert_eq!(dy, [one; 6]);
        }
    }
}

/// Levels of a family, a row alone and in a batch, at any offset.
fn levels_rows_and_places_agree<T: Real>() {
    let mut random = Random::new(34);
    let patterns = |row: &[T]| row.iter().map(|x| x.pattern()).collect::<Vec<_>>();
    for columns in (1..70).chain([127, 128, 1000, 1025]) {
        let y: Vec<T> = Distribution::Normal { deviation: 3.0 }.row(&mut random, 2 * columns);
        let dy: Vec<T> = Distribution::Normal { deviation: 1.0 }.row(&mut random, 2 * columns);
        let rows = || Rows::new(&y, columns).unwrap();
        let mut families = [None, None];
        for level in Level::available() {
            let mut all = Vec::new();
            for (rows_in_place, (function, in_place)) in [
                Level::softmax_vjp_rows_in_place,
                Level::log_softmax_vjp_rows_in_place,
            ]
            .into_iter()
            .zip(functions::<T>())
            {
                let mut batch = dy.clone();
                let written = RowsMut::new(&mut batch, columns).unwrap();
                rows_in_place(level, rows(), written).unwrap();
                let mut shifted = vec![dy[0]; dy.len() + 3];
                for (i, y) in rows().iter().enumerate() {
                    let part = i * columns..(i + 1) * columns;
                    let place = &mut shifted[i + 1..i + 1 + columns];
                    place.copy_from_slice(&dy[part.clone()]);
                    in_place(level, y, place).unwrap();
                    assert!(
                        patterns(place) == patterns(&batch[part]),
                        "{function} at {level}: row {i} of {columns} columns"
                    );
                }
                all.extend(patterns(&batch));
            }
            let family = &mut families[usize::from(level.is_fused())];
            let first = family.get_or_insert_with(|| all.clone());
            assert!(*first == all, "{level}: {columns} columns");
        }
    }
}

/// A power of two scales the results and nothing else, up to the ends of the range that is promised.
fn large_gradients<T: Real>() {
    let power = T::from_f64(libm::exp2(if T::DIGITS == 24 { 104.0 } else { 984.0 }));
    let mut random = Random::new(33);
    for len in [2, 7, 20] {
        let logits: Vec<T> = Distribution::Normal { deviation: 2.0 }.row(&mut random, len);
        let dy: Vec<T> = Distribution::Normal { deviation: 1.0 }.row(&mut random, len);
        let scaled = |x: &[T]| -> Vec<T> { x.iter().map(|&x| x * power).collect() };
        for level in Level::available() {
            for log in [false, true] {
                let mut y = logits.clone();
                let (mut small, mut large) = (dy.clone(), scaled(&dy));
                for gradient in [&mut small, &mut large] {
                    let outcome = if log {
                        y.copy_from_slice(&logits);
                        level.log_softmax_in_place(&mut y);
                        level.log_softmax_vjp_in_place(&y, gradient)
                    } else {
                        y.copy_from_slice(&logits);
                        level.softmax_in_place(&mut y);
                        level.softmax_vjp_in_place(&y, gradient)
                    };
                    outcome.unwrap();
                }
                assert_eq!(large, scaled(&small), "{level}, log {log}");
            }
        }
    }
}
