//! Logits as the options of a softmax make them, in twice the precision.
//!
//! One rounding moves a logit x by up to half a unit in its last place, and so e^x by about |x|/2
//! units: 44 at x = 88. So every product and sum keeps what rounding left over, and the exponential
//! takes it in: e^(hi + lo) = e^hi·(1 + lo + lo²/2).

use super::frame::{Frame, Shifted};
use crate::logit_options::LogitOptions;
use crate::math::TwoFold;
use crate::math::scaled::ratio;
use crate::math::tanh::tanh_two_fold;
use crate::simd::{Element, Span, Vector};

/// A factor: a small number in two parts, times a power of two. A number is multiplied by that first,
/// so that neither is split near the ends of the range unless the product is there.
#[derive(Clone, Copy)]
struct Factor<E> {
    digits: TwoFold<E>,
    power: E,
}

impl<E: Shifted> Factor<E> {
    /// a / b, which is finite.
    #[inline(always)]
    fn ratio<V: Vector<Element = E>>(token: V::Token, a: E, b: E) -> Self {
        let (digits, power) = ratio(token, V::splat(token, a), V::splat(token, b));
        let digits = digits.settled(token);
        Self {
            digits: TwoFold {
                hi: digits.hi.first(),
                lo: digits.lo.first(),
            },
            power: power.first(),
        }
    }

    /// x·factor, in two parts.
    #[inline(always)]
    fn multiply<V: Vector<Element = E>>(self, token: V::Token, x: V) -> TwoFold<V> {
        let x = x.mul(V::splat(token, self.power));
        let product = TwoFold::product(token, x, V::splat(token, self.digits.hi));
        TwoFold {
            hi: product.hi,
            lo: x.mul_add(V::splat(token, self.digits.lo), product.lo),
        }
    }

    /// x·factor, rounded.
    #[inline(always)]
    fn multiply_rounded<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        let x = x.mul(V::splat(token, self.power));
        x.mul(V::splat(token, self.digits.hi))
    }
}

/// The factors that a softmax's options come to.
#[derive(Clone, Copy)]
struct Factors<E> {
    /// Of the logit: s/T, with a softcap s/c.
    inner: Factor<E>,
    /// Of the hyperbolic tangent, with a softcap: c/T.
    outer: Option<Factor<E>>,
    /// Of the bias: 1/T.
    bias: Factor<E>,
}

impl<E: Shifted> Factors<E> {
    #[inline(always)]
    fn new<V: Vector<Element = E>>(token: V::Token, options: &LogitOptions<'_, E>) -> Self {
        let (scale, temperature) = (options.scale, options.temperature);
        let bias = Factor::ratio::<V::Register>(token, E::ONE, temperature);
        match options.softcap {
            Some(softcap) => Self {
                inner: Factor::ratio::<V::Register>(token, scale, softcap),
                outer: Some(Factor::ratio::<V::Register>(token, softcap, temperature)),
                bias,
            },
            None => Self {
                inner: Factor::ratio::<V::Register>(token, scale, temperature),
                outer: None,
                bias,
            },
        }
    }
}

/// A row of logits, or several, with what the options say of each.
pub struct Logits<'a, E, S> {
    data: S,
    /// What is subtracted from each element.
    shift: Option<E>,
    factors: Factors<E>,
    bias: Option<&'a [E]>,
    mask: Option<&'a [bool]>,
}

impl<'a, E: Shifted, S: Span<E>> Logits<'a, E, S> {
    /// The logits of the row in this place of a batch.
    #[inline(always)]
    pub fn new<V: Vector<Element = E>>(
        token: V::Token,
        row: S,
        index: usize,
        options: &LogitOptions<'a, E>,
    ) -> Self {
        let columns = row.len();
        Self {
            data: row,
            shift: options.shift,
            factors: Factors::new::<V>(token, options),
            bias: part_of(options.bias, index, columns),
            mask: part_of(options.mask, index, columns),
        }
    }

