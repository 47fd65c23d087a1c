//! Rows of logits.

use std::fmt;

use super::random::Random;
use super::real::Real;

/// How the logits of a row are drawn.
#[derive(Clone, Copy, Debug)]
pub enum Distribution {
    /// N(0, σ²).
    Normal { deviation: f64 },
    /// Uniform between two numbers.
    Uniform { low: f64, high: f64 },
    /// N(centre, 5²): most differences are small, whatever the size of the logits.
    Around { centre: f64 },
    /// One and the same, drawn from N(0, σ²).
    Equal { deviation: f64 },
    /// N(0, 1), but for one logit so much larger.
    Dominant { lead: f64 },
    /// Uniform over 20 below the largest, which has a place by chance.
    Below { max: f64 },
    /// N(0, σ²), from the smallest to the largest or the other way.
    Sorted { deviation: f64, ascending: bool },
    /// N(0, 1) about ±σ, with signs that alternate.
    Alternating { size: f64 },
    /// N(0, σ²), moved so that log-sum-exp is all but 0: what it adds cancels.
    Cancelling { deviation: f64 },
    /// One number or either of its neighbours.
    NearlyEqual { centre: f64 },
    /// So far below one that is 0 that probabilities are subnormal.
    Underflowing,
    /// Subnormal, of either sign.
    Subnormal,
    /// Of every magnitude up to the largest number, of either sign.
    Finite,
}

impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Normal { deviation } => write!(f, "N(0, {deviation}²)"),
            Self::Uniform { low, high } => write!(f, "U({low:e}, {high:e})"),
            Self::Around { centre } => write!(f, "N({centre:e}, 5²)"),
            Self::Equal { deviation } => write!(f, "all equal, N(0, {deviation}²)"),
            Self::Dominant { lead } => write!(f, "one {lead} above N(0, 1)"),
            Self::Below { max } => write!(f, "max {max:e}"),
            Self::Sorted {
                deviation,
                ascending,
            } => {
                let order = if ascending { "ascending" } else { "descending" };
                write!(f, "N(0, {deviation}²), {order}")
            }
            Self::Alternating { size } => write!(f, "alternating ±{size}"),
            Self::Cancelling { deviation } => write!(f, "N(0, {deviation}²) with lse 0"),
            Self::NearlyEqual { centre } => write!(f, "{centre} and neighbours"),
            Self::Underflowing => f.write_str("subnormal probabilities"),
            Self::Subnormal => f.write_str("subnormal"),
            Self::Finite => f.write_str("every finite magnitude"),
        }
    }
}

impl Distribution {
    /// A row of `len` logits.
    pub fn row<T: Real>(self, random: &mut Random, len: usize) -> Vec<T> {
        if let Self::Equal { deviation } = self {
            return vec![T::from_f64(deviation * random.normal()); len];
        }
        let mut row: Vec<T> = (0..len).map(|place| self.logit(random, place)).collect();
        if let (Some(peak), true) = (self.peak(), len > 0) {
            row[random.below(len)] = T::from_f64(peak);
        }
        match self {
            Self::Sorted { ascending, .. } => {
                row.sort_by(|a, b| a.to_f64().total_cmp(&b.to_f64()));
                if !ascending {
                    row.reverse();
                }
            }
            Self::Cancelling { .. } => {
                let sum: f64 = row.iter().map(|x| x.to_f64().exp()).sum();
                for x in &mut row {
                    *x = T::from_f64(x.to_f64() - sum.ln());
                }
            }
            _ => {}
        }
        row
    }

