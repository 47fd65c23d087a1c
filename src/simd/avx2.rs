//! AVX2 and FMA: eight lanes of `f32`, four of `f64`.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

use super::element::Element;
use super::exchange::Exchange;
use super::powers::Powers;
use super::reduce::{halving, max_across, register_reductions};
use super::vector::{Routine, Times, Token, Vector};
use super::x86::{Proof, intrinsics, lanewise, outlined_calls};
use crate::math::TwoFold;

/// Proof that the CPU has AVX2 and FMA.
#[derive(Clone, Copy)]
pub struct Avx2(());

// SAFETY: the field is private to this file, and only `new` makes a value, which is compiled for
// these features and so safe to call only in code that is, too.
unsafe impl Proof for Avx2 {}

outlined_calls!(Avx2, "avx2,fma");

impl Avx2 {
    /// The proof: only code compiled for these features can call this safely.
    #[target_feature(enable = "avx2,fma")]
    #[inline]
    pub fn new() -> Self {
        Self(())
    }
}

/// Implements [`Vector`] but for the look-up in a table, `entry`, which comes with each type.
macro_rules! avx2 {
    (
        $vector:ident($register:ident) of $float:ident, $bits:ident; $lanes:literal lanes;
        $set_int:ident($($lane:literal)*)
        $set1:ident $load:ident $mask_load:ident $store:ident $mask_store:ident
        $blend:ident $cmp:ident $movemask:ident $first:ident
        $add:ident $sub:ident $mul:ident $div:ident $fmadd:ident $fnmadd:ident $max:ident $min:ident
        $andnot:ident $or:ident $to_int:ident $to_float:ident $set1_int:ident $add_int:ident $sub_int:ident
        $shl:ident $shr:ident $gt_int:ident
    ) => {
        /// One register.
        #[derive(Clone, Copy)]
        pub struct $vector($register);

        // SAFETY: the register is private to this file, which makes a vector only from a token or
        // from another vector.
        unsafe impl Proof for $vector {}

        impl $vector {
            /// All bits set in the first `count` lanes.
            #[inline(always)]
            fn first_lanes(self, count: usize) -> __m256i {
                let count = count.min($lanes) as $bits;
                intrinsics!(self, $gt_int($set1_int(count), $set_int($($lane),*)))
            }
        }

        impl Vector for $vector {
            type Element = $float;
            type Token = Avx2;
            type Register = Self;
            type PerStripe = Times<{ <$float as Element>::STRIPE / $lanes }>;
            type PerLane = Times<$lanes>;

            const LANES: usize = $lanes;
            const FUSED: bool = true;

            #[inline(always)]
            fn splat(token: Avx2, x: $float) -> Self {
                Self(intrinsics!(token, $set1(x)))
            }

            #[inline(always)]
            fn load(token: Avx2, x: &[$float], fill: $float) -> Self {
                match x.first_chunk::<$lanes>() {
                    // SAFETY: `token` proves AVX2; the array spans one register.
                    Some(full) => Self(unsafe { $load(full.as_ptr()) }),
                    // No instruction at all: a masked access to an address that is not mapped
                    // costs hundreds of cycles, even if it touches nothing.
                    None if x.is_empty() => Self::splat(token, fill),
                    None => {
                        let fill = Self::splat(token, fill);
                        let mask = fill.first_lanes(x.len());
                        // SAFETY: `token` proves AVX2; the mask admits only elements of `x`.
                        let lanes = unsafe { $mask_load(x.as_ptr(), mask) };
                        Self(intrinsics!(token, $blend(fill.0, lanes, $to_float(mask))))
                    }
                }
            }

            #[inline(always)]
            fn store(self, out: &mut [$float]) {
                if out.is_empty() {
                    return;
                }
                match out.first_chunk_mut::<$lanes>() {
                    // SAFETY: `self` proves AVX2; the array spans one register.
                    Some(full) => unsafe { $store(full.as_mut_ptr(), self.0) },
                    None => {
                        let mask = self.first_lanes(out.len());
                        // SAFETY: `self` proves AVX2; the mask admits only elements of `out`.
                        unsafe { $mask_store(out.as_mut_ptr(), mask, self.0) }
                    }
                }
            }

            #[inline(always)]
            fn first(self) -> $float {
                intrinsics!(self, $first(self.0))
            }

            lanewise! {
                add(a, b) = $add(a, b);
                sub(a, b) = $sub(a, b);
                mul(a, b) = $mul(a, b);
                div(a, b) = $div(a, b);
                mul_add(a, b, c) = $fmadd(a, b, c);
                neg_mul_add(a, b, c) = $fnmadd(a, b, c);
                // These return their second operand unless the first is strictly beyond it.
                at_least(a, b) = $max(b, a);
                at_most(a, b) = $min(b, a);
            }

            #[inline(always)]
            fn equal_lanes(self, value: $float) -> u64 {
                let equal = intrinsics!(self, $movemask($cmp::<_CMP_EQ_OQ>(self.0, $set1(value))));
                u64::from(equal.cast_unsigned())
            }

            #[inline(always)]
            fn with_lane(self, lane: usize, value: $float) -> Self {
                let before = self.first_lanes(lane);
                let up_to = self.first_lanes(lane.saturating_add(1));
                Self(intrinsics! { self,
                    let mask = _mm256_andnot_si256(before, up_to);
                    $blend(self.0, $set1(value), $to_float(mask))
                })
            }

            #[inline(always)]
            fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self {
                Self(intrinsics! { self,
                    $blend(self.0, replacement.0, $cmp::<_CMP_LT_OQ>(x.0, bound.0))
                })
            }

            #[inline(always)]
            fn count_less(self, bound: Self) -> u32 {
                intrinsics!(self, $movemask($cmp::<_CMP_LT_OQ>(self.0, bound.0)).count_ones())
            }

            #[inline(always)]
            fn any_less(self, bound: Self) -> bool {
                intrinsics!(self, $movemask($cmp::<_CMP_LT_OQ>(self.0, bound.0)) != 0)
            }

            #[inline(always)]
            fn all_between(self, low: Self, high: Self) -> bool {
                // Whether it is not so in some lane: `_mm256_movemask` finds any, not all.
                intrinsics! { self,
                    let below = $cmp::<_CMP_NGE_UQ>(self.0, low.0);
                    let above = $cmp::<_CMP_NLE_UQ>(self.0, high.0);
                    $movemask($or(below, above)) == 0
                }
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Self(intrinsics!(self, $andnot($set1(-0.0), self.0)))
            }

            #[inline(always)]
            fn bits_sub(self, other: Self) -> Self {
                Self(intrinsics!(self, $to_float($sub_int(
                    $to_int(self.0),
                    $to_int(other.0)
                ))))
            }

            #[inline(always)]
            fn scale_by_pow2(self, rounded: Self) -> Self {
                const DIGITS: i32 = $float::MANTISSA_DIGITS as i32 - 1;
                intrinsics! { self,
                    let exponent = $shl::<DIGITS>($to_int(rounded.0));
                    let power = $add_int(exponent, $to_int($set1(1.0)));
                    Self($mul(self.0, $to_float(power)))
                }
            }

            #[inline(always)]
            fn scale_by_pow2_gradual(self, rounded: Self) -> Self {
                // Two factors of half the exponent each: both are normal where the result is
                // subnormal, and the product rounds once. Halving works on 32-bit lanes for both
                // types, since all but the leading bits of an exponent in its place are 0.
                const DIGITS: i32 = $float::MANTISSA_DIGITS as i32 - 1;
                intrinsics! { self,
                    let exponent = $shl::<DIGITS>($to_int(rounded.0));
                    let halved = _mm256_srai_epi32::<1>(exponent);
                    let half = _mm256_and_si256(halved, $set1_int($bits::MAX << DIGITS));
                    let rest = $sub_int(exponent, half);
                    let one = $to_int($set1(1.0));
                    let by_half = $mul(self.0, $to_float($add_int(half, one)));
                    Self($mul(by_half, $to_float($add_int(rest, one))))
                }
            }

            #[inline(always)]
            fn look_up_power(self, powers: &Powers<$float>) -> Self {
                const SHIFT: i32 = Powers::<$float>::SHIFT as i32;
                intrinsics! { self,
                    let exponent = $shl::<SHIFT>($to_int(self.0));
                    let power = $to_int(self.entry(powers).0);
                    Self($to_float($add_int(power, exponent)))
                }
            }

            #[inline(always)]
            fn split_pow2(self) -> (Self, Self) {
                const DIGITS: i32 = $float::MANTISSA_DIGITS as i32 - 1;
                const EXPONENT: $bits = $bits::MAX << DIGITS;
                const BIAS: $float = ($float::MAX_EXP - 1) as $float;
                intrinsics! { self,
                    // Counted from ⅔, with the bias of 1: k + bias in the exponent's place.
                    let one = $to_int($set1(1.0));
                    let from_cut = $sub_int(
                        $to_int(self.0),
                        $to_int($set1(<$float as Element>::TWO_THIRDS)),
                    );
                    let biased = $add_int(from_cut, one);
                    let exponent = _mm256_and_si256(from_cut, $set1_int(EXPONENT));
                    let m = $to_float($sub_int($to_int(self.0), exponent));
                    let round = $set1(<$float as Element>::ROUND);
                    let k = $add_int($shr::<DIGITS>(biased), $to_int(round));
                    let k = $sub($sub($to_float(k), round), $set1(BIAS));
                    (Self(m), Self(k))
                }
            }

            register_reductions!();
        }
    };
}

