//! Calibration: how far confidence and accuracy agree.

/// Predictions by their confidence, the probability of the class that is predicted.
///
/// Bins are of equal width: of M bins, bin m holds the confidences in (m/M, (m+1)/M].
pub struct Calibration {
    bins: Vec<Bin>,
}

/// The predictions whose confidence lies in a bin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bin {
    pub rows: u64,
    correct: u64,
    /// The sum of the confidences.
    confidence: f64,
}

impl Bin {
    /// The share of predictions that are right.
    pub fn accuracy(&self) -> f64 {
        self.correct as f64 / self.rows as f64
    }

    /// The mean confidence.
    pub fn confidence(&self) -> f64 {
        self.confidence / self.rows as f64
    }
}

impl Calibration {
    /// No predictions yet.
    pub fn new(bins: usize) -> Self {
        Self {
            bins: vec![Bin::default(); bins],
        }
    }

    /// Counts a prediction.
    pub fn add(&mut self, confidence: f64, correct: bool) {
        let bin = (confidence * self.bins.len() as f64).ceil() as usize;
        // A probability that rounding raised above 1 belongs to the last bin.
        let bin = bin.clamp(1, self.bins.len()) - 1;
        self.bins[bin].rows += 1;
        self.bins[bin].correct += u64::from(correct);
        self.bins[bin].confidence += confidence;
    }

    /// The bins, from the least confidence to the greatest.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// All predictions in one bin.
    pub fn total(&self) -> Bin {
        let add = |total: Bin, bin: &Bin| Bin {
            rows: total.rows + bin.rows,
            correct: total.correct + bin.correct,
            confidence: total.confidence + bin.confidence,
        };
        self.bins.iter().fold(Bin::default(), add)
    }

    /// The expected calibration error: |accuracy − mean confidence| of the bins, weighted by
    /// their shares of the predictions. C. Guo, G. Pleiss, Y. Sun and K. Weinberger, On Calibration
    /// of Modern Neural Networks, ICML 2017.
    pub fn expected_error(&self) -> f64 {
        let error: f64 = self
            .bins
            .iter()
            .map(|bin| (bin.correct as f64 - bin.confidence).abs())
            .sum();
        error / self.total().rows as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-15, "{found}, not {expected}");
    }

    #[test]
    fn a_border_belongs_to_the_bin_below() {
        let mut calibration = Calibration::new(4);
        for confidence in [0.0, 0.25, 0.2500001, 0.5, 0.75, 1.0, 1.0000001] {
            calibration.add(confidence, true);
        }
        let rows: Vec<u64> = calibration.bins().iter().map(|bin| bin.rows).collect();
        assert_eq!(rows, [2, 2, 1, 2]);
    }

    #[test]
    fn the_error_is_the_gap_of_each_bin_weighted_by_its_rows() {
        let mut calibration = Calibration::new(10);
        // Accuracy 0.5 at confidence 0.8; accuracy 1 at confidence 0.6.
        for (confidence, correct) in [(0.75, true), (0.79, false), (0.8, true), (0.8, false)] {
            calibration.add(confidence, correct);
        }
        calibration.add(0.55, true);
        let gaps = (0.75 + 0.79 + 0.8 + 0.8 - 2.0) + (1.0 - 0.55);
        assert_close(calibration.expected_error(), gaps / 5.0);
        assert_close(calibration.total().accuracy(), 0.6);
        assert_close(calibration.total().confidence(), 3.69 / 5.0);
    }

    #[test]
    fn predictions_as_often_right_as_confident_are_calibrated() {
        let mut calibration = Calibration::new(15);
        for row in 0..100 {
            calibration.add(0.75, row % 4 != 0);
        }
        assert_eq!(calibration.expected_error(), 0.0);
    }
}
