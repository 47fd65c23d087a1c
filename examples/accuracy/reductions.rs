//! The functions of rows.

use std::collections::BTreeMap;
use std::path::Path;

use logits::Level;

use crate::chart;
use crate::plain::{Form, Plain};
use crate::progress::progress_bar;
use crate::support::reduction_errors::{GROUPS, check_group, check_plain, check_reductions};
use crate::support::{
    Function, Random, Reference, Report, adversarial, bound, over_parts, ulp_error,
    ulp_error_above_one,
};

/// Kinds of longer rows each meet the functions of one group alone, beside the plain ones: all of them
/// would take an hour.
const SHORT: usize = 1 << 17;
const LENGTHS: [usize; 9] = [2, 3, 10, 33, 100, 1000, 32_000, 128_256, 1 << 24];
/// Rows of each kind and length, where they are short.
const ROWS: u64 = 20;

/// The worst errors at one length.
pub struct Worst {
    pub len: usize,
    /// Of this crate's functions at each level.
    pub own: BTreeMap<(Function, &'static str), f64>,
    /// Of the plain forms.
    pub plain: BTreeMap<(Function, &'static str), f64>,
}

/// Checks the functions of rows up to `longest`, prints their worst errors as a table, and draws
/// them beside those of plain forms. Says whether all bounds hold.
pub fn prove<T: Plain>(longest: usize, chart: &Path) -> Result<bool, Box<dyn std::error::Error>> {
    let lengths = LENGTHS.iter().filter(|&&len| len <= longest);
    let (worst, faults): (Vec<_>, Vec<_>) = lengths.map(|&len| at_length::<T>(len)).unzip();
    let faults = faults.concat();
    print_table::<T>(&worst);
    std::fs::write(chart, chart::draw(T::NAME, &worst)?)?;
    eprint!("{faults}");
    Ok(faults.is_empty())
}

/// The worst errors at one length, and what is wrong: those above their bounds, and functions that
/// nothing measures.
fn at_length<T: Plain>(len: usize) -> (Worst, String) {
    let distributions = adversarial::<T>();
    let rows = if len <= 1000 { ROWS } else { 1 };
    let bar = progress_bar(
        distributions.len() as u64,
        format!("{} rows of {len}", T::NAME),
    );
    let check = |part: u64| {
        let distribution = &distributions[part as usize];
        let mut random = Random::new(50 + part);
        let (mut report, mut plain) = (Report::default(), BTreeMap::new());
        for _ in 0..rows {
            let row: Vec<T> = distribution.row(&mut random, len);
            let row = Reference::new(&row);
            if len <= SHORT {
                check_reductions(&mut report, &mut random, distribution, &row);
            } else {
                let group = part as usize % GROUPS;
                check_plain(&mut report, &mut random, distribution, &row);
                check_group(&mut report, &mut random, distribution, &row, group);
            }
            plain = larger(plain, plain_errors(&row));
        }
        bar.inc(1);
        (report, plain)
    };
    let merge = |a: (Report, _), b: (Report, _)| (a.0.merge(b.0), larger(a.1, b.1));
    let (report, plain) =
        over_parts(distributions.len() as u64, check, merge).expect("there are distributions");
    bar.finish_and_clear();
    let mut faults = report.above_the_bounds::<T>();
    for function in report.unmeasured::<T>() {
        faults += &format!("nothing measures {function} at {len}\n");
    }
    let own = report.worst();
    (Worst { len, own, plain }, faults)
}

type Errors = BTreeMap<(Function, &'static str), f64>;

/// The larger error of each function.
fn larger(mut errors: Errors, others: Errors) -> Errors {
    for (key, other) in others {
        let error = errors.entry(key).or_insert(other);
        *error = error.max(other);
    }
    errors
}

/// The errors of the plain forms on a row.
fn plain_errors<T: Plain>(reference: &Reference<'_, T>) -> Errors {
    let (row, label) = (reference.row(), reference.argmax());
    let mut errors = Errors::new();
    for form in Form::ALL {
        let log_sum_exp = ulp_error_above_one(form.log_sum_exp(row), reference.log_sum_exp());
        let probabilities = form.softmax(row).zip(reference.softmax());
        let softmax = probabilities.map(|(p, truth)| ulp_error(p, truth));
        let loss = ulp_error(form.loss(row, label), reference.loss(label));
        errors.insert((Function::LogSumExp, form.name()), log_sum_exp);
        errors.insert(
            (Function::Softmax, form.name()),
            softmax.fold(0.0, f64::max),
        );
        errors.insert((Function::Loss, form.name()), loss);
    }
    errors
}

/// A row for each function and family: its levels have the same errors.
fn print_table<T: Plain>(worst: &[Worst]) {
    let lengths: Vec<_> = worst.iter().map(|worst| worst.len.to_string()).collect();
    println!(
        "| function, {} | levels | bound | {} |",
        T::NAME,
        lengths.join(" | ")
    );
    println!("|---|---|---:|{}", "---:|".repeat(worst.len()));
    let functions: Vec<_> = worst[0].own.keys().map(|&(function, _)| function).collect();
    for functions in functions.chunk_by(|a, b| a == b) {
        let function = functions[0];
        let levels: Vec<_> = Level::available().map(Level::name).collect();
        let at = |level| worst.iter().map(move |worst| worst.own[&(function, level)]);
        for family in levels.chunk_by(|&a, &b| at(a).eq(at(b))) {
            let errors: Vec<_> = at(family[0]).map(|error| format!("{error:.2}")).collect();
            let (levels, bound) = (family.join(", "), bound(function, T::NAME));
            println!(
                "| {function} | {levels} | {bound} | {} |",
                errors.join(" | ")
            );
        }
    }
    for form in Form::ALL {
        for function in [Function::LogSumExp, Function::Softmax, Function::Loss] {
            let errors = worst
                .iter()
                .map(|worst| worst.plain[&(function, form.name())]);
            let errors: Vec<_> = errors.map(|error| format!("{error:.2e}")).collect();
            println!(
                "| {function} | {} | | {} |",
                form.name(),
                errors.join(" | ")
            );
        }
    }
}
