//! softmax and log-softmax with options.

use logits::{Error, Level, Softmax};

use super::Families;
use super::boltzmann;
use super::elementwise::assert_all;
use super::log_sum_exp;
use super::near::{Bound, assert_near};
use super::picks::Picks;
use super::rows::Batch;
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::factored::FactoredRow;
use crate::float::{Float, all_bits, bits};
use crate::logit_options::LogitOptions;
use crate::recipe::Recipe;
use crate::reference::{Distinct, RowReference};

/// Longer rows with all options are compared between levels alone: few of their transformed logits
/// are the same, so that each would be computed by itself.
const MOST_COMPARED: usize = 1000;

/// A mask, and all options, against the reference. A bit of `label_type` leaves out the mask where
/// there are other options.
pub fn check<T: Float>(recipe: &Recipe) {
    let row = recipe.elements::<T>();
    let mask: Vec<bool> = (0..row.len() as u32)
        .map(|place| recipe.labels.rotate_right(place % 64) & 1 == 0)
        .collect();
    check_lengths(recipe, &row);
    check_shapes::<T>(recipe);
    check_mask(recipe, &row, &mask);
    let mask = (!Picks(recipe).has(3)).then_some(&mask[..]);
    check_factor(recipe, &row, mask);
    check_all::<T>(recipe, mask);
    boltzmann::check::<T>(recipe);
}

/// The softmax with what there is for each element.
fn with<'a, T: Float>(
    mut softmax: Softmax<'a, T>,
    bias: Option<&'a [T]>,
    mask: Option<&'a [bool]>,
) -> Softmax<'a, T> {
    if let Some(bias) = bias {
        softmax = softmax.bias(bias);
    }
    if let Some(mask) = mask {
        softmax = softmax.mask(mask);
    }
    softmax
}

/// A mask or a bias of another length is an error, and the row stays as it is.
fn check_lengths<T: Float>(recipe: &Recipe, row: &[T]) {
    let (expected, found) = (row.len(), recipe.count.into());
    if found == expected {
        return;
    }
    let (mask, bias) = (vec![true; found], vec![T::from(0); found]);
    let error = Err(Error::LengthMismatch { expected, found });
    for level in Level::available() {
        let softmax = Softmax::new().level(level);
        for softmax in [softmax.mask(&mask), softmax.bias(&bias)] {
            let mut left = row.to_vec();
            assert_eq!(softmax.softmax_in_place(&mut left), error);
            assert_eq!(softmax.log_softmax_in_place(&mut left), error);
            assert_eq!(softmax.log_sum_exp(&left), error);
            assert_eq!(all_bits(&left), all_bits(row));
        }
    }
}

/// A mask or a bias that is neither for each column nor for each element, or results of another
/// number than rows are an error, and nothing is written.
fn check_shapes<T: Float>(recipe: &Recipe) {
    let batch = Batch::<T>::new(recipe);
    let found = recipe.count.into();
    let (mask, bias) = (vec![true; found], vec![T::from(0); found]);
    let mismatch = |expected| Err(Error::LengthMismatch { expected, found });
    let untouched = vec![T::from(-7); batch.len()];
    for level in Level::available() {
        let plain = Softmax::new().level(level);
        if found != batch.columns && found != batch.elements.len() {
            let error = mismatch(batch.elements.len());
            for softmax in [plain.mask(&mask), plain.bias(&bias)] {
                let (mut left, mut out) = (batch.elements.clone(), untouched.clone());
                let rows = batch.rows_mut(&mut left);
                assert_eq!(softmax.softmax_rows_in_place(rows), error);
                let rows = batch.rows_mut(&mut left);
                assert_eq!(softmax.log_softmax_rows_in_place(rows), error);
                assert_eq!(softmax.log_sum_exp_rows(batch.rows(), &mut out), error);
                assert_eq!(all_bits(&left), all_bits(&batch.elements));
                assert_eq!(all_bits(&out), all_bits(&untouched));
            }
        }
        if found != batch.len() {
            let mut out = vec![T::from(-7); found];
            let outcome = plain
                .scale(T::from(2))
                .log_sum_exp_rows(batch.rows(), &mut out);
            assert_eq!(outcome, mismatch(batch.len()));
            assert!(out.iter().all(|&x| x == T::from(-7)), "{level} wrote");
        }
    }
}

