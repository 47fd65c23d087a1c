//! What the information measures return at the edges, and the identities between them, at every
//! level.

mod edges;
mod laws;

use logits::Level;

use crate::support::{Real, numbers};

/// Lengths around those of registers and stripes.
const LENGTHS: [usize; 12] = [1, 2, 3, 5, 8, 9, 17, 32, 33, 64, 100, 1025];

/// The measures of two rows of probabilities.
#[derive(Debug)]
struct Measures {
    entropy: f64,
    cross_entropy: f64,
    kl: f64,
    js: f64,
}

impl Measures {
    fn new<T: Real>(level: Level, p: &[T], q: &[T]) -> Self {
        Self {
            entropy: level.entropy(p).to_f64(),
            cross_entropy: level.cross_entropy(p, q).unwrap().to_f64(),
            kl: level.kl_divergence(p, q).unwrap().to_f64(),
            js: level.js_divergence(p, q).unwrap().to_f64(),
        }
    }

    fn of<T: Real>(level: Level, p: &[f64], q: &[f64]) -> Self {
        Self::new(level, &numbers::<T>(p), &numbers::<T>(q))
    }
}

fn entropy_from_logits<T: Real>(level: Level, x: &[T]) -> f64 {
    level.entropy_from_logits(x).to_f64()
}

fn kl_from_logits<T: Real>(level: Level, x: &[T], y: &[T]) -> f64 {
    level.kl_divergence_from_logits(x, y).unwrap().to_f64()
}

fn softmax<T: Real>(level: Level, row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    level.softmax_in_place(&mut row);
    row
}
