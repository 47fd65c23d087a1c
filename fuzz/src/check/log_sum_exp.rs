//! log_sum_exp of a row, of rows and of a row in parts.

use logits::{Error, Level, Rows};

use super::near::{Bound, assert_near};
use super::rows::Batch;
use super::{Families, streaming};
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;
use crate::reference::{Distinct, RowReference};

/// log_sum_exp of all elements as one row, of rows, and of a row in parts.
pub fn check<T: Float>(recipe: &Recipe) {
    check_row::<T>(recipe);
    check_rows::<T>(recipe);
    streaming::check::<T>(recipe);
}

/// The bound of a log-sum-exp, in units in the last place of max(|result|, 1).
pub fn bound<T: Float>() -> Bound {
    Bound::above_one::<T>(Function::LogSumExp)
}

fn check_row<T: Float>(recipe: &Recipe) {
    let row = recipe.elements::<T>();
    let expected = RowReference::new(&Distinct::new(&row)).log_sum_exp();
    let mut families = Families::new();
    for level in Level::available() {
        let buffer = Buffer::new(&row, recipe.before.into(), recipe.behind.into());
        let result = level.log_sum_exp(buffer.slice());
        if families.is_first(level, bits(result)) {
            let first = row.first().copied().unwrap_or(T::from(0));
            assert_near(level.name(), first, result, expected, bound::<T>());
        }
    }
}

fn check_rows<T: Float>(recipe: &Recipe) {
    let batch = Batch::<T>::new(recipe);
    let rows = Rows::new(&batch.elements, batch.columns).expect("the columns divide the elements");
    for level in Level::available() {
        let expected: Vec<T> = batch.iter().map(|row| level.log_sum_exp(row)).collect();
        let untouched = vec![T::from(-7); expected.len()];
        let mut out = Buffer::new(&untouched, recipe.behind.into(), recipe.before.into());
        assert_eq!(level.log_sum_exp_rows(rows, out.slice_mut()), Ok(()));
        out.check();
        assert_eq!(all_bits(out.slice()), all_bits(&expected), "{level} rows");

        let found = recipe.count.into();
        if found != expected.len() {
            let mut out = vec![T::from(-7); found];
            let expected = Err(Error::LengthMismatch {
                expected: expected.len(),
                found,
            });
            assert_eq!(level.log_sum_exp_rows(rows, &mut out), expected);
            assert!(out.iter().all(|&x| x == T::from(-7)), "{level} wrote");
        }
    }
}
