//! The information measures of rows of probabilities and of logits.

use logits::{Error, Level, Rows};

use super::Families;
use super::near::{Bound, assert_near, ulps};
use super::rows::{Batch, shape_error};
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::information::{Pairs, Sum};
use crate::recipe::Recipe;
use crate::reference::Expected;

type OfRow<T> = fn(Level, &[T], &[T]) -> Result<T, Error>;
type OfRows<T> = fn(Level, Rows<'_, T>, Rows<'_, T>, &mut [T]) -> Result<(), Error>;

/// A measure of a row, or of two.
struct Measure<T> {
    name: &'static str,
    /// Of two rows, which have to be of one shape.
    is_of_two: bool,
    of_row: OfRow<T>,
    of_rows: OfRows<T>,
    /// `None` where the result is not specified.
    expected: fn(&Pairs) -> Option<(Expected, Bound)>,
}

/// The measures of all elements as one row beside the same elements in another order, as they are,
/// without their signs, and as logits; and those of rows.
pub fn check<T: Float>(recipe: &Recipe) {
    let x = recipe.elements::<T>();
    let size = |&x: &T| if x < T::from(0) { -x } else { x };
    let sizes: Vec<T> = x.iter().map(size).collect();
    let mut softmax = x.clone();
    Level::SCALAR.softmax_in_place(&mut softmax);
    for row in [&x, &sizes, &softmax] {
        for measure in of_probabilities() {
            check_row(recipe, row, &measure);
        }
    }
    for measure in of_logits() {
        check_row(recipe, &x, &measure);
    }
    let batch = Batch::<T>::new(recipe);
    for measure in of_probabilities().into_iter().chain(of_logits()) {
        check_rows(recipe, &batch, &measure);
    }
}

fn of_probabilities<T: Float>() -> [Measure<T>; 4] {
    [
        Measure {
            name: "entropy",
            is_of_two: false,
            of_row: |level, p, _| Ok(level.entropy(p)),
            of_rows: |level, p, _, out| level.entropy_rows(p, out),
            expected: |pairs| expected::<T>(Function::Entropy, &pairs.first(), Pairs::cross_entropy),
        },
        Measure {
            name: "cross_entropy",
            is_of_two: true,
            of_row: |level, p, q| level.cross_entropy(p, q),
            of_rows: |level, p, q, out| level.cross_entropy_rows(p, q, out),
            expected: |pairs| expected::<T>(Function::ProbabilityCrossEntropy, pairs, Pairs::cross_entropy),
        },
        Measure {
            name: "kl_divergence",
            is_of_two: true,
            of_row: |level, p, q| level.kl_divergence(p, q),
            of_rows: |level, p, q, out| level.kl_divergence_rows(p, q, out),
            expected: |pairs| expected::<T>(Function::KlDivergence, pairs, Pairs::kl_divergence),
        },
        Measure {
            name: "js_divergence",
            is_of_two: true,
            of_row: |level, p, q| level.js_divergence(p, q),
            of_rows: |level, p, q, out| level.js_divergence_rows(p, q, out),
            expected: |pairs| expected::<T>(Function::JsDivergence, pairs, Pairs::js_divergence),
        },
    ]
}

fn of_logits<T: Float>() -> [Measure<T>; 2] {
    [
        Measure {
            name: "entropy_from_logits",
            is_of_two: false,
            of_row: |level, x, _| Ok(level.entropy_from_logits(x)),
            of_rows: |level, x, _, out| level.entropy_from_logits_rows(x, out),
            expected: |pairs| {
                let pairs = pairs.first();
                let bound = Bound::of::<T>(Function::EntropyFromLogits);
                expected_from_logits::<T>(&pairs, bound, |pairs| Some(pairs.entropy_from_logits()))
            },
        },
        Measure {
            name: "kl_divergence_from_logits",
            is_of_two: true,
            of_row: |level, x, y| level.kl_divergence_from_logits(x, y),
            of_rows: |level, x, y, out| level.kl_divergence_from_logits_rows(x, y, out),
            expected: |pairs| {
                let bound = Bound {
                    least_unit: 2 * (1 - T::DIGITS) - (T::DIGITS - 1),
                    ..Bound::of::<T>(Function::KlDivergenceFromLogits)
                };
                expected_from_logits::<T>(pairs, bound, |pairs| {
                    let impossible =
                        |x: f64, y: f64| x > f64::NEG_INFINITY && y == f64::NEG_INFINITY;
                    let negligible = if T::BYTES == 4 { 124.0 } else { 768.0 };
                    let sum = || pairs.kl_divergence_from_logits(negligible).value;
                    (!pairs.any(impossible)).then(sum)
                })
            },
        },
    ]
}

