//! Elementary functions, one result an element.

use std::rc::Rc;

use logits::{Error, Level};

use super::{Function, Output, Plain, Run};
use crate::support::{Batch, Real, input};

type Into<T> = fn(Level, &[T], &mut [T]) -> Result<(), Error>;

impl<T: Real> Function<T> {
    pub fn elementwise() -> Vec<Self> {
        vec![
            Self::exp(),
            Self::exp_m1(),
            Self::ln(),
            Self::ln_1p(),
            Self::sigmoid(),
            Self::log_sigmoid(),
            Self::softplus(),
            Self::logit(),
        ]
    }

    pub fn exp() -> Self {
        let others = vec![
            ("std", mapped(T::std_exp)),
            ("libm", mapped(T::libm_exp)),
            ("wide", sliced(T::wide_exp)),
        ];
        let function = Self::of_elements("exp", Level::exp_into, others, f64::exp);
        function.of(of_any_sign)
    }

    pub fn exp_m1() -> Self {
        let others = vec![
            ("std", mapped(T::std_exp_m1)),
            ("libm", mapped(T::libm_exp_m1)),
        ];
        let function = Self::of_elements("exp_m1", Level::exp_m1_into, others, f64::exp_m1);
        function.of(of_any_sign)
    }

    pub fn ln() -> Self {
        let others = vec![
            ("std", mapped(T::std_ln)),
            ("libm", mapped(T::libm_ln)),
            ("wide", sliced(T::wide_ln)),
        ];
        Self::of_elements("ln", Level::ln_into, others, f64::ln)
    }

    pub fn ln_1p() -> Self {
        let others = vec![
            ("std", mapped(T::std_ln_1p)),
            ("libm", mapped(T::libm_ln_1p)),
        ];
        Self::of_elements("ln_1p", Level::ln_1p_into, others, f64::ln_1p)
    }

    pub fn sigmoid() -> Self {
        let one = T::rounded(1.0);
        let textbook = mapped(move |x: T| one / (one + (-x).std_exp()));
        Self::beside_textbook("sigmoid", Level::sigmoid_into, textbook, |x| {
            1.0 / (1.0 + (-x).exp())
        })
        .of(of_any_sign)
    }

    pub fn log_sigmoid() -> Self {
        let one = T::rounded(1.0);
        let textbook = mapped(move |x: T| -(one + (-x).std_exp()).std_ln());
        Self::beside_textbook("log_sigmoid", Level::log_sigmoid_into, textbook, |x| {
            -(-x).exp().ln_1p()
        })
        .of(of_any_sign)
    }

    pub fn softplus() -> Self {
        let one = T::rounded(1.0);
        let textbook = mapped(move |x: T| (one + x.std_exp()).std_ln());
        Self::beside_textbook("softplus", Level::softplus_into, textbook, |x| {
            x.exp().ln_1p()
        })
        .of(of_any_sign)
    }

    pub fn logit() -> Self {
        let one = T::rounded(1.0);
        let textbook = mapped(move |p: T| (p / (one - p)).std_ln());
        Self::beside_textbook("logit", Level::logit_into, textbook, |p| {
            (p / (1.0 - p)).ln()
        })
        .of(|batch| input::spread(&mut batch.x, 0.0, 1.0))
    }

    fn beside_textbook(
        name: &str,
        at_level: Into<T>,
        textbook: Run<T>,
        reference: fn(f64) -> f64,
    ) -> Self {
        Self::of_elements(name, at_level, vec![("textbook", textbook)], reference)
    }

    fn of_elements(
        name: &str,
        at_level: Into<T>,
        others: Vec<(&'static str, Run<T>)>,
        reference: fn(f64) -> f64,
    ) -> Self {
        let plain = Plain {
            others,
            summed: false,
            reference: mapped(reference),
        };
        Self::new(name, Output::Elements, plain, move |level, batch| {
            at_level(level, &batch.x, &mut batch.results)
        })
    }
}

/// Numbers of either sign, most of them not small.
fn of_any_sign<T: Real>(batch: &mut Batch<T>) {
    input::spread(&mut batch.x, -10.0, 10.0);
}

/// A function of one number, of every element.
fn mapped<T: Real>(function: impl Fn(T) -> T + 'static) -> Run<T> {
    Rc::new(move |batch| {
        for (result, &x) in batch.results.iter_mut().zip(&batch.x) {
            *result = function(x);
        }
    })
}

/// A function of slices, of all elements.
fn sliced<T: Real>(function: impl Fn(&[T], &mut [T]) + 'static) -> Run<T> {
    Rc::new(move |batch| function(&batch.x, &mut batch.results))
}
