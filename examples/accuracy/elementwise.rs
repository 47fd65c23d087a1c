//! The elementwise functions.

use logits::Level;

use crate::progress::progress_bar;
use crate::support::elementwise_inputs::{self, PART};
use crate::support::{Elementwise, HardCases, Real, Sweep, bound, over_parts};

/// Every `stride`-th `f32` at every level. Says whether all bounds hold.
pub fn f32(chosen: impl Fn(&str) -> bool, stride: u64) -> bool {
    prove(chosen, |function: &Elementwise<f32>| {
        let levels: Vec<_> = Level::available().collect();
        let parts = elementwise_inputs::parts_of_f32(stride);
        let inputs = |part| elementwise_inputs::f32(stride, part);
        in_parts(function, parts, |part| {
            Sweep::of(function, &levels, &inputs(part))
        })
    })
}

/// Structured inputs and hard cases at every level; `random` inputs at the best level, and
/// `random_at_others` of them at the others, too. Says whether all bounds hold.
pub fn f64(
    chosen: impl Fn(&str) -> bool,
    hard: Option<&HardCases>,
    random: u64,
    random_at_others: u64,
) -> bool {
    prove(chosen, |function: &Elementwise<f64>| {
        let levels: Vec<_> = Level::available().collect();
        let hard = hard.map_or_else(Vec::new, |table| table.of(function.function));
        let hard: Vec<_> = hard.iter().map(|case| case.input).collect();
        let mut whole = Sweep::of(function, &levels, &hard);
        for (_, inputs) in elementwise_inputs::structured() {
            whole = whole.merge(Sweep::of(function, &levels, &inputs));
        }
        let at_all_levels = random_at_others.div_ceil(PART);
        let sweep = |part| {
            let levels = if part < at_all_levels {
                &levels[..]
            } else {
                &[Level::best()]
            };
            Sweep::of(
                function,
                levels,
                &elementwise_inputs::random(function, part),
            )
        };
        whole.merge(in_parts(function, random.div_ceil(PART).max(1), sweep))
    })
}

/// Sweeps over the chosen functions, and prints their worst errors as rows of a table.
fn prove<T: Real>(
    chosen: impl Fn(&str) -> bool,
    sweep: impl Fn(&Elementwise<T>) -> Sweep<T>,
) -> bool {
    println!("| function | levels | worst input | bits | result | error in ULP | inputs |");
    println!("|---|---|---|---|---|---|---|");
    let mut proved = true;
    for function in Elementwise::<T>::all() {
        if chosen(&function.function.to_string()) {
            let sweep = sweep(&function);
            print(&function, &sweep);
            proved &= sweep.error() <= bound(function.function, T::NAME);
        }
    }
    proved
}

/// A sweep over so many parts, in threads, with a bar that shows its progress.
fn in_parts<T: Real>(
    function: &Elementwise<T>,
    parts: u64,
    sweep: impl Fn(u64) -> Sweep<T> + Sync,
) -> Sweep<T> {
    let bar = progress_bar(parts, function.function.to_string());
    let sweep = |part| {
        let found = sweep(part);
        bar.inc(1);
        found
    };
    let whole = over_parts(parts, sweep, Sweep::merge);
    bar.finish_and_clear();
    whole.expect("there are parts")
}

/// A row for each family: its levels have the same worst input.
fn print<T: Real>(function: &Elementwise<T>, sweep: &Sweep<T>) {
    let name = function.function;
    let families = sweep.0.chunk_by(|(_, a), (_, b)| {
        a.of == b.of && a.input.pattern() == b.input.pattern() && a.error == b.error
    });
    for family in families {
        let levels: Vec<_> = family.iter().map(|(level, _)| level.name()).collect();
        let worst = &family[0].1;
        println!(
            "| {name} | {} | {:e} | {:#x} | {:e} | {:.4} | {} |",
            levels.join(", "),
            worst.input,
            worst.input.pattern(),
            worst.result,
            worst.error,
            worst.of
        );
    }
}
