//! What the training minimises: the right loss, and the one that applies softmax twice.

use logits::{CrossEntropy, Error, LossSum, Rows, RowsMut};

/// What the training minimises.
#[derive(Clone, Copy)]
pub enum Objective {
    /// Cross-entropy from the logits: its softmax is the only one.
    SoftmaxOnce,
    /// The mistake: probabilities are passed as if they were logits, so that the loss takes the
    /// softmax of a softmax.
    SoftmaxTwice,
}

impl Objective {
    /// The summed loss of a batch. Overwrites the logits with what the loss was given.
    pub fn loss(self, logits: &mut [f32], labels: &[u8]) -> Result<LossSum<f32>, Error> {
        let classes = logits.len() / labels.len();
        if let Self::SoftmaxTwice = self {
            logits::softmax_rows_in_place(RowsMut::new(logits, classes)?);
        }
        CrossEntropy::new().loss_from_logits(Rows::new(logits, classes)?, labels)
    }

    /// Overwrites the logits with `scale` times the gradient of the summed loss.
    pub fn gradient_in_place(
        self,
        logits: &mut [f32],
        labels: &[u8],
        scale: f32,
    ) -> Result<(), Error> {
        let classes = logits.len() / labels.len();
        let loss = CrossEntropy::new();
        match self {
            Self::SoftmaxOnce => {
                let rows = RowsMut::new(logits, classes)?;
                loss.loss_and_gradient_in_place(rows, labels, scale)?;
            }
            Self::SoftmaxTwice => {
                logits::softmax_rows_in_place(RowsMut::new(logits, classes)?);
                let probabilities = logits.to_vec();
                let rows = RowsMut::new(logits, classes)?;
                loss.loss_and_gradient_in_place(rows, labels, scale)?;
                let gradients = RowsMut::new(logits, classes)?;
                for (p, gradient) in Rows::new(&probabilities, classes)?.iter().zip(gradients) {
                    softmax_backward(p, gradient);
                }
            }
        }
        Ok(())
    }
}

/// Takes the gradient g back through p = softmax(x): p · (g − Σ p g).
fn softmax_backward(p: &[f32], gradient: &mut [f32]) {
    let mean: f32 = p.iter().zip(&*gradient).map(|(p, g)| p * g).sum();
    for (g, p) in gradient.iter_mut().zip(p) {
        *g = p * (*g - mean);
    }
}

/// The least that a loss can be which takes the softmax of probabilities, in nats: even a row that
/// is sure of the right class, 1 there and 0 elsewhere, comes out as e / (e + classes − 1).
pub fn softmax_twice_bound(classes: usize) -> f64 {
    ((classes - 1) as f64 / std::f64::consts::E).ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f32; 6] = [0.5, -1.0, 2.0, 1.5, 0.0, -0.5];
    const LABELS: [u8; 2] = [1, 0];

    fn loss(objective: Objective, mut logits: [f32; 6]) -> f32 {
        objective.loss(&mut logits, &LABELS).unwrap().loss()
    }

    #[test]
    fn gradients_agree_with_finite_differences() {
        const STEP: f32 = 1.0 / 64.0;
        const SCALE: f32 = 3.0;
        for objective in [Objective::SoftmaxOnce, Objective::SoftmaxTwice] {
            let mut gradient = LOGITS;
            objective
                .gradient_in_place(&mut gradient, &LABELS, SCALE)
                .unwrap();
            for (index, found) in gradient.into_iter().enumerate() {
                let moved = |by| {
                    let mut logits = LOGITS;
                    logits[index] += by;
                    loss(objective, logits)
                };
                let expected = SCALE * (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
                assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
            }
        }
    }

    #[test]
    fn certain_and_right_predictions_reach_the_bound() {
        let certain = [-100.0, 100.0, -100.0, 100.0, -100.0, -100.0];
        assert_eq!(loss(Objective::SoftmaxOnce, certain), 0.0);
        let bound = softmax_twice_bound(3) as f32;
        let mean = loss(Objective::SoftmaxTwice, certain) / 2.0;
        assert!((mean - bound).abs() < 1e-6, "{mean}, not {bound}");
    }
}
