//! The labels of a few rows, one row a lane, and what the loss makes of them.

use super::exp_sum::ExpSum;
use super::frame::Shifted;
use super::frames::Frames;
use super::label_weight::{GradientFactor, weighted_loss};
use super::lanes::{Lanes, MOST_LANES, lanes, set};
use super::row::{row, row_mut};
use super::row_sum::Wanted;
use super::scale::Scale;
use crate::loss::{Labels, LossSum, Options};
use crate::simd::{Element, Exchange, Vector};

/// Not a label.
const NO_LABEL: usize = usize::MAX;

/// The labels of a few rows, their weights and their logits: those of row number i in lane i·2^spread.
pub struct LaneTargets<R: Vector> {
    columns: usize,
    spread: u32,
    /// That of row number i in place i; [`NO_LABEL`] where a row is ignored, and where there is none.
    labels: Lanes<usize>,
    logit: R,
    /// 1 where a row is ignored: products with 0 would take the way of subnormal numbers. `None` if
    /// all are 1.
    weight: Option<R>,
}

impl<R: Exchange<Element: Shifted>> LaneTargets<R> {
    /// No targets yet, of rows of `columns` elements.
    #[inline(always)]
    pub fn new(token: R::Token, columns: usize, spread: u32) -> Self {
        Self {
            columns,
            spread,
            labels: [NO_LABEL; _],
            logit: R::splat(token, R::Element::ZERO),
            weight: None,
        }
    }

    /// Takes in the targets of `rows`, the first of which has the label of number `first`. Labels are
    /// in range.
    #[inline(always)]
    pub fn take(
        &mut self,
        token: R::Token,
        rows: &[R::Element],
        (labels, options, first): (&Labels<'_>, &Options<'_, R::Element>, usize),
    ) {
        let mut logit = [R::Element::ZERO; MOST_LANES];
        let mut weight = [R::Element::ONE; MOST_LANES];
        for number in 0..R::LANES >> self.spread {
            let Some(row) = row(rows, self.columns, number) else {
                break;
            };
            let Some((class, of_class)) = options.label(labels, first + number) else {
                continue;
            };
            if let Some(&x) = row.get(class) {
                set(&mut self.labels, number, class);
                set(&mut logit, number << self.spread, x);
                set(&mut weight, number << self.spread, of_class);
            }
        }
        self.logit = R::load(token, &logit, R::Element::ZERO);
        if options.class_weights.is_some() {
            self.weight = Some(R::load(token, &weight, R::Element::ONE));
        }
    }

    /// The label of a row, unless that is ignored.
    #[inline(always)]
    pub fn label(&self, number: usize) -> Option<usize> {
        match self.labels.get(number) {
            Some(&label) if label != NO_LABEL => Some(label),
            _ => None,
        }
    }

    /// The rows that are not ignored.
    #[inline(always)]
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::NONE;
        for number in 0..R::LANES >> self.spread {
            if self.label(number).is_some() {
                wanted = wanted.with(number);
            }
        }
        wanted
    }

    /// The weights, in lanes.
    #[inline(always)]
    fn weight(&self, token: R::Token) -> R {
        match self.weight {
            Some(weight) => weight,
            None => R::splat(token, R::Element::ONE),
        }
    }

    /// Adds the rows' losses, in order, from their sums and the places of their largest elements.
    #[inline(always)]
    pub fn add_losses<A: Places>(
        &self,
        token: R::Token,
        sum: &mut LossSum<R::Element>,
        of_rows: &ExpSum<R>,
        argmax: &A,
    ) {
        let (logits, ratio) = ((of_rows.max, self.logit), of_rows.log_ratio(token));
        let loss = weighted_loss(token, logits, ratio, self.weight);
        // NaN where the log-sum-exp is not finite, whatever the weight. The maximum alone passes over
        // NaN.
        let log_sum_exp = of_rows.max.add(ratio.hi);
        let special = log_sum_exp.sub(log_sum_exp);
        let (hi, lo) = (lanes(loss.hi.add(special)), lanes(loss.lo));
        let weights = lanes(self.weight(token));
        let mut rows = 0;
        for number in 0..R::LANES >> self.spread {
            let lane = number << self.spread;
            if let (Some(label), Some(&hi), Some(&lo), Some(&weight)) = (
                self.label(number),
                hi.get(lane),
                lo.get(lane),
                weights.get(lane),
            ) {
                if self.weight.is_some() {
                    sum.add_weight(weight);
                }
                let correct = argmax.is(number, label) && !hi.is_nan();
                sum.add_loss(hi, lo, correct);
                rows += 1;
            }
        }
        if self.weight.is_none() {
            sum.add_weight_of(rows);
        }
    }

    /// What makes gradients of the exponentials of the rows, `scale` times as large.
    #[inline(always)]
    pub fn gradients(
        &self,
        token: R::Token,
        sum: &ExpSum<R>,
        frames: &Frames<R>,
        scale: R::Element,
    ) -> Gradients<R> {
        let reciprocal = sum.reciprocal(token);
        let factor = GradientFactor::new(token, scale, self.weight(token));
        let others = sum.others(token, self.logit, frames.exp(token, self.logit));
        let magnitude = factor.first.abs();
        let negative = scale < R::Element::ZERO;
        let complement = others.product_value(reciprocal.scaled(factor.lift));
        Gradients {
            softmax: Scale::by_each(token, reciprocal, magnitude, negative),
            at_label: factor.at_label(token, complement),
            second: factor.second,
        }
    }

    /// Finishes the gradients of `rows`, whose exponentials have been multiplied by
    /// [`Gradients::softmax`]. Those of ignored rows are 0.
    #[inline(always)]
    pub fn finish(&self, rows: &mut [R::Element], gradients: Gradients<R>) {
        let (at_label, second) = (lanes(gradients.at_label), lanes(gradients.second));
        for number in 0..R::LANES >> self.spread {
            let lane = number << self.spread;
            let Some(row) = row_mut(rows, self.columns, number) else {
                break;
            };
            let Some(label) = self.label(number) else {
                row.fill(R::Element::ZERO);
                continue;
            };
            if let (Some(&at_label), Some(&second)) = (at_label.get(lane), second.get(lane)) {
                multiply(row, second);
                if let Some(place) = row.get_mut(label) {
                    *place = at_label;
                }
            }
        }
    }
}

/// Multiplies a row, mostly by 1.
#[inline(always)]
fn multiply<E: Element>(row: &mut [E], factor: E) {
    if factor != E::ONE {
        for x in row {
            *x = *x * factor;
        }
    }
}

/// What makes gradients of the exponentials of a few rows, one row a lane.
#[derive(Clone, Copy)]
pub struct Gradients<R> {
    /// What every exponential is multiplied by.
    pub softmax: Scale<R>,
    at_label: R,
    /// What the products are multiplied by.
    second: R,
}

/// The places of the largest elements of a few rows.
pub trait Places {
    /// Whether that of a row is `place`.
    fn is(&self, number: usize, place: usize) -> bool;
}

impl Places for Lanes<usize> {
    #[inline(always)]
    fn is(&self, number: usize, place: usize) -> bool {
        self.get(number) == Some(&place)
    }
}

/// As numbers of a type that has all numbers of columns.
impl<E: Element> Places for Lanes<E> {
    #[inline(always)]
    fn is(&self, number: usize, place: usize) -> bool {
        self.get(number) == Some(&E::from_u64(place as u64))
    }
}
