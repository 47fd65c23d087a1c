//! What others do: plain forms in the type's own precision, on libm's functions.

use crate::support::Real;

/// The arithmetic that the plain forms take.
pub trait Plain: Real {
    fn exp(self) -> Self;
    fn ln(self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn over(self, other: Self) -> Self;
    fn sum(terms: impl Iterator<Item = Self>) -> Self;
    fn largest(row: &[Self]) -> Self;
}

macro_rules! plain {
    ($float:ident, $exp:path, $ln:path) => {
        impl Plain for $float {
            fn exp(self) -> Self {
                $exp(self)
            }

            fn ln(self) -> Self {
                $ln(self)
            }

            fn minus(self, other: Self) -> Self {
                self - other
            }

            fn over(self, other: Self) -> Self {
                self / other
            }

            fn sum(terms: impl Iterator<Item = Self>) -> Self {
                terms.sum()
            }

            fn largest(row: &[Self]) -> Self {
                row.iter().copied().fold($float::NEG_INFINITY, $float::max)
            }
        }
    };
}

plain!(f32, libm::expf, libm::logf);
plain!(f64, libm::exp, libm::log);

/// What e^x is taken of: x, or x less the largest element.
#[derive(Clone, Copy)]
pub enum Form {
    /// e^x overflows and underflows.
    Naive,
    /// The usual remedy.
    Stable,
}

impl Form {
    pub const ALL: [Self; 2] = [Self::Naive, Self::Stable];

    pub fn name(self) -> &'static str {
        match self {
            Self::Naive => "naive",
            Self::Stable => "minus the maximum",
        }
    }

    /// What is subtracted, and Σ e^(x − that).
    fn sum<T: Plain>(self, row: &[T]) -> (T, T) {
        let shift = match self {
            Self::Naive => T::from_f64(0.0),
            Self::Stable => T::largest(row),
        };
        (shift, T::sum(row.iter().map(|x| x.minus(shift).exp())))
    }

    pub fn log_sum_exp<T: Plain>(self, row: &[T]) -> T {
        let (shift, sum) = self.sum(row);
        sum.ln().minus(T::from_f64(0.0).minus(shift))
    }

    pub fn softmax<T: Plain>(self, row: &[T]) -> impl Iterator<Item = T> {
        let (shift, sum) = self.sum(row);
        row.iter().map(move |x| x.minus(shift).exp().over(sum))
    }

    pub fn loss<T: Plain>(self, row: &[T], label: usize) -> T {
        let (shift, sum) = self.sum(row);
        sum.ln().minus(row[label].minus(shift))
    }
}
