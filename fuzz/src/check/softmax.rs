//! softmax and log-softmax of a row and of rows.

use logits::{Level, RowsMut};

use super::elementwise::{Function, assert_all, check_function};
use super::near::{Bound, assert_near};
use super::rows::Batch;
use super::{softmax_options, vjp};
use crate::bounds;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits};
use crate::recipe::Recipe;
use crate::reference::{Distinct, Expected, RowReference};

/// softmax and log-softmax of all elements as one row, in place and into, and of rows; with options;
/// gradients through them.
pub fn check<T: Float>(recipe: &Recipe) {
    let softmax = Function {
        name: "softmax",
        in_place: |level, x| level.softmax_in_place(x),
        into: |level, x, out| level.softmax_into(x, out),
    };
    let log_softmax = Function {
        name: "log_softmax",
        in_place: |level, x| level.log_softmax_in_place(x),
        into: |level, x, out| level.log_softmax_into(x, out),
    };
    let batch = Batch::<T>::new(recipe);
    let bounded = [bounds::Function::Softmax, bounds::Function::LogSumExp];
    check_row(recipe, &softmax, bounded, RowReference::softmax);
    check_rows(recipe, &batch, &softmax, Level::softmax_rows_in_place);
    let bounded = [
        bounds::Function::LogSoftmax,
        bounds::Function::LogSoftmaxLogSumExp,
    ];
    check_row(recipe, &log_softmax, bounded, RowReference::log_softmax);
    check_rows(
        recipe,
        &batch,
        &log_softmax,
        Level::log_softmax_rows_in_place,
    );
    softmax_options::check::<T>(recipe);
    vjp::check::<T>(recipe);
}

/// `bounded` are the results and what is returned.
fn check_row<T: Float>(
    recipe: &Recipe,
    function: &Function<T>,
    [results_bounded, returned_bounded]: [bounds::Function; 2],
    expected: fn(&RowReference, T) -> Expected,
) {
    let row = recipe.elements::<T>();
    let distinct = Distinct::new(&row);
    let reference = RowReference::new(&distinct);
    check_function(recipe, &row, function, |what, results, returned| {
        let log_sum_exp = reference.log_sum_exp();
        let bound = Bound::above_one::<T>(returned_bounded);
        assert_near(what, T::from(0), returned, log_sum_exp, bound);
        let expected = |x| expected(&reference, x);
        let bound = Bound::of::<T>(results_bounded);
        assert_all(what, &distinct, results, expected, bound);
    });
}

/// Checks that each row of a batch becomes what it would alone.
fn check_rows<T: Float>(
    recipe: &Recipe,
    batch: &Batch<T>,
    function: &Function<T>,
    rows_in_place: fn(Level, RowsMut<'_, T>),
) {
    for level in Level::available() {
        let mut expected = batch.elements.clone();
        for row in expected.chunks_exact_mut(batch.columns.max(1)) {
            (function.in_place)(level, row);
        }
        let (before, behind) = (recipe.before.into(), recipe.behind.into());
        let mut results = Buffer::new(&batch.elements, before, behind);
        let rows = RowsMut::new(results.slice_mut(), batch.columns);
        rows_in_place(level, rows.expect("the columns divide the elements"));
        results.check();
        let same = all_bits(results.slice()) == all_bits(&expected);
        assert!(same, "{level} {}: rows differ", function.name);
    }
}
