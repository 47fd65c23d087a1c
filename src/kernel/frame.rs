//! How a row's elements are brought into the range of the exponential.
//!
//! With M the row's largest element, every exponential is multiplied by the same 2^−N,
//! N = round(M·log₂ e) − HEADROOM. Scaling by a power of two is exact, while subtracting M rounds
//! every x and loses up to 2^6 units of e^x on ordinary logits: each x is reduced as it stands
//! instead. (Dukhan and Ablavatski, The two-pass softmax algorithm, arXiv 2001.04438, 2020, keep
//! a power of two with every element; here the row shares one.)
//!
//! Where N would no longer be small enough to round to, or (unfused) where n·ln 2 would no longer
//! be exact, all x that count are so near to M in relation to their size that x − M is exact,
//! and the shift is by M itself.
//!
//! Parts of a row are summed each in its own frame, and a sum moves to another frame as parts
//! merge. Between frames that shift by a power of two alone this is exact. Elsewhere the parts
//! shift by a multiple of a common step near their maximum: most moves are powers of two again.
//! Those that are not add less than half a unit to the error of what moves, and a sum that moves
//! so again has fallen behind by another step: about three times, and it no longer counts.
//!
//! The headroom keeps all exponentials that count above the subnormal numbers, which are slow and
//! short of digits. Those that do not count become 0.

use crate::math::TwoFold;
use crate::math::exp::exp_two_fold;
use crate::math::ln::Logarithm;
use crate::math::term::{Term, exp_term, exp_term_two_fold, factor_of_terms, round_of_terms};
use crate::simd::Vector;

/// The ranges of a type.
pub trait Shifted: Logarithm + Term {
    /// An element so far below the largest counts as e^−∞: even 2^24 of them are less than half the
    /// smallest subnormal number beside the largest.
    const NEGLIGIBLE: Self;
    /// The power of two that the largest exponential gets, so that the smallest which counts is
    /// normal.
    const HEADROOM: Self;
    /// Where the largest element lies in this range, what log₂ e lacks moves no reduced element that
    /// counts out of the interval of the polynomial, see [`term`](crate::math::term), and n·ln 2 is
    /// exact in a fused operation.
    const FUSED_RANGE: (Self, Self);
    /// Where the largest element lies in this range, n·ln 2 is exact without fused operations;
    /// elsewhere x − M is exact for every x that counts.
    const UNFUSED_RANGE: (Self, Self);
    /// More than any term: 2^(`HEADROOM` + 1). The largest is about 2^(`HEADROOM` + ½) at most, times the
    /// common factor of the fused family, below 1.04.
    const ABOVE_TERMS: Self;
    /// The step between the offsets of parts: a power of two.
    const OFFSET_STEP: Self;

    /// Where rows shift by a power of two alone.
    #[inline(always)]
    fn near_range(fused: bool) -> (Self, Self) {
        if fused {
            Self::FUSED_RANGE
        } else {
            Self::UNFUSED_RANGE
        }
    }
}

impl Shifted for f32 {
    const NEGLIGIBLE: Self = 124.0;
    const HEADROOM: Self = 56.0;
    const ABOVE_TERMS: Self = (1_u64 << 57) as Self;
    const FUSED_RANGE: (Self, Self) = (-16_384.0, 16_384.0);
    const UNFUSED_RANGE: (Self, Self) = (-220.0, 350.0);
    const OFFSET_STEP: Self = 64.0;
}

impl Shifted for f64 {
    const NEGLIGIBLE: Self = 768.0;
    const HEADROOM: Self = 96.0;
    const ABOVE_TERMS: Self = (1_u128 << 97) as Self;
    const FUSED_RANGE: (Self, Self) = (-1_073_741_824.0, 1_073_741_824.0);
    const UNFUSED_RANGE: (Self, Self) = (-640.0, 1_408.0);
    const OFFSET_STEP: Self = 512.0;
}

/// The shift and scale that a row's exponentials share.
#[derive(Clone, Copy)]
pub struct Frame<E> {
    /// Subtracted from every element; 0 where the shift is by a power of two alone.
    pub(super) offset: E,
    /// Lower differences contribute nothing.
    pub(super) floor: E,
    /// −N.
    pub(super) power: E,
    /// The family, whose terms have a common factor.
    pub(super) fused: bool,
}

impl<E: Shifted> Frame<E> {
    /// Whether a row with the largest element `max` shifts by a power of two.
    #[inline(always)]
    pub fn shifts_by_power(max: E, fused: bool) -> bool {
        let (low, high) = E::near_range(fused);
        low <= max && max <= high
    }

