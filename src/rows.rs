//! Batches: rows of equal length in one slice.

use core::slice::{ChunksExact, ChunksExactMut};

use crate::Error;

/// Checks that `columns` divides `elements`.
fn check(elements: usize, columns: usize) -> Result<(), Error> {
    match elements.checked_rem(columns) {
        Some(0) => Ok(()),
        None if elements == 0 => Ok(()),
        _ => Err(Error::ColumnsMismatch { columns, elements }),
    }
}

/// Rows of equal length, one after the other in a slice (row-major), to read.
///
/// ```
/// let rows = logits::Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?;
/// assert_eq!((rows.len(), rows.columns()), (2, 3));
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a, T> {
    data: &'a [T],
    columns: usize,
}

impl<'a, T> Rows<'a, T> {
    /// Rows of `columns` elements each. No elements make no rows, even of 0 columns.
    ///
    /// # Errors
    /// [`Error::ColumnsMismatch`] if `columns` does not divide `data.len()`.
    ///
    /// # Example
    /// ```
    /// use logits::{Error, Rows};
    ///
    /// let error = Error::ColumnsMismatch { columns: 2, elements: 3 };
    /// assert_eq!(Rows::new(&[1.0, 2.0, 3.0], 2).err(), Some(error));
    /// assert!(Rows::<f32>::new(&[], 0)?.is_empty());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(data: &'a [T], columns: usize) -> Result<Self, Error> {
        check(data.len(), columns)?;
        Ok(Self { data, columns })
    }

    /// One row; none if it is empty.
    #[inline]
    pub(crate) fn single(data: &'a [T]) -> Self {
        Self {
            data,
            columns: data.len(),
        }
    }

    /// All elements, row by row.
    #[inline]
    pub(crate) fn data(&self) -> &'a [T] {
        self.data
    }

    /// The number of rows.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.len(), 2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.data.len().checked_div(self.columns).unwrap_or(0)
    }

    /// Whether there are no rows.
    ///
    /// # Example
    /// ```
    /// assert!(!logits::Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.is_empty());
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The number of elements in a row.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.columns(), 3);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// One row.
    #[inline(always)]
    pub(crate) fn get(&self, row: usize) -> Option<&'a [T]> {
        let start = row.checked_mul(self.columns)?;
        self.data.get(start..start.checked_add(self.columns)?)
    }

    /// The rows in order.
    ///
    /// # Example
    /// ```
    /// let rows = logits::Rows::new(&[1, 2, 3, 4], 2)?;
    /// assert!(rows.iter().eq([[1, 2], [3, 4]]));
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn iter(&self) -> ChunksExact<'a, T> {
        self.data.chunks_exact(self.columns.max(1))
    }
}

impl<'a, T> IntoIterator for Rows<'a, T> {
    type Item = &'a [T];
    type IntoIter = ChunksExact<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, T> IntoIterator for &Rows<'a, T> {
    type Item = &'a [T];
    type IntoIter = ChunksExact<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Rows of equal length, one after the other in a slice (row-major), to write.
///
/// ```
/// let mut data = [1.0, 2.0, 1.0, 2.0];
/// logits::softmax_rows_in_place(logits::RowsMut::new(&mut data, 2)?);
/// assert_eq!(data[0], data[2]);
/// # Ok::<(), logits::Error>(())
/// ```
#[derive(Debug)]
pub struct RowsMut<'a, T> {
    data: &'a mut [T],
    columns: usize,
}

impl<'a, T> RowsMut<'a, T> {
    /// Rows of `columns` elements each. No elements make no rows, even of 0 columns.
    ///
    /// # Errors
    /// [`Error::ColumnsMismatch`] if `columns` does not divide `data.len()`.
    ///
    /// # Example
    /// ```
    /// use logits::{Error, RowsMut};
    ///
    /// let error = Error::ColumnsMismatch { columns: 2, elements: 3 };
    /// assert_eq!(RowsMut::new(&mut [1.0, 2.0, 3.0], 2).err(), Some(error));
    /// assert_eq!(RowsMut::new(&mut [1.0, 2.0], 1)?.len(), 2);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn new(data: &'a mut [T], columns: usize) -> Result<Self, Error> {
        check(data.len(), columns)?;
        Ok(Self { data, columns })
    }

    /// One row; none if it is empty.
    #[inline]
    pub(crate) fn single(data: &'a mut [T]) -> Self {
        let columns = data.len();
        Self { data, columns }
    }

    /// All elements, row by row.
    #[inline]
    pub(crate) fn into_data(self) -> &'a mut [T] {
        self.data
    }

    /// The same rows, to read.
    ///
    /// # Example
    /// ```
    /// let mut data = [1, 2, 3, 4];
    /// let rows = logits::RowsMut::new(&mut data, 2)?;
    /// assert!(rows.as_rows().iter().eq([[1, 2], [3, 4]]));
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn as_rows(&self) -> Rows<'_, T> {
        Rows {
            data: self.data,
            columns: self.columns,
        }
    }

    /// The number of rows.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::RowsMut::new(&mut [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.len(), 2);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn len(&self) -> usize {
        self.as_rows().len()
    }

    /// Whether there are no rows.
    ///
    /// # Example
    /// ```
    /// assert!(!logits::RowsMut::new(&mut [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.is_empty());
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The number of elements in a row.
    ///
    /// # Example
    /// ```
    /// assert_eq!(logits::RowsMut::new(&mut [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 3)?.columns(), 3);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn columns(&self) -> usize {
        self.columns
    }
}

impl<'a, T> IntoIterator for RowsMut<'a, T> {
    type Item = &'a mut [T];
    type IntoIter = ChunksExactMut<'a, T>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.data.chunks_exact_mut(self.columns.max(1))
    }
}
