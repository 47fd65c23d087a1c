//! The elementwise functions of every `f32`, at every level: 2³² inputs, some minutes a function on
//! all processors.
//!
//! `cargo test --release --test exhaustive -- --ignored --nocapture` (and a function's name for it
//! alone) prints the worst input and its error at each level as rows of a Markdown table. The
//! ordinary run takes one part of the inputs in a thousand.

mod support;

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use logits::Level;
use support::{Elementwise, Function, Real, bound, f64_function, ulp_error};

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

/// Of so many parts the ordinary run takes one.
const STRIDE: u64 = 1021;

macro_rules! functions {
    ($($name:ident = $function:ident;)*) => {
        $(
            #[test]
            #[ignore = "takes minutes"]
            fn $name() {
                check(Function::$function, 1);
            }
        )*

        #[test]
        fn one_part_in_a_thousand() {
            let functions = [$(Function::$function),*];
            assert_eq!(functions.len(), Elementwise::<f32>::all().len());
            for function in functions {
                check(function, STRIDE);
            }
        }
    };
}

functions! {
    exp_of_every_f32 = Exp;
    exp_m1_of_every_f32 = ExpM1;
    ln_of_every_f32 = Ln;
    ln_1p_of_every_f32 = Ln1p;
    sigmoid_of_every_f32 = Sigmoid;
    log_sigmoid_of_every_f32 = LogSigmoid;
    softplus_of_every_f32 = Softplus;
    logit_of_every_f32 = Logit;
}

/// Checks a function over every `stride`-th part of the inputs.
fn check(function: Function, stride: u64) {
    let function = Elementwise::<f32>::of_function(function);
    println!(
        "| {} | level | worst input | bits | result | error in ULP |\n|---|---|---|---|---|---|",
        function.function
    );
    let levels: Vec<_> = Level::available().collect();
    let worst = worst_of_all(&function, &levels, stride);
    for (level, worst) in levels.iter().zip(&worst) {
        let x = f32::from_bits(worst.bits);
        let y = function.of(*level, x);
        println!(
            "| | {level} | {x:e} | {:#010x} | {y:e} | {:.4} |",
            worst.bits, worst.error
        );
    }
    let bound = bound(function.function, f32::NAME);
    assert!(
        worst.iter().all(|worst| worst.error <= bound),
        "above the bound of {bound}"
    );
}

/// The worst error at each level, over every `stride`-th part of the bit patterns.
fn worst_of_all(function: &Elementwise<f32>, levels: &[Level], stride: u64) -> Vec<Worst> {
    let next = AtomicU64::new(0);
    let work = || {
        let mut worst = vec![Worst::default(); levels.len()];
        loop {
            let start = next.fetch_add(PART * stride, Ordering::Relaxed);
            if start >= 1 << 32 {
                return worst;
            }
            for (worst, found) in
                worst
                    .iter_mut()
                    .zip(worst_of_part(function, levels, start..start + PART))
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
fn worst_of_part(
    function: &Elementwise<f32>,
    levels: &[Level],
    patterns: Range<u64>,
) -> Vec<Worst> {
    let inputs: Vec<_> = patterns.map(|bits| f32::from_bits(bits as u32)).collect();
    let truths: Vec<_> = inputs
        .iter()
        .map(|&x| f64_function(function.function, x.into()))
        .collect();
    let mut results = inputs.clone();
    let worst_at = |&level: &Level| {
        (function.into)(level, &inputs, &mut results).expect("slices of one length");
        let cases = inputs.iter().zip(&results).zip(&truths);
        // Results that are correctly rounded are not the worst, and are most of them.
        let others = cases.filter(|&((_, &result), &truth)| {
            result != truth as f32 && !(result.is_nan() && truth.is_nan())
        });
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
