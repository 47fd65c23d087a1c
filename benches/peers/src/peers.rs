//! What this crate is compared with.

use std::hint::black_box;
use std::mem::MaybeUninit;

use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::{Exp, Softmax};

use crate::support::{Batch, Contender, Real};

/// rten's softmax of each row, in place.
pub fn rten_softmax(columns: usize) -> Contender<f32> {
    Contender::inexact("rten-vecmath", columns, |batch: &mut Batch<f32>| {
        for row in batch.x.chunks_exact_mut(batch.columns) {
            Softmax::new_mut(row).dispatch();
        }
    })
}

/// rten's softmax of each row, into the results.
pub fn rten_softmax_into(columns: usize) -> Contender<f32> {
    Contender::inexact("rten-vecmath", columns, |batch: &mut Batch<f32>| {
        let rows = batch.x.chunks_exact(batch.columns);
        for (row, out) in rows.zip(batch.results.chunks_exact_mut(batch.columns)) {
            Softmax::new(row, as_uninit(out)).dispatch();
        }
    })
}

/// rten's exponential of each logit into the results.
pub fn rten_exp() -> Contender<f32> {
    Contender::inexact("rten-vecmath", 0, |batch: &mut Batch<f32>| {
        Exp {}.map(&batch.x, as_uninit(&mut batch.results));
    })
}

/// `out` as `Softmax::new` and `Exp::map` take what they write to: for them alone.
fn as_uninit(out: &mut [f32]) -> &mut [MaybeUninit<f32>] {
    // SAFETY: `MaybeUninit<f32>` is documented to have the size and the alignment of `f32`, and the result
    // borrows `out` for as long as it lives. Nothing uninitialized may be left in `out`: both callers,
    // above, hand the result to rten alone, which returns the whole of it as `&mut [f32]`, hence
    // initialized.
    unsafe { &mut *(out as *mut [f32] as *mut [MaybeUninit<f32>]) }
}

/// Copies the logits to the results.
pub fn memcpy<T: Real>() -> Contender<T> {
    Contender::baseline("memcpy", |batch: &mut Batch<T>| {
        batch.results.copy_from_slice(&batch.x);
    })
}

/// Adds up all logits.
pub fn plain_sum() -> Contender<f32> {
    let sum = widest_sum();
    Contender::baseline("plain sum", move |batch: &mut Batch<f32>| {
        black_box(sum(&batch.x));
    })
}

/// The sum in the widest vectors that the CPU has.
fn widest_sum() -> fn(&[f32]) -> f32 {
    #[cfg(target_arch = "x86_64")]
    {
        #[target_feature(enable = "avx2")]
        fn avx2(x: &[f32]) -> f32 {
            sum(x)
        }

        #[target_feature(enable = "avx512f")]
        fn avx512(x: &[f32]) -> f32 {
            sum(x)
        }

        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the CPU has AVX-512 F.
            return |x| unsafe { avx512(x) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the CPU has AVX2.
            return |x| unsafe { avx2(x) };
        }
    }
    sum
}

/// A sum in as many lanes as fill eight of the widest registers.
#[inline(always)]
fn sum(x: &[f32]) -> f32 {
    const LANES: usize = 128;
    let mut lanes = [0.0; LANES];
    let (parts, rest) = x.as_chunks::<LANES>();
    for part in parts {
        for lane in 0..LANES {
            lanes[lane] += part[lane];
        }
    }
    lanes.iter().sum::<f32>() + rest.iter().sum::<f32>()
}
