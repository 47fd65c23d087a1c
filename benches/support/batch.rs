//! Inputs and results.

use super::Real;

/// Logits lie in [0, `SPREAD`), so that even the naive forms neither overflow nor underflow.
pub const SPREAD: f64 = 20.0;

/// Rows of numbers, and the results of whatever is computed from them.
#[derive(Clone)]
pub struct Batch<T> {
    pub columns: usize,
    /// The rows that a function takes or overwrites.
    pub x: Vec<T>,
    /// What some functions take beside: other rows, or one number a column.
    pub y: Vec<T>,
    /// One element a column, for the functions that take a mask.
    pub mask: Vec<bool>,
    pub labels: Vec<u32>,
    pub results: Vec<T>,
}

impl<T: Real> Batch<T> {
    /// Logits spread evenly, labels spread evenly over the columns, nothing beside.
    pub fn new(rows: usize, columns: usize, results: usize) -> Self {
        let mut random = Random(1);
        let x = logits(rows * columns, &mut random);
        let label = |_| (columns as f64 * random.next()) as u32;
        Self {
            columns,
            x,
            y: Vec::new(),
            mask: Vec::new(),
            labels: (0..rows).map(label).collect(),
            results: vec![T::default(); results],
        }
    }

    /// The same numbers in `f64`.
    pub fn widened(&self) -> Batch<f64> {
        let widened = |numbers: &[T]| numbers.iter().map(|&x| x.into()).collect();
        Batch {
            columns: self.columns,
            x: widened(&self.x),
            y: widened(&self.y),
            mask: self.mask.clone(),
            labels: self.labels.clone(),
            results: widened(&self.results),
        }
    }
}

/// Logits unlike those of [`Batch::new`].
pub fn other_logits<T: Real>(length: usize) -> Vec<T> {
    logits(length, &mut Random(2))
}

fn logits<T: Real>(length: usize, random: &mut Random) -> Vec<T> {
    let logit = |_| T::rounded(SPREAD * random.next());
    (0..length).map(logit).collect()
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
