//! What a state is and holds: nothing, NaN, infinities, the largest numbers, the same bits, and the numbers
//! that it is sent as.

use logits::{CrossEntropy, Error, Level, LogSumExp, RowsMut};

use crate::support::streaming_errors::{gradient, merged, softmax};
use crate::support::{Distribution, Random, Real, distributions, for_both_types};

for_both_types!(
    parts_of_nothing_change_nothing,
    nan_and_infinity_are_for_good,
    largest_numbers,
    equal_elements_of_every_size,
    levels_of_a_family_agree,
    agrees_with_the_whole_row,
    numbers_hold_the_state,
    targets_outside_of_the_chunk_are_refused,
);

/// The bits of all that a state gives.
fn bits<T: Real>(state: &LogSumExp<T>, row: &[T]) -> Vec<u64> {
    let mut results = state.to_parts()[..3].to_vec();
    results.push(state.value());
    if let Some(&target) = row.last() {
        results.push(state.loss(target));
        results.extend(softmax(state, row));
        results.extend(gradient(state, row, row.len() - 1, T::from_f64(0.3)));
    }
    results.into_iter().map(T::pattern).collect()
}

fn parts_of_nothing_change_nothing<T: Real>() {
    let row: Vec<T> = [0.5, -3.0, 1000.0, 1000.5].map(T::from_f64).to_vec();
    for level in Level::available() {
        let empty = LogSumExp::<T>::new().level(level);
        assert_eq!(empty.value().to_f64(), f64::NEG_INFINITY, "{level}");
        assert!(empty.loss(row[0]).nan(), "{level}");
        let mut masked = empty;
        masked.extend_from_slice(&[-T::INFINITY; 70]);
        masked.extend_from_slice(&[]);
        assert_eq!(bits(&masked, &[]), bits(&empty, &[]), "{level}");
        let mut softmax = row.clone();
        masked.softmax_in_place(&mut softmax);
        assert!(softmax.iter().all(|p| p.nan()), "{level}");

        let mut state = empty;
        state.extend_from_slice(&row);
        let expected = bits(&state, &row);
        for nothing in [empty, masked] {
            let (mut left, mut right) = (state, nothing);
            left.merge(&nothing);
            right.merge(&state);
            assert_eq!(bits(&left, &row), expected, "{level}");
            assert_eq!(bits(&right, &row), expected, "{level}");
        }
    }
}

fn nan_and_infinity_are_for_good<T: Real>() {
    let specials = [T::from_f64(f64::NAN), T::INFINITY];
    let others = [0.0, 1e30, f64::NEG_INFINITY, f64::INFINITY, f64::NAN].map(T::from_f64);
    for level in Level::available() {
        for special in specials {
            for other in others {
                let mut state = LogSumExp::new().level(level);
                state.extend_from_slice(&[T::from_f64(1.0), special]);
                let mut shard = LogSumExp::new().level(level);
                shard.extend_from_slice(&[other, T::from_f64(-2.0)]);
                let (mut left, mut right, mut extended) = (state, shard, state);
                left.merge(&shard);
                right.merge(&state);
                extended.extend_from_slice(&[other]);
                let nan = special.nan() || other.nan();
                for state in [left, right, extended] {
                    let value = state.value();
                    assert_eq!(value.nan(), nan, "{level}: {special}, {other}");
                    assert!(nan || value == T::INFINITY, "{level}: {special}, {other}");
                    assert!(state.loss(other).nan(), "{level}: {special}, {other}");
                    let mut chunk = [other, T::from_f64(-2.0)];
                    state
                        .gradient_in_place(&mut chunk, Some(1), T::from_f64(1.0))
                        .unwrap();
                    assert!(chunk.iter().all(|p| p.nan()), "{level}");
                }
            }
        }
    }
}

fn largest_numbers<T: Real>() {
    for level in Level::available() {
        for sign in [1.0, -1.0] {
            let most = T::from_f64(sign * T::MAX.to_f64());
            let mut state = LogSumExp::new().level(level);
            state.extend_from_slice(&[most]);
            state.extend_from_slice(&[-T::MAX, most]);
            assert_eq!(state.value(), most, "{level}");
            let mut chunk = [most];
            state.softmax_in_place(&mut chunk);
            let half = if sign > 0.0 { 0.5 } else { 1.0 / 3.0 };
            assert_eq!(chunk, [T::from_f64(half)], "{level}");
        }
        let mut state = LogSumExp::new().level(level);
        state.extend_from_slice(&[T::MAX, -T::MAX]);
        assert_eq!(state.loss(-T::MAX), T::INFINITY, "{level}");
        assert_eq!(state.loss(-T::INFINITY), T::INFINITY, "{level}");
        assert_eq!(state.loss(T::MAX).to_f64(), 0.0, "{level}");
        assert!(state.loss(T::from_f64(f64::NAN)).nan(), "{level}");
    }
}

