//! The labels' logits of a block of rows of few columns, and what the loss makes of them.
//!
//! The same formulas as for a row alone in `cross_entropy`, with one row a lane.

use super::few_columns::BlockSum;
use super::frame::Shifted;
use super::row::{row, row_mut};
use crate::loss::{Labels, LossSum};
use crate::math::TwoFold;
use crate::simd::{Element, Exchange, Vector};

/// The most rows of a block.
const MOST_ROWS: usize = 16;

/// The labels of a block's rows, and their logits.
pub struct BlockTargets<R: Vector> {
    columns: usize,
    labels: [usize; MOST_ROWS],
    label: R,
    logit: R,
}

impl<R: Exchange<Element: Shifted>> BlockTargets<R> {
    /// The targets of `rows`, the first of which has the label `first`. Labels are in range.
    #[inline(always)]
    pub fn new(
        token: R::Token,
        rows: &[R::Element],
        columns: usize,
        labels: Labels<'_>,
        first: usize,
    ) -> Self {
        let mut classes = [0; MOST_ROWS];
        let mut label = [R::Element::ZERO; MOST_ROWS];
        let mut logit = [R::Element::ZERO; MOST_ROWS];
        for number in 0..R::LANES {
            let class = labels.get(first + number).unwrap_or(0);
            let x = row(rows, columns, number).and_then(|row| row.get(class));
            if let (Some(place), Some(as_float), Some(value), Some(&x)) = (
                classes.get_mut(number),
                label.get_mut(number),
                logit.get_mut(number),
                x,
            ) {
                (*place, *as_float, *value) = (class, R::Element::from_u64(class as u64), x);
            }
        }
        Self {
            columns,
            labels: classes,
            label: R::load(token, &label, R::Element::ZERO),
            logit: R::load(token, &logit, R::Element::ZERO),
        }
    }

    /// Adds the rows' losses, in order.
    #[inline(always)]
    pub fn add_losses(&self, token: R::Token, sum: &mut LossSum<R::Element>, block: &BlockSum<R>) {
        let ratio = block.sum.log_ratio(token);
        let loss = TwoFold::sum(block.sum.max.sub(self.logit), ratio.hi);
        let (mut hi, mut lo) = ([R::Element::ZERO; MOST_ROWS], [R::Element::ZERO; MOST_ROWS]);
        loss.hi.store(&mut hi);
        loss.lo.add(ratio.lo).store(&mut lo);
        let one = R::splat(token, R::Element::ONE);
        let mut correct = [R::Element::ZERO; MOST_ROWS];
        self.unless_argmax(block, one, R::splat(token, R::Element::ZERO))
            .store(&mut correct);
        for lane in 0..R::LANES {
            if let (Some(&hi), Some(&lo), Some(&correct)) =
                (hi.get(lane), lo.get(lane), correct.get(lane))
            {
                let correct = correct == R::Element::ONE && !hi.is_nan();
                sum.add_row(hi, lo, R::Element::ONE, correct);
            }
        }
    }

    /// Writes `scale` · (softmax(x)\[label\] − 1) of every row to its label's place, from the sum of
    /// all other terms.
    #[inline(always)]
    pub fn store_gradients(
        &self,
        token: R::Token,
        rows: &mut [R::Element],
        block: &BlockSum<R>,
        scale: R::Element,
    ) {
        let rest = block.sum.rest;
        let zero = R::splat(token, R::Element::ZERO);
        let term = block.frames.exp(token, self.logit);
        let with_peak = rest.add_single(zero.sub(term)).add_single(block.sum.peak);
        let others = TwoFold {
            hi: self.unless_argmax(block, rest.hi, with_peak.hi),
            lo: self.unless_argmax(block, rest.lo, with_peak.lo),
        };
        let reciprocal = block.sum.reciprocal(token);
        let complement = others.normalized().product_value(reciprocal);
        let mut complements = [R::Element::ZERO; MOST_ROWS];
        complement.store(&mut complements);
        for number in 0..R::LANES {
            let row = row_mut(rows, self.columns, number);
            if let (Some(row), Some(&complement), Some(&label)) =
                (row, complements.get(number), self.labels.get(number))
                && let Some(target) = row.get_mut(label)
            {
                *target = -(complement * scale);
            }
        }
    }

    /// `other` in rows whose label is not their largest element, else `own`.
    #[inline(always)]
    fn unless_argmax(&self, block: &BlockSum<R>, own: R, other: R) -> R {
        own.replace_where_less(self.label, block.argmax, other)
            .replace_where_less(block.argmax, self.label, other)
    }
}
