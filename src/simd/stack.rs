//! A list of values in an array that nobody has to clear.

use core::mem::MaybeUninit;

/// At most `N` values, in the order in which they were pushed.
pub struct Stack<T, const N: usize> {
    items: [MaybeUninit<T>; N],
    /// The first so many items are initialised.
    len: usize,
}

impl<T: Copy, const N: usize> Stack<T, N> {
    /// No values.
    #[inline(always)]
    pub fn new() -> Self {
        Self {
            items: [const { MaybeUninit::uninit() }; N],
            len: 0,
        }
    }

    /// Forgets all values.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// Appends a value, if there is room.
    #[inline(always)]
    pub fn push(&mut self, value: T) {
        if let Some(item) = self.items.get_mut(self.len) {
            item.write(value);
            self.len += 1;
        }
    }

    /// Takes the last value off, if there is one.
    #[inline(always)]
    pub fn pop(&mut self) -> Option<T> {
        let last = self.values().last().copied()?;
        self.len -= 1;
        Some(last)
    }

    /// The values.
    #[inline(always)]
    pub fn values(&self) -> &[T] {
        // SAFETY: the first `len` items, at most `N`, are initialised, and `MaybeUninit<T>` has the
        // layout of `T`.
        unsafe { core::slice::from_raw_parts(self.items.as_ptr().cast(), self.len) }
    }

    /// The values, to change.
    #[inline(always)]
    pub fn values_mut(&mut self) -> &mut [T] {
        // SAFETY: as in `values`; the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.items.as_mut_ptr().cast(), self.len) }
    }
}
