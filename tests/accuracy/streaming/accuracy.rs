//! The errors of the results of rows in random parts, and of rows that come one element at a time.

use logits::{Level, LogSumExp};

use crate::support::streaming_errors::{check_state, merged};
use crate::support::{
    Distribution, Random, Real, Reference, Report, distributions, for_both_types,
};

for_both_types!(
    parts_of_every_distribution,
    parts_of_confident_rows,
    parts_on_both_sides_of_a_border,
    maximum_that_creeps_up,
    maximum_that_climbs,
    states_of_both_families_merge,
);

/// Checks rows in random parts, at every level.
fn check<T: Real>(inputs: &str, rows: impl IntoIterator<Item = Vec<T>>) {
    let mut random = Random::new(21);
    let mut report = Report::default();
    for row in rows {
        let reference = Reference::new(&row);
        let labels = [reference.argmax(), random.below(row.len())];
        for level in Level::available() {
            let state = merged(|_| level, &row, &mut random);
            check_state(&mut report, level, inputs, &state, &reference, &labels);
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
            check_state(&mut report, level, inputs, &state, &reference, &labels);
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
                check_state(&mut report, *level, &inputs, &state, &reference, &labels);
            }
        }
    }
    report.check::<T>();
}