    /// The number of logits.
    #[inline(always)]
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Writes results to where those of the logits from `start` belong.
    #[inline(always)]
    pub fn store_at<V: Vector<Element = E>>(&mut self, start: usize, results: V) {
        self.data.store_at(start, results);
    }

    /// The logits from `start`, −∞ where there is none or one that does not take part.
    #[inline(always)]
    pub fn load_at<V: Vector<Element = E>>(&self, token: V::Token, start: usize) -> TwoFold<V> {
        let zero = V::splat(token, E::ZERO);
        let removed = V::splat(token, E::NEG_INFINITY);
        let x = self.data.load_at::<V>(token, start, E::ZERO);
        let mut z = match self.shift {
            Some(shift) => self.multiply_shifted(token, x, shift),
            None => self.factors.inner.multiply(token, x),
        };
        if let Some(factor) = self.factors.outer {
            let tanh = tanh_two_fold(token, with_fractional_rest(token, z));
            let rest = factor.multiply_rounded(token, tanh.lo);
            z = factor.multiply(token, tanh.hi);
            z.lo = z.lo.add(rest);
        }
        if let Some(bias) = self.bias {
            let bias = V::load(token, bias.get(start..).unwrap_or(&[]), E::NEG_INFINITY);
            z = z.add(self.factors.bias.multiply(token, bias));
            z.hi =
                z.hi.replace_where_less(bias, V::splat(token, E::LOWEST), removed);
        }
        if let Some(present) = self.present(token, start) {
            z.hi = z.hi.replace_where_less(present, zero, removed);
        }
        with_fractional_rest(token, z)
    }

    /// (x − `shift`) times the inner factor.
    #[inline(always)]
    fn multiply_shifted<V: Vector<Element = E>>(
        &self,
        token: V::Token,
        x: V,
        shift: E,
    ) -> TwoFold<V> {
        let x = without_overflow(token, TwoFold::sum(x, V::splat(token, -shift)));
        let rest = self.factors.inner.multiply_rounded(token, x.lo);
        let mut z = self.factors.inner.multiply(token, x.hi);
        z.lo = z.lo.add(rest);
        z
    }

    /// Shifts the elements so that the largest logit is 0, if so there are numbers: where its
    /// product alone is beyond the range.
    #[inline(always)]
    pub fn shift_to_largest(&mut self) -> bool {
        // A softcap leaves no logit beyond the range, and a bias is one of two that may.
        if self.factors.outer.is_some() || self.bias.is_some() || self.shift.is_some() {
            return false;
        }
        let descending = self.factors.inner.digits.hi < E::ZERO;
        let mut largest = None;
        let mut place = 0;
        while let Some(&x) = self.data.source().get(place) {
            let mask = self.mask.unwrap_or(&[]).get(place);
            place += 1;
            if mask == Some(&false) {
                continue;
            }
            largest = match largest {
                Some(most) if (most >= x) != descending || most == x => Some(most),
                _ => Some(x),
            };
        }
        self.shift = largest;
        match largest {
            Some(largest) => largest.is_finite(),
            None => false,
        }
    }

    /// 0 where there is a logit from `start` that the mask lets take part, −∞ elsewhere; `None` if
    /// all are there and no mask is.
    #[inline(always)]
    fn present<V: Vector<Element = E>>(&self, token: V::Token, start: usize) -> Option<V> {
        const { assert!(V::LANES <= 32) };
        let left = self.len().saturating_sub(start);
        if self.mask.is_none() && left >= V::LANES {
            return None;
        }
        let mut lanes = [E::ZERO; 32];
        let mask = self.mask.and_then(|mask| mask.get(start..)).unwrap_or(&[]);
        for (lane, &takes_part) in lanes.iter_mut().zip(mask.get(..V::LANES).unwrap_or(mask)) {
            if !takes_part {
                *lane = E::NEG_INFINITY;
            }
        }
        for lane in lanes.get_mut(left..V::LANES).unwrap_or(&mut []) {
            *lane = E::NEG_INFINITY;
        }
        Some(V::load(token, &lanes, E::NEG_INFINITY))
    }

