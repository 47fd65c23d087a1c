//! The model: softmax regression over the last characters.

use std::ops::Range;

/// The number of characters that a prediction looks back on.
pub const WINDOW: usize = 8;
/// The number of weight rows, as a power of two.
const TABLE_BITS: u32 = 16;

/// Softmax regression over the suffixes of the window: its last character, its last two, and so
/// on to the whole.
///
/// Each suffix has a row of weights, one weight a class; the logits are the sum of the suffixes'
/// rows. A hash of the suffix chooses its row: suffixes that share one by accident cost little, and
/// the table's size stays fixed.
pub struct Model {
    classes: usize,
    weights: Vec<f32>,
}

impl Model {
    /// The model that knows nothing: all classes are equally probable.
    pub fn new(classes: usize) -> Self {
        Self {
            classes,
            weights: vec![0.0; classes << TABLE_BITS],
        }
    }

    /// The logits of the character that follows `context`.
    pub fn logits_into(&self, context: &[u8], logits: &mut [f32]) {
        logits.fill(0.0);
        for row in weight_rows(context, self.classes) {
            for (logit, weight) in logits.iter_mut().zip(&self.weights[row]) {
                *logit += weight;
            }
        }
    }

    /// Gradient descent: moves the weights that made the logits of `context` by −`step`, the
    /// learning rate times the gradient with respect to those logits.
    pub fn descend(&mut self, context: &[u8], step: &[f32]) {
        for row in weight_rows(context, self.classes) {
            for (weight, step) in self.weights[row].iter_mut().zip(step) {
                *weight -= step;
            }
        }
    }
}

/// Where the weights of each suffix of the context lie.
fn weight_rows(context: &[u8], classes: usize) -> impl Iterator<Item = Range<usize>> {
    let mut hash = 0_u64;
    context.iter().rev().map(move |&class| {
        // Multiplicative hashing, by 2^64 divided by the golden ratio.
        hash = (hash ^ (u64::from(class) + 1)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let first = (hash >> (u64::BITS - TABLE_BITS)) as usize * classes;
        first..first + classes
    })
}
