//! Slices at any place in a larger buffer.

use crate::float::Float;

/// Fills the places around a slice: a NaN that no function makes.
const AROUND: u64 = 0x7ff4_dead_ffa4_beef;

/// A slice with other elements before and behind it. Where there are none, the address sanitizer
/// watches over that side.
pub struct Buffer<T> {
    elements: Vec<T>,
    before: usize,
    len: usize,
}

impl<T: Float> Buffer<T> {
    /// A copy of `x`, with so many elements before and behind.
    pub fn new(x: &[T], before: usize, behind: usize) -> Self {
        let around = T::from_raw(AROUND);
        let mut elements = Vec::with_capacity(before + x.len() + behind);
        elements.resize(before, around);
        elements.extend_from_slice(x);
        elements.resize(before + x.len() + behind, around);
        Self {
            elements,
            before,
            len: x.len(),
        }
    }

    /// The slice.
    pub fn slice(&self) -> &[T] {
        &self.elements[self.before..self.before + self.len]
    }

    /// The slice, to write.
    pub fn slice_mut(&mut self) -> &mut [T] {
        &mut self.elements[self.before..self.before + self.len]
    }

    /// Panics if anything around the slice has changed.
    pub fn check(&self) {
        let around = T::from_raw(AROUND).raw();
        let (before, rest) = self.elements.split_at(self.before);
        let mut outside = before.iter().chain(&rest[self.len..]);
        assert!(
            outside.all(|x| x.raw() == around),
            "wrote outside of the slice"
        );
    }
}
