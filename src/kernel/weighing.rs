//! Sums over a row's classes, each with a factor of its own.

use super::frame::Shifted;
use super::lane_sum::LaneSum;
use super::row_sum::RowSum;
use crate::math::TwoFold;
use crate::math::scaled::{quotient, unless_zero};
use crate::simd::{Element, Routine, Token, Vector};

/// The factor k of each class: its target times its weight.
#[derive(Clone, Copy)]
pub struct Factors<'a, E> {
    /// 1 each, if there are none.
    pub weights: Option<&'a [E]>,
    /// 1 each, if there are none; but 0 where the logit is −∞.
    pub targets: Option<&'a [E]>,
}

impl<E: Element> Factors<'_, E> {
    /// The factors of the classes from `start` that have the logits `x`; 0 where there is no class.
    #[inline(always)]
    fn load<V: Vector<Element = E>>(self, token: V::Token, start: usize, x: V) -> V {
        let targets = self.load_targets(token, start, x);
        match self.weights {
            Some(weights) => targets.mul(load_at(token, weights, start)),
            None => targets,
        }
    }

    /// The targets of the classes from `start` that have the logits `x`; 0 where there is no class.
    #[inline(always)]
    fn load_targets<V: Vector<Element = E>>(self, token: V::Token, start: usize, x: V) -> V {
        match self.targets {
            Some(targets) => load_at(token, targets, start),
            None => {
                let lowest = V::splat(token, E::LOWEST);
                V::splat(token, E::ONE).replace_where_less(x, lowest, V::splat(token, E::ZERO))
            }
        }
    }

    /// `lift` times the factor of one class, which has the logit `x`.
    #[inline(always)]
    fn get<V: Vector<Element = E>>(self, token: V::Token, class: usize, x: E, lift: E) -> V {
        let targets = self.load_targets(token, class, V::splat(token, x));
        let targets = targets.mul(V::splat(token, lift));
        match self.weights {
            Some(weights) => targets.mul(load_at(token, weights, class)),
            None => targets,
        }
    }
}

impl<E: Shifted> Factors<'_, E> {
    /// `lift` times the factor k of each class from `start`, and times k·`gap`: products of any
    /// magnitude, no part of which underflows or overflows.
    #[inline(always)]
    fn lifted<V: Vector<Element = E>>(
        self,
        token: V::Token,
        start: usize,
        (x, gap): (V, V),
        lift: E,
    ) -> (V, V) {
        let one = V::splat(token, E::ONE);
        let targets = self.load_targets(token, start, x);
        let weights = match self.weights {
            Some(weights) => load_at(token, weights, start),
            None => one,
        };
        let inverse = V::splat(token, E::ONE / lift);
        let factor = quotient(token, [targets, weights, one], inverse);
        let term = quotient(token, [targets, weights, gap], inverse);
        let term = unless_zero(token, targets, unless_zero(token, weights, term));
        (factor, term)
    }
}

/// By which power of two a small factor is multiplied: 1 if `size`, its magnitude, is not small.
/// So lifted, a factor is still below 1.
///
/// The product of a small factor may be subnormal, and its rounding error then grows with what
/// multiplies the product next. A lifted factor's product is not, unless it is negligible.
#[inline(always)]
pub fn lift_of<E: Element>(size: E) -> E {
    if size < E::ONE / E::LARGE_UNIT {
        E::LARGE_UNIT
    } else {
        E::ONE
    }
}

/// The elements from `start`, and 0 where there are none.
#[inline(always)]
pub fn load_at<V: Vector>(token: V::Token, x: &[V::Element], start: usize) -> V {
    V::load(token, x.get(start..).unwrap_or(&[]), V::Element::ZERO)
}

/// Σ k and Σ k·(M − x)/u over the classes of a row, M its largest logit and u a unit, a power of
/// two; both times a `lift`.
///
/// Both sums keep their rounding errors: only those of their terms remain.
#[derive(Clone, Copy)]
pub struct Weighing<R: Vector> {
    /// Σ k.
    mass: TwoFold<R>,
    /// Σ k·(M − x)/u; a term with k = 0 is 0, even where x = −∞.
    gaps: TwoFold<R>,
    /// A power of two, above 1 only where all factors are small, below 1 only where their sum
    /// is beyond the range.
    lift: R::Element,
}

impl<R: Vector<Element: Shifted, Register = R>> Weighing<R> {
    /// Of no class at all.
    #[inline(always)]
    pub fn nothing(token: R::Token) -> Self {
        Self {
            mass: TwoFold::zero(token),
            gaps: TwoFold::zero(token),
            lift: R::Element::LARGE_UNIT,
        }
    }

    /// Of one class with the logit `x`.
    #[inline(always)]
    pub fn of_class(
        token: R::Token,
        (max, unit): (R::Element, R::Element),
        x: R::Element,
        factor: R::Element,
    ) -> Self {
        if factor == R::Element::ZERO {
            return Self::nothing(token);
        }
        let lift = lift_of(factor);
        let factor = TwoFold::exact(token, R::splat(token, factor * lift));
        let gap = TwoFold::exact(token, R::splat(token, max / unit - x / unit));
        Self {
            mass: factor,
            gaps: factor.mul(token, gap),
            lift,
        }
    }

