//! Targets, weights and parameters of a case, from the numbers of its recipe.

use crate::float::Float;
use crate::recipe::Recipe;

/// Picks from a few numbers by the bits of `labels`. The bits of `label_type` say what there is.
pub struct Picks<'a>(pub &'a Recipe);

impl Picks<'_> {
    /// Whether the case has this feature.
    pub fn has(&self, feature: u32) -> bool {
        self.0.label_type >> feature & 1 != 0
    }

    /// Targets of 0, 1, ⅓, and ¼ or any number.
    pub fn targets<T: Float>(&self, len: usize, any: bool) -> Vec<T> {
        let part = |of| T::from(1) / T::from(of);
        let last = if any {
            T::from_raw(self.0.shift)
        } else {
            part(4)
        };
        self.pick(len, [T::from(0), T::from(1), part(3), last])
    }

    /// Weights of 1, 0, 3, and ⅛; or any number for the 1 and the ⅛, so that many may be large.
    pub fn weights<T: Float>(&self, len: usize, any: bool) -> Vec<T> {
        let last = self.number(0, any);
        let first = if any { last } else { T::from(1) };
        self.pick(len, [first, T::from(0), T::from(3), last])
    }

    /// ⅛ or any number, one for each spike.
    pub fn number<T: Float>(&self, spike: usize, any: bool) -> T {
        if any {
            self.0.number(spike, self.0.shift)
        } else {
            T::from(1) / T::from(8)
        }
    }

    fn pick<T: Float>(&self, len: usize, of: [T; 4]) -> Vec<T> {
        let index = |place| (self.0.labels.rotate_right(place * 2 % 64) & 3) as usize;
        (0..len as u32).map(|place| of[index(place)]).collect()
    }
}
