//! The tables of accuracy in the READMEs name the bounds that the tests hold every function to.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{BOUNDS, Elementwise, Function, bound};

/// The head of the table.
const HEAD: &str = "| function | bound, `f32` | measured | bound, `f64` | measured |";

/// The head of the table of the worst errors among all `f32`.
const HEAD_OF_WORST: &str = "| function | levels | worst input | bits | result | error in ULP |";

/// What each row of the table is about, from the first to the last.
const ROWS: [(&str, Function); 37] = [
    ("exp", Function::Exp),
    ("exp_m1", Function::ExpM1),
    ("ln", Function::Ln),
    ("ln_1p", Function::Ln1p),
    ("sigmoid", Function::Sigmoid),
    ("log_sigmoid", Function::LogSigmoid),
    ("softplus", Function::Softplus),
    ("logit", Function::Logit),
    ("log-sum-exp", Function::LogSumExp),
    ("that log-softmax returns", Function::LogSoftmaxLogSumExp),
    ("of a row in parts", Function::StreamedLogSumExp),
    ("softmax", Function::Softmax),
    ("log-softmax", Function::LogSoftmax),
    ("softmax with options", Function::OptionsSoftmax),
    ("log-softmax with options", Function::OptionsLogSoftmax),
    ("softmax with a softcap c", Function::CappedSoftmax),
    ("log-softmax with a softcap c", Function::CappedLogSoftmax),
    ("log-sum-exp with options", Function::OptionsLogSumExp),
    ("log-sum-exp with a softcap", Function::CappedLogSumExp),
    ("free energy", Function::FreeEnergy),
    ("gradient through softmax", Function::SoftmaxVjp),
    ("through log-softmax", Function::LogSoftmaxVjp),
    ("cross-entropy of a row", Function::Loss),
    ("its gradient", Function::Gradient),
    (
        "with weights, smoothing, soft targets",
        Function::LossWithOptions,
    ),
    ("its gradient", Function::GradientWithOptions),
    ("z-loss", Function::ZLoss),
    (
        "cross-entropy from probabilities",
        Function::LossFromProbabilities,
    ),
    ("its gradient", Function::GradientFromProbabilities),
    ("binary cross-entropy of an element", Function::BinaryLoss),
    ("its gradient", Function::BinaryGradient),
    ("entropy", Function::Entropy),
    (
        "cross-entropy of probabilities",
        Function::ProbabilityCrossEntropy,
    ),
    ("Kullback–Leibler divergence", Function::KlDivergence),
    ("Jensen–Shannon divergence", Function::JsDivergence),
    ("entropy from logits", Function::EntropyFromLogits),
    (
        "Kullback–Leibler divergence from logits",
        Function::KlDivergenceFromLogits,
    ),
];

/// The rows of the table with this head.
fn rows_below(head: &str) -> impl Iterator<Item = &'static str> {
    let lines = include_str!("../../README.md").lines();
    let rows = lines.skip_while(move |line| *line != head).skip(2);
    rows.take_while(|line| line.starts_with('|'))
}

/// The cells of a row.
fn cells(line: &str) -> Vec<&str> {
    line.trim_matches(['|', ' ']).split(" | ").collect()
}

/// The name and the bounds of each row of the table.
fn table() -> Vec<(&'static str, [f64; 2])> {
    rows_below(HEAD)
        .map(|line| {
            let [name, single, _, double, _] = cells(line)[..] else {
                panic!("not five cells: {line}");
            };
            let bound = |cell: &str| cell.parse().unwrap_or_else(|_| panic!("no bound: {line}"));
            (name, [bound(single), bound(double)])
        })
        .collect()
}

#[test]
fn readme_names_every_bound() {
    let table = table();
    for (index, &(name, function)) in ROWS.iter().enumerate() {
        let (found, bounds) = table.get(index).expect("a row of the table is missing");
        // Behind a comma stands the unit, or what the bound holds for.
        let is_named = found
            .strip_prefix(name)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(", "));
        assert!(is_named, "row {index} is not about {name}: {found}");
        let promised = ["f32", "f64"].map(|float| bound(function, float));
        assert_eq!(*bounds, promised, "{found}");
    }
    assert_eq!(table.len(), ROWS.len(), "rows about nothing known");
    let rows: BTreeSet<_> = ROWS.iter().map(|(_, function)| *function).collect();
    let bounded: BTreeSet<_> = BOUNDS.iter().map(|bound| bound.function).collect();
    assert_eq!(rows, bounded);
}

/// The worst error of each function among all `f32`, in units of 10⁻⁴ ULP.
fn worst_errors() -> BTreeMap<&'static str, u32> {
    let mut worst = BTreeMap::new();
    for line in rows_below(HEAD_OF_WORST) {
        let [name, _, _, _, _, error] = cells(line)[..] else {
            panic!("not six cells: {line}");
        };
        let error: f64 = error.parse().unwrap_or_else(|_| panic!("no error: {line}"));
        let largest: &mut u32 = worst.entry(name).or_default();
        *largest = (*largest).max((error * 1e4).round() as u32);
    }
    worst
}

#[test]
fn bounds_of_single_are_the_worst_errors_rounded_up() {
    let worst = worst_errors();
    let functions = Elementwise::<f32>::all();
    for Elementwise { function, .. } in &functions {
        let error = worst.get(function.to_string().as_str());
        let error = error.unwrap_or_else(|| panic!("no worst error of {function}"));
        let rounded_up = f64::from(error.div_ceil(100)) / 100.0;
        assert_eq!(bound(*function, "f32"), rounded_up, "{function}");
    }
    assert_eq!(worst.len(), functions.len(), "rows about nothing known");
}

#[test]
fn tables_by_length_name_bounds() {
    let mut named = BTreeSet::new();
    let mut float = "";
    for line in include_str!("../../examples/accuracy/README.md").lines() {
        let cells = cells(line);
        if let Some(of) = cells[0].strip_prefix("function, ") {
            float = of;
        }
        // The plain forms have no bound, and the lines under the heads no number.
        let Some(Ok(found)) = cells.get(2).map(|cell| cell.parse::<f64>()) else {
            continue;
        };
        let promised = BOUNDS
            .iter()
            .find(|bound| bound.function.to_string() == cells[0] && bound.float == float)
            .unwrap_or_else(|| panic!("nothing known by that name: {line}"));
        assert_eq!(found, promised.ulp, "{float}: {line}");
        named.insert((float, promised.function));
    }
    for float in ["f32", "f64"] {
        for function in Function::of_rows(float) {
            assert!(named.contains(&(float, function)), "no {float} {function}");
        }
    }
}
