//! Training by gradient descent, and measuring on the held-out text.

use std::f64::consts::LN_2;

use indicatif::ProgressBar;
use logits::{Error, LossSum};

use crate::corpus::Corpus;
use crate::model::{Model, WINDOW};
use crate::objective::Objective;

/// The number of characters predicted between two updates of the weights.
const BATCH: usize = 64;
/// How often the training text is read,
const EPOCHS: usize = 6;
/// unless it is so long that these are enough: a run stays under a minute.
const MAX_BATCHES: usize = 45_000;
/// How often the learning curve is measured.
const CHECKPOINTS: usize = 30;
/// The learning rate of the first batch, for the mean loss of the batch; it falls linearly to 0.
const LEARNING_RATE: f32 = 16.0;

/// How well a model predicts the held-out text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Checkpoint {
    /// The number of characters learnt from so far.
    pub characters: usize,
    /// Bits per character: −log₂ of the probability given to the character that came.
    pub bits: f64,
    /// The loss that the training minimises, in bits per character.
    pub objective_bits: f64,
    /// The share of characters that were the most probable one.
    pub accuracy: f64,
}

/// A trained model and how it got there.
pub struct Trained {
    pub model: Model,
    pub curve: Vec<Checkpoint>,
}

impl Trained {
    /// How well the model predicts in the end.
    pub fn last(&self) -> Checkpoint {
        self.curve[self.curve.len() - 1]
    }
}

/// Trains a new model; the same corpus and objective always give the same model.
///
/// A batch reads the text at `BATCH` places, spread evenly, which move on by one character after
/// each batch.
pub fn train(
    corpus: &Corpus,
    objective: Objective,
    progress: &ProgressBar,
) -> Result<Trained, Error> {
    let mut model = Model::new(corpus.classes);
    let training = corpus.training();
    let stride = training.len() / BATCH;
    let batches = (EPOCHS * stride).min(MAX_BATCHES);
    progress.set_length(batches as u64);

    // Closer together in the beginning, where the curve bends most.
    let checkpoints_within = |done: usize| (done * CHECKPOINTS.pow(2) / batches).isqrt();
    let mut curve = vec![evaluate(&model, corpus, objective, 0)?];
    let mut logits = vec![0.0; BATCH * corpus.classes];
    for batch in 0..batches {
        let first = training.start + batch % stride;
        let positions: [usize; BATCH] = std::array::from_fn(|row| first + row * stride);
        let labels = positions.map(|position| corpus.text[position]);
        predict(&model, corpus, &positions, &mut logits);

        let remaining = 1.0 - batch as f32 / batches as f32;
        let scale = LEARNING_RATE * remaining / BATCH as f32;
        objective.gradient_in_place(&mut logits, &labels, scale)?;
        for (position, step) in positions.iter().zip(logits.chunks_exact(corpus.classes)) {
            model.descend(corpus.context(*position, WINDOW), step);
        }

        progress.inc(1);
        let done = batch + 1;
        if checkpoints_within(done) > checkpoints_within(batch) {
            let checkpoint = evaluate(&model, corpus, objective, done * BATCH)?;
            progress.set_message(format!("{:.3} bits per character", checkpoint.bits));
            curve.push(checkpoint);
        }
    }
    Ok(Trained { model, curve })
}

/// Measures a model on the held-out text.
fn evaluate(
    model: &Model,
    corpus: &Corpus,
    objective: Objective,
    characters: usize,
) -> Result<Checkpoint, Error> {
    let mut true_loss = LossSum::default();
    let mut objective_loss = LossSum::default();
    let positions: Vec<usize> = corpus.held_out().collect();
    for positions in positions.chunks(BATCH) {
        let labels: Vec<u8> = positions.iter().map(|&p| corpus.text[p]).collect();
        let mut logits = vec![0.0; positions.len() * corpus.classes];
        predict(model, corpus, positions, &mut logits);
        true_loss.merge(&Objective::SoftmaxOnce.loss(&mut logits, &labels)?);
        objective_loss.merge(&objective.loss(&mut logits, &labels)?);
    }
    let rows = true_loss.rows() as f64;
    Ok(Checkpoint {
        characters,
        bits: f64::from(true_loss.loss()) / rows / LN_2,
        objective_bits: f64::from(objective_loss.loss()) / rows / LN_2,
        accuracy: true_loss.correct() as f64 / rows,
    })
}

/// Writes a row of logits for the character at each position.
fn predict(model: &Model, corpus: &Corpus, positions: &[usize], logits: &mut [f32]) {
    let rows = logits.chunks_exact_mut(corpus.classes);
    for (&position, row) in positions.iter().zip(rows) {
        model.logits_into(corpus.context(position, WINDOW), row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::softmax_twice_bound;

    fn last(objective: Objective) -> Checkpoint {
        let corpus = Corpus::from_bytes("text".to_owned(), b"abcab ".repeat(200)).unwrap();
        let trained = train(&corpus, objective, &ProgressBar::hidden()).unwrap();
        trained.last()
    }

    #[test]
    fn a_regular_text_is_learnt() {
        let once = last(Objective::SoftmaxOnce);
        assert!(once.bits < 0.01 && once.accuracy == 1.0, "{once:?}");
        assert_eq!(once.bits, once.objective_bits);
    }

    #[test]
    fn softmax_twice_stays_at_its_bound_however_well_it_predicts() {
        let twice = last(Objective::SoftmaxTwice);
        assert_eq!(twice.accuracy, 1.0);
        let above = twice.objective_bits - softmax_twice_bound(4) / LN_2;
        assert!((-1e-6..0.01).contains(&above), "{twice:?}");
    }

    #[test]
    fn training_is_deterministic() {
        assert_eq!(last(Objective::SoftmaxOnce), last(Objective::SoftmaxOnce));
    }
}
