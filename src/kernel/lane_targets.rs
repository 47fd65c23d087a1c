//! The labels of a few rows, one row a lane, and what the loss makes of them.

use super::exp_sum::ExpSum;
use super::frame::Shifted;
use super::frames::Frames;
use super::label_weight::{GradientFactor, weighted_loss};
use super::lanes::{Lanes, filled, get, lanes, set};
use super::row::row_mut;
use super::row_losses::RowLosses;
use super::row_sum::Wanted;
use super::scale::Scale;
use crate::loss::{Labels, Options};
use crate::math::TwoFold;
use crate::simd::{Element, Vector};

/// Not a label.
const NO_LABEL: usize = usize::MAX;

/// The labels of a few rows: that of row number i in place i; [`NO_LABEL`] where a row is ignored, and
/// where there is none.
pub struct RowLabels<V: Vector>(Lanes<V, usize>);

impl<V: Vector<Element: Shifted>> RowLabels<V> {
    /// The labels from number `first` on, of as many rows as have a lane each, 2^`spread` apart.
    #[inline(always)]
    pub fn new(
        spread: u32,
        (labels, options, first): (&Labels<'_>, &Options<'_, V::Element>, usize),
    ) -> Self {
        let mut classes = filled::<V, _>(NO_LABEL);
        if let Some(classes) = classes.as_mut().get_mut(..V::LANES >> spread) {
            labels.copy_to(classes, first, options.ignore_index, NO_LABEL);
        }
        Self(classes)
    }

    /// The label of a row, unless that is ignored.
    #[inline(always)]
    fn label(&self, number: usize) -> Option<usize> {
        match get(&self.0, number) {
            Some(label) if label != NO_LABEL => Some(label),
            _ => None,
        }
    }

    /// The rows that are not ignored.
    #[inline(always)]
    pub fn wanted(&self) -> Wanted {
        let mut wanted = Wanted::NONE;
        for number in 0..V::LANES {
            if self.label(number).is_some() {
                wanted = wanted.with(number);
            }
        }
        wanted
    }
}

/// The labels of a few rows, their weights and their logits: those of row number i in lane i·2^spread.
pub struct LaneTargets<'a, V: Vector> {
    columns: usize,
    spread: u32,
    /// The labels.
    labels: &'a RowLabels<V>,
    /// How many rows have one.
    counted: u32,
    /// The labels again, −1 where there is none; rounded, of more columns than a number has digits.
    places: V,
    logit: V,
    /// 1 where a row is ignored: products with 0 would take the way of subnormal numbers. `None` if
    /// all are 1.
    weight: Option<V>,
}

impl<'a, V: Vector<Element: Shifted>> LaneTargets<'a, V> {
    /// The targets of `rows`, which have `columns` elements and these labels, all in range.
    #[inline(always)]
    pub fn new(
        token: V::Token,
        (rows, columns): (&[V::Element], usize),
        spread: u32,
        labels: &'a RowLabels<V>,
        options: &Options<'_, V::Element>,
    ) -> Self {
        let mut logit = filled::<V, _>(V::Element::ZERO);
        let mut places = filled::<V, _>(-V::Element::ONE);
        let mut weight = filled::<V, _>(V::Element::ONE);
        let mut counted = 0;
        for number in 0..V::LANES >> spread {
            let Some(class) = labels.label(number) else {
                continue;
            };
            if let Some(&x) = rows.get(number * columns + class) {
                let lane = number << spread;
                set(&mut logit, lane, x);
                set(&mut places, lane, V::Element::from_u64(class as u64));
                if options.class_weights.is_some() {
                    set(&mut weight, lane, options.class_weight(class));
                }
                counted += 1;
            }
        }
        let weight = V::load(token, weight.as_ref(), V::Element::ONE);
        Self {
            columns,
            spread,
            labels,
            counted,
            places: V::load(token, places.as_ref(), V::Element::ZERO),
            logit: V::load(token, logit.as_ref(), V::Element::ZERO),
            weight: options.class_weights.is_some().then_some(weight),
        }
    }

    /// The weights, in lanes.
    #[inline(always)]
    fn weight(&self, token: V::Token) -> V {
        match self.weight {
            Some(weight) => weight,
            None => V::splat(token, V::Element::ONE),
        }
    }

    /// Adds the rows' losses, from their sums and the places of their largest elements.
    #[inline(always)]
    pub fn add_losses<A: Places<V>>(
        &self,
        token: V::Token,
        losses: &mut RowLosses<V::Register>,
        of_rows: &ExpSum<V>,
        argmax: A,
    ) {
        let (logits, ratio) = ((of_rows.max, self.logit), of_rows.log_ratio(token));
        let loss = weighted_loss(token, logits, ratio, self.weight);
        // NaN where the log-sum-exp is not finite, whatever the weight. The maximum alone passes over
        // NaN.
        let log_sum_exp = of_rows.max.add(ratio.hi);
        let special = log_sum_exp.sub(log_sum_exp);
        let loss = TwoFold {
            hi: loss.hi.add(special),
            lo: loss.lo,
        };
        losses.count(self.counted, self.correct(token, loss.hi, argmax));
        let first = losses.next_lane::<V>();
        let mut weights = None;
        // Not by `map`: a closure is not compiled for the level's instructions.
        if let Some(weight) = self.weight {
            weights = Some(self.in_order(token, TwoFold::exact(token, weight), first));
        }
        let loss = self.in_order(token, loss, first);
        losses.add(V::LANES >> self.spread, loss, weights);
    }

