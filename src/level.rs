//! Instruction sets, and which of them the CPU has.

use core::fmt;

use crate::simd::where_portable;

/// An instruction set that the CPU is known to have.
///
/// Every function runs at the best level by itself; the methods of a level run it at that one, and
/// keep all of its contract: formula, unit, accuracy, edge cases and errors are those of the function
/// of the same name. A value is proof that the CPU has the instructions, so there is nothing to check
/// and nothing unsafe in its use.
///
/// Levels form two families, by whether a product and a sum round together
/// ([`is_fused`](Level::is_fused)). Within a family every function gives the same bits.
///
/// ```
/// use logits::Level;
///
/// for level in Level::available() {
///     let mut x = [0.5_f32, 1.0, 1.5];
///     level.exp_in_place(&mut x);
///     assert_eq!(x[1], core::f32::consts::E, "{level}");
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Level(Backend);

/// Declares [`Backend`], given the condition under which there is a portable one.
macro_rules! backend {
    ($portable:meta;) => {
        /// The backends compiled for the target.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub(crate) enum Backend {
            Scalar,
            #[cfg($portable)]
            Portable,
            #[cfg(target_feature = "sse2")]
            Avx2,
            #[cfg(target_feature = "sse2")]
            Avx512,
        }

        impl Backend {
            /// The portable one, if there is one.
            #[cfg($portable)]
            const PORTABLE: Self = Self::Portable;
            #[cfg(not($portable))]
            const PORTABLE: Self = Self::Scalar;

            fn name(self) -> &'static str {
                match self {
                    Self::Scalar => "scalar",
                    #[cfg($portable)]
                    Self::Portable => "portable",
                    #[cfg(target_feature = "sse2")]
                    Self::Avx2 => "avx2",
                    #[cfg(target_feature = "sse2")]
                    Self::Avx512 => "avx512",
                }
            }

            fn is_fused(self) -> bool {
                match self {
                    Self::Scalar => false,
                    #[cfg($portable)]
                    Self::Portable => crate::simd::portable::FUSED,
                    #[cfg(target_feature = "sse2")]
                    Self::Avx2 | Self::Avx512 => true,
                }
            }
        }
    };
}

where_portable!(backend;);

#[cfg(target_feature = "sse2")]
cpufeatures::new!(has_avx2, "avx2", "fma");
#[cfg(target_feature = "sse2")]
cpufeatures::new!(
    has_avx512, "avx512f", "avx512dq", "avx512bw", "avx512vl", "avx2", "fma"
);

impl Level {
    /// One element at a time: the smallest code. Unfused on every target.
    pub const SCALAR: Self = Self(Backend::Scalar);
    /// 128 bits, with the instructions the crate is compiled for: SSE2, NEON, `simd128`. Fused
    /// on aarch64 and where x86 is compiled with FMA. The same as [`SCALAR`](Level::SCALAR) where
    /// the target has none of them.
    pub const PORTABLE: Self = Self(Backend::PORTABLE);

    /// AVX2 and FMA, 256 bits, if the CPU has them. Fused.
    ///
    /// # Example
    /// ```
    /// # use logits::Level;
    /// assert!(Level::avx2().is_none_or(Level::is_fused));
    /// ```
    #[inline]
    pub fn avx2() -> Option<Self> {
        #[cfg(target_feature = "sse2")]
        if has_avx2::get() {
            return Some(Self(Backend::Avx2));
        }
        None
    }

    /// AVX-512 F, DQ, BW and VL, 512 bits, if the CPU has them. Fused.
    ///
    /// # Example
    /// ```
    /// # use logits::Level;
    /// assert!(Level::avx512().is_none_or(Level::is_fused));
    /// ```
    #[inline]
    pub fn avx512() -> Option<Self> {
        #[cfg(target_feature = "sse2")]
        if has_avx512::get() {
            return Some(Self(Backend::Avx512));
        }
        None
    }

    /// The fastest level that the CPU has: what every function uses by itself. Detected once, then
    /// remembered.
    ///
    /// # Example
    /// ```
    /// # use logits::Level;
    /// assert_eq!(Level::best(), Level::default());
    /// ```
    #[inline]
    pub fn best() -> Self {
        Self::avx512().or_else(Self::avx2).unwrap_or(Self::PORTABLE)
    }

    /// All levels that the CPU has, the best last.
    ///
    /// # Example
    /// ```
    /// # use logits::Level;
    /// assert_eq!(Level::available().next(), Some(Level::SCALAR));
    /// assert_eq!(Level::available().last(), Some(Level::best()));
    /// ```
    pub fn available() -> impl Iterator<Item = Self> {
        [
            Some(Self::SCALAR),
            (Self::PORTABLE != Self::SCALAR).then_some(Self::PORTABLE),
            Self::avx2(),
            Self::avx512(),
        ]
        .into_iter()
        .flatten()
    }

    /// `scalar`, `portable`, `avx2` or `avx512`.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::Level::SCALAR.name(), "scalar");
    /// ```
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Whether a product and a sum round together: the family, within which bits agree.
    ///
    /// # Example
    /// ```
    /// assert!(!logits::Level::SCALAR.is_fused());
    /// ```
    pub fn is_fused(self) -> bool {
        self.0.is_fused()
    }

    /// The backend that runs this level.
    #[inline(always)]
    pub(crate) fn backend(self) -> Backend {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::best()
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
