//! Interleaved timing.
//!
//! In each round every contender runs once, so that whatever else the machine does falls on all
//! of them alike. Times are compared within a round; the median over the rounds is reported.

use std::time::{Duration, Instant};

use crate::support::{Batch, Contender, Real};

/// How long to measure a task: until both are reached.
#[derive(Clone, Copy)]
pub struct Budget {
    pub time: Duration,
    pub rounds: usize,
}

/// Shorter runs are repeated within a round.
const SHORTEST: Duration = Duration::from_micros(200);

/// The times of a task's contenders.
pub struct Measured {
    pub function: String,
    pub element: &'static str,
    pub shape: String,
    pub contenders: Vec<Times>,
}

/// The times of one contender.
pub struct Times {
    pub name: String,
    /// Nanoseconds an element: the least and the median over the rounds.
    pub least: f64,
    pub median: f64,
    /// The median over the rounds of the time in relation to that of the headline.
    pub ratio: f64,
}

/// Runs the contenders in turn on `input`. `in_place` says that they overwrite it;
/// `headline` is the one that all are compared with.
pub fn measure<T: Real>(
    contenders: &[Contender<T>],
    headline: usize,
    input: &Batch<T>,
    in_place: bool,
    budget: Budget,
) -> Vec<Times> {
    let mut work = input.clone();
    let repetitions: Vec<_> = contenders
        .iter()
        .map(|contender| repetitions(contender, input, &mut work, in_place))
        .collect();
    let mut rounds: Vec<Vec<f64>> = Vec::new();
    let start = Instant::now();
    while rounds.len() < budget.rounds || start.elapsed() < budget.time {
        let times = contenders.iter().zip(&repetitions);
        let times = times.map(|(contender, &repetitions)| {
            let mut time = Duration::ZERO;
            if in_place {
                for _ in 0..repetitions {
                    time += run(contender, input, &mut work, in_place, 1);
                }
            } else {
                time = run(contender, input, &mut work, in_place, repetitions);
            }
            time.as_secs_f64() * 1e9 / (repetitions * input.x.len()) as f64
        });
        rounds.push(times.collect());
    }
    let names = contenders.iter().enumerate();
    let times = names.map(|(index, contender)| Times {
        name: contender.name.clone(),
        least: rounds
            .iter()
            .map(|round| round[index])
            .fold(f64::INFINITY, f64::min),
        median: median(rounds.iter().map(|round| round[index])),
        ratio: median(rounds.iter().map(|round| round[index] / round[headline])),
    });
    times.collect()
}

/// How often a contender has to run to last long enough for the clock.
fn repetitions<T: Real>(
    contender: &Contender<T>,
    input: &Batch<T>,
    work: &mut Batch<T>,
    in_place: bool,
) -> usize {
    run(contender, input, work, in_place, 1);
    let time = run(contender, input, work, in_place, 1);
    1 + (SHORTEST.as_secs_f64() / time.as_secs_f64()) as usize
}

/// The time of `repetitions` runs, after what they overwrite is restored.
fn run<T: Real>(
    contender: &Contender<T>,
    input: &Batch<T>,
    work: &mut Batch<T>,
    in_place: bool,
    repetitions: usize,
) -> Duration {
    if in_place {
        work.x.copy_from_slice(&input.x);
    }
    let start = Instant::now();
    for _ in 0..repetitions {
        contender.run(work);
    }
    start.elapsed()
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