avx2! {
    F32x8(__m256) of f32, i32; 8 lanes;
    _mm256_setr_epi32(0 1 2 3 4 5 6 7)
    _mm256_set1_ps _mm256_loadu_ps _mm256_maskload_ps _mm256_storeu_ps _mm256_maskstore_ps
    _mm256_blendv_ps _mm256_cmp_ps _mm256_movemask_ps _mm256_cvtss_f32
    _mm256_add_ps _mm256_sub_ps _mm256_mul_ps _mm256_div_ps _mm256_fmadd_ps _mm256_fnmadd_ps
    _mm256_max_ps _mm256_min_ps
    _mm256_andnot_ps _mm256_or_ps _mm256_castps_si256 _mm256_castsi256_ps _mm256_set1_epi32 _mm256_add_epi32 _mm256_sub_epi32
    _mm256_slli_epi32 _mm256_srli_epi32 _mm256_cmpgt_epi32
}

avx2! {
    F64x4(__m256d) of f64, i64; 4 lanes;
    _mm256_setr_epi64x(0 1 2 3)
    _mm256_set1_pd _mm256_loadu_pd _mm256_maskload_pd _mm256_storeu_pd _mm256_maskstore_pd
    _mm256_blendv_pd _mm256_cmp_pd _mm256_movemask_pd _mm256_cvtsd_f64
    _mm256_add_pd _mm256_sub_pd _mm256_mul_pd _mm256_div_pd _mm256_fmadd_pd _mm256_fnmadd_pd
    _mm256_max_pd _mm256_min_pd
    _mm256_andnot_pd _mm256_or_pd _mm256_castpd_si256 _mm256_castsi256_pd _mm256_set1_epi64x _mm256_add_epi64 _mm256_sub_epi64
    _mm256_slli_epi64 _mm256_srli_epi64 _mm256_cmpgt_epi64
}

