//! exp of every `f32`, at every level: 2³² inputs, some minutes on all processors.
//!
//! `cargo test --release --test exhaustive -- --ignored --nocapture`
//! prints the worst input and its error at each level as rows of a Markdown table.

mod support;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use logits::Level;
use support::{Function, Real, bound, ulp_error};

/// Bit patterns that a thread takes at once.
const PART: u64 = 1 << 16;

/// The worst error so far, and the bits of its input.
#[derive(Clone, Copy, Default)]
struct Worst {
    error: f64,
    bits: u32,
}

impl Worst {
    fn max(self, other: Self) -> Self {
        if other.error > self.error {
            other
        } else {
            self
        }
    }
}

#[test]
#[ignore = "takes minutes"]
fn exp_of_every_f32() {
    println!("| level | worst input | bits | result | error in ULP |\n|---|---|---|---|---|");
    let levels: Vec<_> = Level::available().collect();
    let worst = worst_of_all(&levels);
    for (level, worst) in levels.iter().zip(&worst) {
        let x = f32::from_bits(worst.bits);
        let y = exp(*level, x);
        println!(
            "| {level} | {x:e} | {:#010x} | {y:e} | {:.4} |",
            worst.bits, worst.error
        );
    }
    let bound = bound(Function::Exp, f32::NAME);
    assert!(
        worst.iter().all(|worst| worst.error <= bound),
        "above the bound of {bound}"
    );
}

fn exp(level: Level, x: f32) -> f32 {
    let mut x = [x];
    level.exp_in_place(&mut x);
    x[0]
}

/// The worst error at each level, over all bit patterns.
fn worst_of_all(levels: &[Level]) -> Vec<Worst> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut worst = vec![Worst::default(); levels.len()];
        loop {
            let start = next.fetch_add(PART, Ordering::Relaxed);
            if start >= 1 << 32 {
                return worst;
            }
            for (worst, found) in worst
                .iter_mut()
                .zip(worst_of_part(levels, start..start + PART))
            {
                *worst = worst.max(found);
            }
        }
    };
    let threads = thread::available_parallelism().map_or(1, |threads| threads.get());
    thread::scope(|scope| {
        let handles: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let parts = handles
            .into_iter()
            .map(|handle| handle.join().expect("no thread fails"));
        parts
            .reduce(|a, b| a.iter().zip(b).map(|(a, b)| a.max(b)).collect())
            .expect("there is a thread")
    })
}

/// The worst error at each level, over a range of bit patterns.
fn worst_of_part(levels: &[Level], patterns: Range<u64>) -> Vec<Worst> {
    let inputs: Vec<_> = patterns.map(|bits| f32::from_bits(bits as u32)).collect();
    let truths: Vec<_> = inputs
        .iter()
        .map(|&x| core_math::exp(f64::from(x)))
        .collect();
    let mut results = inputs.clone();
    let worst_at = |&level: &Level| {
        level
            .exp_into(&inputs, &mut results)
            .expect("slices of one length");
        let cases = inputs.iter().zip(&results).zip(&truths);
        // Results that are correctly rounded are not the worst, and are most of them.
        let others = cases.filter(|&((_, &result), &truth)| result != truth as f32);
        others.fold(Worst::default(), |worst, ((x, &result), &truth)| {
            let error = ulp_error(result, truth.into());
            worst.max(Worst {
                error,
                bits: x.to_bits(),
            })
        })
    };
    levels.iter().map(worst_at).collect()
}
