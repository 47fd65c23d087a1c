//! Gradients through softmax and log-softmax.

use std::collections::HashMap;

use logits::{Error, Level, Rows, RowsMut};

use super::Families;
use super::near::{assert_beside, ulps};
use super::rows::{Batch, shape_error};
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;
use crate::vjp::{Gradient, Through};

/// Gradients of all elements as one row, and of rows, through the softmax and the log-softmax of the
/// elements in reverse.
pub fn check<T: Float>(recipe: &Recipe) {
    let dy = recipe.elements::<T>();
    let batch = Batch::<T>::new(recipe);
    for through in [Through::Softmax, Through::LogSoftmax] {
        let mut families = Families::new();
        for level in Level::available() {
            let what = format!("{level} gradient through {through:?}");
            let y = reversed(through, level, &dy);
            let mut found = Buffer::new(&dy, recipe.before.into(), recipe.behind.into());
            let outcome = match through {
                Through::Softmax => level.softmax_vjp_in_place(&y, found.slice_mut()),
                Through::LogSoftmax => level.log_softmax_vjp_in_place(&y, found.slice_mut()),
            };
            assert_eq!(outcome, Ok(()), "{what}");
            found.check();
            if families.is_first(level, all_bits(found.slice())) {
                verify(&what, through, &y, &dy, found.slice());
            }
            check_lengths(through, level, recipe, &dy);
            check_shapes(through, level, recipe, &batch);
            check_rows(&what, through, level, &batch);
        }
    }
}

/// Probabilities of another length are an error, and the gradient stays as it is.
fn check_lengths<T: Float>(through: Through, level: Level, recipe: &Recipe, dy: &[T]) {
    let y = vec![T::from(0); recipe.count.into()];
    if y.len() == dy.len() {
        return;
    }
    let mut left = dy.to_vec();
    let outcome = match through {
        Through::Softmax => level.softmax_vjp_in_place(&y, &mut left),
        Through::LogSoftmax => level.log_softmax_vjp_in_place(&y, &mut left),
    };
    let (expected, found) = (y.len(), dy.len());
    assert_eq!(outcome, Err(Error::LengthMismatch { expected, found }));
    assert_eq!(all_bits(&left), all_bits(dy));
}

/// Probabilities of other rows or columns are an error, and the gradients stay as they are.
fn check_shapes<T: Float>(through: Through, level: Level, recipe: &Recipe, batch: &Batch<T>) {
    let mut left = batch.elements.clone();
    for y in batch.other_shapes(recipe.count.into()) {
        let outcome = rows_in_place(through, level, y, batch.rows_mut(&mut left));
        assert_eq!(outcome, Err(shape_error(y, batch.rows())), "{level}");
    }
    let same = all_bits(&left) == all_bits(&batch.elements);
    assert!(same, "{level}: wrote in spite of an error");
}

/// The gradient of each row.
fn rows_in_place<T: Float>(
    through: Through,
    level: Level,
    y: Rows<'_, T>,
    dy: RowsMut<'_, T>,
) -> Result<(), Error> {
    match through {
        Through::Softmax => level.softmax_vjp_rows_in_place(y, dy),
        Through::LogSoftmax => level.log_softmax_vjp_rows_in_place(y, dy),
    }
}

/// The softmax or log-softmax of the elements in reverse.
fn reversed<T: Float>(through: Through, level: Level, elements: &[T]) -> Vec<T> {
    let mut y = elements.to_vec();
    y.reverse();
    match through {
        Through::Softmax => level.softmax_in_place(&mut y),
        Through::LogSoftmax => level.log_softmax_in_place(&mut y),
    };
    y
}

/// Checks each gradient; equal pairs must have equal ones, wherever they stand.
fn verify<T: Float>(what: &str, through: Through, y: &[T], dy: &[T], found: &[T]) {
    let Some(expected) = Gradient::new(through, y, dy) else {
        return;
    };
    let bound = ulps::<T>(match through {
        Through::Softmax => Function::SoftmaxVjp,
        Through::LogSoftmax => Function::LogSoftmaxVjp,
    });
    let mut seen = HashMap::new();
    for ((&y, &dy), &found) in y.iter().zip(dy).zip(found) {
        let what = || format!("{what} of {dy:e} at {y:e}");
        let first = *seen.entry((bits(y), bits(dy))).or_insert_with(|| {
            assert_beside(&what(), found, Some(expected.of(y, dy)), bound);
            bits(found)
        });
        assert!(first == bits(found), "{} has several results", what());
    }
}

/// Checks that each row of a batch has the gradient that it has alone.
fn check_rows<T: Float>(what: &str, through: Through, level: Level, batch: &Batch<T>) {
    let y = reversed(through, level, &batch.elements);
    let y = Rows::new(&y, batch.columns).expect("columns divide");
    let (mut alone, mut together) = (batch.elements.clone(), batch.elements.clone());
    for (y, dy) in y.iter().zip(alone.chunks_exact_mut(batch.columns.max(1))) {
        let outcome = match through {
            Through::Softmax => level.softmax_vjp_in_place(y, dy),
            Through::LogSoftmax => level.log_softmax_vjp_in_place(y, dy),
        };
        assert_eq!(outcome, Ok(()), "{what}");
    }
    let outcome = rows_in_place(through, level, y, batch.rows_mut(&mut together));
    assert_eq!(outcome, Ok(()), "{what}");
    assert!(
        all_bits(&alone) == all_bits(&together),
        "{what}: rows differ"
    );
}