    /// The logit of one place, before they are sorted or moved.
    fn logit<T: Real>(self, random: &mut Random, place: usize) -> T {
        T::from_f64(match self {
            Self::Normal { deviation }
            | Self::Equal { deviation }
            | Self::Sorted { deviation, .. }
            | Self::Cancelling { deviation } => deviation * random.normal(),
            Self::Uniform { low, high } => random.uniform(low, high),
            Self::Around { centre } => centre + 5.0 * random.normal(),
            Self::Dominant { .. } => random.normal(),
            Self::Below { max } => max - random.uniform(0.0, 20.0),
            Self::Alternating { size } if place.is_multiple_of(2) => size + random.normal(),
            Self::Alternating { size } => random.normal() - size,
            Self::NearlyEqual { centre } => {
                let centre = T::from_f64(centre);
                return [centre.down(), centre, centre.up()][random.below(3)];
            }
            Self::Underflowing => {
                let smallest_normal = f64::from(T::MIN_EXPONENT + T::DIGITS - 1);
                random.uniform(-T::UNDERFLOW, smallest_normal * std::f64::consts::LN_2)
            }
            Self::Subnormal => {
                let size = T::from_pattern(random.bits() % (1 << (T::DIGITS - 1)));
                return if random.below(2) == 0 { size } else { -size };
            }
            Self::Finite => {
                let exponent = random.uniform(-20.0, f64::from(T::MAX_EXPONENT));
                let size = T::from_f64(libm::exp2(exponent)).to_f64();
                size.min(T::MAX.to_f64()).copysign(random.unit() - 0.5)
            }
        })
    }

    /// The logit that one place has in any case.
    fn peak(self) -> Option<f64> {
        match self {
            Self::Dominant { lead } => Some(lead),
            Self::Below { max } => Some(max),
            Self::Underflowing => Some(0.0),
            _ => None,
        }
    }
}

/// The distributions that accuracy is promised over.
pub fn distributions<T: Real>() -> Vec<Distribution> {
    let mut all = vec![
        Distribution::Normal { deviation: 1.0 },
        Distribution::Normal { deviation: 5.0 },
        Distribution::Normal { deviation: 20.0 },
        Distribution::Uniform {
            low: 1000.0,
            high: 1020.0,
        },
        // Down to and below the smallest subnormal probability.
        Distribution::Uniform {
            low: -1.1 * T::UNDERFLOW,
            high: 0.0,
        },
        Distribution::Equal { deviation: 0.0 },
        Distribution::Equal { deviation: 5.0 },
        Distribution::Equal { deviation: 1e5 },
        Distribution::Dominant { lead: 12.0 },
        Distribution::Dominant { lead: 30.0 },
        Distribution::Dominant {
            lead: 0.95 * T::UNDERFLOW,
        },
    ];
    for &large in T::LARGE {
        all.push(Distribution::Uniform {
            low: -large,
            high: large,
        });
        all.push(Distribution::Around { centre: large });
        all.push(Distribution::Around { centre: -large });
    }
    for &border in T::BORDERS {
        let border = T::from_f64(border);
        for max in [border.down(), border, border.up()] {
            all.push(Distribution::Below { max: max.to_f64() });
        }
    }
    all
}

/// Distributions that are as hard on accuracy as they can be.
pub fn adversarial<T: Real>() -> Vec<Distribution> {
    let (underflow, max) = (T::UNDERFLOW, T::MAX.to_f64());
    vec![
        Distribution::Sorted {
            deviation: 5.0,
            ascending: true,
        },
        Distribution::Sorted {
            deviation: 5.0,
            ascending: false,
        },
        Distribution::Sorted {
            deviation: 0.2 * underflow,
            ascending: true,
        },
        Distribution::Alternating { size: 0.25 },
        Distribution::Alternating { size: 8.0 },
        Distribution::Alternating { size: max / 4.0 },
        Distribution::Cancelling { deviation: 0.1 },
        Distribution::Cancelling { deviation: 3.0 },
        Distribution::NearlyEqual { centre: 1.0 },
        Distribution::NearlyEqual { centre: -1e4 },
        Distribution::NearlyEqual { centre: 0.0 },
        Distribution::Underflowing,
        Distribution::Dominant {
            lead: 0.9 * underflow,
        },
        Distribution::Dominant { lead: 1e30 },
        Distribution::Dominant { lead: max },
        Distribution::Below { max: -max },
        Distribution::Subnormal,
        Distribution::Finite,
    ]
}
