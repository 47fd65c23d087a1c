//! Elementary functions of a vector, and arithmetic in twice the precision.

pub mod divergence;
pub mod excess;
pub mod exp;
pub mod exp_m1;
pub mod ln;
pub mod log;
pub mod logit;
pub mod scaled;
pub mod sigmoid;
pub mod tanh;
pub mod term;
mod two_fold;

pub use two_fold::TwoFold;

/// Horner's scheme, written out: `horner!(x; a, b, c)` is a + x·(b + x·c).
macro_rules! horner {
    ($token:expr, $x:expr; $last:expr) => { V::splat($token, $last) };
    ($token:expr, $x:expr; $first:expr, $($rest:expr),+) => {
        horner!($token, $x; $($rest),+).mul_add($x, V::splat($token, $first))
    };
}
pub(crate) use horner;
