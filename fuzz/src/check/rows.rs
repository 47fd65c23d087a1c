//! Batches of rows.

use logits::{Error, Rows, RowsMut};

use crate::float::Float;
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
    assert_eq!(
        RowsMut::new(elements, columns).map(|rows| rows.len()),
        expected
    );
}
