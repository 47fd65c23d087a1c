//! Cross-entropy of any targets with any options, and its gradient.
//!
//! Every class has the target q = (1 − ε)·t·w + (ε/C)·w, where t is 1 for the label (or a soft
//! target), w the class weight, ε the smoothing and C the number of classes that are not masked by
//! a logit of −∞; masked classes have no part in the second term. Both terms are weighed apart and
//! put together for the whole row, so that only their own sums are rounded. With M the largest
//! logit, the loss is Σ q·ln(Σ e^x / e^M) + Σ q·(M − x): nothing cancels.
//!
//! The gradient is softmax(x)·(Σ q + 2·z·ln Σ e^x) − q. One entry may be the difference of two
//! numbers that hardly differ, that of the label or of the largest logit: it is computed from the
//! probabilities and targets of all others.

use super::cross_entropy::others;
use super::frame::Shifted;
use super::map::Map;
use super::maximum::{maximum, position};
use super::peak::Apart;
use super::row_sum::{RowSum, row_sum};
use super::scale::Scale;
use super::weighing::{Factors, Weighing, lift_of, load_at};
use crate::loss::{LossSum, Options, Target, Targets};
use crate::math::TwoFold;
use crate::math::scaled::product;
use crate::rows::{Rows, RowsMut};
use crate::simd::{Element, Vector};

/// The loss of every row. Targets and options have been checked.
#[inline(always)]
pub fn loss<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    targets: Targets<'_, V::Element>,
    options: Options<'_, V::Element>,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.iter().enumerate() {
        if let Some(target) = targets.get(index, options.ignore_index) {
            add_row::<V>(token, &mut sum, row, target, &options);
        }
    }
    sum
}

/// The loss of every row, whose logits give way to `scale` times the gradient. Targets and options
/// have been checked.
#[inline(always)]
pub fn loss_and_gradient<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: RowsMut<'_, V::Element>,
    targets: Targets<'_, V::Element>,
    options: Options<'_, V::Element>,
    scale: V::Element,
) -> LossSum<V::Element> {
    let mut sum = LossSum::default();
    for (index, row) in rows.into_iter().enumerate() {
        match targets.get(index, options.ignore_index) {
            Some(target) => match add_row::<V>(token, &mut sum, row, target, &options) {
                Some(terms) => terms.write_gradient(token, row, scale),
                None => row.fill(V::Element::NAN),
            },
            None => row.fill(V::Element::ZERO),
        }
    }
    sum
}

/// Adds one row's loss; the terms of its gradient, if there is a loss.
#[inline(always)]
fn add_row<'a, V: Vector<Element: Shifted>>(
    token: V::Token,
    sum: &mut LossSum<V::Element>,
    row: &[V::Element],
    target: Target<'a, V::Element>,
    options: &Options<'a, V::Element>,
) -> Option<Terms<'a, V>> {
    let zero = V::Element::ZERO;
    let weight = match target {
        Target::Label(label) => options.class_weight(label),
        Target::Soft(_) => V::Element::ONE,
    };
    let Ok(row_sum) = row_sum::<V, Apart>(token, row) else {
        sum.add_row(V::Element::NAN, zero, weight, false);
        return None;
    };
    let mut unit = V::Element::ONE;
    let (terms, loss) = loop {
        let terms = Terms::<V>::new(token, row, row_sum, target, options, unit);
        let loss = terms.total(token).loss::<V>(token, &terms.sum, unit);
        if loss.hi.first().is_finite() || unit != V::Element::ONE {
            break (terms, loss);
        }
        // A sum of distances may overflow that a small share brings back.
        unit = V::Element::LARGE_UNIT;
    };
    let wanted = match target {
        Target::Label(label) => label,
        Target::Soft(targets) => position::<V>(token, targets, maximum::<V>(token, targets)),
    };
    // An infinite target has no share of anything.
    if loss.hi.first().is_nan() || !terms.targets.is_finite() {
        sum.add_row(V::Element::NAN, zero, weight, false);
        return None;
    }
    let correct = wanted == terms.sum.argmax;
    sum.add_row(loss.hi.first(), loss.lo.first(), weight, correct);
    if options.z_loss != zero {
        let log_sum_exp = terms.log_sum_exp;
        // Not the square first: that overflows where a small factor brings it back.
        let z_loss = terms.z_loss.mul(token, log_sum_exp);
        let z_loss = z_loss.mul(token, log_sum_exp);
        let z_loss = z_loss.scaled(terms.z_lift_inverse(token));
        sum.add_z_loss(z_loss.hi.first(), z_loss.lo.first());
    }
    Some(terms)
}

