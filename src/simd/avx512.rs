//! AVX-512 (F, DQ, BW, VL): sixteen lanes of `f32`, eight of `f64`.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

use super::element::Element;
use super::exchange::Exchange;
use super::fours::{Fours, by_fours};
use super::powers::Powers;
use super::reduce::{halving, max_across, register_reductions};
use super::vector::{Routine, Times, Token, Vector};
use super::x86::{Proof, intrinsics, lanewise, outlined_calls};
use crate::math::TwoFold;

/// Proof that the CPU has AVX-512 F, DQ, BW and VL.
#[derive(Clone, Copy)]
pub struct Avx512(());

// SAFETY: the field is private to this file, and only `new` makes a value, which is compiled for
// these features and so safe to call only in code that is, too.
unsafe impl Proof for Avx512 {}

outlined_calls!(Avx512, "avx512f,avx512dq,avx512bw,avx512vl");

impl Avx512 {
    /// The proof: only code compiled for these features can call this safely.
    #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl")]
    #[inline]
    pub fn new() -> Self {
        Self(())
    }
}

macro_rules! avx512 {
    (
        $vector:ident($register:ident) of $float:ident; $lanes:literal lanes in $mask:ident;
        $set1:ident $load:ident $mask_load:ident $store:ident $mask_store:ident
        $blend:ident $cmp:ident $first:ident
        $add:ident $sub:ident $mul:ident $div:ident $fmadd:ident $fnmadd:ident $max:ident $min:ident
        $scalef:ident $maskz_scalef:ident $abs:ident
        $to_int:ident $to_float:ident $sub_int:ident $shl:ident $shr_signed:ident
        $from_signed:ident $add_int:ident $max_unsigned:ident
    ) => {
        /// One register.
        #[derive(Clone, Copy)]
        pub struct $vector($register);

        // SAFETY: the register is private to this file, which makes a vector only from a token or
        // from another vector.
        unsafe impl Proof for $vector {}

        impl $vector {
            /// The mask of the first `count` lanes.
            #[inline(always)]
            fn first_lanes(count: usize) -> $mask {
                ((1u32 << count.min($lanes)) - 1) as $mask
            }
        }

        impl Vector for $vector {
            type Element = $float;
            type Token = Avx512;
            type Register = Self;
            type PerStripe = Times<{ <$float as Element>::STRIPE / $lanes }>;
            type PerLane = Times<$lanes>;

            const LANES: usize = $lanes;
            const FUSED: bool = true;
            const LOWER_OF_ALL: bool = false;

            #[inline(always)]
            fn splat(token: Avx512, x: $float) -> Self {
                Self(intrinsics!(token, $set1(x)))
            }

            #[inline(always)]
            fn load(token: Avx512, x: &[$float], fill: $float) -> Self {
                match x.first_chunk::<$lanes>() {
                    // SAFETY: `token` proves AVX-512; the array spans one register.
                    Some(full) => Self(unsafe { $load(full.as_ptr()) }),
                    // No instruction at all: a masked access to an address that is not mapped
                    // costs hundreds of cycles, even if it touches nothing.
                    None if x.is_empty() => Self::splat(token, fill),
                    None => {
                        let mask = Self::first_lanes(x.len());
                        let fill = Self::splat(token, fill);
                        // SAFETY: `token` proves AVX-512; the mask admits only elements of `x`.
                        Self(unsafe { $mask_load(fill.0, mask, x.as_ptr()) })
                    }
                }
            }

            #[inline(always)]
            fn prefetch(_: Avx512, x: &[$float], distance: usize) {
                let address = x.as_ptr().wrapping_add(distance).cast();
                // SAFETY: SSE is compiled in, as SSE2 is wherever this file is; a prefetch reads
                // nothing that a program can see, and never faults.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(address) };
            }

            #[inline(always)]
            fn store(self, out: &mut [$float]) {
                if out.is_empty() {
                    return;
                }
                match out.first_chunk_mut::<$lanes>() {
                    // SAFETY: `self` proves AVX-512; the array spans one register.
                    Some(full) => unsafe { $store(full.as_mut_ptr(), self.0) },
                    None => {
                        let mask = Self::first_lanes(out.len());
                        // SAFETY: `self` proves AVX-512; the mask admits only elements of `out`.
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
                u64::from(intrinsics!(self, $cmp::<_CMP_EQ_OQ>(self.0, $set1(value))))
            }

            #[inline(always)]
            fn with_lane(self, lane: usize, value: $float) -> Self {
                let mask = if lane < $lanes { 1 << lane } else { 0 };
                Self(intrinsics!(self, $blend(mask, self.0, $set1(value))))
            }

            #[inline(always)]
            fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self {
                // The mask of the lanes that stay: with 0 as the replacement, `self`'s own last
                // instruction takes it.
                Self(intrinsics! { self,
                    $blend($cmp::<_CMP_NLT_UQ>(x.0, bound.0), replacement.0, self.0)
                })
            }

            #[inline(always)]
            fn count_less(self, bound: Self) -> u32 {
                intrinsics!(self, $cmp::<_CMP_LT_OQ>(self.0, bound.0).count_ones())
            }

            #[inline(always)]
            fn any_less(self, bound: Self) -> bool {
                intrinsics!(self, $cmp::<_CMP_LT_OQ>(self.0, bound.0) != 0)
            }

            #[inline(always)]
            fn all_between(self, low: Self, high: Self) -> bool {
                intrinsics! { self,
                    let below = $cmp::<_CMP_NGE_UQ>(self.0, low.0);
                    below | $cmp::<_CMP_NLE_UQ>(self.0, high.0) == 0
                }
            }

            // The lower a negative number, the larger its bits: integers take ports that do not multiply.
            #[inline(always)]
            fn lower(self, other: Self) -> Self {
                Self(intrinsics! { self,
                    $to_float($max_unsigned($to_int(self.0), $to_int(other.0)))
                })
            }

            #[inline(always)]
            fn abs(self) -> Self {
                Self(intrinsics!(self, $abs(self.0)))
            }

            #[inline(always)]
            fn bits_sub(self, other: Self) -> Self {
                Self(intrinsics!(
                    self,
                    $to_float($sub_int($to_int(self.0), $to_int(other.0)))
                ))
            }

            #[inline(always)]
            fn scale_by_pow2(self, rounded: Self) -> Self {
                Self(intrinsics! { self,
                    $scalef(self.0, $sub(rounded.0, $set1(<$float as Element>::ROUND)))
                })
            }

            #[inline(always)]
            fn scale_by_pow2_gradual(self, rounded: Self) -> Self {
                const LOWEST: $float =
                    ($float::MIN_EXP - $float::MANTISSA_DIGITS as i32 - 1) as $float;
                // Masked out where it is 0 anyway: underflow would cost a microcode assist.
                intrinsics! { self,
                    let k = $sub(rounded.0, $set1(<$float as Element>::ROUND));
                    let counts = $cmp::<_CMP_NLT_UQ>(k, $set1(LOWEST));
                    Self($maskz_scalef(counts, self.0, k))
                }
            }

            #[inline(always)]
            fn look_up_power(self, powers: &Powers<$float>) -> Self {
                const SHIFT: u32 = Powers::<$float>::SHIFT;
                intrinsics! { self,
                    let exponent = $shl::<SHIFT>($to_int(self.0));
                    let power = $to_int(self.entry(powers).0);
                    Self($to_float($add_int(power, exponent)))
                }
            }

            #[inline(always)]
            fn split_pow2(self) -> (Self, Self) {
                // The exponent, counted from ⅔, in its place and as a number.
                const DIGITS: u32 = $float::MANTISSA_DIGITS - 1;
                intrinsics! { self,
                    let bits = $to_int(self.0);
                    let cut = $to_int($set1(<$float as Element>::TWO_THIRDS));
                    let k = $shr_signed::<DIGITS>($sub_int(bits, cut));
                    let m = $sub_int(bits, $shl::<DIGITS>(k));
                    (Self($to_float(m)), Self($from_signed(k)))
                }
            }

            register_reductions!();
        }
    };
}

avx512! {
    F32x16(__m512) of f32; 16 lanes in __mmask16;
    _mm512_set1_ps _mm512_loadu_ps _mm512_mask_loadu_ps _mm512_storeu_ps _mm512_mask_storeu_ps
    _mm512_mask_blend_ps _mm512_cmp_ps_mask _mm512_cvtss_f32
    _mm512_add_ps _mm512_sub_ps _mm512_mul_ps _mm512_div_ps _mm512_fmadd_ps _mm512_fnmadd_ps
    _mm512_max_ps _mm512_min_ps _mm512_scalef_ps _mm512_maskz_scalef_ps _mm512_abs_ps
    _mm512_castps_si512 _mm512_castsi512_ps _mm512_sub_epi32 _mm512_slli_epi32
    _mm512_srai_epi32 _mm512_cvtepi32_ps _mm512_add_epi32 _mm512_max_epu32
}

avx512! {
    F64x8(__m512d) of f64; 8 lanes in __mmask8;
    _mm512_set1_pd _mm512_loadu_pd _mm512_mask_loadu_pd _mm512_storeu_pd _mm512_mask_storeu_pd
    _mm512_mask_blend_pd _mm512_cmp_pd_mask _mm512_cvtsd_f64
    _mm512_add_pd _mm512_sub_pd _mm512_mul_pd _mm512_div_pd _mm512_fmadd_pd _mm512_fnmadd_pd
    _mm512_max_pd _mm512_min_pd _mm512_scalef_pd _mm512_maskz_scalef_pd _mm512_abs_pd
    _mm512_castpd_si512 _mm512_castsi512_pd _mm512_sub_epi64 _mm512_slli_epi64
    _mm512_srai_epi64 _mm512_cvtepi64_pd _mm512_add_epi64 _mm512_max_epu64
}

impl F64x8 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f64>) -> Self {
        let (lower, upper) = powers.split_at(8);
        // SAFETY: `self` proves AVX-512; the table spans two registers.
        unsafe {
            let index = _mm512_castpd_si512(self.0);
            let lower = _mm512_loadu_pd(lower.as_ptr());
            let upper = _mm512_loadu_pd(upper.as_ptr());
            Self(_mm512_permutex2var_pd(lower, index, upper))
        }
    }
}

