//! Targets, weights and parameters of a case, from the numbers of its recipe.

use crate::float::Float;
use crate::recipe::Recipe;

/// Picks from a few numbers by the bits of `labels`. The bits of `label_type` say what there is.
pub struct Picks<'a, T> {
    recipe: &'a Recipe,
    /// Any number.
    odd: T,
}

impl<'a, T: Float> Picks<'a, T> {
    pub fn new(recipe: &'a Recipe) -> Self {
        Self {
            recipe,
            odd: T::from_raw(recipe.shift),
        }
    }

    /// Whether the case has this feature.
    pub fn has(&self, feature: u32) -> bool {
        self.recipe.label_type >> feature & 1 != 0
    }

    /// Targets of 0, 1, ⅓, and ¼ or any number.
    pub fn targets(&self, len: usize, any: bool) -> Vec<T> {
        let part = |of| T::from(1) / T::from(of);
        let last = if any { self.odd } else { part(4) };
        self.pick(len, [T::from(0), T::from(1), part(3), last])
    }

    /// Weights of 1, 0, 3, and ⅛; or any number for the 1 and the ⅛, so that many may be large.
    pub fn weights(&self, len: usize, any: bool) -> Vec<T> {
        let first = if any { self.odd } else { T::from(1) };
        self.pick(len, [first, T::from(0), T::from(3), self.number(any)])
    }

    /// ⅛ or any number.
    pub fn number(&self, any: bool) -> T {
        if any {
            self.odd
        } else {
            T::from(1) / T::from(8)
        }
    }

    fn pick(&self, len: usize, of: [T; 4]) -> Vec<T> {
        let index = |place| (self.recipe.labels.rotate_right(place * 2 % 64) & 3) as usize;
        (0..len as u32).map(|place| of[index(place)]).collect()
    }
}
