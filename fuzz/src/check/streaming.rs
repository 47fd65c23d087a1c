//! LogSumExp: a row in parts.

use logits::{Error, Level, LogSumExp};

use super::Families;
use super::cross_entropy::Row;
use super::elementwise::assert_all;
use super::near::{Bound, assert_near};
use super::rows::Batch;
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;
use crate::reference::Distinct;

/// The rows of a batch as the parts of one row: added to some states, which then merge.
pub fn check<T: Float>(recipe: &Recipe) {
    let batch = Batch::<T>::new(recipe);
    let row = &batch.elements;
    let Some(target) = (recipe.labels as usize).checked_rem(row.len()) else {
        return;
    };
    check_foreign_parts(row);
    let expected = Row::new(row, target);
    let distinct = Distinct::new(row);
    let scale = T::from_raw(recipe.scale);
    let mut families = Families::new();
    for level in Level::available() {
        let state = sent(merged(level, recipe, &batch), level);
        let (value, loss) = (state.value(), state.loss(row[target]));
        let softmax = in_parts(recipe, &batch, |_, part| state.softmax_in_place(part));
        let gradient = in_parts(recipe, &batch, |start, part| {
            let place = target.checked_sub(start).filter(|&at| at < part.len());
            let result = state.gradient_in_place(part, place, scale);
            result.expect("the place is in the part");
        });
        let results = (all_bits(&softmax), all_bits(&gradient));
        if families.is_first(level, (bits(value), bits(loss), results)) {
            let what = format!("{level} in parts");
            let log_sum_exp = expected.reference.log_sum_exp();
            let bound = Bound::above_one::<T>(Function::StreamedLogSumExp);
            assert_near(&what, row[0], value, log_sum_exp, bound);
            let bound = Bound::of::<T>(Function::Loss);
            assert_near(&what, row[target], loss, expected.loss(), bound);
            let probability = |x| expected.reference.softmax(x);
            let bound = Bound::of::<T>(Function::Softmax);
            assert_all(&what, &distinct, &softmax, probability, bound);
            expected.check_gradient(&what, &gradient, scale);
        }
    }
}

/// A state of the best level's family as it arrives elsewhere; another as it is, since it would lose its
/// last digits.
fn sent<T: Float>(state: LogSumExp<T>, level: Level) -> LogSumExp<T> {
    if level.is_fused() == Level::best().is_fused() {
        LogSumExp::from_parts(state.to_parts()).level(level)
    } else {
        state
    }
}

/// Whatever numbers are taken for a state's, every method has a result, though none that means
/// anything, and a wrong place is an error.
fn check_foreign_parts<T: Float>(row: &[T]) {
    let Some(&parts) = row.first_chunk::<4>() else {
        return;
    };
    for level in Level::available() {
        let mut state = LogSumExp::from_parts(parts).level(level);
        let mut out = row.to_vec();
        state.softmax_in_place(&mut out);
        let softmax = all_bits(&out);
        let wrong = state.gradient_in_place(&mut out, Some(row.len()), T::from(1));
        assert_eq!(wrong, Err(Error::LabelOutOfRange { row: 0 }));
        assert_eq!(
            all_bits(&out),
            softmax,
            "an error leaves the places as they are"
        );
        let right = state.gradient_in_place(&mut out, Some(0), T::from(1));
        assert_eq!(right, Ok(()));
        state.extend_from_slice(row);
        let _ = (state.value(), state.loss(row[0]), state.to_parts());
    }
}

/// The state of all parts, each added to one of four states.
fn merged<T: Float>(level: Level, recipe: &Recipe, batch: &Batch<T>) -> LogSumExp<T> {
    let mut states = [LogSumExp::new().level(level); 4];
    for (index, part) in (0..).zip(batch.iter()) {
        let state = &mut states[(recipe.labels.rotate_right(2 * index) & 3) as usize];
        let part = Buffer::new(part, recipe.before.into(), recipe.behind.into());
        state.extend_from_slice(part.slice());
    }
    let [mut a, b, mut c, d] = states;
    a.merge(&b);
    c.merge(&d);
    a.merge(&c);
    a
}

/// What `write`, given where it starts, makes of each part.
fn in_parts<T: Float>(
    recipe: &Recipe,
    batch: &Batch<T>,
    write: impl Fn(usize, &mut [T]),
) -> Vec<T> {
    let mut results = Vec::new();
    for part in batch.iter() {
        let mut buffer = Buffer::new(part, recipe.before.into(), recipe.behind.into());
        write(results.len(), buffer.slice_mut());
        buffer.check();
        results.extend_from_slice(buffer.slice());
    }
    results
}
