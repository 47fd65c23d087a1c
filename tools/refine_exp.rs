//! Refines the last bits of the coefficients of the fused `f32` exp in src/math/exp.rs.
//! Run: rustc --edition 2024 -O -C target-cpu=native tools/refine_exp.rs -o target/refine_exp && target/refine_exp
//!
//! `tools/coefficients.sollya` minimises the error of the polynomial alone. Where rounding takes
//! most of the budget, the polynomial has to be best where rounding is worst. So this searches
//! for the coefficients that minimise the worst error of the computed result: a random walk
//! judged on a pool of inputs. After each walk all inputs with |r| not tiny are computed, and the
//! bad ones among them join the pool.

use std::f32::consts::{LN_2, LOG2_E};
use std::thread;

/// c0..c6 by fpminimax, from `tools/coefficients.sollya`. c0 and c1 stay 1.
const START: Coefficients = [
    1.0,
    1.0,
    0.499_999_88,
    0.166_665_17,
    0.041_669_61,
    0.008_369_083_5,
    0.001_374_873_9,
];
const WALKS: usize = 8;
const STEPS: usize = 40_000;
/// Results between the smallest normal number and the largest number; nearer to 0 than the
/// smallest magnitude, rounding has nothing to add to half a unit.
const SMALLEST: f32 = 0.03;
const LOWEST: f32 = -87.3;
const HIGHEST: f32 = 88.7;
/// One input in so many is in the pool from the start.
const STRIDE: usize = 4001;
/// Inputs whose error is this close to the worst join the pool.
const MARGIN: f64 = 0.02;

type Coefficients = [f32; 7];

/// A reduced argument as it is computed, and e^r of the exact one.
#[derive(Clone, Copy)]
struct Case {
    r: f32,
    truth: f64,
}

impl Case {
    fn new(x: f32) -> Self {
        const ROUND: f32 = 1.5 / f32::EPSILON;
        const LN_2_REST: f32 = -1.904_654_2e-9;
        let n = x.mul_add(LOG2_E, ROUND) - ROUND;
        let r = (-n).mul_add(LN_2_REST, (-n).mul_add(LN_2, x));
        let exact = f64::from(-n).mul_add(std::f64::consts::LN_2, f64::from(x));
        Self {
            r,
            truth: exp_series(exact),
        }
    }

    /// The error of the computed result, in units of the last place.
    fn error(self, coefficients: &Coefficients) -> f64 {
        let [low @ .., last] = coefficients;
        let computed = low
            .iter()
            .rev()
            .fold(*last, |sum, c| sum.mul_add(self.r, *c));
        let units = if self.truth < 1.0 { 2.0 } else { 1.0 } / f64::from(f32::EPSILON);
        (f64::from(computed) - self.truth).abs() * units
    }
}

/// e^r by its Taylor series, for |r| < ½.
fn exp_series(r: f64) -> f64 {
    (1..15)
        .rev()
        .fold(1.0, |sum, k| (sum * r).mul_add(1.0 / f64::from(k), 1.0))
}

/// The worst error over the pool, or the first above `limit`.
fn worst(pool: &[Case], coefficients: &Coefficients, limit: f64) -> f64 {
    let mut worst = 0.0_f64;
    for case in pool {
        worst = worst.max(case.error(coefficients));
        if worst > limit {
            break;
        }
    }
    worst
}

/// All inputs of one sign.
fn inputs(limit: f32) -> impl Iterator<Item = f32> {
    let sign = limit.signum();
    (SMALLEST.to_bits()..limit.abs().to_bits()).map(move |bits| sign * f32::from_bits(bits))
}

/// The worst error over all inputs, and the cases above `threshold`.
fn check_all(coefficients: &Coefficients, threshold: f64) -> (f64, Vec<Case>) {
    let check = |limit| {
        let cases = inputs(limit).map(Case::new);
        let bad: Vec<_> = cases
            .filter(|case| case.error(coefficients) > threshold)
            .collect();
        (worst(&bad, coefficients, f64::INFINITY), bad)
    };
    thread::scope(|scope| {
        let negative = scope.spawn(|| check(LOWEST));
        let (worst, mut bad) = check(HIGHEST);
        let (other_worst, other_bad) = negative.join().expect("no thread fails");
        bad.extend(other_bad);
        (worst.max(other_worst), bad)
    })
}

/// Marsaglia's xorshift generator: numbers in [0, 1).
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Some of c2..c6 moved, each by at most `size` units of the result at |r| = ½ ln 2.
fn moved(coefficients: &Coefficients, size: f64, random: &mut Random) -> Coefficients {
    let mut moved = *coefficients;
    for (power, c) in (0..).zip(&mut moved).skip(2) {
        if random.next() < 0.5 {
            let unit = f64::from(f32::EPSILON) / 2.0 / (0.5 * std::f64::consts::LN_2).powi(power);
            *c = (f64::from(*c) + size * unit * (2.0 * random.next() - 1.0)) as f32;
        }
    }
    moved
}

/// A random walk that never gets worse; sizes of steps are spread over two decades.
fn walk(pool: &mut [Case], start: &Coefficients, random: &mut Random) -> (f64, Coefficients) {
    let mut best = (worst(pool, start, f64::INFINITY), *start);
    for step in 0..STEPS {
        if step % 1000 == 0 {
            // The hardest first, so that bad candidates are found out soon.
            pool.sort_by(|a, b| b.error(&best.1).total_cmp(&a.error(&best.1)));
        }
        let size = 0.2 * 0.01_f64.powf(random.next());
        let candidate = moved(&best.1, size, random);
        let error = worst(pool, &candidate, best.0);
        if error <= best.0 {
            best = (error, candidate);
        }
    }
    best
}

fn main() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let (start_error, bad) = check_all(&START, 0.85);
    println!("start: {start_error:.4} ULP");
    let sample = inputs(LOWEST).chain(inputs(HIGHEST)).step_by(STRIDE);
    let mut pool: Vec<_> = sample.map(Case::new).chain(bad).collect();
    let mut best = (start_error, START);
    let mut at = START;
    for _ in 0..WALKS {
        let (pool_error, found) = walk(&mut pool, &at, &mut random);
        let (error, bad) = check_all(&found, pool_error - MARGIN);
        println!("pool: {pool_error:.4} ULP, all inputs: {error:.4} ULP");
        pool.extend(bad);
        at = found;
        if error < best.0 {
            best = (error, found);
        }
    }
    println!(
        "{:.4} ULP: {:?} {:#010x?}",
        best.0,
        best.1,
        best.1.map(f32::to_bits)
    );
}
