//! From a level to the kernel compiled for it.

use crate::kernel;
use crate::kernel::partial_sum::PartialSum;
use crate::level::{Backend, Level};
use crate::logit_options::LogitOptions;
use crate::loss::{Binary, Labels, LossSum, Options, Targets};
use crate::rows::{Rows, RowsMut};
use crate::simd::{InOut, scalar, where_portable};
#[cfg(target_feature = "sse2")]
use crate::simd::{avx2, avx512};

/// Declares [`Kernels`] and, for both element types, one entry for each kernel and level.
///
/// Entries are not generic: they are compiled here, with this crate's optimisation, whatever the
/// profile of the crate that calls them. All that a kernel calls is inlined into its entry, which
/// enables the instructions of its level, as routines do (see [`Token`](crate::simd::Token)). At 256
/// bits a kernel runs `by` vectors of a [`Pair`](crate::simd::Pair) or a [`Quad`](crate::simd::Quad) of
/// registers, whichever is faster.
macro_rules! kernels {
    (
        $portable:meta;
        $($name:ident = $kernel:ident in $file:ident by $many:ident, ($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*
    ) => {
        /// The kernels of an element type `T`, at a chosen level. Private to the crate, as
        /// [`Element`](crate::simd::Element) is.
        pub(crate) trait Kernels<T> {
            $(
                fn $name(level: Level, $($argument: $type),*) $(-> $output)?;
            )*
        }

        kernels!(@float $portable, single, f32, F32x4, F32x8, F32x16;
            $($name = $kernel in $file by $many, ($($argument: $type),*) $(-> $output)?;)*);
        kernels!(@float $portable, double, f64, F64x2, F64x4, F64x8;
            $($name = $kernel in $file by $many, ($($argument: $type),*) $(-> $output)?;)*);
    };

    (
        @float $portable:meta, $module:ident, $float:ident, $v128:ident, $v256:ident, $v512:ident;
        $($name:ident = $kernel:ident in $file:ident by $many:ident, ($($argument:ident: $type:ty),*) $(-> $output:ty)?;)*
    ) => {
        mod $module {
            use super::*;
            #[cfg($portable)]
            use crate::simd::{Quad, portable};

            type T = $float;

            impl Kernels<T> for T {
                $(
                    #[inline]
                    fn $name(level: Level, $($argument: $type),*) $(-> $output)? {
                        #[inline(never)]
                        fn scalar($($argument: $type),*) $(-> $output)? {
                            kernel::$file::$kernel::<scalar::Scalar<T>>(scalar::ScalarToken, $($argument),*)
                        }

                        #[cfg($portable)]
                        #[inline(never)]
                        fn portable($($argument: $type),*) $(-> $output)? {
                            kernel::$file::$kernel::<Quad<portable::$v128>>(portable::Portable, $($argument),*)
                        }

                        #[cfg(target_feature = "sse2")]
                        #[target_feature(enable = "avx2,fma")]
                        fn avx2($($argument: $type),*) $(-> $output)? {
                            kernel::$file::$kernel::<crate::simd::$many<avx2::$v256>>(avx2::Avx2::new(), $($argument),*)
                        }

                        #[cfg(target_feature = "sse2")]
                        #[target_feature(enable = "avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")]
                        fn avx512($($argument: $type),*) $(-> $output)? {
                            // A stripe has no more than two registers of this size.
                            kernel::$file::$kernel::<crate::simd::Pair<avx512::$v512>>(avx512::Avx512::new(), $($argument),*)
                        }

                        match level.backend() {
                            Backend::Scalar => scalar($($argument),*),
                            #[cfg($portable)]
                            Backend::Portable => portable($($argument),*),
                            // SAFETY: `Level::avx2` alone makes this backend, where the CPU has AVX2
                            // and FMA, all that the entry enables.
                            #[cfg(target_feature = "sse2")]
                            Backend::Avx2 => unsafe { avx2($($argument),*) },
                            // SAFETY: `Level::avx512` alone makes this backend, where the CPU has
                            // all that the entry enables.
                            #[cfg(target_feature = "sse2")]
                            Backend::Avx512 => unsafe { avx512($($argument),*) },
                        }
                    }
                )*
            }
        }
    };
}

where_portable! { kernels;
    exp = exp in elementwise by Quad, (data: InOut<'_, T>);
    exp_m1 = exp_m1 in elementwise by Quad, (data: InOut<'_, T>);
    ln = ln in elementwise by Quad, (data: InOut<'_, T>);
    ln_1p = ln_1p in elementwise by Quad, (data: InOut<'_, T>);
    sigmoid = sigmoid in elementwise by Quad, (data: InOut<'_, T>);
    log_sigmoid = log_sigmoid in elementwise by Quad, (data: InOut<'_, T>);
    softplus = softplus in elementwise by Quad, (data: InOut<'_, T>);
    logit = logit in elementwise by Quad, (data: InOut<'_, T>);
    log_sum_exp = log_sum_exp in log_sum_exp by Pair, (rows: Rows<'_, T>, out: &mut [T]);
    extend_sum = extend in partial_sum by Pair, (sum: PartialSum<T>, x: &[T]) -> PartialSum<T>;
    merge_sums = merge in partial_sum by Pair,
        (a: PartialSum<T>, b: PartialSum<T>, fused: bool) -> PartialSum<T>;
    log_sum_exp_of_parts = log_sum_exp in partial_sum by Pair, (sum: PartialSum<T>) -> T;
    log_sum_exp_above = log_sum_exp_above in partial_sum by Pair, (sum: PartialSum<T>, logit: T) -> T;
    partial_gradient = gradient in partial_sum by Pair,
        (sum: PartialSum<T>, x: &mut [T], target: usize, scale: T);
    softmax = softmax in softmax by Pair, (row: InOut<'_, T>) -> T;
    softmax_rows = softmax_rows in softmax by Pair, (rows: InOut<'_, T>, columns: usize);
    log_softmax = log_softmax in log_softmax by Pair, (row: InOut<'_, T>) -> T;
    log_softmax_rows = log_softmax_rows in log_softmax by Pair, (rows: InOut<'_, T>, columns: usize);
    softmax_options = softmax in softmax_options by Quad,
        (rows: InOut<'_, T>, columns: usize, options: LogitOptions<'_, T>) -> T;
    log_softmax_options = log_softmax in softmax_options by Quad,
        (rows: InOut<'_, T>, columns: usize, options: LogitOptions<'_, T>) -> T;
    log_sum_exp_options = log_sum_exp in softmax_options by Quad,
        (rows: Rows<'_, T>, options: LogitOptions<'_, T>, out: &mut [T]);
    softmax_vjp = softmax in softmax_vjp by Pair, (y: Rows<'_, T>, dy: RowsMut<'_, T>);
    log_softmax_vjp = log_softmax in softmax_vjp by Quad, (y: Rows<'_, T>, dy: RowsMut<'_, T>);
    cross_entropy = loss in cross_entropy by Pair,
        (rows: Rows<'_, T>, labels: Labels<'_>, options: Options<'_, T>) -> LossSum<T>;
    cross_entropy_gradient = loss_and_gradient in cross_entropy by Pair,
        (rows: RowsMut<'_, T>, labels: Labels<'_>, options: Options<'_, T>, scale: T) -> LossSum<T>;
    cross_entropy_targets = loss in cross_entropy_targets by Pair,
        (rows: Rows<'_, T>, targets: Targets<'_, T>, options: Options<'_, T>) -> LossSum<T>;
    cross_entropy_targets_gradient = loss_and_gradient in cross_entropy_targets by Pair,
        (rows: RowsMut<'_, T>, targets: Targets<'_, T>, options: Options<'_, T>, scale: T)
        -> LossSum<T>;
    entropy_from_logits = entropy_from_logits in information_from_logits by Pair,
        (rows: Rows<'_, T>, out: &mut [T]);
    kl_divergence_from_logits = kl_divergence_from_logits in information_from_logits by Pair,
        (x: Rows<'_, T>, y: Rows<'_, T>, out: &mut [T]);
    cross_entropy_of_probabilities = cross_entropy in information by Quad,
        (p: Rows<'_, T>, q: Rows<'_, T>, out: &mut [T]);
    kl_divergence = kl_divergence in information by Quad,
        (p: Rows<'_, T>, q: Rows<'_, T>, out: &mut [T]);
    js_divergence = js_divergence in information by Quad,
        (p: Rows<'_, T>, q: Rows<'_, T>, out: &mut [T]);
    cross_entropy_from_probabilities = loss in cross_entropy_probabilities by Quad,
        (rows: Rows<'_, T>, labels: Labels<'_>, options: Options<'_, T>) -> LossSum<T>;
    cross_entropy_from_probabilities_gradient = loss_and_gradient in cross_entropy_probabilities by Quad,
        (rows: RowsMut<'_, T>, labels: Labels<'_>, options: Options<'_, T>, scale: T) -> LossSum<T>;
    binary_cross_entropy = loss in binary_cross_entropy by Quad,
        (x: &[T], of: Binary<'_, T>) -> LossSum<T>;
    binary_cross_entropy_gradient = loss_and_gradient in binary_cross_entropy by Quad,
        (x: &mut [T], of: Binary<'_, T>, scale: T) -> LossSum<T>;
}