/// What a row's loss and gradient are made of.
struct Terms<'a, V: Vector> {
    sum: RowSum<V::Element>,
    log_sum_exp: TwoFold<V::Register>,
    target: Target<'a, V::Element>,
    weights: Option<&'a [V::Element]>,
    /// 1 − ε.
    kept: TwoFold<V::Register>,
    /// ε / C, lifted.
    share: TwoFold<V::Register>,
    /// The power of two that lifts the share.
    share_lift: V::Element,
    /// z, lifted.
    z_loss: TwoFold<V::Register>,
    /// The power of two that lifts z.
    z_lift: V::Element,
    /// Of the targets, before they are smoothed.
    targets: Weighing<V::Register>,
    /// Of the classes that smoothing shares the rest among.
    classes: Weighing<V::Register>,
}

impl<'a, V: Vector<Element: Shifted>> Terms<'a, V> {
    #[inline(always)]
    fn new(
        token: V::Token,
        row: &[V::Element],
        sum: RowSum<V::Element>,
        target: Target<'a, V::Element>,
        options: &Options<'a, V::Element>,
        unit: V::Element,
    ) -> Self {
        let (max, weights) = ((sum.max, unit), options.class_weights);
        let targets = match target {
            Target::Label(label) => {
                let logit = row.get(label).copied().unwrap_or(sum.max);
                Weighing::of_class(token, max, logit, options.class_weight(label))
            }
            Target::Soft(targets) => {
                let targets = Some(targets);
                Weighing::of_row::<V>(token, row, max, Factors { weights, targets })
            }
        };
        let smoothing = V::Register::splat(token, options.label_smoothing);
        let one = V::Register::splat(token, V::Element::ONE);
        let zero = V::Register::splat(token, V::Element::ZERO);
        let share_lift = lift_of(options.label_smoothing);
        let (classes, share) = if options.label_smoothing == V::Element::ZERO {
            (Weighing::nothing(token), TwoFold::zero(token))
        } else {
            let targets = None;
            let count = V::Element::from_u64(unmasked(row));
            let count = TwoFold::exact(token, V::Register::splat(token, count));
            let lifted = smoothing.mul(V::Register::splat(token, share_lift));
            (
                Weighing::of_row::<V>(token, row, max, Factors { weights, targets }),
                count.divide(token, lifted).normalized(),
            )
        };
        let ratio = sum.log_ratio::<V>(token);
        let log_sum_exp = TwoFold::sum(V::Register::splat(token, sum.max), ratio.hi);
        let log_sum_exp = log_sum_exp.add_single(ratio.lo).normalized();
        let z = options.z_loss;
        let z_lift = lift_of(log_sum_exp.hi.abs().at_least(one).first() * z);
        Self {
            log_sum_exp,
            sum,
            target,
            weights,
            kept: TwoFold::sum(one, zero.sub(smoothing)),
            share,
            share_lift,
            z_loss: TwoFold::exact(token, V::Register::splat(token, z * z_lift)),
            z_lift,
            targets,
            classes,
        }
    }

    /// Of all targets, smoothed.
    #[inline(always)]
    fn total(&self, token: V::Token) -> Weighing<V::Register> {
        let targets = self.targets.times(token, self.kept, V::Element::ONE);
        let classes = self.classes.times(token, self.share, self.share_lift);
        targets.add(token, classes)
    }

    /// 1 / the lift of z.
    #[inline(always)]
    fn z_lift_inverse(&self, token: V::Token) -> V::Register {
        V::Register::splat(token, V::Element::ONE / self.z_lift)
    }

    /// 1 / the lift of the share.
    #[inline(always)]
    fn share_lift_inverse(&self, token: V::Token) -> V::Register {
        V::Register::splat(token, V::Element::ONE / self.share_lift)
    }

