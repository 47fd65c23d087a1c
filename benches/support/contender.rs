//! One implementation of a function, and how exact it has to be.

use super::batch::SPREAD;
use super::{Batch, Real};

type Run<T> = Box<dyn Fn(&mut Batch<T>)>;

/// One implementation of a function.
pub struct Contender<T> {
    pub name: String,
    /// How far from the reference results may be; `None` for work that only bounds the time.
    tolerance: Option<Tolerance>,
    run: Run<T>,
}

/// `relative` to the reference, plus `absolute`, but that no more than `relative` to the largest result:
/// where all are small, it would allow anything.
#[derive(Clone, Copy)]
struct Tolerance {
    relative: f64,
    absolute: f64,
}

impl<T: Real> Contender<T> {
    /// One that keeps this crate's accuracy. The bound for `f64` allows for the reference, whose
    /// subtraction of the maximum rounds.
    pub fn exact(name: impl Into<String>, run: impl Fn(&mut Batch<T>) + 'static) -> Self {
        // What the reference loses beside terms of 1: its f64 is no better than the results.
        Self::with(name, Self::exact_ulps(), 8.0 * f64::EPSILON, run)
    }

    /// The same of results that are differences of parts of up to about 1, which may cancel.
    pub fn exact_beside_1(name: impl Into<String>, run: impl Fn(&mut Batch<T>) + 'static) -> Self {
        Self::with(name, Self::exact_ulps(), Self::exact_ulps() * T::ULP, run)
    }

    /// One whose error may grow with the length of the sum.
    pub fn inexact(
        name: impl Into<String>,
        terms: usize,
        run: impl Fn(&mut Batch<T>) + 'static,
    ) -> Self {
        // The longest sums of `f32` lose somewhat over a hundredth: what is allowed must not grow until
        // nothing could be wrong.
        let ulps = (32.0 + terms as f64).min(1.0 / (32.0 * T::ULP));
        // The naive forms round beside the logits.
        Self::with(name, ulps, SPREAD * T::ULP, run)
    }

    /// One that computes something else, to compare times with.
    pub fn baseline(name: impl Into<String>, run: impl Fn(&mut Batch<T>) + 'static) -> Self {
        Self::new(name, None, run)
    }

    fn exact_ulps() -> f64 {
        if T::NAME == "f64" { 64.0 } else { 4.0 }
    }

    fn with(
        name: impl Into<String>,
        relative_ulps: f64,
        absolute: f64,
        run: impl Fn(&mut Batch<T>) + 'static,
    ) -> Self {
        let relative = relative_ulps * T::ULP;
        Self::new(name, Some(Tolerance { relative, absolute }), run)
    }

    fn new(
        name: impl Into<String>,
        tolerance: Option<Tolerance>,
        run: impl Fn(&mut Batch<T>) + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            tolerance,
            run: Box::new(run),
        }
    }

    pub fn run(&self, batch: &mut Batch<T>) {
        (self.run)(batch);
    }

    /// Runs on `input`, and panics unless the results agree with those of the reference.
    pub fn check(&self, input: &Batch<T>, expected: &Batch<f64>) {
        let Some(tolerance) = self.tolerance else {
            return;
        };
        let mut batch = input.clone();
        self.run(&mut batch);
        self.compare(tolerance, "x", &batch.x, &expected.x);
        self.compare(tolerance, "result", &batch.results, &expected.results);
    }

    fn compare(&self, tolerance: Tolerance, what: &str, found: &[T], expected: &[f64]) {
        let largest = expected.iter().fold(0.0, |largest, x| x.abs().max(largest));
        let absolute = f64::min(tolerance.absolute, tolerance.relative * largest);
        for (index, (&found, &expected)) in found.iter().zip(expected).enumerate() {
            let found: f64 = found.into();
            let error = (found - expected).abs();
            assert!(
                found == expected || error <= tolerance.relative * expected.abs() + absolute,
                "{} {}: {what} {index} is {found}, should be {expected}",
                self.name,
                T::NAME,
            );
        }
    }
}
