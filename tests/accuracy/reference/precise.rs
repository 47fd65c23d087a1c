//! Arbitrary precision, and how far a reference is from it.

use std::fmt::Display;

use dashu_float::FBig;
use dashu_float::round::mode::HalfEven;

use crate::support::{DoubleDouble, Extended, Real};

pub type Precise = FBig<HalfEven, 2>;

/// With so many bits, 1 − e^x has digits to spare beyond those of a double-double for every e^x
/// down to the smallest `f64`: textbook formulas may cancel.
const BITS: usize = 1400;

/// A finite number.
pub fn exact(x: f64) -> Precise {
    let number = Precise::try_from(x).expect("a finite number");
    number.with_precision(BITS).value()
}

/// An unevaluated sum.
pub fn precise(x: DoubleDouble) -> Precise {
    exact(x.hi) + exact(x.lo)
}

/// e^x; 0 where that is far below every type.
pub fn exp(x: &Precise) -> Precise {
    if *x < exact(-20_000.0) {
        exact(0.0)
    } else {
        x.exp()
    }
}

pub fn magnitude(x: &Precise) -> Precise {
    if *x < exact(0.0) { -x } else { x.clone() }
}

/// |`found` − `truth`| / `size`.
fn error_beside(found: Extended, truth: &Precise, size: &Precise) -> f64 {
    let found = precise(found.value) << found.exponent as isize;
    magnitude(&((found - truth) / size)).to_f64().value()
}

/// |`found`/`truth` − 1|.
pub fn relative_error(found: Extended, truth: &Precise) -> f64 {
    error_beside(found, truth, &magnitude(truth))
}

/// Panics unless `found` is `truth` to within at least 17 more digits than those that the type has
/// of a number of this size, or of the smallest number.
pub fn check_beside<T: Real>(found: Extended, truth: &Precise, size: &Precise, what: &dyn Display) {
    let beyond = if T::DIGITS == 24 { 26 } else { 17 };
    let smallest = exact(libm::scalbn(1.0, T::MIN_EXPONENT));
    let unit = magnitude(size).max(smallest);
    let error = error_beside(found, truth, &unit);
    let bound = libm::scalbn(1.0, -T::DIGITS - beyond);
    assert!(error < bound, "{what}: an error of 2^{:.1}", error.log2());
}

/// [`check_beside`] the truth.
pub fn check<T: Real>(found: Extended, truth: &Precise, what: &dyn Display) {
    check_beside::<T>(found, truth, truth, what);
}
