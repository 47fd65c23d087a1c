//! One lane: small code for firmware, and the oracle of the other backends.

use super::element::Element;
use super::exchange::Exchange;
use super::powers::Powers;
use super::reduce::{halving, max_across, register_reductions};
use super::vector::{Routine, Times, Token, Vector};
use crate::math::TwoFold;

/// Proof that needs no feature.
#[derive(Clone, Copy)]
pub struct ScalarToken;

impl Token for ScalarToken {
    #[inline(never)]
    fn call<R: Routine<Self>>(self, routine: R) -> R::Output {
        routine.run(self)
    }
}

/// A vector of one lane. Products and sums round apart, whatever the target offers.
#[derive(Clone, Copy)]
pub struct Scalar<E>(E);

macro_rules! scalar {
    ($float:ident, $bits:ident, $signed:ident) => {
        impl Vector for Scalar<$float> {
            type Element = $float;
            type Token = ScalarToken;
            type Register = Self;
            type PerStripe = Times<{ <$float as Element>::STRIPE }>;
            type PerLane = Times<1>;

            const LANES: usize = 1;
            const FUSED: bool = false;

            #[inline(always)]
            fn splat(_: ScalarToken, x: $float) -> Self {
                Self(x)
            }

            #[inline(always)]
            fn load(_: ScalarToken, x: &[$float], fill: $float) -> Self {
                Self(x.first().copied().unwrap_or(fill))
            }

            #[inline(always)]
            fn store(self, out: &mut [$float]) {
                if let Some(lane) = out.first_mut() {
                    *lane = self.0;
                }
            }

            #[inline(always)]
            fn first(self) -> $float {
                self.0
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                Self(self.0 * other.0)
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                Self(self.0 / other.0)
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, term: Self) -> Self {
                Self(self.0 * factor.0 + term.0)
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, term: Self) -> Self {
                Self(term.0 - self.0 * factor.0)
            }

            #[inline(always)]
            fn at_least(self, floor: Self) -> Self {
                if floor.0 > self.0 { floor } else { self }
            }

            #[inline(always)]
            fn at_most(self, ceiling: Self) -> Self {
                if ceiling.0 < self.0 { ceiling } else { self }
            }

            #[inline(always)]
            fn equal_lanes(self, value: $float) -> u64 {
                u64::from(self.0 == value)
            }

            #[inline(always)]
            fn with_lane(self, lane: usize, value: $float) -> Self {
                if lane == 0 { Self(value) } else { self }
            }

            #[inline(always)]
            fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self {
                if x.0 < bound.0 { replacement } else { self }
            }

            #[inline(always)]
            fn count_less(self, bound: Self) -> u32 {
                u32::from(self.0 < bound.0)
            }

            #[inline(always)]
            fn any_less(self, bound: Self) -> bool {
                self.0 < bound.0
            }

            #[inline(always)]
            fn all_between(self, low: Self, high: Self) -> bool {
                low.0 <= self.0 && self.0 <= high.0
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.abs())
            }

            #[inline(always)]
            fn bits_sub(self, other: Self) -> Self {
                Self($float::from_bits(
                    self.0.to_bits().wrapping_sub(other.0.to_bits()),
                ))
            }

            #[inline(always)]
            fn scale_by_pow2(self, rounded: Self) -> Self {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                let exponent = rounded.0.to_bits() << DIGITS;
                let one = (1.0 as $float).to_bits();
                Self(self.0 * $float::from_bits(exponent.wrapping_add(one)))
            }

            #[inline(always)]
            fn scale_by_pow2_gradual(self, rounded: Self) -> Self {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                let exponent = (rounded.0.to_bits() << DIGITS) as $signed;
                let half = (exponent >> 1) as $bits & ($bits::MAX << DIGITS);
                let rest = (exponent as $bits).wrapping_sub(half);
                let one = (1.0 as $float).to_bits();
                let by = |exponent: $bits| $float::from_bits(exponent.wrapping_add(one));
                Self(self.0 * by(half) * by(rest))
            }

            #[inline(always)]
            fn look_up_power(self, Powers(powers): &Powers<$float>) -> Self {
                let bits = self.0.to_bits();
                let power = powers[(bits & 15) as usize].to_bits();
                let exponent = bits << Powers::<$float>::SHIFT;
                Self($float::from_bits(power.wrapping_add(exponent)))
            }

            #[inline(always)]
            fn split_pow2(self) -> (Self, Self) {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                let bits = self.0.to_bits();
                let exponent = (bits.wrapping_sub(<$float as Element>::TWO_THIRDS.to_bits())
                    as $signed)
                    >> DIGITS;
                let m = bits.wrapping_sub((exponent << DIGITS) as $bits);
                (Self($float::from_bits(m)), Self(exponent as $float))
            }

            register_reductions!();
        }
    };
}

/// One lane has no other to change places with.
impl<E: Element> Exchange for Scalar<E>
where
    Self: Vector<Register = Self>,
{
    #[inline(always)]
    fn exchange(self, _: usize) -> Self {
        self
    }

    #[inline(always)]
    fn merge(self, _: Self, _: usize) -> Self {
        self
    }
}

scalar!(f32, u32, i32);
scalar!(f64, u64, i64);
