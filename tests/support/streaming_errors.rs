//! The errors of what comes from the state of a row that comes in parts.

use logits::{Level, LogSumExp};

use super::bounds::Function;
use super::random::Random;
use super::real::Real;
use super::reference::Reference;
use super::report::Report;
use super::ulp::{ulp_error, ulp_error_above_one};

/// The state of a row that is cut at random and merged in random order.
pub fn merged<T: Real>(
    level: impl Fn(usize) -> Level,
    row: &[T],
    random: &mut Random,
) -> LogSumExp<T> {
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
pub fn softmax<T: Real>(state: &LogSumExp<T>, row: &[T]) -> Vec<T> {
    let mut results = row.to_vec();
    for chunk in results.chunks_mut(row.len() / 3 + 1) {
        state.softmax_in_place(chunk);
    }
    results
}

/// The gradient of a row, chunk by chunk.
pub fn gradient<T: Real>(state: &LogSumExp<T>, row: &[T], label: usize, scale: T) -> Vec<T> {
    let mut results = row.to_vec();
    let length = row.len() / 3 + 1;
    for (index, chunk) in results.chunks_mut(length).enumerate() {
        let target = label.checked_sub(index * length);
        let target = target.filter(|&target| target < chunk.len());
        state.gradient_in_place(chunk, target, scale).unwrap();
    }
    results
}

/// Notes the errors of all that comes from a state of a row.
pub fn check_state<T: Real>(
    report: &mut Report,
    level: Level,
    inputs: &str,
    state: &LogSumExp<T>,
    row: &Reference<'_, T>,
    labels: &[usize],
) {
    let elements = row.row();
    let mut note = |function, error, result: T, case: &str| {
        let case = || format!("length {}{case}: {result:e}", elements.len());
        report.note(function, level, inputs, error, case);
    };
    let value = state.value();
    let error = ulp_error_above_one(value, row.log_sum_exp());
    note(Function::StreamedLogSumExp, error, value, "");
    for &label in labels {
        let loss = state.loss(elements[label]);
        let error = ulp_error(loss, row.loss(label));
        note(Function::Loss, error, loss, &format!(", label {label}"));
    }
    let case = |place| format!("length {}, place {place}", elements.len());
    let results = softmax(state, elements);
    report.note_row(
        Function::Softmax,
        level,
        inputs,
        &results,
        row.softmax(),
        case,
    );
    for &label in labels {
        let scale = T::from_f64(1.0 / 3.0);
        let results = gradient(state, elements, label, scale);
        let truths = row.gradient(label, scale);
        let case = |place| format!("{}, label {label}", case(place));
        report.note_row(Function::Gradient, level, inputs, &results, truths, case);
    }
}