    /// 2·z·ln Σ e^x.
    #[inline(always)]
    fn pull(&self, token: V::Token) -> TwoFold<V::Register> {
        if self.z_loss.hi.first() == V::Element::ZERO {
            return TwoFold::zero(token);
        }
        let pull = self.log_sum_exp.mul(token, self.z_loss);
        let pull = pull.add(pull).scaled(self.z_lift_inverse(token));
        pull.settled(token)
    }

    /// Overwrites the logits with `scale` times the gradient.
    #[inline(always)]
    fn write_gradient(&self, token: V::Token, row: &mut [V::Element], scale: V::Element) {
        let place = match self.target {
            Target::Label(label) => label,
            Target::Soft(_) => self.sum.argmax,
        };
        let logit = row.get(place).copied().unwrap_or(self.sum.max);
        let total = self.total(token);
        // What is multiplied by it where Σ q is beyond the range: all but the targets.
        let lift = total.lift_of_mass();
        let entry = self.entry_from_others(token, (total, lift), place, logit);

        // The scale multiplies what the row shares, before that is rounded.
        let scale_exact = TwoFold::exact(token, V::Register::splat(token, scale));
        let pull = self.pull(token).scaled(V::Register::splat(token, lift));
        let mass = total.mass(token, lift).add(pull).settled(token);
        // An infinite one would make NaN of a softmax of 0.
        let largest = V::Register::splat(token, V::Element::LARGEST);
        let lowest = V::Register::splat(token, V::Element::LOWEST);
        let mass = mass.mul(token, scale_exact).value();
        let mass = mass.at_most(largest).at_least(lowest).first();
        // A weight would multiply the rounding error of a subnormal product.
        let lift_of_scale = match self.weights {
            Some(_) => lift_of(scale_exact.hi.abs().first()),
            None => V::Element::ONE,
        };
        let lifted = scale_exact.scaled(V::Register::splat(token, lift_of_scale));
        let kept = self.kept.mul(token, lifted).value().first();
        let share = self.share.mul(token, lifted);
        let share = share.scaled(self.share_lift_inverse(token)).value().first();
        let factors = Smoothed {
            kept,
            share,
            lift: lift_of_scale,
        };
        let reciprocal = self.sum.reciprocal::<V>(token);
        let softmax = Scale::by(token, reciprocal, mass).first();
        let mut start = 0;
        while let Some(part @ [_, ..]) = row.get_mut(start..) {
            let x = V::load(token, part, self.sum.max);
            let softmax = softmax.apply(token, self.sum.frame.exp(token, x));
            let targets = self.load_targets(token, start, x, factors);
            if lift == V::Element::ONE {
                softmax.sub(targets).store(part);
            } else {
                let lowered = self.load_targets(token, start, x, factors.times(lift));
                raised_difference(token, softmax, (targets, lowered), lift).store(part);
            }
            start += V::LANES;
        }
        if let Some(result) = row.get_mut(place) {
            *result = if lift == V::Element::ONE {
                entry * scale
            } else {
                let entry = V::Register::splat(token, entry);
                let scale = V::Register::splat(token, scale);
                let inverse = V::Register::splat(token, V::Element::ONE / lift);
                product(token, [entry, scale, inverse]).first()
            };
        }
    }

    /// The scaled targets of the classes from `start` that have the logits `x`; but only their
    /// shares for a label, whose entry is computed apart.
    #[inline(always)]
    fn load_targets(
        &self,
        token: V::Token,
        start: usize,
        x: V,
        Smoothed { kept, share, lift }: Smoothed<V::Element>,
    ) -> V {
        let zero = V::splat(token, V::Element::ZERO);
        let lowest = V::splat(token, V::Element::LOWEST);
        let share = V::splat(token, share).replace_where_less(x, lowest, zero);
        let targets = match self.target {
            Target::Label(_) => share,
            Target::Soft(targets) => {
                load_at::<V>(token, targets, start).mul_add(V::splat(token, kept), share)
            }
        };
        match self.weights {
            Some(weights) => {
                let inverse = V::splat(token, V::Element::ONE / lift);
                targets.mul(load_at(token, weights, start)).mul(inverse)
            }
            None => targets,
        }
    }