impl Exchange for F32x16 {
    #[inline(always)]
    fn exchange(self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                8 => _mm512_shuffle_f32x4::<0b01_00_11_10>(self.0, self.0),
                4 => _mm512_shuffle_f32x4::<0b10_11_00_01>(self.0, self.0),
                2 => _mm512_permute_ps::<0b01_00_11_10>(self.0),
                _ => _mm512_permute_ps::<0b10_11_00_01>(self.0),
            }
        })
    }

    #[inline(always)]
    fn merge(self, other: Self, distance: usize) -> Self {
        let lanes = match distance {
            8 => 0xff00,
            4 => 0xf0f0,
            2 => 0xcccc,
            _ => 0xaaaa,
        };
        Self(intrinsics!(
            self,
            _mm512_mask_blend_ps(lanes, self.0, other.0)
        ))
    }

    #[inline(always)]
    fn transpose(square: &mut [Self]) {
        by_fours(square, 4);
        by_fours(square, 1);
    }
}

impl Fours for F32x16 {
    #[inline(always)]
    fn transpose_fours(rows: [Self; 4], distance: usize) -> [Self; 4] {
        if distance == 4 {
            Self::transpose_quarters(rows)
        } else {
            Self::transpose_within_quarters(rows)
        }
    }
}

impl F32x16 {
    /// The entries whose numbers are in the low four bits.
    #[inline(always)]
    fn entry(self, Powers(powers): &Powers<f32>) -> Self {
        // SAFETY: `self` proves AVX-512; the table spans one register.
        unsafe {
            let index = _mm512_castps_si512(self.0);
            Self(_mm512_permutexvar_ps(
                index,
                _mm512_loadu_ps(powers.as_ptr()),
            ))
        }
    }

