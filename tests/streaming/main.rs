//! Rows that come in parts: whatever the parts and the order in which they merge, the results are
//! those of the row.

mod accuracy;
mod random_parts;
mod states;
#[path = "../support/mod.rs"]
mod support;

use logits::{Level, LogSumExp};
use support::{
    Extended, Function, Random, Real, Reference, Report, ulp_error, ulp_error_above_one,
};

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
    note(Function::StreamedLogSumExp, error, &|| format!("{value:e}"));
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
