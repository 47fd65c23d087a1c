//! softmax and log-softmax with options, and the gradients through both.

use logits::{Error, Level, Rows, RowsMut, Softmax};

use super::Families;
use super::boltzmann;
use super::elementwise::assert_all;
use super::log_sum_exp;
use super::near::{Bound, assert_near};
use super::rows::Batch;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;
use crate::reference::{Distinct, RowReference};

/// A mask against the reference of what it leaves; all options, and gradients, in every family.
pub fn check<T: Float>(recipe: &Recipe) {
    let row = recipe.elements::<T>();
    let mask: Vec<bool> = (0..row.len() as u32)
        .map(|place| recipe.labels.rotate_right(place % 64) & 1 == 0)
        .collect();
    check_mask(recipe, &row, &mask);
    check_all::<T>(recipe, &mask);
    check_gradients::<T>(recipe);
    boltzmann::check::<T>(recipe);
}

/// The elements that a mask leaves.
fn left<T: Copy>(row: &[T], mask: &[bool]) -> Vec<T> {
    let pairs = row.iter().zip(mask);
    pairs.filter(|(_, left)| **left).map(|(x, _)| *x).collect()
}

/// What a mask leaves has the results that it would have alone, the rest 0 or −∞.
fn check_mask<T: Float>(recipe: &Recipe, row: &[T], mask: &[bool]) {
    let distinct = Distinct::new(&left(row, mask));
    let reference = RowReference::new(&distinct);
    let log_sum_exp = reference.log_sum_exp();
    let special = !distinct.values.is_empty() && matches!(reference, RowReference::Special(_));
    for log in [false, true] {
        let mut families = Families::new();
        for level in Level::available() {
            let softmax = Softmax::new().level(level).mask(mask);
            let mut results = Buffer::new(row, recipe.before.into(), recipe.behind.into());
            let returned = if log {
                softmax.log_softmax_in_place(results.slice_mut())
            } else {
                softmax.softmax_in_place(results.slice_mut())
            };
            results.check();
            let returned = returned.expect("the mask has one element for each");
            let results = results.slice();
            if !families.is_first(level, (all_bits(results), bits(returned))) {
                continue;
            }
            let what = level.name();
            assert_near(
                what,
                T::from(0),
                returned,
                log_sum_exp,
                log_sum_exp::bound::<T>(),
            );
            let expected = |x| {
                if log {
                    reference.log_softmax(x)
                } else {
                    reference.softmax(x)
                }
            };
            assert_all(
                what,
                &distinct,
                &left(results, mask),
                expected,
                Bound::ulps(4.0),
            );
            let removed = if log { f64::NEG_INFINITY } else { 0.0 };
            for (&result, _) in results.iter().zip(mask).filter(|(_, left)| !**left) {
                let result: f64 = result.into();
                let right = result == removed || (special && result.is_nan());
                assert!(right, "{what}: a masked element became {result:e}");
            }
        }
    }
}

/// All options, with whatever numbers: the same bits in a family, in a row and in a batch; on an
/// error nothing is written.
fn check_all<T: Float>(recipe: &Recipe, mask: &[bool]) {
    let batch = Batch::<T>::new(recipe);
    let mask = &mask[..batch.elements.len()];
    let mut bias = batch.elements.clone();
    bias.reverse();
    let kinds = recipe.label_type;
    let (number, other) = (T::from_raw(recipe.scale), T::from_raw(recipe.shift));
    let mut families = Families::new();
    for level in Level::available() {
        let mut base = Softmax::new().level(level).temperature(number);
        if kinds & 1 != 0 {
            base = base.softcap(number);
        }
        if kinds & 2 != 0 {
            base = base.sink(other);
        }
        if kinds & 4 != 0 {
            base = base.scale(other);
        }
        let softmax = base.bias(&bias).mask(mask);
        let mut results = Buffer::new(&batch.elements, recipe.before.into(), recipe.behind.into());
        let rows = RowsMut::new(results.slice_mut(), batch.columns).expect("columns divide");
        let outcome = softmax.softmax_rows_in_place(rows);
        results.check();
        if let Err(error) = outcome {
            assert!(
                matches!(error, Error::ParameterOutOfRange { .. }),
                "{error}"
            );
            let same = all_bits(results.slice()) == all_bits(&batch.elements);
            assert!(same, "{level}: wrote in spite of an error");
            continue;
        }
        for result in results.slice() {
            let result: f64 = (*result).into();
            let share = result.is_nan() || (0.0..=1.0).contains(&result);
            assert!(share, "{level}: {result:e}");
        }
        let mut sums = vec![number; batch.len()];
        let rows = Rows::new(&batch.elements, batch.columns).expect("columns divide");
        assert_eq!(softmax.log_sum_exp_rows(rows, &mut sums), Ok(()));
        for (i, row) in batch.iter().enumerate() {
            let part = i * batch.columns..(i + 1) * batch.columns;
            let alone = base.bias(&bias[part.clone()]).mask(&mask[part.clone()]);
            let mut expected = row.to_vec();
            let sum = alone
                .softmax_in_place(&mut expected)
                .expect("options in range");
            assert_eq!(bits(sum), bits(sums[i]), "{level}: row {i}");
            let same = all_bits(&expected) == all_bits(&results.slice()[part]);
            assert!(same, "{level}: row {i} differs in the batch");
        }
        families.is_first(level, (all_bits(results.slice()), all_bits(&sums)));
    }
}

/// Gradients of the elements, through the softmax of the elements in reverse.
fn check_gradients<T: Float>(recipe: &Recipe) {
    let row = recipe.elements::<T>();
    for log in [false, true] {
        let mut families = Families::new();
        for level in Level::available() {
            let mut y = row.clone();
            y.reverse();
            let mut dy = Buffer::new(&row, recipe.before.into(), recipe.behind.into());
            let outcome = if log {
                level.log_softmax_in_place(&mut y);
                level.log_softmax_vjp_in_place(&y, dy.slice_mut())
            } else {
                level.softmax_in_place(&mut y);
                level.softmax_vjp_in_place(&y, dy.slice_mut())
            };
            dy.check();
            assert_eq!(outcome, Ok(()));
            families.is_first(level, all_bits(dy.slice()));
        }
    }
}
