//! What the information measures of two rows should be.

use std::collections::HashMap;

use crate::float::Float;
use crate::real::Real;

/// The different pairs of elements of two rows, with how often each stands there.
pub struct Pairs(Vec<(f64, f64, Real)>);

/// A sum, and that of the magnitudes of its terms.
pub struct Sum {
    pub value: Real,
    pub size: Real,
}

impl Pairs {
    pub fn new<T: Float>(x: &[T], y: &[T]) -> Self {
        let mut counts = HashMap::new();
        for (&x, &y) in x.iter().zip(y) {
            counts.entry((x.raw(), y.raw())).or_insert((x, y, 0_u32)).2 += 1;
        }
        let pair = |(x, y, count): (T, T, u32)| (x.into(), y.into(), Real::from(f64::from(count)));
        Self(counts.into_values().map(pair).collect())
    }

    /// Whether `f` holds for any pair.
    pub fn any(&self, f: impl Fn(f64, f64) -> bool) -> bool {
        self.0.iter().any(|&(x, y, _)| f(x, y))
    }

    /// The sum of `f` over all pairs.
    pub fn sum(&self, f: impl Fn(f64, f64) -> Real) -> Sum {
        let (mut value, mut size) = (Real::ZERO, Real::ZERO);
        for &(x, y, count) in &self.0 {
            let term = f(x, y) * count;
            value = value + term;
            size = size + term.abs();
        }
        Sum { value, size }
    }

    /// −Σ p ln q.
    pub fn cross_entropy(&self) -> Sum {
        self.sum(|p, q| {
            if p == 0.0 {
                return Real::ZERO;
            }
            Real::from(p) * ln_ratio(Real::ONE, Real::from(q))
        })
    }

    /// Σ p ln(p/q), and as its size that of Σ p ln(p/q) − p + q.
    pub fn kl_divergence(&self) -> Sum {
        let excess = self.sum(|p, q| excess(Real::from(p), Real::from(q))).value;
        let first_order = self.sum(|p, q| Real::from(p) - Real::from(q)).value;
        Sum {
            value: excess + first_order,
            size: excess,
        }
    }

    /// ½ Σ p ln(p/m) + q ln(q/m), m = (p + q)/2.
    pub fn js_divergence(&self) -> Sum {
        self.sum(|p, q| {
            let (p, q) = (Real::from(p), Real::from(q));
            let mean = (p + q).scale(-1);
            if mean.is_zero() {
                return mean;
            }
            (excess(p, mean) + excess(q, mean)).scale(-1)
        })
    }

    /// The first row beside itself.
    pub fn first(&self) -> Self {
        Self(self.0.iter().map(|&(x, _, count)| (x, x, count)).collect())
    }

    /// How many pairs there are.
    pub fn len(&self) -> Real {
        self.sum(|_, _| Real::ONE).value
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The largest element of either row.
    pub fn largest(&self) -> (f64, f64) {
        let none = f64::NEG_INFINITY;
        let pairs = self.0.iter();
        pairs.fold((none, none), |(x, y), pair| (x.max(pair.0), y.max(pair.1)))
    }

    /// −Σ p ln p of p = softmax(x), whose largest element is finite.
    pub fn entropy_from_logits(&self) -> Real {
        let (max, _) = self.largest();
        let below = |x: f64| Real::from(x) - Real::from(max);
        let finite = |x: f64, f: fn(Real) -> Real| {
            if x == f64::NEG_INFINITY {
                Real::ZERO
            } else {
                f(below(x))
            }
        };
        let rest = self.rest(|x, _| x, max);
        let total = Real::ONE + rest;
        let mean = self.sum(|x, _| finite(x, |gap| -gap * gap.exp())).value / total;
        rest.ln_1p() + mean
    }

    /// Σ e^(x − max) over one side, without one of the largest elements: beside it, a tiny rest would
    /// be lost.
    fn rest(&self, side: fn(f64, f64) -> f64, max: f64) -> Real {
        let lower = self.sum(|x, y| match side(x, y) {
            x if x == max || x == f64::NEG_INFINITY => Real::ZERO,
            x => (Real::from(x) - Real::from(max)).exp(),
        });
        let equal = self.sum(|x, y| Real::from(f64::from(u8::from(side(x, y) == max))));
        equal.value - Real::ONE + lower.value
    }

    /// Σ p ln(p/q) of p = softmax(x), q = softmax(y), whose largest elements are finite. Elements
    /// of x that are `negligible` below the largest count as −∞.
    pub fn kl_divergence_from_logits(&self, negligible: f64) -> Sum {
        let (x_max, y_max) = self.largest();
        let below = |x: f64, max: f64| Real::from(x) - Real::from(max);
        let power = |x: f64, max: f64| {
            if x == f64::NEG_INFINITY {
                Real::ZERO
            } else {
                below(x, max).exp()
            }
        };
        let totals = (
            self.sum(|x, _| power(x, x_max)).value,
            self.sum(|_, y| power(y, y_max)).value,
        );
        let rests = (self.rest(|x, _| x, x_max), self.rest(|_, y| y, y_max));
        let shift = rests.1.ln_1p() - rests.0.ln_1p();
        self.sum(|x, y| {
            let q = power(y, y_max) / totals.1;
            if x == f64::NEG_INFINITY || x_max - x > negligible {
                return q;
            }
            let p = power(x, x_max) / totals.0;
            let t = below(y, y_max) - below(x, x_max) - shift;
            if t.exponent() >= -1 {
                q - p - p * t
            } else {
                let term = |sum: Real, n: u32| Real::ONE + sum * t / Real::from(f64::from(n));
                p * t * t * (3..24).rev().fold(Real::ONE, term).scale(-1)
            }
        })
    }
}

/// ln(p/q): with p/q = (1 + s)/(1 − s) within [¾, 1½], 2 atanh(s).
fn ln_ratio(p: Real, q: Real) -> Real {
    let powers = p.exponent() - q.exponent();
    let (p, q) = (p.scale(-p.exponent()), q.scale(-q.exponent()));
    let ratio = p.to_f64() / q.to_f64();
    let (q, powers) = match ratio {
        1.5.. => (q.scale(1), powers + 1),
        0.75.. => (q, powers),
        _ => (q.scale(-1), powers - 1),
    };
    let s = (p - q) / (p + q);
    let sum = (0..24).rev().fold(Real::ZERO, |sum, n| {
        Real::ONE / Real::from(f64::from(2 * n + 1)) + sum * s * s
    });
    Real::LN_2 * Real::from(f64::from(powers)) + s.scale(1) * sum
}

/// p ln(p/q) − p + q.
fn excess(p: Real, q: Real) -> Real {
    if p.is_zero() {
        return q;
    }
    p * ln_ratio(p, q) - (p - q)
}
