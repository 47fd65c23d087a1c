//! Rows of a slice by their numbers: iterators over chunks, zipped, are compiled at `opt-level = "s"`
//! to functions that divide, and could panic.

use crate::rows::{Rows, RowsMut};

/// The row of that number.
#[inline(always)]
pub fn row<E>(rows: &[E], columns: usize, number: usize) -> Option<&[E]> {
    rows.get(number * columns..)?.get(..columns)
}

/// The row of that number, to write.
#[inline(always)]
pub fn row_mut<E>(rows: &mut [E], columns: usize, number: usize) -> Option<&mut [E]> {
    rows.get_mut(number * columns..)?.get_mut(..columns)
}

/// At most `count` elements from the start.
#[inline(always)]
pub fn up_to<E>(rows: &[E], count: usize) -> &[E] {
    rows.get(..count).unwrap_or(rows)
}

/// Parts of a slice in order.
pub struct Parts<'a, E> {
    rest: &'a [E],
    length: usize,
}

/// The rows.
#[inline(always)]
pub fn each<E>(rows: Rows<'_, E>) -> Parts<'_, E> {
    parts(rows.data(), rows.columns())
}

/// Parts of `length` elements each, the last perhaps of fewer.
#[inline(always)]
pub fn parts<E>(slice: &[E], length: usize) -> Parts<'_, E> {
    Parts {
        rest: slice,
        length,
    }
}

impl<'a, E> Iterator for Parts<'a, E> {
    type Item = &'a [E];

    #[inline(always)]
    fn next(&mut self) -> Option<&'a [E]> {
        let part @ [_, ..] = up_to(self.rest, self.length) else {
            return None;
        };
        self.rest = self.rest.get(self.length..).unwrap_or(&[]);
        Some(part)
    }
}

/// Rows in order, to write.
pub struct EachMut<'a, E> {
    rest: &'a mut [E],
    columns: usize,
}

/// The rows, to write.
#[inline(always)]
pub fn each_mut<E>(rows: RowsMut<'_, E>) -> EachMut<'_, E> {
    EachMut {
        columns: rows.columns(),
        rest: rows.into_data(),
    }
}

impl<'a, E> Iterator for EachMut<'a, E> {
    type Item = &'a mut [E];

    #[inline(always)]
    fn next(&mut self) -> Option<&'a mut [E]> {
        let (row, rest) = core::mem::take(&mut self.rest).split_at_mut_checked(self.columns)?;
        self.rest = rest;
        (!row.is_empty()).then_some(row)
    }
}