    /// The largest logit that is not NaN; −∞ if there is none.
    #[inline(always)]
    pub fn maximum<V: Vector<Element = E>>(&self, token: V::Token) -> E {
        let mut max = V::splat(token, E::NEG_INFINITY);
        let mut start = 0;
        while start < self.len() {
            max = max.at_least(self.load_at::<V>(token, start).hi);
            start += V::LANES;
        }
        max.reduce_max()
    }

    /// The place of the first logit that is `value`; the number of logits or more if none is.
    #[inline(always)]
    pub fn position<V: Vector<Element = E>>(&self, token: V::Token, value: E) -> usize {
        let mut start = 0;
        while start < self.len() {
            let equal = self.load_at::<V>(token, start).hi.equal_lanes(value);
            if equal != 0 {
                return start + equal.trailing_zeros() as usize;
            }
            start += V::LANES;
        }
        start
    }

    /// Whether any logit is NaN.
    #[inline(always)]
    pub fn any_nan<V: Vector<Element = E>>(&self, token: V::Token) -> bool {
        let lowest = V::splat(token, E::NEG_INFINITY);
        let highest = V::splat(token, -E::NEG_INFINITY);
        let mut start = 0;
        while start < self.len() {
            if !self
                .load_at::<V>(token, start)
                .hi
                .all_between(lowest, highest)
            {
                return true;
            }
            start += V::LANES;
        }
        false
    }

    /// Whether the mask and the bias leave no element.
    #[inline(always)]
    pub fn are_removed(&self) -> bool {
        for place in 0..self.len() {
            let masked = self.mask.and_then(|mask| mask.get(place)) == Some(&false);
            let bias = self.bias.and_then(|bias| bias.get(place));
            if !masked && bias != Some(&E::NEG_INFINITY) {
                return false;
            }
        }
        true
    }
}

/// What belongs to a row of a batch: `all` of it if it is of one row.
#[inline(always)]
fn part_of<T>(all: Option<&[T]>, index: usize, columns: usize) -> Option<&[T]> {
    let all = all?;
    if all.len() <= columns {
        return Some(all);
    }
    all.get(index.saturating_mul(columns)..)?.get(..columns)
}

/// `x` without its second part where that is no fraction: beyond the significand's digits, and where
/// something overflowed.
#[inline(always)]
fn with_fractional_rest<V: Vector>(token: V::Token, x: TwoFold<V>) -> TwoFold<V> {
    let one = V::splat(token, V::Element::ONE);
    let zero = V::splat(token, V::Element::ZERO);
    TwoFold {
        hi: x.hi,
        lo: zero.replace_where_less(x.lo.abs(), one, x.lo),
    }
}

/// `x` without its second part where the first is infinite.
#[inline(always)]
fn without_overflow<V: Vector>(token: V::Token, x: TwoFold<V>) -> TwoFold<V> {
    let zero = V::splat(token, V::Element::ZERO);
    let infinity = V::splat(token, -V::Element::NEG_INFINITY);
    TwoFold {
        hi: x.hi,
        lo: zero.replace_where_less(x.hi.abs(), infinity, x.lo),
    }
}

/// e^x in a frame.
#[inline(always)]
pub fn exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    frame: Frame<V::Element>,
    x: TwoFold<V>,
) -> V {
    let x = with_fractional_rest(token, TwoFold::sum(frame.shifted(token, x.hi), x.lo));
    let power = frame.exp_near(token, x.hi);
    let half = V::splat(token, V::Element::HALF);
    let rest = x.lo.mul(half).mul_add(x.lo, x.lo);
    power.mul_add(rest, power)
}
