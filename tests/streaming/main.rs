//! Rows that come in parts: whatever the parts and the order in which they merge, the results are
//! those of the row.

mod support;

use logits::{CrossEntropy, Error, Level, LogSumExp, RowsMut};
use proptest::prelude::*;
use support::{
    Distribution, Extended, Function, Random, Real, Reference, Report, distributions,
    for_both_types, ulp_error, ulp_error_above_one,
};

for_both_types!(
    parts_of_every_distribution,
    parts_of_confident_rows,
    parts_on_both_sides_of_a_border,
    maximum_that_creeps_up,
    maximum_that_climbs,
    states_of_both_families_merge,
    parts_of_nothing_change_nothing,
    nan_and_infinity_are_for_good,
    largest_numbers,
    levels_of_a_family_agree,
    agrees_with_the_whole_row,
    numbers_hold_the_state,
    targets_outside_of_the_chunk_are_refused,
);

/// The state of a row that is cut at random and merged in random order.
fn merged<T: Real>(level: impl Fn(usize) -> Level, row: &[T], random: &mut Random) -> LogSumExp<T> {
    let parts = random.below(8) + 1;
    let mut states: Vec<_> = (0..parts)
        .map(|part| LogSumExp::new().level(level(part)))
        .collect();
    let mut start = 0;
    while start < row.len() {
        let end = (start + random.below(row.len()) / 3 + 1).min(row.len());
        states[random.below(parts)].extend_from_slice(&row[start..end]);
        start = end;
    }
    while states.len() > 1 {
        let other = states.swap_remove(random.below(states.len()));
        let into = random.below(states.len());
        states[into].merge(&other);
    }
    states[0]
}

/// The softmax of a row, chunk by chunk.
fn softmax<T: Real>(state: &LogSumExp<T>, row: &[T]) -> Vec<T> {
    let mut results = row.to_vec();
    for chunk in results.chunks_mut(row.len() / 3 + 1) {
        state.softmax_in_place(chunk);
    }
    results
}

/// The gradient of a row, chunk by chunk.
fn gradient<T: Real>(state: &LogSumExp<T>, row: &[T], label: usize, scale: T) -> Vec<T> {
    let mut results = row.to_vec();
    let length = row.len() / 3 + 1;
    for (index, chunk) in results.chunks_mut(length).enumerate() {
        let target = label.checked_sub(index * length);
        let target = target.filter(|&target| target < chunk.len());
        state.gradient_in_place(chunk, target, scale).unwrap();
    }
    results
}

/// Notes the errors of all that comes from a state of `row`.
fn note<T: Real>(
    report: &mut Report,
    level: Level,
    inputs: &str,
    state: &LogSumExp<T>,
    reference: &Reference<'_, T>,
    row: &[T],
    labels: &[usize],
) {
    let mut note = |function, error, case: &dyn Fn() -> String| {
        let case = || format!("length {}, {}", row.len(), case());
        report.note(function, level, inputs, error, case);
    };
    let value = state.value();
    let error = ulp_error_above_one(value, reference.log_sum_exp());
    note(Function::LogSumExp, error, &|| format!("{value:e}"));
    let worst = |results: &[T], truths: &mut dyn Iterator<Item = Extended>| {
        let errors = results.iter().zip(truths);
        errors
            .map(|(&result, truth)| ulp_error(result, truth))
            .fold(0.0, f64::max)
    };
    let error = worst(&softmax(state, row), &mut reference.softmax());
    note(Function::Softmax, error, &|| "softmax".to_owned());
    for &label in labels {
        let error = ulp_error(state.loss(row[label]), reference.loss(label));
        note(Function::Loss, error, &|| format!("label {label}"));
        let scale = T::from_f64(1.0 / 3.0);
        let results = gradient(state, row, label, scale);
        let error = worst(&results, &mut reference.gradient(label, scale));
        note(Function::Gradient, error, &|| format!("label {label}"));
    }
}

/// Checks rows in random parts, at every level.
fn check<T: Real>(inputs: &str, rows: impl IntoIterator<Item = Vec<T>>) {
    let mut random = Random::new(21);
    let mut report = Report::default();
    for row in rows {
        let reference = Reference::new(&row);
        let labels = [reference.argmax(), random.below(row.len())];
        for level in Level::available() {
            let state = merged(|_| level, &row, &mut random);
            note(
                &mut report,
                level,
                inputs,
                &state,
                &reference,
                &row,
                &labels,
            );
        }
    }
    report.check::<T>();
}

