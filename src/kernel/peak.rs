//! The largest term of a sum of exponentials, apart from the others or among them, and how a lane
//! adds up terms accordingly.
//!
//! A lane keeps what rounding leaves over of every sum.

use super::frame::Shifted;
use crate::math::TwoFold;
use crate::simd::Vector;

/// What becomes of a row's largest term.
pub trait Peak {
    /// Whether it is kept apart from the sum of the others.
    const APART: bool;

    /// A lane at the start of a block.
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V>;

    /// A lane and the sum of two more terms.
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, terms: V) -> TwoFold<V>;

    /// What a lane adds up to.
    fn lane_sum<V: Vector<Element: Shifted>>(token: V::Token, lane: TwoFold<V>) -> TwoFold<V>;
}

/// The largest term is kept apart, which takes finding it: the rest keeps its own digits, and
/// elements that do not count are 0 in it.
pub struct Apart;

impl Peak for Apart {
    const APART: bool = true;

    #[inline(always)]
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V> {
        TwoFold::zero(token)
    }

    #[inline(always)]
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, terms: V) -> TwoFold<V> {
        lane.add_single(terms)
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
/// halves the operations (Fast2Sum: Dekker, A floating-point technique for extending the available
/// precision, Numer. Math. 18, 1971). Terms far below the largest thus meet in `lo` alone, which
/// rounds; so few to a block that it does not matter beside the largest.
pub struct Among;

impl Peak for Among {
    const APART: bool = false;

    #[inline(always)]
    fn empty_lane<V: Vector<Element: Shifted>>(token: V::Token) -> TwoFold<V> {
        TwoFold::exact(token, V::splat(token, V::Element::ABOVE_TERMS))
    }

    #[inline(always)]
    fn add_to_lane<V: Vector>(lane: TwoFold<V>, terms: V) -> TwoFold<V> {
        let hi = lane.hi.add(terms);
        TwoFold {
            hi,
            lo: lane.lo.add(terms.sub(hi.sub(lane.hi))),
        }
    }

    #[inline(always)]
    fn lane_sum<V: Vector<Element: Shifted>>(token: V::Token, lane: TwoFold<V>) -> TwoFold<V> {
        let above = V::splat(token, V::Element::ABOVE_TERMS);
        TwoFold::sum(lane.hi.sub(above), lane.lo)
    }
}
