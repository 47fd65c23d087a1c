//! Lanes that change places, of sixteen `f32`.

#[cfg(target_arch = "x86")]
use core::arch::x86::*;
#[cfg(target_arch = "x86_64")]
use core::arch::x86_64::*;

use super::{Avx512, F32x16};
use crate::simd::exchange::{Exchange, Square, holds_rows, rows_to_columns};
use crate::simd::fours::{Fours, by_fours};
use crate::simd::vector::{Count, Source, Vector};
use crate::simd::x86::{Proof, intrinsics};

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
    fn load_columns(token: Avx512, rows: &[f32], stride: usize) -> Square<Self> {
        if !holds_rows::<Self>(rows.len(), stride) {
            return rows_to_columns::<Self>(token, rows, stride);
        }
        let mut square = <Self as Vector>::PerLane::yielded(QuartersToLoad {
            token,
            row: rows.as_ptr(),
            stride,
            number: 0,
        });
        by_fours(&mut square, 1);
        square
    }

    #[inline(always)]
    fn transpose(square: &mut [Self]) {
        by_fours(square, 4);
        by_fours(square, 1);
    }

    #[inline(always)]
    fn transpose_back(square: &mut [Self]) {
        // Of up to twelve columns, the last four stand for the first.
        by_fours(square, 1);
        by_fours(square, 4);
    }
}

/// Registers number 4q + i, whose quarter k is quarter q of row number 4k + i: what the first step of a
/// transposition makes of rows, for which loads of quarters take no shuffles.
struct QuartersToLoad {
    token: Avx512,
    /// The first of sixteen rows, in a slice that [`holds_rows`].
    row: *const f32,
    stride: usize,
    /// That of the next register.
    number: usize,
}

impl QuartersToLoad {
    /// Quarter number `quarter` of a row.
    #[inline(always)]
    fn load(&self, row: usize, quarter: usize) -> __m128 {
        let start = self.row.wrapping_add(row * self.stride + 4 * quarter);
        // SAFETY: `load_columns` alone makes this, of a slice that has a whole register at the start of
        // each of 16 rows, and lets it yield as many registers: so there are such a row and quarter.
        unsafe { start.cast::<__m128>().read_unaligned() }
    }
}

impl Source<F32x16> for QuartersToLoad {
    #[inline(always)]
    fn next(&mut self) -> F32x16 {
        let (quarter, row) = (self.number / 4, self.number % 4);
        self.number += 1;
        let token = self.token;
        F32x16(intrinsics! { token,
            let quarters = _mm512_castps128_ps512(self.load(row, quarter));
            let quarters = _mm512_insertf32x4::<1>(quarters, self.load(row + 4, quarter));
            let quarters = _mm512_insertf32x4::<2>(quarters, self.load(row + 8, quarter));
            _mm512_insertf32x4::<3>(quarters, self.load(row + 12, quarter))
        })
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
