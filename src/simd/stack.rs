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

    /// Appends values in a row: their number stays in a register, where [`push`](Self::push), one after
    /// the other, would wait for it to come back from memory.
    #[inline(always)]
    pub fn append(&mut self) -> Appending<'_, T> {
        let room = self.items.get_mut(self.len..).unwrap_or(&mut []);
        Appending {
            room: room.iter_mut(),
            len: &mut self.len,
            appended: 0,
        }
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

/// Values on their way to the end of a [`Stack`].
pub struct Appending<'a, T> {
    room: core::slice::IterMut<'a, MaybeUninit<T>>,
    len: &'a mut usize,
    /// The first so many items of what was the room are initialised.
    appended: usize,
}

impl<T: Copy> Appending<'_, T> {
    /// Appends a value, if there is room.
    #[inline(always)]
    pub fn push(&mut self, value: T) {
        if let Some(item) = self.room.next() {
            item.write(value);
            self.appended += 1;
        }
    }

    /// Makes them values of the stack.
    #[inline(always)]
    pub fn finish(self) {
        *self.len += self.appended;
    }
}
