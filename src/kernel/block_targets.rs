//! The labels' logits of a block of rows of few columns, and what the loss makes of them.
//!
//! The same formulas as for a row alone in `cross_entropy`, with one row a lane.

use super::few_columns::{BlockSum, Blocks};
use super::frame::Shifted;
use super::label_weight::{GradientFactor, weighted_loss};
use super::row::{row, row_mut};
use super::scale::Scale;
use crate::loss::{Labels, LossSum, Options};
use crate::math::TwoFold;
use crate::simd::{Element, Exchange, Vector};

/// The most rows of a block.
const MOST_ROWS: usize = 16;

/// The labels of a block's rows, their weights and their logits.
pub struct BlockTargets<R: Vector> {
    columns: usize,
    /// None where a row is ignored.
    labels: [Option<usize>; MOST_ROWS],
    label: R,
    logit: R,
    /// 1 where a row is ignored: products with 0 would take the way of subnormal numbers.
    weight: R,
}

impl<R: Exchange<Element: Shifted>> BlockTargets<R> {
    /// The targets of `rows`, the first of which has the label of number `first`. Labels are in range.
    #[inline(always)]
    pub fn new(
        token: R::Token,
        rows: &[R::Element],
        columns: usize,
        (labels, options, first): (&Labels<'_>, &Options<'_, R::Element>, usize),
    ) -> Self {
        let mut classes = [None; MOST_ROWS];
        let mut label = [R::Element::ZERO; MOST_ROWS];
        let mut logit = [R::Element::ZERO; MOST_ROWS];
        let mut weight = [R::Element::ONE; MOST_ROWS];
        for number in 0..R::LANES {
            let Some((class, of_class)) = options.label(labels, first + number) else {
                continue;
            };
            let x = row(rows, columns, number).and_then(|row| row.get(class));
            if let (Some(place), Some(as_float), Some(value), Some(of_row), Some(&x)) = (
                classes.get_mut(number),
                label.get_mut(number),
                logit.get_mut(number),
                weight.get_mut(number),
                x,
            ) {
                (*place, *as_float) = (Some(class), R::Element::from_u64(class as u64));
                (*value, *of_row) = (x, of_class);
            }
        }
        Self {
            columns,
            labels: classes,
            label: R::load(token, &label, R::Element::ZERO),
            logit: R::load(token, &logit, R::Element::ZERO),
            weight: R::load(token, &weight, R::Element::ONE),
        }
    }

    /// Adds the rows' losses, in order.
    #[inline(always)]
    pub fn add_losses(&self, token: R::Token, sum: &mut LossSum<R::Element>, block: &BlockSum<R>) {
        let logits = (block.sum.max, self.logit);
        let loss = weighted_loss(token, logits, block.sum.log_ratio(token), self.weight);
        let (hi, lo, weights) = (stored(loss.hi), stored(loss.lo), stored(self.weight));
        let one = R::splat(token, R::Element::ONE);
        let zero = R::splat(token, R::Element::ZERO);
        let correct = self.unless_argmax(block, one, zero);
        let correct = stored(correct);
        for lane in 0..R::LANES {
            if let (Some(Some(_)), Some(&hi), Some(&lo), Some(&weight), Some(&correct)) = (
                self.labels.get(lane),
                hi.get(lane),
                lo.get(lane),
                weights.get(lane),
                correct.get(lane),
            ) {
                let correct = correct == R::Element::ONE && !hi.is_nan();
                sum.add_row(hi, lo, weight, correct);
            }
        }
    }

    /// Stores `scale` times the gradients of the rows whose exponentials `blocks` has.
    #[inline(always)]
    pub fn store_gradients(
        &self,
        token: R::Token,
        blocks: &mut Blocks<R>,
        rows: &mut [R::Element],
        block: &BlockSum<R>,
        scale: R::Element,
    ) {
        let reciprocal = block.sum.reciprocal(token);
        let factor = GradientFactor::new(token, scale, self.weight);
        let others = self.others(token, block);
        let complements = stored(others.product_value(reciprocal.scaled(factor.lift)));
        let (first, second) = (stored(factor.first), stored(factor.second));
        let lifts = stored(factor.lift);
        let negative = scale < R::Element::ZERO;
        blocks.map(Scale::by_each(
            token,
            reciprocal,
            factor.first.abs(),
            negative,
        ));
        blocks.store(rows);
        for number in 0..R::LANES {
            let (Some(row), Some(&label)) =
                (row_mut(rows, self.columns, number), self.labels.get(number))
            else {
                continue;
            };
            let Some(label) = label else {
                row.fill(R::Element::ZERO);
                continue;
            };
            if let (Some(&complement), Some(&first), Some(&second), Some(&lift)) = (
                complements.get(number),
                first.get(number),
                second.get(number),
                lifts.get(number),
            ) {
                let factor = GradientFactor {
                    first,
                    second,
                    lift,
                };
                factor.finish(row);
                if let Some(place) = row.get_mut(label) {
                    *place = factor.at_label(complement);
                }
            }
        }
    }

    /// Σ e^x of every row over all classes but the label's.
    #[inline(always)]
    fn others(&self, token: R::Token, block: &BlockSum<R>) -> TwoFold<R> {
        let rest = block.sum.rest;
        let zero = R::splat(token, R::Element::ZERO);
        let term = block.frames.exp(token, self.logit);
        let with_peak = rest.add_single(zero.sub(term)).add_single(block.sum.peak);
        TwoFold {
            hi: self.unless_argmax(block, rest.hi, with_peak.hi),
            lo: self.unless_argmax(block, rest.lo, with_peak.lo),
        }
        .normalized()
    }

    /// `other` in rows whose label is not their largest element, else `own`.
    #[inline(always)]
    fn unless_argmax(&self, block: &BlockSum<R>, own: R, other: R) -> R {
        own.replace_where_less(self.label, block.argmax, other)
            .replace_where_less(block.argmax, self.label, other)
    }
}

/// The lanes of a register.
#[inline(always)]
fn stored<R: Vector>(register: R) -> [R::Element; MOST_ROWS] {
    let mut lanes = [R::Element::ZERO; MOST_ROWS];
    register.store(&mut lanes);
    lanes
}
