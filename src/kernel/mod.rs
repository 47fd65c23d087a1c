//! Loops over slices: one file an algorithm, generic over the vector, without `unsafe`.
//!
//! Every function here is `#[inline(always)]`: it must become part of the `#[target_feature]`
//! function that calls it, or each vector instruction turns into a call. For the same reason
//! loops are plain, with no closures as their bodies: a closure is a function of its own, without the
//! features of its caller, and only one as short as a `splat` is sure to become part of it. Such a
//! function is a kernel's entry in `dispatch`, or a [`Routine`](crate::simd::Routine): the sums of
//! exponentials, which most kernels begin with and which are large.

pub mod binary_cross_entropy;
pub mod cross_entropy;
pub mod cross_entropy_probabilities;
pub mod cross_entropy_targets;
pub mod elementwise;
mod exp_sum;
mod few_columns;
pub mod frame;
mod frames;
pub mod information;
pub mod information_from_logits;
mod label_weight;
pub mod lane_sum;
mod lane_targets;
mod lanes;
pub mod log_softmax;
pub mod log_sum_exp;
pub mod map;
pub mod maximum;
pub mod partial_sum;
mod peak;
mod row;
mod row_losses;
mod row_sum;
mod running;
pub mod scale;
pub mod softmax;
pub mod softmax_options;
pub mod softmax_vjp;
mod squares;
pub mod sum;
mod sums;
mod target_gradient;
pub mod transform;
pub mod weighing;
