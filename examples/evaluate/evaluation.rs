//! The measures: each batch of rows adds to them.

use std::f64::consts::LN_2;
use std::time::{Duration, Instant};

use logits::{CrossEntropy, Error, LossSum, Rows, RowsMut};

use crate::calibration::Calibration;
use crate::rows::Logit;

/// What is measured over all rows so far.
pub struct Evaluation<T> {
    ignore_index: Option<i64>,
    ignored: u64,
    loss: LossSum<T>,
    /// The sum of the predictive entropies, in nats.
    entropy: f64,
    calibration: Calibration,
    /// The time that the kernels took, and the bytes of logits that they were given.
    kernels: Duration,
    bytes: u64,
}

/// The measures of at least one row.
pub struct Summary {
    pub rows: u64,
    pub ignored: u64,
    /// The mean loss, in nats.
    pub loss: f64,
    pub accuracy: f64,
    /// The mean predictive entropy, in nats.
    pub entropy: f64,
    pub calibration: Calibration,
    /// Of the kernels' time alone.
    pub rows_per_second: f64,
    pub bytes_per_second: f64,
}

impl Summary {
    /// The mean loss, in bits.
    pub fn bits(&self) -> f64 {
        self.loss / LN_2
    }

    /// The number of equally probable classes that would have the same loss.
    pub fn perplexity(&self) -> f64 {
        self.loss.exp()
    }
}

impl<T: Logit> Evaluation<T> {
    /// Nothing measured yet. Rows labelled `ignore_index` will not count.
    pub fn new(bins: usize, ignore_index: Option<i64>) -> Self {
        Self {
            ignore_index,
            ignored: 0,
            loss: LossSum::default(),
            entropy: 0.0,
            calibration: Calibration::new(bins),
            kernels: Duration::ZERO,
            bytes: 0,
        }
    }

    /// Adds rows, one for each label; overwrites the logits.
    pub fn add(&mut self, logits: &mut [T], labels: &[i64]) -> Result<(), Error> {
        let columns = logits.len() / labels.len();
        let rows = Rows::new(logits, columns)?;
        let predicted: Vec<usize> = rows.iter().map(first_largest).collect();
        let mut entropies = vec![T::default(); rows.len()];
        let criterion = match self.ignore_index {
            Some(label) => CrossEntropy::new().ignore_index(label),
            None => CrossEntropy::new(),
        };

        let start = Instant::now();
        let loss = criterion.loss_from_logits(rows, labels)?;
        logits::entropy_from_logits_rows(rows, &mut entropies)?;
        logits::softmax_rows_in_place(RowsMut::new(logits, columns)?);
        self.kernels += start.elapsed();
        self.bytes += size_of_val(logits) as u64;

        self.loss.merge(&loss);
        let probabilities = Rows::new(logits, columns)?;
        for (((p, &label), predicted), entropy) in probabilities
            .iter()
            .zip(labels)
            .zip(predicted)
            .zip(entropies)
        {
            if Some(label) == self.ignore_index {
                self.ignored += 1;
            } else {
                self.entropy += entropy.into();
                let confidence = p[predicted].into();
                self.calibration.add(confidence, predicted as i64 == label);
            }
        }
        Ok(())
    }

    /// The measures; `None` if every row was ignored.
    pub fn finish(self) -> Option<Summary> {
        let rows = self.loss.rows();
        let seconds = self.kernels.as_secs_f64();
        (rows > 0).then(|| Summary {
            rows,
            ignored: self.ignored,
            loss: self.loss.loss().into() / rows as f64,
            accuracy: self.loss.correct() as f64 / rows as f64,
            entropy: self.entropy / rows as f64,
            calibration: self.calibration,
            rows_per_second: (rows + self.ignored) as f64 / seconds,
            bytes_per_second: self.bytes as f64 / seconds,
        })
    }
}

/// The prediction: the class of the largest logit, of the first if several are equal.
fn first_largest<T: Logit>(row: &[T]) -> usize {
    let mut largest = 0;
    for (class, logit) in row.iter().enumerate() {
        if *logit > row[largest] {
            largest = class;
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGITS: [f64; 18] = [
        2.0, -1.0, 0.5, //
        0.1, 3.0, -2.0, //
        -0.25, 0.75, 0.5, //
        1.5, 1.5, -4.0, //
        0.0, -3.0, 3.0, //
        5.0, 1.0, -1.0,
    ];
    const LABELS: [i64; 6] = [0, 1, -100, 0, 1, 2];

    #[track_caller]
    fn assert_close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "{found}, not {expected}"
        );
    }

    /// The measures, the rows added so many at a time.
    fn summary<T: Logit>(logits: &[T], labels: &[i64], rows: usize) -> Option<Summary> {
        let columns = logits.len() / labels.len();
        let mut evaluation = Evaluation::new(5, Some(-100));
        for (logits, labels) in logits.chunks(rows * columns).zip(labels.chunks(rows)) {
            evaluation.add(&mut logits.to_vec(), labels).unwrap();
        }
        evaluation.finish()
    }

    /// Compared with the measures that mpmath computes from their definitions with 50 digits.
    #[track_caller]
    fn assert_expected(summary: &Summary, tolerance: f64) {
        let calibration = &summary.calibration;
        assert_eq!((summary.rows, summary.ignored), (5, 1));
        assert_close(summary.loss, 2.6135911376567416, tolerance);
        assert_close(summary.bits(), 3.770614973208725, tolerance);
        assert_close(summary.perplexity(), 13.647974709015875, 4.0 * tolerance);
        assert_eq!(summary.accuracy, 0.6);
        assert_close(summary.entropy, 0.3767752459793428, tolerance);
        assert_eq!(calibration.total().accuracy(), 0.6);
        assert_close(
            calibration.total().confidence(),
            0.8312736475980268,
            tolerance,
        );
        assert_close(calibration.expected_error(), 0.5174426775240445, tolerance);
        assert!(
            calibration
                .bins()
                .iter()
                .map(|bin| bin.rows)
                .eq([0, 0, 1, 1, 3])
        );
    }

    #[test]
    fn measures_are_those_of_their_definitions() {
        let narrow = LOGITS.map(|logit| logit as f32);
        for rows in 1..=6 {
            assert_expected(&summary(&LOGITS, &LABELS, rows).unwrap(), 1e-14);
            assert_expected(&summary(&narrow, &LABELS, rows).unwrap(), 1e-6);
        }
    }

    #[test]
    fn a_label_that_is_impossible_has_an_infinite_loss() {
        let summary = summary(&[0.0, f32::NEG_INFINITY], &[1], 1).unwrap();
        assert_eq!(
            (summary.loss, summary.perplexity()),
            (f64::INFINITY, f64::INFINITY)
        );
        assert_eq!((summary.accuracy, summary.entropy), (0.0, 0.0));
    }

    #[test]
    fn equal_logits_have_the_entropy_of_all_classes() {
        let summary = summary(&[3.0_f64; 8], &[0, 1], 1).unwrap();
        assert_close(summary.entropy, 2.0 * LN_2, 1e-15);
        assert_close(summary.loss, 2.0 * LN_2, 1e-15);
        assert_close(summary.bits(), 2.0, 1e-15);
        assert_close(summary.perplexity(), 4.0, 1e-15);
        assert_eq!(summary.accuracy, 0.5);
    }

    #[test]
    fn nothing_is_measured_if_all_is_ignored() {
        assert!(summary(&[0.0_f32; 4], &[-100, -100], 1).is_none());
    }
}
