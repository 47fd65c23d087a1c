//! What cross-entropy with options should return, in far more digits than it does.

use logits::{CrossEntropy, Level};

use super::extended::Extended;
use super::real::Real;
use super::reference::Reference;
use super::ulp::Parts;

/// What a row should be.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a, T> {
    Label(usize),
    Soft(&'a [T]),
}

/// The options of a loss. No weights are weights of 1.
#[derive(Clone, Copy, Debug)]
pub struct LossOptions<'a, T> {
    pub weights: Option<&'a [T]>,
    pub smoothing: T,
    pub z_loss: T,
}

impl<'a, T: Real> LossOptions<'a, T> {
    /// The loss with these options.
    pub fn cross_entropy(&self, level: Level) -> CrossEntropy<'a, T> {
        let loss = CrossEntropy::new()
            .level(level)
            .label_smoothing(self.smoothing)
            .z_loss(self.z_loss);
        match self.weights {
            Some(weights) => loss.class_weights(weights),
            None => loss,
        }
    }
}

/// A row with its targets and options. Its largest element is finite.
pub struct LossReference<'a, T> {
    row: &'a Reference<'a, T>,
    wanted: Wanted<'a, T>,
    z_loss: Extended,
    /// The target of each class, smoothed and weighted.
    targets: Vec<Extended>,
}

fn sum(terms: impl Iterator<Item = Extended>) -> Extended {
    terms.fold(Extended::ZERO, |sum, term| sum + term)
}

impl<'a, T: Real> LossReference<'a, T> {
    pub fn new(
        row: &'a Reference<'a, T>,
        wanted: Wanted<'a, T>,
        options: LossOptions<'a, T>,
    ) -> Self {
        let logits = row.row();
        let smoothing = Extended::exact(options.smoothing);
        let unmasked = |class: usize| logits[class].to_f64() > f64::NEG_INFINITY;
        let classes = (0..logits.len()).filter(|&class| unmasked(class)).count();
        let share = smoothing / (classes as f64).into();
        let targets = (0..logits.len()).map(|class| {
            let target = match wanted {
                Wanted::Label(label) => f64::from(u8::from(class == label)).into(),
                Wanted::Soft(targets) => Extended::exact(targets[class]),
            };
            let share = if unmasked(class) {
                share
            } else {
                Extended::ZERO
            };
            let weight = options
                .weights
                .map_or(Extended::ONE, |w| Extended::exact(w[class]));
            ((Extended::ONE - smoothing) * target + share) * weight
        });
        Self {
            row,
            wanted,
            z_loss: Extended::exact(options.z_loss),
            targets: targets.collect(),
        }
    }

    /// Σ q·(ln Σ e^x − x).
    pub fn loss(&self) -> Extended {
        let classes = 0..self.targets.len();
        let counted = classes.filter(|&class| !self.targets[class].is_zero());
        sum(counted.map(|class| self.targets[class] * self.row.loss(class)))
    }

    /// Σ q times the smallest normal number: the unit of a loss is never less than that of this.
    pub fn least_loss(&self) -> Extended {
        sum(self.targets.iter().copied()) * Extended::smallest_normal::<T>()
    }

    /// z·(ln Σ e^x)².
    pub fn z_loss(&self) -> Extended {
        let log_sum_exp = self.row.log_sum_exp().normalized();
        self.z_loss * log_sum_exp * log_sum_exp
    }

    /// z·max(|ln Σ e^x|, 1)²: the size of its rounding errors.
    pub fn z_loss_size(&self) -> Extended {
        let size = self.log_sum_exp_size();
        self.z_loss * size * size
    }

    /// max(|ln Σ e^x|, 1).
    fn log_sum_exp_size(&self) -> Extended {
        let size = self.row.log_sum_exp().to_f64().abs().max(1.0);
        Extended::from(size).normalized()
    }

    /// `scale` times the gradient, of the parts Σ q·p, 2·z·p·ln Σ e^x and −q; for the label, or
    /// for the largest logit where targets are soft, −Σ q·(1 − p), 2·z·p·ln Σ e^x and the other
    /// classes' q; |ln Σ e^x| has a size of at least 1.
    pub fn gradient(&self, scale: T) -> impl Iterator<Item = Parts> {
        let mass = sum(self.targets.iter().copied());
        let pull = self.z_loss * self.row.log_sum_exp() * 2.0.into();
        let pull_size = self.z_loss * self.log_sum_exp_size() * 2.0.into();
        let special = match self.wanted {
            Wanted::Label(label) => label,
            Wanted::Soft(_) => self.row.argmax(),
        };
        let others = self.targets.iter().enumerate();
        let others = sum(others
            .filter(|&(class, _)| class != special)
            .map(|(_, &q)| q));
        // The gradient of the plain loss: −(1 − p), from the other classes.
        let complement = self.row.gradient(special, T::from_f64(1.0)).nth(special);
        let complement = complement.expect("the class is in the row");
        self.row.softmax().enumerate().map(move |(class, p)| {
            let parts = if class == special {
                [complement * mass, others]
            } else {
                [mass * p, -self.targets[class]]
            };
            let size = sum(parts.map(Extended::magnitude).into_iter()) + pull_size * p;
            Parts {
                sum: (sum(parts.into_iter()) + pull * p) * Extended::exact(scale),
                size: size * Extended::exact(scale).magnitude(),
            }
        })
    }
}