/// The elements that a mask leaves; all if there is none.
fn left<T: Copy>(row: &[T], mask: Option<&[bool]>) -> Vec<T> {
    let Some(mask) = mask else {
        return row.to_vec();
    };
    let pairs = row.iter().zip(mask);
    pairs.filter(|(_, left)| **left).map(|(x, _)| *x).collect()
}

/// What a mask leaves has the results that it would have alone, the rest 0 or −∞.
fn check_mask<T: Float>(recipe: &Recipe, row: &[T], mask: &[bool]) {
    let distinct = Distinct::new(&left(row, Some(mask)));
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
                &left(results, Some(mask)),
                expected,
                Bound::of::<T>(if log {
                    Function::OptionsLogSoftmax
                } else {
                    Function::OptionsSoftmax
                }),
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

/// Options of any numbers. The bits of `label_type` say which there are.
fn any_options<T: Float>(recipe: &Recipe) -> LogitOptions<T> {
    let picks = Picks(recipe);
    LogitOptions {
        temperature: T::from_raw(recipe.scale),
        softcap: picks.has(0).then(|| recipe.number(0, recipe.scale)),
        sink: picks.has(1).then(|| T::from_raw(recipe.shift)),
        scale: if picks.has(2) {
            recipe.number(1, recipe.shift)
        } else {
            T::from(1)
        },
    }
}

/// A factor and a sink, with and without a mask, also where products are beyond the range.
fn check_factor<T: Float>(recipe: &Recipe, row: &[T], mask: Option<&[bool]>) {
    let options = LogitOptions {
        softcap: None,
        ..any_options(recipe)
    };
    let distinct = Distinct::new(&left(row, mask));
    let mut families = Families::new();
    for level in Level::available() {
        let softmax = with(options.softmax(level), None, mask);
        let mut results = Buffer::new(row, recipe.before.into(), recipe.behind.into());
        let mut logs = Buffer::new(row, recipe.behind.into(), recipe.before.into());
        let returned = [
            softmax.softmax_in_place(results.slice_mut()),
            softmax.log_softmax_in_place(logs.slice_mut()),
            softmax.log_sum_exp(row),
        ];
        results.check();
        logs.check();
        let [Ok(sum), Ok(sum_of_logs), Ok(sum_alone)] = returned else {
            let wrong = |outcome| matches!(outcome, Err(Error::ParameterOutOfRange { .. }));
            assert!(returned.into_iter().all(wrong), "{level}: {returned:?}");
            let written = [results.slice(), logs.slice()].map(all_bits);
            let same = written == [row, row].map(all_bits);
            assert!(same, "{level}: wrote in spite of an error");
            continue;
        };
        let sums = [sum, sum_of_logs, sum_alone];
        let found = (
            [results.slice(), logs.slice()].map(all_bits),
            sums.map(bits),
        );
        if !families.is_first(level, found) || distinct.values.is_empty() {
            continue;
        }
        let Some(expected) = FactoredRow::new(&distinct, options) else {
            continue;
        };
        let what = format!("{level} {options:?}");
        let bound = Bound::above_one::<T>(if mask.is_none() && options.are_plain() {
            Function::LogSoftmaxLogSumExp
        } else {
            Function::OptionsLogSumExp
        });
        for sum in sums {
            assert_near(&what, T::from(0), sum, expected.log_sum_exp(), bound);
        }
        let bound = Bound::of::<T>(Function::OptionsSoftmax);
        let results = left(results.slice(), mask);
        assert_all(&what, &distinct, &results, |x| expected.softmax(x), bound);
        let bound = Bound::of::<T>(Function::OptionsLogSoftmax);
        let logs = left(logs.slice(), mask);
        assert_all(&what, &distinct, &logs, |x| expected.log_softmax(x), bound);
    }
}

/// All options, with whatever numbers: the same bits in a family, in a row and in a batch, and what
/// they should be; on an error nothing is written. A bit of `label_type` leaves out the bias.
fn check_all<T: Float>(recipe: &Recipe, mask: Option<&[bool]>) {
    let batch = Batch::<T>::new(recipe);
    let mask = mask.map(|mask| &mask[..batch.elements.len()]);
    let reversed: Vec<T> = batch.elements.iter().rev().copied().collect();
    let bias = (!Picks(recipe).has(5)).then_some(&reversed[..]);
    let part_of = |row: usize| row * batch.columns..(row + 1) * batch.columns;
    let bias_of = |row| bias.map(|bias| &bias[part_of(row)]);
    let mask_of = |row| mask.map(|mask| &mask[part_of(row)]);
    let options = any_options(recipe);
    let mut families = Families::new();
    for level in Level::available() {
        let base = options.softmax(level);
        let softmax = with(base, bias, mask);
        let mut results = Buffer::new(&batch.elements, recipe.before.into(), recipe.behind.into());
        let rows = batch.rows_mut(results.slice_mut());
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
        let mut logs = batch.elements.clone();
        let rows = batch.rows_mut(&mut logs);
        assert_eq!(softmax.log_softmax_rows_in_place(rows), Ok(()));
        let mut sums = vec![T::from(0); batch.len()];
        assert_eq!(softmax.log_sum_exp_rows(batch.rows(), &mut sums), Ok(()));
        for (i, row) in batch.iter().enumerate() {
            let alone = with(base, bias_of(i), mask_of(i));
            let mut expected = row.to_vec();
            let sum = alone
                .softmax_in_place(&mut expected)
                .expect("options in range");
            assert_eq!(bits(sum), bits(sums[i]), "{level}: row {i}");
            let same = all_bits(&expected) == all_bits(&results.slice()[part_of(i)]);
            assert!(same, "{level}: row {i} differs in the batch");
        }
        let found = [results.slice(), &logs, &sums].map(all_bits);
        if families.is_first(level, found) && batch.columns <= MOST_COMPARED {
            for (i, row) in batch.iter().enumerate() {
                let transformed = Transformed {
                    row,
                    bias: bias_of(i),
                    mask: mask_of(i),
                    options,
                };
                let part = part_of(i);
                let (softmax, log_softmax) = (&results.slice()[part.clone()], &logs[part]);
                transformed.verify(level, softmax, log_softmax, sums[i]);
            }
        }
    }
}

/// A row with options.
struct Transformed<'a, T> {
    row: &'a [T],
    bias: Option<&'a [T]>,
    mask: Option<&'a [bool]>,
    options: LogitOptions<T>,
}

