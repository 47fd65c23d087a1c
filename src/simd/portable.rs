//! 128 bits through `wide`: SSE2, NEON or `simd128`, chosen when the crate is compiled.

use wide::bytemuck::cast;
use wide::{f32x4, f64x2, i32x4, u32x4, u64x2};

use super::element::Element;
use super::exchange::Exchange;
use super::powers::Powers;
use super::reduce::{halving, max_across, register_reductions};
use super::vector::{Routine, Times, Token, Vector};
use crate::math::TwoFold;

/// Proof that needs no feature beyond those the crate is compiled for.
#[derive(Clone, Copy)]
pub struct Portable;

impl Token for Portable {
    #[inline(never)]
    fn call<R: Routine<Self>>(self, routine: R) -> R::Output {
        routine.run(self)
    }
}

/// Whether `wide` multiplies and adds with one rounding on the target.
pub const FUSED: bool = cfg!(any(
    all(target_arch = "aarch64", target_feature = "neon"),
    all(target_feature = "sse2", target_feature = "fma"),
));

macro_rules! portable {
    (
        $vector:ident($register:ident) of $float:ident in $bits:ident, $unsigned:ident; $lanes:literal lanes
    ) => {
        /// One register.
        #[derive(Clone, Copy)]
        pub struct $vector($register);

        impl Vector for $vector {
            type Element = $float;
            type Token = Portable;
            type Register = Self;
            type PerStripe = Times<{ <$float as Element>::STRIPE / $lanes }>;
            type PerLane = Times<$lanes>;

            const LANES: usize = $lanes;
            const FUSED: bool = FUSED;

            #[inline(always)]
            fn splat(_: Portable, x: $float) -> Self {
                Self($register::splat(x))
            }

            #[inline(always)]
            fn load(_: Portable, x: &[$float], fill: $float) -> Self {
                Self($register::new(match x.first_chunk::<$lanes>() {
                    Some(full) => *full,
                    None => Self::first_of(x, fill),
                }))
            }

            #[inline(always)]
            fn store(self, out: &mut [$float]) {
                let lanes = self.0.to_array();
                match out.first_chunk_mut::<$lanes>() {
                    Some(full) => *full = lanes,
                    None => Self::fill_partly(out, lanes),
                }
            }

            #[inline(always)]
            fn first(self) -> $float {
                self.0.to_array()[0]
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
                Self(self.0.mul_add(factor.0, term.0))
            }

            #[inline(always)]
            fn neg_mul_add(self, factor: Self, term: Self) -> Self {
                Self(self.0.mul_neg_add(factor.0, term.0))
            }

            // The maximum and minimum instructions of x86, wasm and NEON disagree about NaN; on
            // x86 `wide` passes its operands on in this order, which has the meaning wanted.
            #[inline(always)]
            fn at_least(self, floor: Self) -> Self {
                if cfg!(target_feature = "sse2") {
                    Self(floor.0.fast_max(self.0))
                } else {
                    Self(floor.0.simd_gt(self.0).bitselect(floor.0, self.0))
                }
            }

            #[inline(always)]
            fn at_most(self, ceiling: Self) -> Self {
                if cfg!(target_feature = "sse2") {
                    Self(ceiling.0.fast_min(self.0))
                } else {
                    Self(ceiling.0.simd_lt(self.0).bitselect(ceiling.0, self.0))
                }
            }

            #[inline(always)]
            fn equal_lanes(self, value: $float) -> u64 {
                self.0.simd_eq($register::splat(value)).to_bitmask().into()
            }

            #[inline(always)]
            fn with_lane(self, lane: usize, value: $float) -> Self {
                let mut lanes = self.0.to_array();
                if let Some(lane) = lanes.get_mut(lane) {
                    *lane = value;
                }
                Self($register::new(lanes))
            }

            #[inline(always)]
            fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self {
                Self(x.0.simd_lt(bound.0).bitselect(replacement.0, self.0))
            }

            #[inline(always)]
            fn count_less(self, bound: Self) -> u32 {
                self.0.simd_lt(bound.0).to_bitmask().count_ones()
            }

            #[inline(always)]
            fn any_less(self, bound: Self) -> bool {
                self.0.simd_lt(bound.0).any()
            }

            #[inline(always)]
            fn all_between(self, low: Self, high: Self) -> bool {
                (low.0.simd_le(self.0) & self.0.simd_le(high.0)).all()
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Self(self.0.abs())
            }

            #[inline(always)]
            fn bits_sub(self, other: Self) -> Self {
                Self(cast(
                    cast::<_, $unsigned>(self.0) - cast::<_, $unsigned>(other.0),
                ))
            }

            #[inline(always)]
            fn scale_by_pow2(self, rounded: Self) -> Self {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                let exponent = cast::<_, $unsigned>(rounded.0) << DIGITS;
                let one = cast::<_, $unsigned>($register::splat(1.0));
                Self(self.0 * cast::<_, $register>(exponent + one))
            }

            #[inline(always)]
            fn scale_by_pow2_gradual(self, rounded: Self) -> Self {
                // Two factors of half the exponent each: both are normal where the result is
                // subnormal, and the product rounds once. Halving works on 32-bit lanes for both
                // types, since all but the leading bits of an exponent in its place are 0.
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                let exponent = cast::<_, $unsigned>(rounded.0) << DIGITS;
                let half = cast::<i32x4, $unsigned>(cast::<_, i32x4>(exponent) >> 1)
                    & $unsigned::splat($bits::MAX << DIGITS);
                let rest = exponent - half;
                let one = cast::<_, $unsigned>($register::splat(1.0));
                Self(self.0 * cast::<_, $register>(half + one) * cast::<_, $register>(rest + one))
            }

            #[inline(always)]
            fn look_up_power(self, powers: &Powers<$float>) -> Self {
                let exponent = cast::<_, $unsigned>(self.0) << Powers::<$float>::SHIFT;
                let power = cast::<_, $unsigned>(self.entry(powers));
                Self(cast(power + exponent))
            }

            #[inline(always)]
            fn split_pow2(self) -> (Self, Self) {
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                const BIAS: $float = ($float::MAX_EXP - 1) as $float;
                // Counted from ⅔, with the bias of 1: k + bias in the exponent's place.
                let bits = cast::<_, $unsigned>(self.0);
                let from_cut = bits - $unsigned::splat(<$float as Element>::TWO_THIRDS.to_bits());
                let biased = from_cut + $unsigned::splat((1.0 as $float).to_bits());
                let m = bits - (from_cut & $unsigned::splat($bits::MAX << DIGITS));
                let round = $register::splat(<$float as Element>::ROUND);
                let k = (biased >> DIGITS) + cast::<_, $unsigned>(round);
                let k = cast::<_, $register>(k) - round - $register::splat(BIAS);
                (Self(cast(m)), Self(k))
            }

            register_reductions!();
        }
    };
}

