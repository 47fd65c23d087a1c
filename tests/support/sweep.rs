//! The worst error of an elementwise function over more inputs than can be held at once.

use logits::Level;

use super::elementwise::Elementwise;
use super::real::Real;
use super::rows::same_bits;
use super::ulp::ulp_error;

/// The worst error so far in ULP, and where it was met.
#[derive(Clone, Copy, Debug)]
pub struct Worst<T> {
    pub error: f64,
    pub input: T,
    pub result: T,
    /// Among so many inputs.
    pub of: u64,
}

impl<T: Real> Worst<T> {
    /// The worst of the results, with `nearest` as from [`Real::nearest`].
    fn among(
        function: &Elementwise<T>,
        inputs: &[T],
        results: &[T],
        nearest: &[Option<T>],
    ) -> Self {
        let mut worst = Self {
            error: 0.0,
            input: T::from_f64(0.0),
            result: T::from_f64(0.0),
            of: inputs.len() as u64,
        };
        for ((&input, &result), nearest) in inputs.iter().zip(results).zip(nearest) {
            // Nothing is nearer: most results need no truth.
            if nearest.is_some_and(|nearest| nearest.pattern() == result.pattern()) {
                continue;
            }
            let error = ulp_error(result, input.truth(function.function));
            if error > worst.error {
                worst = Self {
                    error,
                    input,
                    result,
                    ..worst
                };
            }
        }
        worst
    }

    /// The worse of two, among the inputs of both.
    fn merge(self, other: Self) -> Self {
        let of = self.of + other.of;
        let worse = if other.error > self.error {
            other
        } else {
            self
        };
        Self { of, ..worse }
    }
}

/// The worst errors at several levels.
#[derive(Clone, Debug)]
pub struct Sweep<T>(pub Vec<(Level, Worst<T>)>);

impl<T: Real> Sweep<T> {
    /// A function of the inputs, at each of the levels.
    pub fn of(function: &Elementwise<T>, levels: &[Level], inputs: &[T]) -> Self {
        let nearest = inputs.iter().map(|x| x.nearest(function.function));
        let nearest: Vec<_> = nearest.collect();
        let mut previous: Option<(Vec<T>, Worst<T>)> = None;
        let worst = levels.iter().map(|&level| {
            let results = function.of_all(level, inputs);
            let worst = match &previous {
                // As within a family.
                Some((before, worst)) if same_bits(before, &results) => *worst,
                _ => Worst::among(function, inputs, &results, &nearest),
            };
            previous = Some((results, worst));
            (level, worst)
        });
        Self(worst.collect())
    }

    /// Both together: levels that only one of them has, too.
    pub fn merge(mut self, other: Self) -> Self {
        for (level, found) in other.0 {
            match self.0.iter_mut().find(|(known, _)| *known == level) {
                Some((_, worst)) => *worst = worst.merge(found),
                None => self.0.push((level, found)),
            }
        }
        self
    }

    /// The worst error over all levels.
    pub fn error(&self) -> f64 {
        let errors = self.0.iter().map(|(_, worst)| worst.error);
        errors.fold(0.0, f64::max)
    }
}
