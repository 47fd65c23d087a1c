//! What gradients through softmax and log-softmax should return, in far more digits than they do.

use super::double_double::DoubleDouble;
use super::extended::Extended;
use super::real::Real;
use super::ulp::Parts;

fn exact<T: Real>(x: T) -> DoubleDouble {
    x.to_f64().into()
}

fn magnitude(x: DoubleDouble) -> DoubleDouble {
    if x.hi < 0.0 { -x } else { x }
}

/// The sum of so many terms, and what its own error comes to, beside the bound.
fn sum(terms: impl Iterator<Item = DoubleDouble>) -> (DoubleDouble, DoubleDouble) {
    let zero = (DoubleDouble::ZERO, DoubleDouble::ZERO);
    let (sum, size) = terms.fold(zero, |(sum, size), term| {
        (sum + term, size + magnitude(term))
    });
    (sum, size.scale(libm::scalbn(1.0, -8)))
}

/// y·(dy − Σ y·dy) of every element.
pub fn softmax_vjp<'a, T: Real>(y: &'a [T], dy: &'a [T]) -> impl Iterator<Item = Parts> + 'a {
    let pairs = || y.iter().zip(dy);
    let product = |(y, dy): (&T, &T)| DoubleDouble::product(y.to_f64(), dy.to_f64());
    let (sum, own) = sum(pairs().map(product));
    pairs().map(move |(&y, &dy)| {
        let y = Extended::from(exact(y));
        let difference = exact(dy) - sum;
        Parts {
            sum: y * difference.into(),
            size: y * (magnitude(difference) + own).into(),
        }
    })
}

/// dy − e^y·Σ dy of every element.
pub fn log_softmax_vjp<'a, T: Real>(y: &'a [T], dy: &'a [T]) -> impl Iterator<Item = Parts> + 'a {
    let (sum, own) = sum(dy.iter().map(|&dy| exact(dy)));
    let size = Extended::from(magnitude(sum));
    y.iter().zip(dy).map(move |(&y, &dy)| {
        let (y, dy) = (exact(y), exact(dy));
        let power = Extended::exp(y);
        // Near y = 0 the sum is that of others: (dy − Σ dy) − (e^y − 1)·Σ dy.
        let (first, factor) = if y.hi > -0.5 {
            (dy - sum, Extended::exp_m1(y))
        } else {
            (dy, power)
        };
        let factor_size = if factor.value.hi < 0.0 {
            -factor
        } else {
            factor
        };
        let parts = Extended::from(magnitude(first)) + factor_size * size;
        Parts {
            sum: Extended::from(first) - factor * sum.into(),
            size: parts + power * own.into(),
        }
    })
}
