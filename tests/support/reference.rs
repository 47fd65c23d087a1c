//! What the functions of a row should return, in far more digits than they do.

use super::double_double::DoubleDouble;
use super::extended::Extended;
use super::real::Real;

/// A row, its exponentials and their sum. Its largest element is finite.
pub struct Reference<'a, T> {
    row: &'a [T],
    argmax: usize,
    /// e^(x − max) of every element.
    terms: Vec<Extended>,
    /// Their sum without that of the largest element.
    rest: Extended,
    /// ln Σ e^(x − max).
    log_ratio: Extended,
}

impl<'a, T: Real> Reference<'a, T> {
    pub fn new(row: &'a [T]) -> Self {
        let argmax = first_largest(row).expect("a row has elements");
        let max = row[argmax];
        let terms: Vec<_> = row
            .iter()
            .map(|&x| T::exp_truth(difference(x.to_f64(), max.to_f64())))
            .collect();
        let others = terms[..argmax].iter().chain(&terms[argmax + 1..]);
        let rest = others.fold(Extended::ZERO, |sum, &term| sum + term);
        Self {
            row,
            argmax,
            terms,
            rest,
            log_ratio: rest.ln_1p(),
        }
    }

    /// The row.
    pub fn row(&self) -> &'a [T] {
        self.row
    }

    /// The place of the largest element, the first of several.
    pub fn argmax(&self) -> usize {
        self.argmax
    }

    /// Σ e^(x − max).
    fn total(&self) -> Extended {
        self.rest + Extended::ONE
    }

    /// ln Σ e^(x − max).
    pub fn log_ratio(&self) -> Extended {
        self.log_ratio
    }

    /// ln Σ e^x.
    pub fn log_sum_exp(&self) -> Extended {
        Extended::from(self.row[self.argmax].to_f64()) + self.log_ratio()
    }

    /// e^x / Σ e^x of every element.
    pub fn softmax(&self) -> impl Iterator<Item = Extended> {
        let inverse = Extended::ONE / self.total();
        self.terms.iter().map(move |&term| term * inverse)
    }

    /// x − ln Σ e^x of every element.
    pub fn log_softmax(&self) -> impl Iterator<Item = Extended> {
        let log_ratio = self.log_ratio();
        self.row.iter().map(move |&x| self.below_max(x) - log_ratio)
    }

    /// ln Σ e^x − x of one element.
    pub fn loss(&self, label: usize) -> Extended {
        self.log_ratio() - self.below_max(self.row[label])
    }

    /// `scale` times the gradient of [`loss`](Self::loss).
    pub fn gradient(&self, label: usize, scale: T) -> impl Iterator<Item = Extended> {
        let factor = Extended::from(scale.to_f64()) / self.total();
        let others = if label == self.argmax {
            self.rest
        } else {
            self.total() - self.terms[label]
        };
        self.terms.iter().enumerate().map(move |(place, &term)| {
            let term = if place == label { -others } else { term };
            term * factor
        })
    }

    /// x − max of every element, exactly.
    pub fn logits_below_max(&self) -> impl Iterator<Item = DoubleDouble> {
        let max = self.row[self.argmax];
        self.row
            .iter()
            .map(move |x| difference(x.to_f64(), max.to_f64()))
    }

    /// x − max, exactly.
    fn below_max(&self, x: T) -> Extended {
        let (x, max) = (x.to_f64(), self.row[self.argmax].to_f64());
        let beyond = x.is_finite() && !(x - max).is_finite();
        let difference = if beyond {
            Extended {
                value: DoubleDouble::difference(x / 2.0, max / 2.0),
                exponent: 1,
            }
        } else {
            difference(x, max).into()
        };
        difference.normalized()
    }
}

/// The place of the largest element, the first of several.
fn first_largest<T: Real>(row: &[T]) -> Option<usize> {
    (0..row.len()).reduce(|best, place| if row[place] > row[best] { place } else { best })
}

/// a − b, exactly; −∞ for an `a` of −∞, and where the difference is beyond every `f64`.
fn difference(a: f64, b: f64) -> DoubleDouble {
    let rounded = a - b;
    if rounded.is_finite() {
        DoubleDouble::difference(a, b)
    } else {
        rounded.into()
    }
}