/// What a sum over pairs of probabilities should be.
fn expected<T: Float>(
    function: Function,
    pairs: &Pairs,
    sum: fn(&Pairs) -> Sum,
) -> Option<(Expected, Bound)> {
    let improper = |x: f64| x.is_nan() || x < 0.0 || x == f64::INFINITY;
    let huge = 2_f64.powi(if T::BYTES == 4 { 80 } else { 900 });
    let expected = if pairs.any(|p, q| improper(p) || improper(q)) {
        Expected::Nan
    } else if pairs.any(|p, q| p >= huge || q >= huge) {
        return None;
    } else if function != Function::JsDivergence && pairs.any(|p, q| p > 0.0 && q == 0.0) {
        Expected::Infinity
    } else {
        let Sum { value, size } = sum(pairs);
        let bound = Bound {
            units: ulps::<T>(function),
            least_unit: size.exponent() - (T::DIGITS - 1),
        };
        return Some((Expected::Number(value), bound));
    };
    Some((expected, Bound::exact()))
}

/// What a measure of logits should be; infinite if `sum` is `None`.
fn expected_from_logits<T: Float>(
    pairs: &Pairs,
    bound: Bound,
    sum: impl Fn(&Pairs) -> Option<crate::real::Real>,
) -> Option<(Expected, Bound)> {
    if pairs.is_empty() {
        return Some((Expected::Number(crate::real::Real::ZERO), Bound::exact()));
    }
    let (x, y) = pairs.largest();
    let special = |x: f64, y: f64| x.is_nan() || y.is_nan();
    if pairs.any(special) || !x.is_finite() || !y.is_finite() {
        return Some((Expected::Nan, Bound::exact()));
    }
    let limit = if T::BYTES == 4 { 70 } else { 920 };
    match sum(pairs) {
        None => Some((Expected::Infinity, Bound::exact())),
        Some(sum) if (sum * pairs.len()).exponent() >= limit => None,
        // An exact 0 allows for the least unit, too.
        Some(sum) => Some((Expected::Number(sum), bound)),
    }
}

/// Checks a measure of a row and the same row, rotated, at every level.
fn check_row<T: Float>(recipe: &Recipe, row: &[T], measure: &Measure<T>) {
    let other = rotated(recipe, row);
    let expected = (measure.expected)(&Pairs::new(row, &other));
    let (before, behind) = (recipe.before.into(), recipe.behind.into());
    let mut families = Families::new();
    for level in Level::available() {
        let what = format!("{level} {}", measure.name);
        let x = Buffer::new(row, before, behind);
        let y = Buffer::new(&other, behind, before);
        let result = (measure.of_row)(level, x.slice(), y.slice()).expect("the lengths agree");
        if families.is_first(level, bits(result))
            && let Some((expected, bound)) = expected
        {
            assert_near(&what, T::from(0), result, expected, bound);
        }
        check_length(recipe, level, row, measure);
    }
}

/// Another row of another length is an error.
fn check_length<T: Float>(recipe: &Recipe, level: Level, row: &[T], measure: &Measure<T>) {
    let other = vec![T::from(1); recipe.count.into()];
    if measure.is_of_two && other.len() != row.len() {
        let (expected, found) = (row.len(), other.len());
        let error = Err(Error::LengthMismatch { expected, found });
        assert_eq!((measure.of_row)(level, row, &other), error, "{level}");
    }
}

/// The elements, beginning with another.
fn rotated<T: Float>(recipe: &Recipe, row: &[T]) -> Vec<T> {
    let mut other = row.to_vec();
    if !row.is_empty() {
        other.rotate_left(usize::from(recipe.count) % row.len());
    }
    other
}

/// Checks that each row of a batch has the measure that it has alone, and that nothing is written
/// where the results do not fit or the other rows have another shape.
fn check_rows<T: Float>(recipe: &Recipe, batch: &Batch<T>, measure: &Measure<T>) {
    let other = rotated(recipe, &batch.elements);
    let rows = |elements| Rows::new(elements, batch.columns).expect("columns divide the elements");
    let (x, y) = (rows(&batch.elements), rows(&other));
    for level in Level::available() {
        let pairs = batch.iter().zip(y.iter());
        let alone = |(x, y)| (measure.of_row)(level, x, y).expect("the lengths agree");
        let expected: Vec<T> = pairs.map(alone).collect();
        let untouched = vec![T::from(-7); expected.len()];
        let mut out = Buffer::new(&untouched, recipe.behind.into(), recipe.before.into());
        assert_eq!((measure.of_rows)(level, x, y, out.slice_mut()), Ok(()));
        out.check();
        let same = all_bits(out.slice()) == all_bits(&expected);
        assert!(same, "{level} {}: rows differ", measure.name);

        let mut out = vec![T::from(-7); expected.len() + 1];
        let wrong = Err(Error::LengthMismatch {
            expected: expected.len(),
            found: expected.len() + 1,
        });
        assert_eq!((measure.of_rows)(level, x, y, &mut out), wrong);
        assert!(out.iter().all(|&x| x == T::from(-7)), "{level} wrote");

        out.truncate(expected.len());
        let others = batch.other_shapes(recipe.count.into());
        for other in others.filter(|_| measure.is_of_two) {
            let wrong = Err(shape_error(x, other));
            assert_eq!((measure.of_rows)(level, x, other, &mut out), wrong);
            assert!(out.iter().all(|&x| x == T::from(-7)), "{level} wrote");
        }
    }
}