    /// How many rows have their largest element at their label; none with a loss of NaN.
    #[inline(always)]
    fn correct<A: Places<V>>(&self, token: V::Token, loss: V, argmax: A) -> u32 {
        let one = V::splat(token, V::Element::ONE);
        let infinity = V::splat(token, -V::Element::NEG_INFINITY);
        let bounded = loss.abs().at_most(V::splat(token, V::Element::LARGEST));
        let misses = one.replace_where_less(bounded, infinity, argmax.misses(token, self));
        misses.count_less(V::splat(token, V::Element::HALF))
    }

    /// What belongs to row number i in lane `first` + i; 0 in other lanes, and for ignored rows.
    #[inline(always)]
    fn in_order(&self, token: V::Token, x: TwoFold<V>, first: usize) -> TwoFold<V> {
        let zero = V::splat(token, V::Element::ZERO);
        let counted = TwoFold {
            hi: x.hi.replace_where_less(self.places, zero, zero),
            lo: x.lo.replace_where_less(self.places, zero, zero),
        };
        if self.spread == 0 {
            return counted;
        }
        TwoFold {
            hi: self.gathered(token, counted.hi, first),
            lo: self.gathered(token, counted.lo, first),
        }
    }

    /// The lane of row number i in lane `first` + i, 0 in other lanes.
    #[inline(always)]
    fn gathered(&self, token: V::Token, x: V, first: usize) -> V {
        let x = lanes(x);
        let mut gathered = V::splat(token, V::Element::ZERO);
        for number in 0..V::LANES >> self.spread {
            if let Some(x) = get(&x, number << self.spread) {
                gathered = gathered.with_lane(first + number, x);
            }
        }
        gathered
    }

    /// What makes gradients of the exponentials of the rows, `scale` times as large.
    #[inline(always)]
    pub fn gradients(
        &self,
        token: V::Token,
        sum: &ExpSum<V>,
        frames: &Frames<V>,
        scale: V::Element,
    ) -> Gradients<V> {
        let reciprocal = sum.reciprocal(token);
        let factor = GradientFactor::new(token, scale, self.weight(token));
        let others = sum.others(token, self.logit, frames.exp(token, self.logit));
        let magnitude = factor.first.abs();
        let negative = scale < V::Element::ZERO;
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
    pub fn finish(&self, rows: &mut [V::Element], gradients: Gradients<V>) {
        let (at_label, second) = (lanes(gradients.at_label), lanes(gradients.second));
        for number in 0..V::LANES >> self.spread {
            let lane = number << self.spread;
            let Some(row) = row_mut(rows, self.columns, number) else {
                break;
            };
            let Some(label) = self.labels.label(number) else {
                row.fill(V::Element::ZERO);
                continue;
            };
            if let (Some(at_label), Some(second)) = (get(&at_label, lane), get(&second, lane)) {
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
pub struct Gradients<V> {
    /// What every exponential is multiplied by.
    pub softmax: Scale<V>,
    at_label: V,
    /// What the products are multiplied by.
    second: V,
}

/// The places of the largest elements of a few rows.
pub trait Places<V: Vector> {
    /// Less than ½ where that of a row is its label.
    fn misses(self, token: V::Token, targets: &LaneTargets<'_, V>) -> V;
}

/// That of row number i in place i.
pub struct ByRow<'a, V: Vector>(pub &'a Lanes<V, usize>);

impl<V: Vector<Element: Shifted>> Places<V> for ByRow<'_, V> {
    #[inline(always)]
    fn misses(self, token: V::Token, targets: &LaneTargets<'_, V>) -> V {
        let mut misses = filled::<V, _>(V::Element::ONE);
        for number in 0..V::LANES >> targets.spread {
            let label = targets.labels.label(number);
            if label.is_some() && label == get(self.0, number) {
                set(&mut misses, number << targets.spread, V::Element::ZERO);
            }
        }
        V::load(token, misses.as_ref(), V::Element::ONE)
    }
}

/// As numbers, exact for few columns, in the lanes of the rows.
pub struct InLanes<V>(pub V);

impl<V: Vector> Places<V> for InLanes<V> {
    #[inline(always)]
    fn misses(self, _: V::Token, targets: &LaneTargets<'_, V>) -> V {
        self.0.sub(targets.places).abs()
    }
}
