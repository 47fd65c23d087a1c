//! Sums over a row's classes, each with a factor of its own.

use super::frame::Shifted;
use super::lane_sum::LaneSum;
use super::row_sum::RowSum;
use crate::math::TwoFold;
use crate::math::scaled::unless_zero;
use crate::simd::{Element, Vector};

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
        let targets = match self.targets {
            Some(targets) => load_at(token, targets, start),
            None => {
                let lowest = V::splat(token, E::LOWEST);
                V::splat(token, E::ONE).replace_where_less(x, lowest, V::splat(token, E::ZERO))
            }
        };
        match self.weights {
            Some(weights) => targets.mul(load_at(token, weights, start)),
            None => targets,
        }
    }

    /// The factor of one class, which has the logit `x`.
    #[inline(always)]
    pub fn get<V: Vector<Element = E>>(self, token: V::Token, class: usize, x: E) -> V {
        self.load(token, class, V::splat(token, x))
    }
}

/// The elements from `start`, and 0 where there are none.
#[inline(always)]
pub fn load_at<V: Vector>(token: V::Token, x: &[V::Element], start: usize) -> V {
    V::load(token, x.get(start..).unwrap_or(&[]), V::Element::ZERO)
}

/// Σ k and Σ k·(M − x)/u over the classes of a row, M its largest logit and u a unit, a power of
/// two.
///
/// Both sums keep their rounding errors: only those of their terms remain.
#[derive(Clone, Copy)]
pub struct Weighing<R> {
    /// Σ k.
    pub mass: TwoFold<R>,
    /// Σ k·(M − x)/u; a term with k = 0 is 0, even where x = −∞.
    pub gaps: TwoFold<R>,
}

impl<R: Vector<Element: Shifted, Register = R>> Weighing<R> {
    /// Of no class at all.
    #[inline(always)]
    pub fn nothing(token: R::Token) -> Self {
        Self {
            mass: TwoFold::zero(token),
            gaps: TwoFold::zero(token),
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
        let factor = TwoFold::exact(token, R::splat(token, factor));
        let gap = TwoFold::exact(token, R::splat(token, max / unit - x / unit));
        Self {
            mass: factor,
            gaps: factor.mul(token, gap),
        }
    }

    /// Of all classes of a row.
    #[inline(always)]
    pub fn of_row<V: Vector<Element = R::Element, Token = R::Token, Register = R>>(
        token: V::Token,
        row: &[V::Element],
        (max, unit): (V::Element, V::Element),
        factors: Factors<'_, V::Element>,
    ) -> Self {
        let max = V::splat(token, max / unit);
        let inverse = V::splat(token, R::Element::ONE / unit);
        let (mut mass, mut gaps) = (LaneSum::<V>::new(token), LaneSum::<V>::new(token));
        let mut start = 0;
        while start < row.len() {
            for place in 0..mass.vectors() {
                let part = row.get(start..).unwrap_or(&[]);
                let x = V::load(token, part, V::Element::NEG_INFINITY);
                let factor = factors.load(token, start, x);
                mass.add(place, factor);
                let gap = max.sub(x.mul(inverse));
                gaps.add(place, unless_zero(token, factor, factor.mul(gap)));
                start += V::LANES;
            }
        }
        Self {
            mass: mass.finish().settled(token),
            gaps: gaps.finish().settled(token),
        }
    }

    /// With every factor multiplied by `factor`.
    #[inline(always)]
    pub fn times(self, token: R::Token, factor: TwoFold<R>) -> Self {
        if factor.hi.first() == R::Element::ZERO {
            return Self::nothing(token);
        }
        Self {
            mass: self.mass.mul(token, factor),
            gaps: self.gaps.mul(token, factor),
        }
    }

    /// With each class' factors added up.
    #[inline(always)]
    pub fn add(self, token: R::Token, other: Self) -> Self {
        Self {
            mass: self.mass.add(other.mass).settled(token),
            gaps: self.gaps.add(other.gaps).settled(token),
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
        let unit = R::splat(token, unit);
        let gaps = TwoFold {
            hi: self.gaps.hi.mul(unit),
            lo: self.gaps.lo.mul(unit),
        };
        self.mass.mul(token, ratio).add(gaps)
    }
}
