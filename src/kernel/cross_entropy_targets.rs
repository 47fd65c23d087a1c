//! Cross-entropy of any targets with any options, and its gradient.
//!
//! Every class has the target q = (1 − ε)·t·w + (ε/C)·w, where t is 1 for the label (or a soft
//! target), w the class weight, ε the smoothing and C the number of classes that are not masked by
//! a logit of −∞; masked classes have no part in the second term. Both terms are weighed apart and
//! put together for the whole row, so that only their own sums are rounded. With M the largest
//! logit, the loss is Σ q·ln(Σ e^x / e^M) + Σ q·(M − x): nothing cancels.

use super::frame::Shifted;
use super::maximum::{maximum, position};
use super::row_sum::{RowSum, row_sum};
use super::weighing::{Factors, Weighing, lift_of};
use crate::loss::{LossSum, Options, Target, Targets};
use crate::math::TwoFold;
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
) -> Option<RowTerms<'a, V>> {
    let zero = V::Element::ZERO;
    let weight = match target {
        Target::Label(label) => options.class_weight(label),
        Target::Soft(_) => V::Element::ONE,
    };
    let (nan, has_z_loss) = (V::Element::NAN, options.z_loss != zero);
    let Ok(row_sum) = row_sum::<V>(token, row) else {
        sum.add_row(nan, zero, weight, false);
        if has_z_loss {
            sum.add_z_loss(nan, zero);
        }
        return None;
    };
    let mut unit = V::Element::ONE;
    let (terms, loss) = loop {
        let terms = RowTerms::<V>::new(token, row, row_sum, target, options, unit);
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
    let is_defined = !loss.hi.first().is_nan() && terms.targets.is_finite();
    if is_defined {
        let correct = wanted == terms.sum.argmax;
        sum.add_row(loss.hi.first(), loss.lo.first(), weight, correct);
    } else {
        sum.add_row(nan, zero, weight, false);
    }
    // Targets have no part in it.
    if has_z_loss {
        let log_sum_exp = terms.log_sum_exp;
        // Not the square first: that overflows where a small factor brings it back.
        let z_loss = terms.z_loss.mul(token, log_sum_exp);
        let z_loss = z_loss.mul(token, log_sum_exp);
        let z_loss = z_loss.scaled(terms.z_lift_inverse(token));
        sum.add_z_loss(z_loss.hi.first(), z_loss.lo.first());
    }
    is_defined.then_some(terms)
}

/// What a row's loss and gradient are made of.
pub struct RowTerms<'a, V: Vector> {
    pub sum: RowSum<V::Element>,
    pub log_sum_exp: TwoFold<V::Register>,
    pub target: Target<'a, V::Element>,
    pub weights: Option<&'a [V::Element]>,
    /// 1 − ε.
    pub kept: TwoFold<V::Register>,
    /// ε / C, lifted.
    pub share: TwoFold<V::Register>,
    /// The power of two that lifts the share.
    pub share_lift: V::Element,
    /// z, lifted.
    pub z_loss: TwoFold<V::Register>,
    /// The power of two that lifts z; below 1 only where 2·z·ln Σ e^x is beyond the range.
    pub z_lift: V::Element,
    /// Of the targets, before they are smoothed.
    pub targets: Weighing<V::Register>,
    /// Of the classes that smoothing shares the rest among.
    pub classes: Weighing<V::Register>,
}

impl<'a, V: Vector<Element: Shifted>> RowTerms<'a, V> {
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
        let size = log_sum_exp.hi.abs().at_least(one).first() * z;
        let z_lift = if (size + size).is_finite() {
            lift_of(size)
        } else {
            V::Element::ONE / V::Element::LARGE_UNIT
        };
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
    pub fn total(&self, token: V::Token) -> Weighing<V::Register> {
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
    pub fn share_lift_inverse(&self, token: V::Token) -> V::Register {
        V::Register::splat(token, V::Element::ONE / self.share_lift)
    }

    /// 2·z·ln Σ e^x times a `lift`.
    #[inline(always)]
    pub fn pull(&self, token: V::Token, lift: V::Element) -> TwoFold<V::Register> {
        if self.z_loss.hi.first() == V::Element::ZERO {
            return TwoFold::zero(token);
        }
        let pull = self.log_sum_exp.mul(token, self.z_loss);
        let factor = V::Register::splat(token, lift / self.z_lift);
        pull.add(pull).scaled(factor).settled(token)
    }
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
