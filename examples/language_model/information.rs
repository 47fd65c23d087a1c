//! Entropy, and cross-entropy as the sum of entropy and KL divergence.

use std::collections::BTreeMap;

use logits::{CrossEntropy, Error, LossSum, Rows};

use crate::corpus::Corpus;

/// The unigram distribution: how often each class occurs, whatever came before.
pub struct Unigram {
    counts: Vec<u64>,
}

impl Unigram {
    /// Counts the classes of a text.
    pub fn of(text: &[u8], classes: usize) -> Self {
        let mut counts = vec![0; classes];
        for &class in text {
            counts[usize::from(class)] += 1;
        }
        Self { counts }
    }

    /// H(p) = −Σ p ln p, in nats.
    pub fn entropy(&self) -> f64 {
        let total: u64 = self.counts.iter().sum();
        self.counts
            .iter()
            .filter(|&&count| count > 0)
            .map(|&count| count as f64 / total as f64)
            .map(|p| -p * p.ln())
            .sum()
    }

    /// Logits of the same distribution, but with each class counted once more: none is impossible.
    pub fn smoothed_logits(&self) -> Vec<f64> {
        self.counts
            .iter()
            .map(|&count| (count as f64 + 1.0).ln())
            .collect()
    }
}

/// The terms of H(p, q) = H(p) + D(p‖q), a held-out character, in nats.
///
/// p is how often each character follows each context in the held-out text, q what a model
/// predicts there. The model says the same wherever it sees the same context: no such model can
/// have a loss below H(p), and D(p‖q) is what it loses beyond.
pub struct Decomposition {
    /// H(p), from counts.
    pub entropy: f64,
    /// D(p‖q), from counts and log-softmax.
    pub kl_divergence: f64,
    /// H(p, q), from the loss of each character in turn.
    pub loss: LossSum<f64>,
}

impl Decomposition {
    /// Decomposes the loss of a model that writes the logits for a context of `window` characters.
    pub fn of(
        corpus: &Corpus,
        window: usize,
        mut logits_into: impl FnMut(&[u8], &mut [f64]),
    ) -> Result<Self, Error> {
        let mut row = vec![0.0; corpus.classes];
        let mut loss = LossSum::default();
        let mut followers = BTreeMap::<&[u8], BTreeMap<u8, u32>>::new();
        for position in corpus.held_out() {
            let context = corpus.context(position, window);
            let class = corpus.text[position];
            *followers
                .entry(context)
                .or_default()
                .entry(class)
                .or_default() += 1;

            logits_into(context, &mut row);
            let rows = Rows::new(&row, corpus.classes)?;
            loss.merge(&CrossEntropy::new().loss_from_logits(rows, &[class])?);
        }

        let (mut entropy, mut kl_divergence) = (0.0, 0.0);
        for (context, counts) in followers {
            logits_into(context, &mut row);
            logits::log_softmax_in_place(&mut row);
            let total = f64::from(counts.values().sum::<u32>());
            for (class, count) in counts {
                let share = f64::from(count) / corpus.held_out().len() as f64;
                let ln_p = (f64::from(count) / total).ln();
                let ln_q = row[usize::from(class)];
                entropy -= share * ln_p;
                kl_divergence += share * (ln_p - ln_q);
            }
        }
        Ok(Self {
            entropy,
            kl_divergence,
            loss,
        })
    }

    /// H(p, q), in nats a character.
    pub fn cross_entropy(&self) -> f64 {
        self.loss.loss() / self.loss.rows() as f64
    }

    /// The share of characters that were the most probable one.
    pub fn accuracy(&self) -> f64 {
        self.loss.correct() as f64 / self.loss.rows() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::LN_2;

    #[track_caller]
    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-14, "{found}, not {expected}");
    }

    #[test]
    fn entropy_is_that_of_the_textbook() {
        assert_close(Unigram::of(&[0, 1, 2, 3], 5).entropy(), 2.0 * LN_2);
        assert_close(Unigram::of(&[0, 0, 0], 2).entropy(), 0.0);
        assert_close(Unigram::of(&[0, 0, 1, 2], 3).entropy(), 1.5 * LN_2);
    }

    #[test]
    fn cross_entropy_is_entropy_plus_divergence() {
        let bytes = b"abac".repeat(300);
        let corpus = Corpus::from_bytes("text".to_owned(), bytes).unwrap();
        // Held out: half a, a quarter b, a quarter c; after a character, the next is b or c if it
        // is a, and certain if it isn't.
        for (window, entropy) in [(0, 1.5 * LN_2), (1, 0.5 * LN_2), (2, 0.0)] {
            let uniform = |_: &[u8], logits: &mut [f64]| logits.fill(1.0);
            let terms = Decomposition::of(&corpus, window, uniform).unwrap();
            assert_close(terms.entropy, entropy);
            assert_close(terms.cross_entropy(), 3_f64.ln());
            assert_close(terms.kl_divergence, 3_f64.ln() - entropy);
        }
    }
}
