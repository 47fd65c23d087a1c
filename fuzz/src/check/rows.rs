//! Batches of rows.

use logits::{Error, Rows, RowsMut};

use crate::float::{Float, all_bits};
use crate::recipe::Recipe;

/// The elements of a case as a batch.
pub struct Batch<T> {
    pub elements: Vec<T>,
    /// 0 if there are no elements.
    pub columns: usize,
}

impl<T: Float> Batch<T> {
    /// As many rows as the recipe says, or as there are elements; what is left over is dropped.
    pub fn new(recipe: &Recipe) -> Self {
        let mut elements = recipe.elements();
        check_columns(&mut elements, recipe.count.into());
        let rows = elements.len().min(usize::from(recipe.rows) + 1);
        let columns = elements.len().checked_div(rows).unwrap_or(0);
        elements.truncate(rows * columns);
        Self { elements, columns }
    }

    /// The rows, one by one.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        self.elements.chunks_exact(self.columns.max(1))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// The rows, to read.
    pub fn rows(&self) -> Rows<'_, T> {
        Rows::new(&self.elements, self.columns).expect("the columns divide the elements")
    }

    /// A copy of the elements as rows of the same shape, to write.
    pub fn rows_mut<'a>(&self, copy: &'a mut [T]) -> RowsMut<'a, T> {
        RowsMut::new(copy, self.columns).expect("the columns divide the elements")
    }

    /// Rows of other shapes: all elements or so many, one a row, and all rows but the last.
    pub fn other_shapes(&self, count: usize) -> impl Iterator<Item = Rows<'_, T>> {
        let all = &self.elements[..];
        let some = &all[..count.min(all.len())];
        let fewer = &all[..all.len().saturating_sub(self.columns)];
        let shape = |rows: Rows<'_, T>| (rows.len(), rows.columns());
        [(all, 1), (some, 1), (fewer, self.columns)]
            .map(|(x, columns)| Rows::new(x, columns).expect("the columns divide the elements"))
            .into_iter()
            .filter(move |&rows| shape(rows) != shape(self.rows()))
    }
}

/// The first half of rows, and the rest; of anything that has as many elements for each.
pub fn halves<T>(elements: &[T], columns: usize) -> [&[T]; 2] {
    let rows = elements.len().checked_div(columns).unwrap_or(0);
    let (first, second) = elements.split_at(rows / 2 * columns);
    [first, second]
}

/// The error of two batches of different shapes.
pub fn shape_error<T>(first: Rows<'_, T>, second: Rows<'_, T>) -> Error {
    let (expected, found) = if first.columns() != second.columns() {
        (first.columns(), second.columns())
    } else {
        (first.len(), second.len())
    };
    Error::LengthMismatch { expected, found }
}

/// Checks that rows are made just of elements that so many columns divide.
fn check_columns<T: Float>(elements: &mut [T], columns: usize) {
    let len = elements.len();
    let rows = match columns {
        0 => (len == 0).then_some(0),
        _ => len.is_multiple_of(columns).then(|| len / columns),
    };
    let expected = rows.ok_or(Error::ColumnsMismatch {
        columns,
        elements: len,
    });
    assert_eq!(
        Rows::new(elements, columns).map(|rows| rows.len()),
        expected
    );
    let before = all_bits(elements);
    let rows = RowsMut::new(elements, columns);
    if let Ok(rows) = &rows {
        let read: Vec<T> = rows.as_rows().iter().flatten().copied().collect();
        assert!(all_bits(&read) == before, "other rows to read");
    }
    assert_eq!(rows.map(|rows| rows.len()), expected);
}
