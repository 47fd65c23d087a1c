//! What the backends of AVX2 and AVX-512 have in common.

/// Calls intrinsics that need the features and touch no memory.
macro_rules! intrinsics {
    ($($body:tt)*) => {
        // SAFETY: a vector or a token of the calling module is at hand, in a private function in the
        // hands of all its callers, and both exist only where the CPU has the features that the
        // intrinsics need.
        unsafe { $($body)* }
    };
}

/// Operations that are one intrinsic.
macro_rules! lanewise {
    ($($name:ident($a:ident $(, $b:ident)*) = $intrinsic:ident($($operand:ident),*);)*) => {$(
        #[inline(always)]
        fn $name(self $(, $b: Self)*) -> Self {
            let $a = self;
            Self(intrinsics!($intrinsic($($operand.0),*)))
        }
    )*};
}

pub(super) use {intrinsics, lanewise};
