//! Inputs and results.

use super::Real;

/// Rows of logits, their labels, and the results of whatever is computed from them.
#[derive(Clone)]
pub struct Batch<T> {
    pub columns: usize,
    pub logits: Vec<T>,
    pub labels: Vec<u32>,
    pub results: Vec<T>,
}

impl<T: Real> Batch<T> {
    /// Logits spread evenly over [0, 20), so that even the naive forms neither overflow nor
    /// underflow; labels spread evenly over the columns.
    pub fn new(rows: usize, columns: usize, results: usize) -> Self {
        let mut random = Random(1);
        Self {
            columns,
            logits: (0..rows * columns)
                .map(|_| T::rounded(20.0 * random.next()))
                .collect(),
            labels: (0..rows)
                .map(|_| (columns as f64 * random.next()) as u32)
                .collect(),
            results: vec![T::rounded(0.0); results],
        }
    }

    /// The same numbers in `f64`.
    pub fn widened(&self) -> Batch<f64> {
        Batch {
            columns: self.columns,
            logits: self.logits.iter().map(|&x| x.into()).collect(),
            labels: self.labels.clone(),
            results: self.results.iter().map(|&x| x.into()).collect(),
        }
    }

    pub fn rows(&self) -> usize {
        self.logits.len() / self.columns
    }
}

/// The generator SplitMix64.
struct Random(u64);

impl Random {
    /// The next number in [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