    /// The frame for a row with the largest element `max`, which is finite.
    #[inline(always)]
    pub fn new(max: E, fused: bool) -> Self {
        let near = Self::shifts_by_power(max, fused);
        Self::with_offset(if near { E::ZERO } else { max }, max, fused)
    }

    /// The frame for a part of a row, with the largest element `max`, which is finite. That of
    /// [`new`](Self::new) where it shifts by a power of two alone.
    ///
    /// The difference of an element that counts and the offset is exact here too.
    #[inline(always)]
    pub fn of_part(max: E, fused: bool) -> Self {
        let near = Self::shifts_by_power(max, fused);
        let round = E::ROUND * E::OFFSET_STEP;
        // Beyond, it is a multiple of the step itself, and sums with `round` would lose its last place.
        let step = if -round < max && max < round {
            (max + round) - round
        } else {
            max
        };
        Self::with_offset(if near { E::ZERO } else { step }, max, fused)
    }

    /// The frame with that offset and the largest element `max`.
    #[inline(always)]
    fn with_offset(offset: E, max: E, fused: bool) -> Self {
        let max = max - offset;
        Self {
            offset,
            floor: max - E::NEGLIGIBLE,
            power: E::HEADROOM - ((max * E::LOG2_E + E::ROUND) - E::ROUND),
            fused,
        }
    }

    /// Whether the shift is by a power of two alone.
    #[inline(always)]
    pub fn is_near(self) -> bool {
        self.offset == E::ZERO
    }

    /// By how many powers of two this frame's exponentials are larger than those of `other`.
    #[inline(always)]
    pub fn powers_above(self, other: Self) -> E {
        self.power - other.power
    }

    /// Elements below this do not count, where the shift is by a power of two alone.
    #[inline(always)]
    pub fn floor(self) -> E {
        self.floor
    }

    /// Whether an element beside this frame's largest counts.
    #[inline(always)]
    pub fn counts(self, x: E) -> bool {
        x - self.offset >= self.floor
    }

    /// A sum of this frame in the frame of another part, in which it counts.
    #[inline(always)]
    pub fn move_to<V: Vector<Element = E>>(
        self,
        token: V::Token,
        next: Self,
        sum: TwoFold<V>,
    ) -> TwoFold<V> {
        let powers = next.powers_above(self);
        let sum = self.change_family(token, next, sum);
        if self.offset == next.offset {
            return sum.shrink(token, powers);
        }
        let difference = V::splat(token, self.offset - next.offset);
        let (factor, power) = exp_two_fold(token, difference);
        let powers = power.first() + powers;
        sum.mul(token, factor).shrink(token, powers)
    }

    /// A sum of this frame with the common factor of the terms of another.
    #[inline(always)]
    fn change_family<V: Vector<Element = E>>(
        self,
        token: V::Token,
        next: Self,
        sum: TwoFold<V>,
    ) -> TwoFold<V> {
        if self.fused == next.fused {
            return sum;
        }
        let from = factor_of_terms(token, self.fused);
        let to = factor_of_terms(token, next.fused);
        sum.mul(token, to.quotient(token, from))
    }

    /// e^x in this frame.
    #[inline(always)]
    pub fn exp<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        self.exp_near(token, self.shifted(token, x))
    }

    /// e^x in this frame, in two parts, for the largest element.
    #[inline(always)]
    pub fn peak<V: Vector<Element = E>>(self, token: V::Token, max: E) -> TwoFold<V> {
        let round = round_of_terms::<V>() + self.power;
        exp_term_two_fold(
            token,
            V::splat(token, max - self.offset),
            V::splat(token, round),
        )
    }

    /// x − the offset.
    #[inline(always)]
    pub fn shifted<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        x.sub(V::splat(token, self.offset))
    }

    /// e^x in this frame, if it shifts by a power of two, or of x less the offset.
    #[inline(always)]
    pub fn exp_near<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        let round = V::splat(token, round_of_terms::<V>() + self.power);
        let power = exp_term(token, x, round);
        power.replace_where_less(x, V::splat(token, self.floor), V::splat(token, E::ZERO))
    }

    /// e^x in this frame, if it shifts by a power of two and all of `x` count.
    #[inline(always)]
    pub fn exp_counting<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        exp_term(
            token,
            x,
            V::splat(token, round_of_terms::<V>() + self.power),
        )
    }
}