/// Where a frame has an offset, it is as near to a huge element as to a small one, whatever its last place.
fn equal_elements_of_every_size<T: Real>() {
    const COUNT: usize = 73;
    let epsilon = 2_f64.powi(1 - T::DIGITS);
    for exponent in 1..2 * T::MAX_EXPONENT as u64 - 1 {
        for last_places in 0..2 {
            let size = T::from_pattern(exponent << (T::DIGITS - 1) | last_places);
            for (level, x) in Level::available().flat_map(|level| [(level, size), (level, -size)]) {
                let row = [x; COUNT];
                let mut state = LogSumExp::<T>::new().level(level);
                row.chunks(30)
                    .for_each(|part| state.extend_from_slice(part));
                let share = softmax(&state, &row)[COUNT - 1].to_f64();
                let error = share * COUNT as f64 - 1.0;
                assert!(error.abs() < 2.0 * epsilon, "{level}, {x:e}: {share}");
                let excess = state.loss(x).to_f64() - (COUNT as f64).ln();
                assert!(excess.abs() < 16.0 * epsilon, "{level}, {x:e}: {excess}");
            }
        }
    }
}

fn levels_of_a_family_agree<T: Real>() {
    let mut random = Random::new(26);
    for distribution in distributions::<T>() {
        for len in (1..20).chain([33, 100, 1030, 3000]) {
            let row = distribution.row::<T>(&mut random, len);
            for fused in [false, true] {
                let mut levels = Level::available().filter(|level| level.is_fused() == fused);
                let of = |level: Level| bits(&merged(|_| level, &row, &mut random.clone()), &row);
                let Some(first) = levels.next() else { continue };
                let expected = of(first);
                for level in levels {
                    assert!(of(level) == expected, "{level}, {distribution}, {len}");
                }
            }
        }
    }
}

/// The sharded loss and gradient are those of `CrossEntropy`, but for their last digits.
fn agrees_with_the_whole_row<T: Real>() {
    let mut random = Random::new(27);
    let epsilon = libm::scalbn(1.0, 1 - T::DIGITS);
    for len in [1, 2, 7, 40, 1500] {
        let row = Distribution::Normal { deviation: 5.0 }.row::<T>(&mut random, len);
        let label = random.below(len);
        for level in Level::available() {
            let mut expected = row.clone();
            let one = T::from_f64(1.0);
            let sum = CrossEntropy::new()
                .level(level)
                .loss_and_gradient_in_place(
                    RowsMut::new(&mut expected, len).unwrap(),
                    &[label],
                    one,
                )
                .unwrap();
            let state = merged(|_| level, &row, &mut random);
            let close = |a: T, b: T| {
                let (a, b) = (a.to_f64(), b.to_f64());
                assert!(
                    (a - b).abs() <= 4.0 * epsilon * b.abs(),
                    "{level}: {a}, {b}"
                );
            };
            close(state.loss(row[label]), sum.loss());
            let found = gradient(&state, &row, label, one);
            for (&found, &expected) in found.iter().zip(&expected) {
                close(found, expected);
            }
        }
    }
}

fn numbers_hold_the_state<T: Real>() {
    let mut random = Random::new(28);
    for distribution in distributions::<T>() {
        let row = distribution.row::<T>(&mut random, 50);
        let best = Level::best();
        let state = merged(|_| best, &row, &mut random);
        let received = LogSumExp::from_parts(state.to_parts());
        assert_eq!(bits(&received, &row), bits(&state, &row), "{distribution}");
        // From a machine of the other family.
        let sent = state.level(Level::SCALAR);
        let (received, expected) = (LogSumExp::from_parts(sent.to_parts()), sent.level(best));
        assert_eq!(
            bits(&received, &row),
            bits(&expected, &row),
            "{distribution}"
        );
    }
    for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut state = LogSumExp::new();
        state.extend_from_slice(&[T::from_f64(special)]);
        let received = LogSumExp::from_parts(state.to_parts());
        assert_eq!(bits(&received, &[]), bits(&state, &[]));
    }
}

fn targets_outside_of_the_chunk_are_refused<T: Real>() {
    let x = [1.0, 2.0].map(T::from_f64);
    for level in Level::available() {
        let mut state = LogSumExp::new().level(level);
        state.extend_from_slice(&x);
        for target in [2, usize::MAX] {
            let mut chunk = x;
            let refused = state.gradient_in_place(&mut chunk, Some(target), x[0]);
            assert_eq!(refused, Err(Error::LabelOutOfRange { row: 0 }), "{level}");
            assert_eq!(chunk, x, "{level}");
        }
    }
}

/// Small, and free to go wherever its numbers go.
#[test]
fn states_are_small() {
    fn is_send_sync_copy<S: Send + Sync + Copy + 'static>() {}
    is_send_sync_copy::<LogSumExp<f32>>();
    is_send_sync_copy::<LogSumExp<f64>>();
    assert_eq!(size_of::<LogSumExp<f32>>(), 16);
    // On i686, 28.
    assert_eq!(size_of::<LogSumExp<f64>>(), 24 + align_of::<f64>());
}
