//! What a softmax with options should return, in far more digits than it does.

use super::double_double::DoubleDouble;
use super::extended::Extended;
use super::real::Real;

/// The options of a softmax, and what they make of a row.
#[derive(Clone, Debug)]
pub struct SoftmaxOptions<T> {
    pub temperature: T,
    pub scale: T,
    pub softcap: Option<T>,
    pub bias: Option<Vec<T>>,
    pub mask: Option<Vec<bool>>,
    pub sink: Option<T>,
}

impl<T: Real> Default for SoftmaxOptions<T> {
    fn default() -> Self {
        let one = T::from_f64(1.0);
        Self {
            temperature: one,
            scale: one,
            softcap: None,
            bias: None,
            mask: None,
            sink: None,
        }
    }
}

impl<T: Real> SoftmaxOptions<T> {
    /// The softmax with these options.
    pub fn softmax(&self, level: logits::Level) -> logits::Softmax<'_, T> {
        let mut softmax = logits::Softmax::new().level(level);
        if self.temperature != T::from_f64(1.0) {
            softmax = softmax.temperature(self.temperature);
        }
        if self.scale != T::from_f64(1.0) {
            softmax = softmax.scale(self.scale);
        }
        if let Some(cap) = self.softcap {
            softmax = softmax.softcap(cap);
        }
        if let Some(bias) = &self.bias {
            softmax = softmax.bias(bias);
        }
        if let Some(mask) = &self.mask {
            softmax = softmax.mask(mask);
        }
        if let Some(sink) = self.sink {
            softmax = softmax.sink(sink);
        }
        softmax
    }

    /// The transformed logits, `None` where one takes no part.
    fn transform(&self, row: &[T]) -> Vec<Option<DoubleDouble>> {
        let exact = |x: T| DoubleDouble::from(x.to_f64());
        let transform = |(place, &x): (usize, &T)| {
            let bias = self
                .bias
                .as_ref()
                .map_or(T::from_f64(0.0), |bias| bias[place]);
            let masked = self.mask.as_ref().is_some_and(|mask| !mask[place]);
            if masked || bias == -T::INFINITY || x == -T::INFINITY {
                return None;
            }
            let scaled = DoubleDouble::product(x.to_f64(), self.scale.to_f64());
            let capped = match self.softcap {
                Some(cap) => tanh(scaled / exact(cap)) * exact(cap),
                None => scaled,
            };
            // A quotient near the largest number overflows on its way, but for an exponent apart.
            let temperature = Extended::from(self.temperature.to_f64());
            let divided = Extended::from(capped + exact(bias)) / temperature;
            Some(divided.to_double_double())
        };
        row.iter().enumerate().map(transform).collect()
    }
}

/// By e^(−2|x|) − 1.
fn tanh(x: DoubleDouble) -> DoubleDouble {
    let magnitude = if x.hi < 0.0 { -x } else { x };
    let m = Extended::exp_m1(-(magnitude + magnitude));
    let tanh = (-m / (Extended::from(2.0) + m)).to_double_double();
    if x.hi < 0.0 { -tanh } else { tanh }
}

/// z − max, which may be beyond every `f64`.
fn below(z: DoubleDouble, max: DoubleDouble) -> Extended {
    Extended::from(z).normalized() - Extended::from(max).normalized()
}

/// A transformed row of which something is left, its exponentials and their sum.
pub struct Transformed {
    logits: Vec<Option<DoubleDouble>>,
    max: DoubleDouble,
    /// e^(z − max) of every element.
    terms: Vec<Extended>,
    /// Σ e^(z − max) without that of the largest.
    rest: Extended,
}

impl Transformed {
    pub fn new<T: Real>(options: &SoftmaxOptions<T>, row: &[T]) -> Self {
        let logits = options.transform(row);
        let sink = options.sink.map(|sink| DoubleDouble::from(sink.to_f64()));
        let all = logits.iter().copied().chain([sink]).enumerate();
        let left = all.filter_map(|(place, z)| Some((place, z?)));
        let (largest, max) = left
            .reduce(|best, next| {
                let (a, b) = (best.1, next.1);
                if (a.hi, a.lo) < (b.hi, b.lo) {
                    next
                } else {
                    best
                }
            })
            .expect("something is left");
        let power = |z: &Option<DoubleDouble>| match z {
            Some(z) => Extended::exp(below(*z, max).to_double_double()),
            None => Extended::ZERO,
        };
        let terms: Vec<_> = logits.iter().map(power).collect();
        let others = terms.iter().copied().chain([power(&sink)]).enumerate();
        let others = others.filter(|&(place, _)| place != largest);
        let rest = others.fold(Extended::ZERO, |sum, (_, term)| sum + term);
        Self {
            logits,
            max,
            terms,
            rest,
        }
    }

    pub fn log_sum_exp(&self) -> Extended {
        Extended::from(self.max) + self.rest.ln_1p()
    }

    pub fn softmax(&self) -> impl Iterator<Item = Extended> {
        let inverse = Extended::ONE / (self.rest + Extended::ONE);
        self.terms.iter().map(move |&term| term * inverse)
    }

    pub fn log_softmax(&self) -> impl Iterator<Item = Extended> {
        let ratio = self.rest.ln_1p();
        self.logits.iter().map(move |z| match z {
            Some(z) => below(*z, self.max) - ratio,
            None => f64::NEG_INFINITY.into(),
        })
    }
}
