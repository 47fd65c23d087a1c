//! Loops over slices: one file an algorithm, generic over the vector, without `unsafe`.
//!
//! Every function here is `#[inline(always)]`: it must become part of the `#[target_feature]`
//! entry that calls it, or each vector instruction turns into a call. For the same reason there
//! are plain loops and no closures.
//!
//! The largest are so without debug assertions only. An unoptimised build keeps every value of every
//! inlined function on the stack, and all together would be more than a thread has.

pub mod binary_cross_entropy;
mod block_targets;
pub mod cross_entropy;
pub mod cross_entropy_probabilities;
pub mod cross_entropy_targets;
pub mod elementwise;
mod exp_sum;
mod few_columns;
pub mod frame;
pub mod information;
pub mod information_from_logits;
pub mod lane_sum;
pub mod log_softmax;
pub mod log_sum_exp;
pub mod map;
pub mod maximum;
pub mod partial_sum;
mod row;
pub mod row_sum;
pub mod scale;
pub mod softmax;
pub mod softmax_options;
pub mod softmax_vjp;
pub mod sum;
pub mod transform;
pub mod weighing;
