//! What the information measures should return, in far more digits than they do.

use super::double_double::{DoubleDouble, RECIPROCALS};
use super::extended::Extended;
use super::real::Real;
use super::reference::Reference;

/// A divergence, and the sum of p ln(p/q) − p + q, of which no term is negative: the two agree where
/// p and q have the same sum.
#[derive(Clone, Copy, Debug)]
pub struct Divergence {
    pub value: Extended,
    pub excess: Extended,
}

/// ln(p/q) of positive numbers, with a relative error below 2⁻⁹⁵.
///
/// With s = (p − q)/(p + q) it is 2 atanh(s), for p/q between 1/√2 and √2: powers of two apart.
pub fn ln_ratio(p: Extended, q: Extended) -> DoubleDouble {
    let (p, mut q) = (p.normalized(), q.normalized());
    if p.value.hi > q.value.hi * std::f64::consts::SQRT_2 {
        q.value = q.value.scale(2.0);
        q.exponent -= 1;
    } else if p.value.hi * std::f64::consts::SQRT_2 < q.value.hi {
        q.value = q.value.scale(0.5);
        q.exponent += 1;
    }
    let s = (p.value - q.value) / (p.value + q.value);
    let powers = DoubleDouble::from(f64::from(p.exponent - q.exponent));
    let square = s * s;
    powers * Extended::LN_2 + (s + s) * (DoubleDouble::ONE + square * atanh_rest(square))
}

/// (atanh(s)/s − 1)/s² of `square` = s² below 0.03. From the ninth power on, `f64` has digits to
/// spare: what its rounding adds is below 2⁻¹⁰⁰ of atanh(s).
fn atanh_rest(square: DoubleDouble) -> DoubleDouble {
    let tail = (9..24)
        .rev()
        .fold(0.0, |sum, n| RECIPROCALS[2 * n + 1].hi + sum * square.hi);
    (1..9)
        .rev()
        .fold(tail.into(), |sum, n| RECIPROCALS[2 * n + 1] + sum * square)
}

/// e^x − 1 − x, with a relative error below 2⁻⁷⁰.
fn excess_of_exp(x: DoubleDouble) -> Extended {
    if x.hi.abs() > 0.5 {
        return Extended::exp(x) - Extended::ONE - x.into();
    }
    // From the tenth power on, `f64` has digits to spare.
    let tail = (10..24)
        .rev()
        .fold(1.0, |sum, n| 1.0 + sum * x.hi * RECIPROCALS[n].hi);
    let sum = (3..10).rev().fold(tail.into(), |sum, n| {
        DoubleDouble::ONE + sum * x * RECIPROCALS[n]
    });
    (x * x * sum * 0.5.into()).into()
}

fn numbers<'a, T: Real>(p: &'a [T], q: &'a [T]) -> impl Iterator<Item = (Extended, Extended)> + 'a {
    let number = |x: &T| Extended::from(x.to_f64()).normalized();
    p.iter().zip(q).map(move |(p, q)| (number(p), number(q)))
}

/// −Σ p ln q.
pub fn cross_entropy<T: Real>(p: &[T], q: &[T]) -> Extended {
    numbers(p, q).fold(Extended::ZERO, |sum, (p, q)| {
        if p.is_zero() || !sum.value.hi.is_finite() {
            sum
        } else if q.is_zero() {
            f64::INFINITY.into()
        } else {
            sum - p * ln_ratio(q, Extended::ONE).into()
        }
    })
}

/// Σ p ln(p/q).
pub fn kl_divergence<T: Real>(p: &[T], q: &[T]) -> Divergence {
    let (mut first_order, mut excess) = (Extended::ZERO, Extended::ZERO);
    for (p, q) in numbers(p, q) {
        let gap = p - q;
        if !p.is_zero() && q.is_zero() {
            let infinite = f64::INFINITY.into();
            return Divergence {
                value: infinite,
                excess: infinite,
            };
        }
        first_order = first_order + gap;
        excess = excess + excess_over(p, q);
    }
    Divergence {
        value: excess + first_order,
        excess,
    }
}

/// p ln(p/q) − p + q, with a relative error below 2⁻⁸⁵.
///
/// With s = (p − q)/(p + q) it is (p + q)·(s² + s³·t + s⁴·t) for ln(p/q) = 2 atanh(s) = 2(s + s³·t).
fn excess_over(p: Extended, q: Extended) -> Extended {
    if p.is_zero() {
        return q;
    }
    let (gap, sum) = (p - q, p + q);
    let s = (gap / sum).to_double_double();
    if s.hi.abs() > 0.125 {
        return p * ln_ratio(p, q).into() - gap;
    }
    let square = s * s;
    let t = atanh_rest(square);
    sum * (square * (DoubleDouble::ONE + (s + square) * t)).into()
}

/// ½ Σ p ln(p/m) + q ln(q/m) with m = (p + q)/2.
pub fn js_divergence<T: Real>(p: &[T], q: &[T]) -> Extended {
    let half = Extended::from(0.5);
    numbers(p, q).fold(Extended::ZERO, |sum, (p, q)| {
        let mean = (p + q) * half;
        if mean.is_zero() {
            return sum;
        }
        sum + (excess_over(p, mean) + excess_over(q, mean)) * half
    })
}

/// The entropy of softmax(x).
pub fn entropy_from_logits<T: Real>(x: &Reference<'_, T>) -> Extended {
    let below = x.logits_below_max();
    x.softmax()
        .zip(below)
        .fold(Extended::ZERO, |sum, (p, gap)| {
            if p.is_zero() {
                sum
            } else {
                sum + p * (x.log_ratio() - gap.into())
            }
        })
}

/// The divergence of softmax(y) from softmax(x), as Σ p (e^t − 1 − t) with t = ln(q/p).
pub fn kl_divergence_from_logits<T: Real>(x: &Reference<'_, T>, y: &Reference<'_, T>) -> Extended {
    let shift = (y.log_ratio() - x.log_ratio()).to_double_double();
    let probabilities = x.softmax().zip(y.softmax());
    let gaps = x.logits_below_max().zip(y.logits_below_max());
    let mut sum = Extended::ZERO;
    for ((p, q), (x, y)) in probabilities.zip(gaps) {
        if x.hi == f64::NEG_INFINITY {
            sum = sum + q;
        } else if y.hi == f64::NEG_INFINITY {
            return f64::INFINITY.into();
        } else {
            let t = y - x - shift;
            sum = sum
                + if t.hi < 1.0 {
                    p * excess_of_exp(t)
                } else {
                    q - p - p * t.into()
                };
        }
    }
    sum
}
