//! What a binary cross-entropy is taken of.

use crate::simd::Element;

/// What the inputs are.
#[derive(Clone, Copy, Debug)]
pub enum Space {
    Logits,
    Probabilities,
}

impl Space {
    /// Whether `x` is one of these.
    #[inline(always)]
    pub fn holds<E: Element>(self, x: E) -> bool {
        match self {
            Self::Logits => !x.is_nan(),
            Self::Probabilities => E::ZERO <= x && x <= E::ONE,
        }
    }
}

/// What a decision for class 1 is worth, against one for class 0.
#[derive(Clone, Copy, Debug)]
pub enum PositiveWeight<'a, T> {
    /// The same everywhere.
    All(T),
    /// One a column.
    Columns(&'a [T]),
}

/// The targets and weights of inputs. All has been checked.
#[derive(Clone, Copy, Debug)]
pub struct Binary<'a, T> {
    pub space: Space,
    pub columns: usize,
    pub targets: &'a [T],
    /// 1 each, if there are none.
    pub weights: Option<&'a [T]>,
    pub positive: PositiveWeight<'a, T>,
}
