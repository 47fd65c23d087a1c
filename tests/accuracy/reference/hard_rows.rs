//! Rows on which accuracy is hard to keep, and their softmax by the textbook.

use super::precise::{Precise, exact, exp};
use crate::support::{Distribution, Random, Real, adversarial, distributions};

/// A short row of each distribution with its name, in every third of them one element −∞.
pub fn hard_rows<T: Real>(random: &mut Random) -> Vec<(String, Vec<T>)> {
    let all = distributions::<T>().into_iter().chain(adversarial::<T>());
    let row = |(index, distribution): (usize, Distribution)| {
        let mut row = distribution.row::<T>(random, 9);
        let masked = index % row.len();
        let mut others = row.iter().enumerate().filter(|&(place, _)| place != masked);
        let is_below = others.any(|(_, x)| x.to_f64() >= row[masked].to_f64());
        if index % 3 == 0 && is_below {
            row[masked] = -T::INFINITY;
        }
        (distribution.to_string(), row)
    };
    all.enumerate().map(row).collect()
}

/// The softmax of a row.
pub struct Textbook {
    pub max: Precise,
    /// ln Σ e^(x − max).
    pub log_ratio: Precise,
    /// x − ln Σ e^x, `None` for −∞.
    pub log_softmax: Vec<Option<Precise>>,
    pub softmax: Vec<Precise>,
}

impl Textbook {
    /// The softmax of elements of which `None` are −∞.
    pub fn new(logits: &[Option<Precise>]) -> Self {
        let max = logits.iter().flatten().max().expect("some element").clone();
        let below = |x: &Option<Precise>| x.as_ref().map(|x| x - &max);
        let below: Vec<_> = logits.iter().map(below).collect();
        let power = |x: &Option<Precise>| x.as_ref().map_or(exact(0.0), exp);
        let powers: Vec<_> = below.iter().map(power).collect();
        let total = powers.iter().fold(exact(0.0), |sum, power| sum + power);
        let log_ratio = total.ln();
        let beside = |x: Option<Precise>| x.map(|x| x - &log_ratio);
        Self {
            log_softmax: below.into_iter().map(beside).collect(),
            softmax: powers.iter().map(|power| power / &total).collect(),
            log_ratio,
            max,
        }
    }

    pub fn of_row<T: Real>(row: &[T]) -> Self {
        let number = |x: &T| x.finite().then(|| exact(x.to_f64()));
        Self::new(&row.iter().map(number).collect::<Vec<_>>())
    }

    pub fn log_sum_exp(&self) -> Precise {
        &self.max + &self.log_ratio
    }
}
