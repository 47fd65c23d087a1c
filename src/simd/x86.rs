//! What the backends of AVX2 and AVX-512 have in common.

/// A value that exists only where the CPU has the features of a level: its token, or a vector.
///
/// # Safety
///
/// Safe code makes a value only where it is compiled for the features, or out of another proof of
/// the same level.
pub unsafe trait Proof: Copy {
    /// Does nothing, and compiles only for a proof.
    #[inline(always)]
    fn holds(self) {}
}

/// Calls intrinsics of the level that `$proof` is a [`Proof`] of. Those that take a pointer are not
/// called through here.
macro_rules! intrinsics {
    ($proof:ident, $($body:tt)*) => {{
        Proof::holds($proof);
        // SAFETY: `$proof` exists only where the CPU has the level's features, and these intrinsics
        // ask for nothing else.
        unsafe { $($body)* }
    }};
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
        // SAFETY: a token is a `Proof`: it exists only where the CPU has the features of `new`,
        // which are these.
        unsafe { outlined($self, $routine) }
    }};
}

/// Operations that are one intrinsic.
macro_rules! lanewise {
    ($($name:ident($a:ident $(, $b:ident)*) = $intrinsic:ident($($operand:ident),*);)*) => {$(
        #[inline(always)]
        fn $name(self $(, $b: Self)*) -> Self {
            let $a = self;
            Self(intrinsics!($a, $intrinsic($($operand.0),*)))
        }
    )*};
}

pub(super) use {intrinsics, lanewise, outlined_calls};
