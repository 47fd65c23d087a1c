//! Vectors: one trait, one file for each set of instructions.

mod element;
mod exchange;
#[cfg(target_feature = "sse2")]
mod fours;
mod pair;
mod powers;
// Elsewhere `wide` would imitate vectors by arrays, more slowly and in more code than one lane.
// The condition is that of `where_portable`, which can't stand here: a macro hides files from rustfmt.
#[cfg(any(
    target_feature = "sse2",
    target_feature = "simd128",
    all(target_arch = "aarch64", target_feature = "neon")
))]
pub mod portable;
mod reduce;
pub mod scalar;
mod span;
mod stack;
mod vector;
#[cfg(target_feature = "sse2")]
mod x86;

#[cfg(target_feature = "sse2")]
pub mod avx2;
#[cfg(target_feature = "sse2")]
pub mod avx512;

pub(crate) use element::Element;
pub use exchange::Exchange;
pub use pair::{Pair, Quad};
pub use powers::Powers;
pub use span::{InOut, Span, before_line};
pub use stack::Stack;
pub use vector::{Count, Routine, Source, Stripe, Token, Vector};

/// Calls a macro with the condition under which there is `portable`, and then the rest.
macro_rules! where_portable {
    ($macro:ident; $($rest:tt)*) => {
        $macro! {
            any(
                target_feature = "sse2",
                target_feature = "simd128",
                all(target_arch = "aarch64", target_feature = "neon")
            );
            $($rest)*
        }
    };
}
pub(crate) use where_portable;