fn parts_of_every_distribution<T: Real>() {
    let mut random = Random::new(22);
    for distribution in distributions::<T>() {
        let lengths = (1..40).chain([100, 1000, 1000, 5000]);
        let rows = lengths.map(|len| distribution.row(&mut random, len));
        check::<T>(&distribution.to_string(), rows);
    }
}

fn parts_of_confident_rows<T: Real>() {
    let mut random = Random::new(23);
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    for lead in leads {
        let distribution = Distribution::Dominant { lead };
        let rows = [2, 3, 10, 100, 1100].map(|len| distribution.row(&mut random, len));
        check::<T>(&distribution.to_string(), rows);
    }
}

/// The largest elements of the parts lie around a border, from one another as far as counts, or
/// nearer.
fn parts_on_both_sides_of_a_border<T: Real>() {
    let mut random = Random::new(24);
    let mut rows = Vec::new();
    for &border in T::BORDERS {
        for width in [0.1, 1.0, 10.0, 100.0, T::UNDERFLOW].into_iter() {
            for len in [2, 3, 10, 50] {
                let logit = |_| T::from_f64(border + random.uniform(-width, width));
                rows.push((0..len).map(logit).collect::<Vec<_>>());
            }
        }
    }
    check::<T>("around a border", rows);
}

/// Each part's maximum is a little above the last: moves of the sum must not add up.
fn maximum_that_creeps_up<T: Real>() {
    for &border in T::BORDERS {
        let mut row = Vec::new();
        let mut x = T::from_f64(border);
        for _ in 0..3000 {
            row.push(x);
            x = x.up();
        }
        check_one_by_one("creeping", &row);
    }
}

/// The maximum climbs through many offsets, every former one still in sight.
fn maximum_that_climbs<T: Real>() {
    for &border in T::BORDERS {
        for step in [3.0, 17.0, T::UNDERFLOW / 3.0, T::UNDERFLOW / 1.1] {
            let start = border - T::UNDERFLOW;
            let row: Vec<_> = (0..60)
                .map(|i| T::from_f64(start + step * f64::from(i)))
                .collect();
            check_one_by_one("climbing", &row);
        }
    }
}

/// Checks a row that comes one element at a time, forwards and backwards.
fn check_one_by_one<T: Real>(inputs: &str, row: &[T]) {
    let reference = Reference::new(row);
    let mut report = Report::default();
    for level in Level::available() {
        let mut forwards = LogSumExp::new().level(level);
        let mut backwards = LogSumExp::new().level(level);
        for x in row {
            forwards.extend_from_slice(&[*x]);
        }
        for x in row.iter().rev() {
            backwards.extend_from_slice(&[*x]);
        }
        for state in [forwards, backwards] {
            let labels = [row.len() - 1, 0];
            note(&mut report, level, inputs, &state, &reference, row, &labels);
        }
    }
    report.check::<T>();
}

fn states_of_both_families_merge<T: Real>() {
    let levels: Vec<_> = Level::available().collect();
    let mut random = Random::new(25);
    let mut report = Report::default();
    for distribution in distributions::<T>() {
        for len in [1, 2, 10, 300] {
            let row = distribution.row::<T>(&mut random, len);
            let reference = Reference::new(&row);
            let labels = [reference.argmax(), random.below(len)];
            let first = random.below(levels.len());
            let level = |part| levels[(first + part) % levels.len()];
            let state = merged(level, &row, &mut random);
            for level in &levels {
                let state = state.level(*level);
                let inputs = distribution.to_string();
                note(
                    &mut report,
                    *level,
                    &inputs,
                    &state,
                    &reference,
                    &row,
                    &labels,
                );
            }
        }
    }
    report.check::<T>();
}

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
    assert_eq!(size_of::<LogSumExp<f64>>(), 32);
}

/// The laws of both types.
macro_rules! laws {
    ($float:ident) => {
        proptest! {
            #[test]
            fn $float(
                spread in proptest::collection::vec(-1.0..1.0, 1..200),
                width in prop::sample::select(vec![0.5, 20.0, 90.0, 400.0]),
                centre in prop::sample::select(
                    [&[0.0, 1e6][..], <$float as Real>::BORDERS].concat()
                ),
                seed: u64,
            ) {
                let row: Vec<_> = spread.iter().map(|x| (centre + width * x) as $float).collect();
                let reference = Reference::new(&row);
                let mut random = Random::new(seed);
                let mut report = Report::default();
                let labels = [reference.argmax(), random.below(row.len())];
                for level in Level::available() {
                    let state = merged(|_| level, &row, &mut random);
                    note(&mut report, level, "any", &state, &reference, &row, &labels);
                }
                report.check::<$float>();
            }
        }
    };
}

mod any_parts_in_any_order {
    use super::*;

    laws!(f32);
    laws!(f64);
}
