//! The worst errors of a run, held against the bounds.

use std::collections::BTreeMap;

use logits::Level;

use super::bounds::{Function, bound};
use super::real::Real;
use super::rows::same_bits;
use super::ulp::{Parts, ulp_error_beside};

/// The worst error of each function at each level over each kind of input, with the case that
/// showed it.
#[derive(Default)]
pub struct Report(BTreeMap<Key, Worst>);

type Key = (Function, &'static str, String);

struct Worst {
    error: f64,
    case: String,
}

/// A row of results, and the place and the size of its worst error.
pub struct Measured<T> {
    results: Vec<T>,
    worst: Option<(usize, f64)>,
}

impl<T> Default for Measured<T> {
    fn default() -> Self {
        Self {
            results: Vec::new(),
            worst: None,
        }
    }
}

/// The largest error of a row of results and its place.
fn worst_of<T: Real>(
    results: &[T],
    truths: impl Iterator<Item: Into<Parts>>,
) -> Option<(usize, f64)> {
    let mut truths = truths.fuse();
    let errors = results.iter().map(|&result| {
        let Parts { sum, size } = truths.next().expect("each result has a truth").into();
        ulp_error_beside(result, sum, size)
    });
    let worst = errors.enumerate().max_by(|a, b| a.1.total_cmp(&b.1));
    assert!(truths.next().is_none(), "each truth has a result");
    worst
}

impl Report {
    /// Notes an error; `case` says where it was met, if it is the worst so far.
    pub fn note(
        &mut self,
        function: Function,
        level: Level,
        inputs: &str,
        error: f64,
        case: impl Fn() -> String,
    ) {
        assert!(!error.is_nan(), "{function} at {level}: {}", case());
        let worst = self.0.entry((function, level.name(), inputs.to_owned()));
        let worst = worst.or_insert(Worst {
            error: -1.0,
            case: String::new(),
        });
        if error > worst.error {
            *worst = Worst {
                error,
                case: case(),
            };
        }
    }

    /// As [`note_row`](Self::note_row), of a row whose truths are those of the row measured before:
    /// if it has the same bits, as at levels of one family, its errors are known.
    #[expect(clippy::too_many_arguments, reason = "one more than `note_row`")]
    pub fn note_row_after<T: Real>(
        &mut self,
        before: &mut Measured<T>,
        function: Function,
        level: Level,
        inputs: &str,
        results: Vec<T>,
        truths: impl Iterator<Item: Into<Parts>>,
        case: impl Fn(usize) -> String,
    ) {
        if !same_bits(&before.results, &results) {
            before.worst = worst_of(&results, truths);
            before.results = results;
        }
        if let Some((place, error)) = before.worst {
            self.note(function, level, inputs, error, || {
                format!("{} gives {:e}", case(place), before.results[place])
            });
        }
    }

    /// Notes the worst error of a row of results; `case` says what a place held.
    pub fn note_row<T: Real>(
        &mut self,
        function: Function,
        level: Level,
        inputs: &str,
        results: &[T],
        truths: impl Iterator<Item: Into<Parts>>,
        case: impl Fn(usize) -> String,
    ) {
        if let Some((place, error)) = worst_of(results, truths) {
            self.note(function, level, inputs, error, || {
                format!("{} gives {:e}", case(place), results[place])
            });
        }
    }

    /// The largest error of a function, −1 if none was noted.
    pub fn largest(&self, function: Function) -> f64 {
        let of_function = self.0.iter().filter(|(key, _)| key.0 == function);
        of_function.fold(-1.0, |most, (_, found)| f64::max(most, found.error))
    }

    /// The worst of both.
    pub fn merge(mut self, other: Self) -> Self {
        self.add(other);
        self
    }

    /// Adds what another has noted.
    pub fn add(&mut self, other: Self) {
        for (key, worst) in other.0 {
            let entry = self.0.entry(key).or_insert(Worst {
                error: -1.0,
                case: String::new(),
            });
            if worst.error > entry.error {
                *entry = worst;
            }
        }
    }

    /// The functions of rows of which no error is known at some level.
    pub fn unmeasured<T: Real>(&self) -> Vec<Function> {
        let known = self.worst();
        let measured = |function: &Function| {
            Level::available().all(|level| known.contains_key(&(*function, level.name())))
        };
        let mut functions = Function::of_rows(T::NAME);
        functions.retain(|function| !measured(function));
        functions
    }

    /// The worst error of each function at each level over all inputs.
    pub fn worst(&self) -> BTreeMap<(Function, &'static str), f64> {
        let mut worst = BTreeMap::new();
        for ((function, level, _), found) in &self.0 {
            let entry = worst.entry((*function, *level)).or_insert(found.error);
            *entry = entry.max(found.error);
        }
        worst
    }

    /// The errors above their bounds, as rows of a Markdown table.
    pub fn above_the_bounds<T: Real>(&self) -> String {
        let above = self.0.iter().filter(|((function, ..), found)| {
            let bound = bound(*function, T::NAME);
            found.error > bound
        });
        above.map(|(key, found)| row::<T>(key, found)).collect()
    }

    /// Prints the worst errors as rows of a Markdown table, and fails if any is above its bound.
    pub fn check<T: Real>(&self) {
        let worst = self.worst();
        for (key, found) in &self.0 {
            if worst[&(key.0, key.1)] == found.error {
                print!("{}", row::<T>(key, found));
            }
        }
        let above = self.above_the_bounds::<T>();
        assert!(above.is_empty(), "above the bound:\n{above}");
    }
}

/// A row of a Markdown table.
fn row<T: Real>((function, level, inputs): &Key, Worst { error, case }: &Worst) -> String {
    let (float, bound) = (T::NAME, bound(*function, T::NAME));
    format!("| {function} | {float} | {level} | {error:.3} | {bound} | {inputs}: {case} |\n")
}