impl F32x8 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f32>) -> Self {
        let (lower, upper) = powers.split_at(8);
        // SAFETY: `self` proves AVX2; the table spans two registers.
        unsafe {
            let index = _mm256_castps_si256(self.0);
            let lower = _mm256_permutevar8x32_ps(_mm256_loadu_ps(lower.as_ptr()), index);
            let upper = _mm256_permutevar8x32_ps(_mm256_loadu_ps(upper.as_ptr()), index);
            // Bit 3 of the number, where the blend looks.
            let half = _mm256_castsi256_ps(_mm256_slli_epi32::<28>(index));
            Self(_mm256_blendv_ps(lower, upper, half))
        }
    }
}

impl F64x4 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f64>) -> Self {
        // The low half of an index is enough, and all that 32-bit targets can extract.
        let entry = |index: i32| powers[(index & 15) as usize];
        Self(intrinsics! { self,
            let index = _mm256_castpd_si256(self.0);
            _mm256_setr_pd(
                entry(_mm256_extract_epi32::<0>(index)),
                entry(_mm256_extract_epi32::<2>(index)),
                entry(_mm256_extract_epi32::<4>(index)),
                entry(_mm256_extract_epi32::<6>(index)),
            )
        })
    }
}

impl Exchange for F32x8 {
    #[inline(always)]
    fn exchange(self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                4 => _mm256_permute2f128_ps::<0x01>(self.0, self.0),
                2 => _mm256_permute_ps::<0b01_00_11_10>(self.0),
                _ => _mm256_permute_ps::<0b10_11_00_01>(self.0),
            }
        })
    }

    #[inline(always)]
    fn merge(self, other: Self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                4 => _mm256_blend_ps::<0xf0>(self.0, other.0),
                2 => _mm256_blend_ps::<0xcc>(self.0, other.0),
                _ => _mm256_blend_ps::<0xaa>(self.0, other.0),
            }
        })
    }
}

impl Exchange for F64x4 {
    #[inline(always)]
    fn exchange(self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                2 => _mm256_permute2f128_pd::<0x01>(self.0, self.0),
                _ => _mm256_permute_pd::<0b0101>(self.0),
            }
        })
    }

    #[inline(always)]
    fn merge(self, other: Self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                2 => _mm256_blend_pd::<0b1100>(self.0, other.0),
                _ => _mm256_blend_pd::<0b1010>(self.0, other.0),
            }
        })
    }
}
