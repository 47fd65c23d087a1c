//! Two vectors as one: how kernels interleave independent chains of instructions.

use core::slice;

use super::powers::Powers;
use super::vector::{Count, Vector};
use crate::math::TwoFold;

/// Two vectors side by side, `.0` the lower lanes.
///
/// One vector's operations depend on each other, and the CPU's scheduler fills with waiting
/// instructions before its ports do. Pairs (and pairs of pairs) put independent instructions next
/// to each other in the program itself.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Pair<V>(pub V, pub V);

/// Four registers side by side: where each element's own chain of instructions is long, whether its
/// result is summed or not. At AVX2, sums of plain exponentials and products are faster with two: their
/// lanes, each a pair of numbers, take up the rest of the registers.
pub type Quad<R> = Pair<Pair<R>>;

/// Operations that act on each half alone.
macro_rules! lanewise {
    ($($name:ident($($operand:ident),*);)*) => {$(
        #[inline(always)]
        fn $name(self, $($operand: Self),*) -> Self {
            Self(self.0.$name($($operand.0),*), self.1.$name($($operand.1),*))
        }
    )*};
}

impl<V: Vector> Vector for Pair<V> {
    type Element = V::Element;
    type Token = V::Token;
    type Register = V::Register;
    type PerStripe = <V::PerStripe as Count>::Half;
    type PerLane = <V::PerLane as Count>::Twice;

    const LANES: usize = 2 * V::LANES;
    const FUSED: bool = V::FUSED;
    const LOWER_OF_ALL: bool = V::LOWER_OF_ALL;

    #[inline(always)]
    fn splat(token: Self::Token, x: Self::Element) -> Self {
        let half = V::splat(token, x);
        Self(half, half)
    }

    #[inline(always)]
    fn load(token: Self::Token, x: &[Self::Element], fill: Self::Element) -> Self {
        let upper = x.get(V::LANES..).unwrap_or(&[]);
        Self(V::load(token, x, fill), V::load(token, upper, fill))
    }

    #[inline(always)]
    fn prefetch(token: Self::Token, x: &[Self::Element], distance: usize) {
        V::prefetch(token, x, distance);
        V::prefetch(token, x, distance + V::LANES);
    }

    #[inline(always)]
    fn store(self, out: &mut [Self::Element]) {
        self.0.store(out);
        self.1.store(out.get_mut(V::LANES..).unwrap_or(&mut []));
    }

    #[inline(always)]
    fn first(self) -> Self::Element {
        self.0.first()
    }

    #[inline(always)]
    fn registers_mut(vectors: &mut [Self]) -> &mut [Self::Register] {
        let halves = vectors.as_mut_ptr().cast::<V>();
        // SAFETY: in C's layout a pair is two values of one type, so that pairs in a row are twice as
        // many of these in a row; the borrow is exclusive.
        V::registers_mut(unsafe { slice::from_raw_parts_mut(halves, 2 * vectors.len()) })
    }

    #[inline(always)]
    fn count_less(self, bound: Self) -> u32 {
        self.0.count_less(bound.0) + self.1.count_less(bound.1)
    }

    #[inline(always)]
    fn any_less(self, bound: Self) -> bool {
        // Not `||`: one branch for both halves.
        self.0.any_less(bound.0) | self.1.any_less(bound.1)
    }

    #[inline(always)]
    fn all_between(self, low: Self, high: Self) -> bool {
        self.0.all_between(low.0, high.0) & self.1.all_between(low.1, high.1)
    }

    #[inline(always)]
    fn equal_lanes(self, value: Self::Element) -> u64 {
        const { assert!(Self::LANES <= 64) };
        self.0.equal_lanes(value) | self.1.equal_lanes(value) << V::LANES
    }

    #[inline(always)]
    fn with_lane(self, lane: usize, value: Self::Element) -> Self {
        Self(
            self.0.with_lane(lane, value),
            self.1.with_lane(lane.wrapping_sub(V::LANES), value),
        )
    }

    #[inline(always)]
    fn look_up_power(self, powers: &Powers<Self::Element>) -> Self {
        Self(self.0.look_up_power(powers), self.1.look_up_power(powers))
    }

    #[inline(always)]
    fn split_pow2(self) -> (Self, Self) {
        let (lower, upper) = (self.0.split_pow2(), self.1.split_pow2());
        (Self(lower.0, upper.0), Self(lower.1, upper.1))
    }

    #[inline(always)]
    fn sum_of_registers(sum: TwoFold<Self>) -> TwoFold<Self::Register> {
        let lower = TwoFold {
            hi: sum.hi.0,
            lo: sum.lo.0,
        };
        let upper = TwoFold {
            hi: sum.hi.1,
            lo: sum.lo.1,
        };
        V::sum_of_registers(lower.add(upper))
    }

    #[inline(always)]
    fn reduce_max(self) -> Self::Element {
        self.1.at_least(self.0).reduce_max()
    }

    lanewise! {
        add(other);
        sub(other);
        mul(other);
        div(other);
        abs();
        at_least(floor);
        at_most(ceiling);
        lower(other);
        bits_sub(other);
        scale_by_pow2(rounded);
        scale_by_pow2_gradual(rounded);
        mul_add(factor, term);
        neg_mul_add(factor, term);
        replace_where_less(x, bound, replacement);
    }
}