    /// Transposes a square whose numbers are the quarters of registers.
    #[inline(always)]
    fn transpose_quarters([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        const LOWER: i32 = 0b01_00_01_00;
        const UPPER: i32 = 0b11_10_11_10;
        const EVEN: i32 = 0b10_00_10_00;
        const ODD: i32 = 0b11_01_11_01;
        intrinsics! { a,
            let ab = _mm512_shuffle_f32x4::<LOWER>(a.0, b.0);
            let cd = _mm512_shuffle_f32x4::<LOWER>(c.0, d.0);
            let ab_upper = _mm512_shuffle_f32x4::<UPPER>(a.0, b.0);
            let cd_upper = _mm512_shuffle_f32x4::<UPPER>(c.0, d.0);
            [
                Self(_mm512_shuffle_f32x4::<EVEN>(ab, cd)),
                Self(_mm512_shuffle_f32x4::<ODD>(ab, cd)),
                Self(_mm512_shuffle_f32x4::<EVEN>(ab_upper, cd_upper)),
                Self(_mm512_shuffle_f32x4::<ODD>(ab_upper, cd_upper)),
            ]
        }
    }

    /// Transposes four squares side by side, one a quarter of four registers.
    #[inline(always)]
    fn transpose_within_quarters([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        intrinsics! { a,
            let ab = _mm512_castps_pd(_mm512_unpacklo_ps(a.0, b.0));
            let cd = _mm512_castps_pd(_mm512_unpacklo_ps(c.0, d.0));
            let ab_upper = _mm512_castps_pd(_mm512_unpackhi_ps(a.0, b.0));
            let cd_upper = _mm512_castps_pd(_mm512_unpackhi_ps(c.0, d.0));
            [
                Self(_mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd))),
                Self(_mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd))),
                Self(_mm512_castpd_ps(_mm512_unpacklo_pd(ab_upper, cd_upper))),
                Self(_mm512_castpd_ps(_mm512_unpackhi_pd(ab_upper, cd_upper))),
            ]
        }
    }
}

impl Exchange for F64x8 {
    #[inline(always)]
    fn exchange(self, distance: usize) -> Self {
        Self(intrinsics! { self,
            match distance {
                4 => _mm512_shuffle_f64x2::<0b01_00_11_10>(self.0, self.0),
                2 => _mm512_shuffle_f64x2::<0b10_11_00_01>(self.0, self.0),
                _ => _mm512_permute_pd::<0b01_01_01_01>(self.0),
            }
        })
    }

    #[inline(always)]
    fn merge(self, other: Self, distance: usize) -> Self {
        let lanes = match distance {
            4 => 0xf0,
            2 => 0xcc,
            _ => 0xaa,
        };
        Self(intrinsics!(
            self,
            _mm512_mask_blend_pd(lanes, self.0, other.0)
        ))
    }
}