    /// The gradient of the class in `place`, which has the logit `logit`, from all other classes:
    /// with p its probability, Σ q of the others − (1 − p)·Σ q + p·2·z·ln Σ e^x; all times the
    /// `lift` of Σ q.
    #[inline(always)]
    fn entry_from_others(
        &self,
        token: V::Token,
        (total, lift): (Weighing<V::Register>, V::Element),
        place: usize,
        logit: V::Element,
    ) -> V::Element {
        let (zero, weights) = (V::Register::splat(token, V::Element::ZERO), self.weights);
        let mut mass = TwoFold::zero(token);
        if let Target::Soft(targets) = self.target {
            let targets = Some(targets);
            let factors = Factors { weights, targets };
            let others = self.targets.without(token, factors, place, logit);
            let others = others.times(token, self.kept, V::Element::ONE);
            mass = others.mass(token, lift);
        }
        if self.share.hi.first() != V::Element::ZERO {
            let targets = None;
            let factors = Factors { weights, targets };
            let others = self.classes.without(token, factors, place, logit);
            let others = others.times(token, self.share, self.share_lift);
            mass = mass.add(others.mass(token, lift));
        }
        let reciprocal = self.sum.reciprocal::<V>(token).normalized();
        let others = others::<V>(token, &self.sum, place, logit).normalized();
        let complement = share_of(token, reciprocal, others, total.mass(token, lift));
        let term = self.sum.frame.exp(token, V::Register::splat(token, logit));
        let term = TwoFold::exact(token, term);
        let pull = self.pull(token).scaled(V::Register::splat(token, lift));
        let pull = share_of(token, reciprocal, term, pull);
        let negative = TwoFold {
            hi: zero.sub(complement.hi),
            lo: zero.sub(complement.lo),
        };
        mass.add(negative).add(pull).settled(token).value().first()
    }
}

/// What smoothing makes of targets, times a scale.
#[derive(Clone, Copy)]
struct Smoothed<E> {
    /// The part that each target keeps.
    kept: E,
    /// What each class gets.
    share: E,
    /// The power of two by which both are lifted where there are weights.
    lift: E,
}

impl<E: Element> Smoothed<E> {
    /// With both multiplied by `factor`.
    #[inline(always)]
    fn times(self, factor: E) -> Self {
        Self {
            kept: self.kept * factor,
            share: self.share * factor,
            ..self
        }
    }
}

/// (`softmax` − `targets`) / `lift`, for targets that are not multiplied by the lift and that are:
/// as the difference of quotients, to which small targets have digits, unless one is beyond the
/// range.
#[inline(always)]
fn raised_difference<V: Vector>(
    token: V::Token,
    softmax: V,
    (targets, lowered): (V, V),
    lift: V::Element,
) -> V {
    let inverse = V::splat(token, V::Element::ONE / lift);
    let infinity = V::splat(token, -V::Element::NEG_INFINITY);
    let difference = softmax.mul(inverse).sub(targets);
    let raised = softmax.sub(lowered).mul(inverse);
    raised.replace_where_less(difference.abs(), infinity, difference)
}

/// `factor` times the probability that `reciprocal` makes of a term.
#[inline(always)]
fn share_of<R: Vector>(
    token: R::Token,
    reciprocal: TwoFold<R>,
    term: TwoFold<R>,
    factor: TwoFold<R>,
) -> TwoFold<R> {
    // A large factor comes first: the probability may be subnormal, short of digits. A small one
    // times the reciprocal may be subnormal itself, and the probability has the digits that its
    // product with a small factor needs.
    let one = R::splat(token, R::Element::ONE);
    let (first, second) = if factor.hi.abs().any_less(one) {
        (term, factor)
    } else {
        (factor, term)
    };
    reciprocal.mul(token, first).mul(token, second)
}

/// How many logits are not −∞.
#[inline(always)]
fn unmasked<E: Element>(row: &[E]) -> u64 {
    let mut count = 0;
    for &x in row {
        count += u64::from(x >= E::LOWEST);
    }
    count
}