impl<T: Float> Transformed<'_, T> {
    /// Whether the element takes part.
    fn takes_part(&self, place: usize) -> bool {
        self.mask.is_none_or(|mask| mask[place]) && self.bias(place).into() != f64::NEG_INFINITY
    }

    /// What is added to the element.
    fn bias(&self, place: usize) -> T {
        self.bias.map_or(T::from(0), |bias| bias[place])
    }

    /// Checks the results of a row whose accuracy is promised.
    fn verify(&self, level: Level, softmax: &[T], log_softmax: &[T], sum: T) {
        let (options, len) = (self.options, self.row.len());
        let is_within_limits = |place| options.is_within_limits(self.row[place], self.bias(place));
        let mut left = (0..len).filter(|&place| self.takes_part(place));
        if !options.are_within_limits() || !left.all(is_within_limits) {
            return;
        }
        let transform = |place| options.transform(self.row[place], self.bias(place));
        let logit = |place| self.takes_part(place).then(|| transform(place));
        let logits: Vec<_> = (0..len).map(logit).collect();
        let [softmax_bound, log_bound] = match options.softcap {
            Some(_) => [Function::CappedSoftmax, Function::CappedLogSoftmax],
            None => [Function::OptionsSoftmax, Function::OptionsLogSoftmax],
        }
        .map(Bound::of::<T>);
        let sum_bound = Bound::above_one::<T>(match options.softcap {
            Some(_) => Function::CappedLogSumExp,
            None => Function::OptionsLogSumExp,
        });
        let reference = options.reference(&logits);
        let what = format!("{level} {options:?}");
        let first = self.row.first().copied().unwrap_or(sum);
        // A row removed whole has its results whatever the sink.
        let is_special =
            matches!(reference, RowReference::Special(_)) && logits.iter().any(Option::is_some);
        assert_near(&what, first, sum, reference.log_sum_exp(), sum_bound);
        for (place, (&x, z)) in self.row.iter().zip(logits).enumerate() {
            let (softmax, log_softmax) = (softmax[place], log_softmax[place]);
            match z {
                Some(z) => {
                    assert_near(&what, x, softmax, reference.softmax(z), softmax_bound);
                    let expected = reference.log_softmax(z);
                    assert_near(&what, x, log_softmax, expected, log_bound);
                }
                // Where what is left is no number, neither need be the results of the rest.
                None if !is_special => {
                    let (softmax, log_softmax) = (softmax.into(), log_softmax.into());
                    assert_eq!((softmax, log_softmax), (0.0, f64::NEG_INFINITY), "{what}");
                }
                None => {}
            }
        }
    }
}
