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
        }
    }
}

impl Distribution {
    /// A row of `len` logits.
    pub fn row<T: Real>(self, random: &mut Random, len: usize) -> Vec<T> {
        if let Self::Equal { deviation } = self {
            return vec![T::from_f64(deviation * random.normal()); len];
        }
        let mut row: Vec<T> = (0..len).map(|_| T::from_f64(self.logit(random))).collect();
        if let (Some(peak), true) = (self.peak(), len > 0) {
            row[random.below(len)] = T::from_f64(peak);
        }
        row
    }

    /// One logit.
    fn logit(self, random: &mut Random) -> f64 {
        match self {
            Self::Normal { deviation } | Self::Equal { deviation } => deviation * random.normal(),
            Self::Uniform { low, high } => random.uniform(low, high),
            Self::Around { centre } => centre + 5.0 * random.normal(),
            Self::Dominant { .. } => random.normal(),
            Self::Below { max } => max - random.uniform(0.0, 20.0),
        }
    }

    /// The logit that one place has in any case.
    fn peak(self) -> Option<f64> {
        match self {
            Self::Dominant { lead } => Some(lead),
            Self::Below { max } => Some(max),
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
