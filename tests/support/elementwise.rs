//! The elementwise functions, for tests that treat them alike.

use logits::{Error, Level};

use super::bounds::Function;
use super::real::Real;

/// A function from slice to slice.
type Into<T> = fn(Level, &[T], &mut [T]) -> Result<(), Error>;

/// An elementwise function in both forms.
#[derive(Clone, Copy)]
pub struct Elementwise<T> {
    pub function: Function,
    pub in_place: fn(Level, &mut [T]),
    pub into: Into<T>,
    /// Where results are neither trivial nor out of range.
    pub domain: (f64, f64),
}

impl<T: Real> Elementwise<T> {
    /// Every elementwise function.
    pub fn all() -> Vec<Self> {
        let high = T::MAX.to_f64().ln();
        vec![
            Self {
                function: Function::Exp,
                in_place: Level::exp_in_place,
                into: Level::exp_into,
                domain: (-T::UNDERFLOW, high),
            },
            Self {
                function: Function::ExpM1,
                in_place: Level::exp_m1_in_place,
                into: Level::exp_m1_into,
                domain: (-45.0, high),
            },
            Self {
                function: Function::Ln,
                in_place: Level::ln_in_place,
                into: Level::ln_into,
                domain: (0.0, 4.0),
            },
            Self {
                function: Function::Ln1p,
                in_place: Level::ln_1p_in_place,
                into: Level::ln_1p_into,
                domain: (-1.0, 3.0),
            },
            Self {
                function: Function::Sigmoid,
                in_place: Level::sigmoid_in_place,
                into: Level::sigmoid_into,
                domain: (-T::UNDERFLOW, 45.0),
            },
            Self {
                function: Function::LogSigmoid,
                in_place: Level::log_sigmoid_in_place,
                into: Level::log_sigmoid_into,
                domain: (-45.0, T::UNDERFLOW),
            },
            Self {
                function: Function::Softplus,
                in_place: Level::softplus_in_place,
                into: Level::softplus_into,
                domain: (-T::UNDERFLOW, 45.0),
            },
            Self {
                function: Function::Logit,
                in_place: Level::logit_in_place,
                into: Level::logit_into,
                domain: (0.0, 1.0),
            },
        ]
    }

    /// The function of that name.
    pub fn of_function(function: Function) -> Self {
        let mut all = Self::all().into_iter();
        all.find(|each| each.function == function)
            .expect("the function is elementwise")
    }

    /// The function of one number.
    pub fn of(&self, level: Level, x: T) -> T {
        let mut x = [x];
        (self.in_place)(level, &mut x);
        x[0]
    }

    /// The results for a slice.
    pub fn of_all(&self, level: Level, x: &[T]) -> Vec<T> {
        let mut x = x.to_vec();
        (self.in_place)(level, &mut x);
        x
    }
}
