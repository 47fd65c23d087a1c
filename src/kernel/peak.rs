//! The largest term of a sum of exponentials, apart from the others or among them, and how a lane
//! adds up terms accordingly.

use super::frame::Shifted;
use crate::math::TwoFold;
use crate::simd::Vector;

/// How a lane of terms, none of them negative, adds up.
pub trait Adding {
    /// The lane and four more terms.
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, ab: (V, V), cd: (V, V)) -> TwoFold<V>;
}

/// The first terms of a lane: they suffer no rounding.
pub struct First;

impl Adding for First {
    #[inline(always)]
    fn add_to_lane<V: Vector>(_: TwoFold<V>, (a, b): (V, V), (c, d): (V, V)) -> TwoFold<V> {
        TwoFold::sum(a, b).add_single(c).add_single(d)
    }
}

/// What becomes of a row's largest term, and how terms are added behind the first ones.
pub trait Peak: Adding {
    /// Whether it is kept apart from the sum of the others.
    const APART: bool;

    /// A lane at the start of a block.
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V>;

    /// What a lane adds up to.
    fn lane_sum<V: Vector<Element: Shifted>>(token: V::Token, lane: TwoFold<V>) -> TwoFold<V>;
}

/// The largest term is kept apart, which takes finding it: the rest keeps its own digits.
///
/// Terms join a lane two by two: one rounding of their sum is all that they suffer.
pub struct Apart;

impl Adding for Apart {
    #[inline(always)]
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, (a, b): (V, V), (c, d): (V, V)) -> TwoFold<V> {
        lane.add_single(a.add(b)).add_single(c.add(d))
    }
}

impl Peak for Apart {
    const APART: bool = true;

    #[inline(always)]
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V> {
        TwoFold::zero(token)
    }

    #[inline(always)]
    fn lane_sum<V: Vector<Element: Shifted>>(_: V::Token, lane: TwoFold<V>) -> TwoFold<V> {
        lane
    }
}

/// The largest term is summed like the others: the rest keeps the digits that the whole has room
/// for.
///
/// A lane starts from a number above all terms: the larger summand of every sum is known, which
/// halves the operations, and terms suffer no rounding. Only those below 2^−24 (`f64`: 2^−53) of
/// the largest meet in `lo` alone, which rounds, those of one block.
pub struct Among;

impl Adding for Among {
    #[inline(always)]
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, (a, b): (V, V), (c, d): (V, V)) -> TwoFold<V> {
        let a = TwoFold::fast_sum(lane.hi, a);
        let b = TwoFold::fast_sum(a.hi, b);
        let c = TwoFold::fast_sum(b.hi, c);
        let d = TwoFold::fast_sum(c.hi, d);
        TwoFold {
            hi: d.hi,
            lo: lane.lo.add(a.lo.add(b.lo).add(c.lo.add(d.lo))),
        }
    }
}

impl Peak for Among {
    const APART: bool = false;

    #[inline(always)]
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V> {
        TwoFold::exact(token, V::splat(token, V::Element::ABOVE_TERMS))
    }

    #[inline(always)]
    fn lane_sum<V: Vector<Element: Shifted>>(token: V::Token, lane: TwoFold<V>) -> TwoFold<V> {
        let above = V::splat(token, V::Element::ABOVE_TERMS);
        TwoFold {
            hi: lane.hi.sub(above),
            lo: lane.lo,
        }
    }
}
