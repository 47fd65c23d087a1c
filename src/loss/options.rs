//! What a cross-entropy is taken of, and how.

use super::label::{Label, Labels};
use crate::simd::Element;
use crate::{Error, Rows};

/// How the classes and rows of a [`CrossEntropy`](super::CrossEntropy) count.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a, T> {
    pub class_weights: Option<&'a [T]>,
    pub label_smoothing: T,
    pub ignore_index: Option<i64>,
    pub z_loss: T,
}

impl<T: Element> Options<'_, T> {
    /// Every class and row counts alike, and nothing is added.
    pub const PLAIN: Self = Self {
        class_weights: None,
        label_smoothing: T::ZERO,
        ignore_index: None,
        z_loss: T::ZERO,
    };

    /// Whether a row with a label has that label's loss, times a weight, and nothing else.
    #[inline]
    pub fn keep_labels(&self) -> bool {
        self.label_smoothing == T::ZERO && self.z_loss == T::ZERO
    }

    /// The weight of a class.
    #[inline(always)]
    pub fn class_weight(&self, class: usize) -> T {
        match self.class_weights {
            Some(weights) => weights.get(class).copied().unwrap_or(T::ZERO),
            None => T::ONE,
        }
    }

    /// Whether the options can be, for rows of so many columns.
    fn check(&self, columns: usize) -> Result<(), Error> {
        if let Some(weights) = self.class_weights {
            Error::check_lengths(columns, weights.len())?;
            let in_range = weights.iter().all(|&w| w >= T::ZERO && w.is_finite());
            Error::check_parameter("class_weights", in_range)?;
        }
        let smoothing = self.label_smoothing;
        let in_range = smoothing >= T::ZERO && smoothing <= T::ONE;
        Error::check_parameter("label_smoothing", in_range)?;
        let in_range = self.z_loss >= T::ZERO && self.z_loss.is_finite();
        Error::check_parameter("z_loss", in_range)
    }

    /// One label a row, each of them a column or ignored.
    pub fn check_labels<'a, L: Label>(
        &self,
        rows: Rows<'_, T>,
        labels: &'a [L],
    ) -> Result<Labels<'a>, Error> {
        Error::check_lengths(rows.len(), labels.len())?;
        self.check(rows.columns())?;
        let labels = L::labels(labels);
        match labels.first_out_of_range(rows.columns(), self.ignore_index) {
            Some(row) => Err(Error::LabelOutOfRange { row }),
            None => Ok(labels),
        }
    }

    /// One target for each logit.
    pub fn check_targets(&self, rows: Rows<'_, T>, targets: Rows<'_, T>) -> Result<(), Error> {
        Error::check_lengths(rows.len(), targets.len())?;
        Error::check_lengths(rows.columns(), targets.columns())?;
        self.check(rows.columns())
    }
}

/// What rows should be.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, T> {
    /// One class each.
    Labels(Labels<'a>),
    /// A share of each class.
    Soft(Rows<'a, T>),
}

/// What a row should be.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a, T> {
    /// This class.
    Label(usize),
    /// So much of each class.
    Soft(&'a [T]),
}

impl<'a, T> Targets<'a, T> {
    /// The target of a row, unless it has the label `ignored`.
    #[inline(always)]
    pub fn get(&self, row: usize, ignored: Option<i64>) -> Option<Target<'a, T>> {
        match self {
            Self::Labels(labels) => labels.get(row, ignored).map(Target::Label),
            Self::Soft(targets) => targets.get(row).map(Target::Soft),
        }
    }
}
