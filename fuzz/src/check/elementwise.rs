//! The elementwise functions, and what is common to all functions from a slice to a slice.

use logits::{Error, Level};

use super::Families;
use super::near::{Bound, assert_near};
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::{Layout, Recipe};
use crate::reference::{self, Distinct, Expected};

/// Every elementwise function in place and into; of a long row only one.
pub fn check<T: Float>(recipe: &Recipe) {
    let row = recipe.elements::<T>();
    let distinct = Distinct::new(&row);
    let long = recipe.layout == Layout::Long;
    let chosen = usize::from(recipe.label_type) % elementwise::<T>().len();
    for (index, each) in elementwise::<T>().iter().enumerate() {
        if long && index != chosen {
            continue;
        }
        check_function(recipe, &row, &each.function, |what, results, _| {
            assert_all(what, &distinct, results, each.expected, each.bound);
        });
    }
}

/// An elementwise function, its truth and its bound.
struct Elementwise<T> {
    function: Function<T>,
    expected: fn(T) -> Expected,
    bound: Bound,
}

/// The elementwise functions, each with the largest errors for `f32` and for `f64`, in ULP.
fn elementwise<T: Float>() -> [Elementwise<T>; 8] {
    macro_rules! elementwise {
        ($name:ident, $in_place:ident, $into:ident, $single:literal, $double:literal) => {
            Elementwise {
                function: Function {
                    name: stringify!($name),
                    in_place: |level, x| {
                        level.$in_place(x);
                        T::from(0)
                    },
                    into: |level, x, out| level.$into(x, out).map(|()| T::from(0)),
                },
                expected: reference::$name,
                bound: Bound::ulps(if T::BYTES == 4 { $single } else { $double }),
            }
        };
    }
    [
        elementwise!(exp, exp_in_place, exp_into, 0.87, 0.80),
        elementwise!(exp_m1, exp_m1_in_place, exp_m1_into, 0.95, 1.0),
        elementwise!(ln, ln_in_place, ln_into, 0.79, 0.56),
        elementwise!(ln_1p, ln_1p_in_place, ln_1p_into, 0.85, 0.56),
        elementwise!(sigmoid, sigmoid_in_place, sigmoid_into, 0.79, 1.0),
        elementwise!(
            log_sigmoid,
            log_sigmoid_in_place,
            log_sigmoid_into,
            0.90,
            1.0
        ),
        elementwise!(softplus, softplus_in_place, softplus_into, 0.90, 1.0),
        elementwise!(logit, logit_in_place, logit_into, 0.52, 0.54),
    ]
}

/// A function from one slice to another.
type TwoSlices<T> = fn(Level, &[T], &mut [T]) -> Result<T, Error>;

/// A function from a slice to a slice of the same length, in both forms.
pub struct Function<T> {
    pub name: &'static str,
    pub in_place: fn(Level, &mut [T]) -> T,
    pub into: TwoSlices<T>,
}

/// Checks a function at every level: in place as into, bits that agree within a family, nothing
/// written where nothing should be. `verify` gets the name, the results and the returned value
/// of each family.
pub fn check_function<T: Float>(
    recipe: &Recipe,
    row: &[T],
    function: &Function<T>,
    verify: impl Fn(&str, &[T], T),
) {
    let (before, behind) = (recipe.before.into(), recipe.behind.into());
    let mut families = Families::new();
    for level in Level::available() {
        let what = format!("{level} {}", function.name);
        let source = Buffer::new(row, before, behind);
        // Another alignment than that of the source.
        let mut out = Buffer::new(&vec![T::from(-7); row.len()], behind, before);
        let returned = (function.into)(level, source.slice(), out.slice_mut());
        let returned = returned.expect("the lengths agree");
        out.check();

        let mut in_place = Buffer::new(row, before, behind);
        let returned_in_place = (function.in_place)(level, in_place.slice_mut());
        in_place.check();

        let result = (all_bits(out.slice()), bits(returned));
        let result_in_place = (all_bits(in_place.slice()), bits(returned_in_place));
        assert!(result == result_in_place, "{what}: in place differs");
        if families.is_first(level, result) {
            verify(&what, out.slice(), returned);
        }
        check_lengths(&what, level, row, function);
    }
}

/// Checks that nothing happens where the results do not fit.
fn check_lengths<T: Float>(what: &str, level: Level, row: &[T], function: &Function<T>) {
    let expected = row.len();
    for found in [expected.saturating_sub(1), expected + 1] {
        if found == expected {
            continue;
        }
        let mut out = vec![T::from(-7); found];
        let result = (function.into)(level, row, &mut out).map(bits);
        assert_eq!(result, Err(Error::LengthMismatch { expected, found }));
        let untouched = out.iter().all(|&x| x == T::from(-7));
        assert!(untouched, "{what}: wrote to a slice of the wrong length");
    }
}

/// Checks each result against what it should be; equal elements must have equal results, wherever
/// they stand.
pub fn assert_all<T: Float>(
    what: &str,
    row: &Distinct<T>,
    results: &[T],
    expected: impl Fn(T) -> Expected,
    bound: Bound,
) {
    let mut seen = vec![None; row.values.len()];
    for (&index, &result) in row.which.iter().zip(results) {
        let x = row.values[index];
        match seen[index] {
            Some(seen) => assert!(seen == bits(result), "{what}: {x:e} has several results"),
            None => {
                assert_near(what, x, result, expected(x), bound);
                seen[index] = Some(bits(result));
            }
        }
    }
}
