//! The losses of many rows, added up over fixed lanes: the same bits however many rows are taken at once.

use super::lane_sum::LaneSum;
use crate::loss::LossSum;
use crate::math::TwoFold;
use crate::simd::{Exchange, Vector};

/// The losses of rows, added up.
pub struct RowLosses<R: Vector> {
    losses: LaneSum<R>,
    weights: LaneSum<R>,
    /// How many rows there are, those that are ignored among them.
    rows: usize,
    counted: u64,
    correct: u64,
}

impl<R: Exchange> RowLosses<R> {
    /// Those of no rows.
    #[inline(always)]
    pub fn new(token: R::Token) -> Self {
        Self {
            losses: LaneSum::new(token),
            weights: LaneSum::new(token),
            rows: 0,
            counted: 0,
            correct: 0,
        }
    }

    /// The lane in which a vector that is [added](Self::add) has the loss of the next row.
    #[inline(always)]
    pub fn next_lane<V: Vector>(&self) -> usize {
        self.rows % V::LANES
    }

    /// Adds the losses of the next rows, and their weights if they have any; 0 in all other lanes. Their
    /// number divides a stripe, and the number of rows before.
    #[inline(always)]
    pub fn add<V: Vector<Element = R::Element, Register = R>>(
        &mut self,
        rows: usize,
        losses: TwoFold<V>,
        weights: Option<TwoFold<V>>,
    ) {
        self.losses.add_lanes(self.rows, losses);
        if let Some(weights) = weights {
            self.weights.add_lanes(self.rows, weights);
        }
        self.rows += rows;
    }

    /// Counts rows that are not ignored, and those of them that are correct.
    #[inline(always)]
    pub fn count(&mut self, counted: u32, correct: u32) {
        self.counted += u64::from(counted);
        self.correct += u64::from(correct);
    }

    /// The sum of all losses, and of their weights if they have any.
    #[inline(always)]
    pub fn finish(self, weighted: bool) -> LossSum<R::Element> {
        let mut sum = LossSum::default();
        if weighted {
            let weight = self.weights.finish_first(self.rows);
            sum.add_weights(weight.hi.first(), weight.lo.first());
        } else {
            sum.add_weight_of(self.counted);
        }
        let loss = self.losses.finish_first(self.rows);
        sum.add_losses(loss.hi.first(), loss.lo.first(), self.counted, self.correct);
        sum
    }
}