    /// Of all classes of a row.
    #[inline(always)]
    pub fn of_row<V: Vector<Element = R::Element, Token = R::Token, Register = R>>(
        token: V::Token,
        row: &[V::Element],
        units: (V::Element, V::Element),
        factors: Factors<'_, V::Element>,
    ) -> Self {
        let one = R::Element::ONE;
        let plain = Self::sums::<V, false>(token, row, units, factors, one);
        let lift = if plain.is_finite() {
            lift_of(plain.mass.hi.abs().first())
        } else {
            one / R::Element::LARGE_UNIT
        };
        if lift == one {
            return plain;
        }
        // Where these overflow, so does the loss, which is tried again in a larger unit.
        token.call_rarely(LiftedSums::<V> {
            row,
            units,
            factors,
            lift,
        })
    }

    /// The sums, `LIFTED` by `lift` or not.
    #[inline(always)]
    fn sums<V: Vector<Element = R::Element, Token = R::Token, Register = R>, const LIFTED: bool>(
        token: V::Token,
        row: &[V::Element],
        (max, unit): (V::Element, V::Element),
        factors: Factors<'_, V::Element>,
        lift: V::Element,
    ) -> Self {
        let max = V::splat(token, max / unit);
        let inverse = V::splat(token, R::Element::ONE / unit);
        let (mut mass, mut gaps) = (LaneSum::<V>::new(token), LaneSum::<V>::new(token));
        let mut start = 0;
        while start < row.len() {
            for place in 0..mass.vectors() {
                let part = row.get(start..).unwrap_or(&[]);
                let x = V::load(token, part, V::Element::NEG_INFINITY);
                let gap = max.sub(x.mul(inverse));
                let (factor, term) = if LIFTED {
                    factors.lifted(token, start, (x, gap), lift)
                } else {
                    let factor = factors.load(token, start, x);
                    (factor, unless_zero(token, factor, factor.mul(gap)))
                };
                mass.add(place, factor);
                gaps.add(place, term);
                start += V::LANES;
            }
        }
        Self {
            mass: mass.finish().settled(token),
            gaps: gaps.finish().settled(token),
            lift,
        }
    }

    /// Whether Σ k is finite, as it is multiplied.
    #[inline(always)]
    pub fn is_finite(&self) -> bool {
        self.mass.hi.first().is_finite()
    }

    /// What [`mass`](Self::mass) may be multiplied by: 1 unless that is beyond the range.
    #[inline(always)]
    pub fn lift_of_mass(&self) -> R::Element {
        if self.lift < R::Element::ONE {
            self.lift
        } else {
            R::Element::ONE
        }
    }

    /// Σ k times a `lift` that is no higher than now.
    #[inline(always)]
    pub fn mass(self, token: R::Token, lift: R::Element) -> TwoFold<R> {
        self.lowered(token, lift).mass
    }

    /// Without one class, which has the logit `x`, in Σ k.
    #[inline(always)]
    pub fn without(
        self,
        token: R::Token,
        factors: Factors<'_, R::Element>,
        class: usize,
        x: R::Element,
    ) -> Self {
        let lowered = self.lowered(token, self.lift_of_mass());
        let factor: R = factors.get(token, class, x, lowered.lift);
        let negative = R::splat(token, R::Element::ZERO).sub(factor);
        Self {
            mass: lowered.mass.add_single(negative).normalized(),
            ..lowered
        }
    }

    /// With a lift that is no higher than now.
    #[inline(always)]
    fn lowered(self, token: R::Token, lift: R::Element) -> Self {
        let factor = R::splat(token, lift / self.lift);
        Self {
            mass: self.mass.scaled(factor),
            gaps: self.gaps.scaled(factor),
            lift,
        }
    }

    /// With every factor multiplied by `factor`, which is lifted by `lift`.
    #[inline(always)]
    pub fn times(self, token: R::Token, factor: TwoFold<R>, lift: R::Element) -> Self {
        if factor.hi.first() == R::Element::ZERO {
            return Self::nothing(token);
        }
        Self {
            mass: self.mass.mul(token, factor),
            gaps: self.gaps.mul(token, factor),
            lift: self.lift * lift,
        }
    }

    /// With each class' factors added up.
    #[inline(always)]
    pub fn add(self, token: R::Token, other: Self) -> Self {
        let lift = if self.lift < other.lift {
            self.lift
        } else {
            other.lift
        };
        let (a, b) = (self.lowered(token, lift), other.lowered(token, lift));
        Self {
            mass: a.mass.add(b.mass).settled(token),
            gaps: a.gaps.add(b.gaps).settled(token),
            lift,
        }
    }

    /// Σ k·(ln Σ e^x − x), from terms that are not negative where the factors are not.
    #[inline(always)]
    pub fn loss<V: Vector<Element = R::Element, Token = R::Token, Register = R>>(
        self,
        token: V::Token,
        row: &RowSum<V::Element>,
        unit: V::Element,
    ) -> TwoFold<R> {
        let ratio = row.log_ratio::<V>(token).normalized();
        let inverse = R::splat(token, R::Element::ONE / self.lift);
        let gaps = self.gaps.scaled(R::splat(token, unit / self.lift));
        self.mass.mul(token, ratio).scaled(inverse).add(gaps)
    }
}

/// The lifted sums of a row.
struct LiftedSums<'a, V: Vector> {
    row: &'a [V::Element],
    units: (V::Element, V::Element),
    factors: Factors<'a, V::Element>,
    lift: V::Element,
}

impl<V: Vector<Element: Shifted>> Routine<V::Token> for LiftedSums<'_, V> {
    type Output = Weighing<V::Register>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        Weighing::sums::<V, true>(token, self.row, self.units, self.factors, self.lift)
    }
}
