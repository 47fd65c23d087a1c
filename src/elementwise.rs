//! Elementary functions of slices.

use crate::simd::InOut;
use crate::{Error, Float, Level};

/// Declares the two forms of a function, of the best level and of any: `docs` describes the
/// function, `into` is its example from slice to slice.
macro_rules! elementwise {
    ($(
        $name:ident: $in_place:ident, $into:ident;
        docs { $(#[$docs:meta])* }
        into { $(#[$example:meta])* }
    )*) => {$(
        $(#[$docs])*
        #[inline]
        pub fn $in_place<T: Float>(x: &mut [T]) {
            Level::best().$in_place(x);
        }

        #[doc = concat!("[`", stringify!($in_place), "`] from `x` into `out`, of the same length.")]
        ///
        /// Formula, unit, accuracy, edge cases and source are those given there; the results are the
        /// same to the bit.
        ///
        /// # Errors
        /// [`Error::LengthMismatch`] if `x` and `out` differ in length; `out` is untouched.
        ///
        /// # Example
        $(#[$example])*
        #[inline]
        pub fn $into<T: Float>(x: &[T], out: &mut [T]) -> Result<(), Error> {
            Level::best().$into(x, out)
        }

        impl Level {
            #[doc = concat!("[`", stringify!($in_place), "`](crate::", stringify!($in_place), ") at this level.")]
            ///
            /// # Example
            /// ```
            #[doc = concat!("use logits::{Level, ", stringify!($in_place), "};")]
            ///
            /// let mut x = [[0.25_f32, 0.75]; 2];
            #[doc = concat!("Level::best().", stringify!($in_place), "(&mut x[0]);")]
            #[doc = concat!(stringify!($in_place), "(&mut x[1]);")]
            /// assert_eq!(x[0], x[1]);
            /// ```
            #[inline]
            pub fn $in_place<T: Float>(self, x: &mut [T]) {
                T::$name(self, InOut::in_place(x));
            }

            #[doc = concat!("[`", stringify!($into), "`](crate::", stringify!($into), ") at this level.")]
            ///
            /// # Errors
            /// As there.
            ///
            /// # Example
            /// ```
            #[doc = concat!("use logits::{Level, ", stringify!($in_place), "};")]
            ///
            /// let (mut x, mut out) = ([0.25_f64, 0.75], [0.0; 2]);
            #[doc = concat!("Level::best().", stringify!($into), "(&x, &mut out)?;")]
            #[doc = concat!(stringify!($in_place), "(&mut x);")]
            /// assert_eq!(x, out);
            /// # Ok::<(), logits::Error>(())
            /// ```
            #[inline]
            pub fn $into<T: Float>(self, x: &[T], out: &mut [T]) -> Result<(), Error> {
                T::$name(self, InOut::beside(x, out)?);
                Ok(())
            }
        }
    )*};
}

elementwise! {
    exp: exp_in_place, exp_into;
    docs {
        /// e^x of every element, in place.
        ///
        /// # Accuracy
        /// At most 0.87 ULP (`f32`) and 0.80 ULP (`f64`), at every level.
        ///
        /// # Edge cases
        /// Results that overflow are +∞; results that underflow are subnormal, correctly scaled, then
        /// 0. e^−∞ = 0, e^∞ = ∞, and NaN stays NaN.
        ///
        /// # Source
        /// W. J. Cody and W. Waite, Software Manual for the Elementary Functions, 1980, ch. 6, for the
        /// reduction; minimax polynomials derived for this crate.
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f32, 1.0, 100.0, -100.0, f32::NEG_INFINITY];
        /// logits::exp_in_place(&mut x);
        /// assert_eq!(x, [1.0, core::f32::consts::E, f32::INFINITY, 3.783506e-44, 0.0]);
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f64; 2];
        /// logits::exp_into(&[0.0, -745.0], &mut out)?;
        /// assert_eq!(out, [1.0, 5e-324]);
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    exp_m1: exp_m1_in_place, exp_m1_into;
    docs {
        /// e^x − 1 of every element, in place, with all digits for small x.
        ///
        /// # Accuracy
        /// At most 0.95 ULP (`f32`) and 1.0 ULP (`f64`), at every level.
        ///
        /// # Edge cases
        /// Results that overflow are +∞; that of −∞ is −1, those of ±0 are ±0, and NaN stays NaN.
        ///
        /// # Source
        /// The reduction of [`exp_in_place`]; the sum of 2^n − 1 and the rest is that of T. J. Dekker,
        /// A floating-point technique for extending the available precision, Numer. Math. 18 (1971).
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f64, 1e-20, -50.0, f64::INFINITY];
        /// logits::exp_m1_in_place(&mut x);
        /// assert_eq!(x, [0.0, 1e-20, -1.0, f64::INFINITY]); // exp(1e-20) − 1 would be 0
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f32; 2];
        /// logits::exp_m1_into(&[1e-10, -200.0], &mut out)?;
        /// assert_eq!(out, [1e-10, -1.0]);
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    ln: ln_in_place, ln_into;
    docs {
        /// ln x of every element, in place: the natural logarithm, in nats.
        ///
        /// # Accuracy
        /// At most 0.79 ULP (`f32`) and 0.56 ULP (`f64`), at every level, subnormal numbers included.
        ///
        /// # Edge cases
        /// ln 0 = −∞ for either zero, ln ∞ = ∞; negative numbers and NaN give NaN.
        ///
        /// # Source
        /// The reduction to [⅔, 4/3) and 2 atanh(f / (2 + f)) as in fdlibm (Sun Microsystems, 1993),
        /// with the quotient's remainder; minimax polynomials derived for this crate.
        ///
        /// # Example
        /// ```
        /// let mut x = [1.0_f32, 0.0, 1e-45, f32::INFINITY];
        /// logits::ln_in_place(&mut x);
        /// assert_eq!(x, [0.0, f32::NEG_INFINITY, -103.27893, f32::INFINITY]);
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f64; 2];
        /// logits::ln_into(&[2.0, -1.0], &mut out)?;
        /// assert!(out[0] == core::f64::consts::LN_2 && out[1].is_nan());
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    ln_1p: ln_1p_in_place, ln_1p_into;
    docs {
        /// ln(1 + x) of every element, in place, in nats, with all digits for small x.
        ///
        /// # Accuracy
        /// At most 0.85 ULP (`f32`) and 0.56 ULP (`f64`), at every level.
        ///
        /// # Edge cases
        /// −1 gives −∞, ∞ gives ∞, numbers below −1 and NaN give NaN, ±0 and subnormal numbers
        /// themselves.
        ///
        /// # Source
        /// As [`ln_in_place`], with the rounding error of 1 + x (D. E. Knuth, The Art of Computer
        /// Programming, vol. 2, §4.2.2, theorem B).
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f64, 1e-20, -1.0, f64::INFINITY];
        /// logits::ln_1p_in_place(&mut x);
        /// assert_eq!(x, [0.0, 1e-20, f64::NEG_INFINITY, f64::INFINITY]); // ln(1 + 1e-20) would be 0
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f32; 2];
        /// logits::ln_1p_into(&[1e-10, -2.0], &mut out)?;
        /// assert!(out[0] == 1e-10 && out[1].is_nan());
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    sigmoid: sigmoid_in_place, sigmoid_into;
    docs {
        /// The logistic function 1 / (1 + e^−x) of every element, in place.
        ///
        /// # Accuracy
        /// At most 0.79 ULP (`f32`) and 1.0 ULP (`f64`), at every level.
        ///
        /// [`logit_in_place`] brings x back to within ε·(1.1·(1 + e^x) + |x|), ε = 2^−23 (`f32`) or
        /// 2^−52 (`f64`), for x from −80 to 8 (`f32`), −700 to 30 (`f64`): what a unit in the last
        /// place of the result is worth grows as e^x.
        ///
        /// # Edge cases
        /// Results that underflow are subnormal, then 0. −∞ gives 0, ∞ gives 1, and NaN stays NaN.
        ///
        /// # Source
        /// e/(1 + e) or 1/(1 + e) with e = e^−|x|, both parts of the quotient to twice the precision:
        /// T. J. Dekker, A floating-point technique for extending the available precision, Numer.
        /// Math. 18 (1971).
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f32, -100.0, 100.0];
        /// logits::sigmoid_in_place(&mut x);
        /// assert_eq!(x, [0.5, 3.783506e-44, 1.0]); // 1 / (1 + exp(100)) would be 0
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f64; 2];
        /// logits::sigmoid_into(&[0.0, f64::NEG_INFINITY], &mut out)?;
        /// assert_eq!(out, [0.5, 0.0]);
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    log_sigmoid: log_sigmoid_in_place, log_sigmoid_into;
    docs {
        /// The logarithm of the logistic function, −ln(1 + e^−x), of every element, in place, in nats.
        ///
        /// The same bits as −[softplus](softplus_in_place)(−x).
        ///
        /// # Accuracy
        /// At most 0.90 ULP (`f32`) and 1.0 ULP (`f64`), at every level.
        ///
        /// # Edge cases
        /// Results that underflow are subnormal, then 0. −∞ gives −∞, ∞ gives 0, and NaN stays NaN.
        ///
        /// # Source
        /// As [`softplus_in_place`].
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f32, -200.0, 100.0];
        /// logits::log_sigmoid_in_place(&mut x);
        /// // The logarithm of a sigmoid that is rounded would be −∞ and 0.
        /// assert_eq!(x, [-core::f32::consts::LN_2, -200.0, -3.783506e-44]);
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f64; 2];
        /// logits::log_sigmoid_into(&[-1000.0, f64::INFINITY], &mut out)?;
        /// assert_eq!(out, [-1000.0, 0.0]);
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    softplus: softplus_in_place, softplus_into;
    docs {
        /// ln(1 + e^x) of every element, in place, in nats: without a threshold from which it would be
        /// x.
        ///
        /// # Accuracy
        /// At most 0.90 ULP (`f32`) and 1.0 ULP (`f64`), at every level.
        ///
        /// # Edge cases
        /// Results that underflow are subnormal, then 0. −∞ gives 0, ∞ gives ∞, and NaN stays NaN.
        ///
        /// # Source
        /// max(x, 0) + ln(1 + e^−|x|): M. Mächler, Accurately computing log(1 − exp(−|a|)), 2012;
        /// exponential and logarithm as in [`exp_in_place`] and [`ln_1p_in_place`].
        ///
        /// # Example
        /// ```
        /// let mut x = [0.0_f32, -100.0, 200.0];
        /// logits::softplus_in_place(&mut x);
        /// // ln(1 + exp(x)) would be 0 and ∞.
        /// assert_eq!(x, [core::f32::consts::LN_2, 3.783506e-44, 200.0]);
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f64; 2];
        /// logits::softplus_into(&[1000.0, f64::NEG_INFINITY], &mut out)?;
        /// assert_eq!(out, [1000.0, 0.0]);
        /// # Ok::<(), logits::Error>(())
        /// ```
    }

    logit: logit_in_place, logit_into;
    docs {
        /// ln(p / (1 − p)) of every element p, in place: the log-odds, in nats, and the inverse of
        /// [sigmoid](sigmoid_in_place).
        ///
        /// # Accuracy
        /// At most 0.52 ULP (`f32`) and 0.54 ULP (`f64`), at every level: near ½, where the result is
        /// near 0, as elsewhere.
        ///
        /// [`sigmoid_in_place`] brings p back to within ε·(1.1 + |ln(p / (1 − p))|)·p, ε = 2^−23 (`f32`)
        /// or 2^−52 (`f64`), for p from 10^−37 (`f32`) or 10^−307 (`f64`) up to 1.
        ///
        /// # Edge cases
        /// 0 gives −∞, 1 gives ∞; numbers outside of \[0, 1\] and NaN give NaN.
        ///
        /// # Source
        /// k·ln 2 + 2 atanh((p·2^−k − q) / (p·2^−k + q)) with q = 1 − p and its rounding error, atanh
        /// as in [`ln_in_place`]; the difference is exact after P. H. Sterbenz, Floating-Point
        /// Computation, 1974.
        ///
        /// # Example
        /// ```
        /// let mut p = [0.5_f64, 0.0, 1.0, 0.500_000_000_000_000_1];
        /// logits::logit_in_place(&mut p);
        /// assert_eq!(p, [0.0, f64::NEG_INFINITY, f64::INFINITY, 4.440892098500626e-16]);
        /// ```
    }
    into {
        /// ```
        /// let mut out = [0.0_f32; 2];
        /// logits::logit_into(&[1e-45, 1.5], &mut out)?;
        /// assert!(out[0] == -103.27893 && out[1].is_nan());
        /// # Ok::<(), logits::Error>(())
        /// ```
    }
}
