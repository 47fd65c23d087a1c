//! The gradient of a cross-entropy of any targets with any options.
//!
//! With the targets q and the z-loss factor z, it is softmax(x)·(Σ q + 2·z·ln Σ e^x) − q. One entry may
//! be the difference of two numbers that hardly differ, that of the label or of the largest logit:
//! it is computed from the probabilities and targets of all others.

use super::cross_entropy_targets::RowTerms;
use super::frame::Shifted;
use super::map::Map;
use super::scale::Scale;
use super::weighing::{Factors, Weighing, lift_of, load_at};
use crate::loss::Target;
use crate::math::TwoFold;
use crate::math::scaled::product;
use crate::simd::{Element, Vector};

impl<V: Vector<Element: Shifted>> RowTerms<'_, V> {
    /// Overwrites the logits with `scale` times the gradient.
    #[inline(always)]
    pub fn write_gradient(&self, token: V::Token, row: &mut [V::Element], scale: V::Element) {
        let place = match self.target {
            Target::Label(label) => label,
            Target::Soft(_) => self.sum.argmax,
        };
        let logit = row.get(place).copied().unwrap_or(self.sum.max);
        let total = self.total(token);
        let (entry, lift_of_entry) = self.entry(token, total, place, logit);
        let scale_exact = TwoFold::exact(token, V::Register::splat(token, scale));
        let (mass, lift) = self.shared(token, total, scale_exact);
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
            *result = if lift_of_entry == V::Element::ONE {
                entry * scale
            } else {
                let entry = V::Register::splat(token, entry);
                let scale = V::Register::splat(token, scale);
                let inverse = V::Register::splat(token, V::Element::ONE / lift_of_entry);
                product(token, [entry, scale, inverse]).first()
            };
        }
    }

    /// What every class' probability is multiplied by, `scale`·(Σ q + 2·z·ln Σ e^x), times a lift, and
    /// that lift: 1, but where it is beyond the range.
    #[inline(always)]
    fn shared(
        &self,
        token: V::Token,
        total: Weighing<V::Register>,
        scale: TwoFold<V::Register>,
    ) -> (V::Element, V::Element) {
        let lowest_lift = V::Element::ONE / V::Element::LARGE_UNIT;
        let mut lift = total.lift_of_mass();
        loop {
            let mass = total.mass(token, lift).add(self.pull(token, lift));
            // The scale comes before the sum is rounded.
            let mass = mass.settled(token).mul(token, scale).value();
            if mass.first().is_finite() || lift == lowest_lift {
                // An infinite one would make NaN of a softmax of 0.
                let largest = V::Register::splat(token, V::Element::LARGEST);
                let lowest = V::Register::splat(token, V::Element::LOWEST);
                return (mass.at_most(largest).at_least(lowest).first(), lift);
            }
            lift = lowest_lift;
        }
    }

    /// The gradient of the class in `place` times a lift, and that lift: 1, but where it is beyond the
    /// range.
    #[inline(always)]
    fn entry(
        &self,
        token: V::Token,
        total: Weighing<V::Register>,
        place: usize,
        logit: V::Element,
    ) -> (V::Element, V::Element) {
        let lowest_lift = V::Element::ONE / V::Element::LARGE_UNIT;
        let mut lift = total.lift_of_mass();
        loop {
            let entry = self.entry_from_others(token, (total, lift), place, logit);
            if entry.is_finite() || lift == lowest_lift {
                return (entry, lift);
            }
            lift = lowest_lift;
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
    /// `lift`, which is that of Σ q or lower.
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
        let others = self.sum.others::<V>(token, logit);
        let complement = share_of(token, reciprocal, others, total.mass(token, lift));
        let term = self.sum.frame.exp(token, V::Register::splat(token, logit));
        let term = TwoFold::exact(token, term);
        // The probability may bring back what is beyond the range.
        let lift_of_pull = if self.z_lift < lift {
            self.z_lift
        } else {
            lift
        };
        let pull = share_of(token, reciprocal, term, self.pull(token, lift_of_pull));
        let pull = pull.scaled(V::Register::splat(token, lift / lift_of_pull));
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
