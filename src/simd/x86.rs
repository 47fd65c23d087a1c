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

/// Functions of their own, compiled for a level's instructions, that run its routines.
macro_rules! outlined_calls {
    ($token:ident, $features:literal) => {
        impl Token for $token {
            #[inline(always)]
            fn call<R: Routine<Self>>(self, routine: R) -> R::Output {
                outlined_calls!(@body self, routine, $token, $features;)
            }

            #[inline(always)]
            fn call_rarely<R: Routine<Self>>(self, routine: R) -> R::Output {
                outlined_calls!(@body self, routine, $token, $features; #[cold])
            }
        }
    };
    (@body $self:ident, $routine:ident, $token:ident, $features:literal; $(#[$cold:meta])?) => {{
        #[target_feature(enable = $features)]
        $(#[$cold])?
        #[inline(never)]
        fn outlined<R: Routine<$token>>(token: $token, routine: R) -> R::Output {
            routine.run(token)
        }
        // SAFETY: a token exists only where the CPU has the features.
        unsafe { outlined($self, $routine) }
    }};
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

pub(super) use {intrinsics, lanewise, outlined_calls};