portable!(F32x4(f32x4) of f32 in u32, u32x4; 4 lanes);
portable!(F64x2(f64x2) of f64 in u64, u64x2; 2 lanes);

// Lane by lane: a loop over the slice would be compiled to a call of `memcpy`.
impl F32x4 {
    /// The elements of `x`, fewer than there are lanes, then `fill`.
    #[inline(always)]
    fn first_of(x: &[f32], fill: f32) -> [f32; 4] {
        match *x {
            [a, b, c, ..] => [a, b, c, fill],
            [a, b] => [a, b, fill, fill],
            [a] => [a, fill, fill, fill],
            [] => [fill; 4],
        }
    }

    /// Writes to `out` the lanes that it has room for, fewer than all.
    #[inline(always)]
    fn fill_partly(out: &mut [f32], lanes: [f32; 4]) {
        match out {
            [a, b, c, ..] => [*a, *b, *c, _] = lanes,
            [a, b] => [*a, *b, _, _] = lanes,
            [a] => [*a, _, _, _] = lanes,
            [] => {}
        }
    }
}

impl F64x2 {
    /// The elements of `x`, fewer than there are lanes, then `fill`.
    #[inline(always)]
    fn first_of(x: &[f64], fill: f64) -> [f64; 2] {
        match *x {
            [a, ..] => [a, fill],
            [] => [fill; 2],
        }
    }

    /// Writes to `out` the lanes that it has room for, fewer than all.
    #[inline(always)]
    fn fill_partly(out: &mut [f64], lanes: [f64; 2]) {
        if let [a, ..] = out {
            *a = lanes[0];
        }
    }
}

impl F32x4 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f32>) -> f32x4 {
        let entry = |lane: f32| powers[(lane.to_bits() & 15) as usize];
        let [a, b, c, d] = self.0.to_array();
        f32x4::new([entry(a), entry(b), entry(c), entry(d)])
    }
}

impl F64x2 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f64>) -> f64x2 {
        let entry = |lane: f64| powers[(lane.to_bits() & 15) as usize];
        let [a, b] = self.0.to_array();
        f64x2::new([entry(a), entry(b)])
    }
}

impl Exchange for F32x4 {
    #[inline(always)]
    fn exchange(self, distance: usize) -> Self {
        let [a, b, c, d] = self.0.to_array();
        Self(f32x4::new(match distance {
            2 => [c, d, a, b],
            _ => [b, a, d, c],
        }))
    }

    #[inline(always)]
    fn merge(self, other: Self, distance: usize) -> Self {
        let ([a, b, c, _], [_, f, g, h]) = (self.0.to_array(), other.0.to_array());
        Self(f32x4::new(match distance {
            2 => [a, b, g, h],
            _ => [a, f, c, h],
        }))
    }
}

impl Exchange for F64x2 {
    #[inline(always)]
    fn exchange(self, _distance: usize) -> Self {
        let [a, b] = self.0.to_array();
        Self(f64x2::new([b, a]))
    }

    #[inline(always)]
    fn merge(self, other: Self, _distance: usize) -> Self {
        let ([a, _], [_, d]) = (self.0.to_array(), other.0.to_array());
        Self(f64x2::new([a, d]))
    }
}
