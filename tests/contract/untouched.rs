//! Whatever is wrong with the arguments, every byte of every output is what it was before.

use logits::{BinaryCrossEntropy, CrossEntropy, Error, Level, LogSumExp, Rows, RowsMut, Softmax};

use crate::support::{Elementwise, Real, for_both_types};

for_both_types!(
    slices_of_other_lengths,
    results_of_rows,
    results_of_pairs_of_rows,
    gradients_through_softmax,
    options_of_softmax,
    temperatures,
    losses_of_labels,
    losses_of_soft_targets,
    binary_losses,
    places_of_targets,
);

/// Bytes of an output of so many elements: NaNs with a payload, ±0, ±∞, subnormal and other numbers.
fn pattern<T: Exact>(len: usize) -> Vec<T> {
    let patterns = [
        0x7ff4_dead_ffa4_beef,
        0xfff0_0000_ff80_0000,
        0x8000_0000_8000_0000,
        0x0000_0000_0000_0001,
        0x7fff_ffff_7fff_ffff,
        0xbfc1_2345_bfc1_2345,
    ];
    let patterns = patterns.into_iter().cycle().take(len);
    patterns.map(T::from_pattern).collect()
}

/// An element type, of which every bit counts, those of a NaN too.
trait Exact: Real {
    fn bits(self) -> u64;
}

impl Exact for ::core::primitive::f32 {
    fn bits(self) -> u64 {
        self.to_bits().into()
    }
}

impl Exact for ::core::primitive::f64 {
    fn bits(self) -> u64 {
        self.to_bits()
    }
}

fn all_bits<T: Exact>(data: &[T]) -> Vec<u64> {
    data.iter().map(|x| x.bits()).collect()
}

/// Runs `action` on an output of `len` elements, which gives the error and writes nothing.
#[track_caller]
fn refused<T: Exact, R>(
    len: usize,
    error: Error,
    action: impl FnOnce(&mut [T]) -> Result<R, Error>,
) {
    let mut data = pattern::<T>(len);
    let before = all_bits(&data);
    let result = action(&mut data).map(drop);
    assert_eq!(result, Err(error));
    assert!(all_bits(&data) == before, "wrote in spite of {error}");
}

/// As [`refused`], on rows of so many columns.
#[track_caller]
fn refused_rows<T: Exact, R>(
    (len, columns): (usize, usize),
    error: Error,
    action: impl FnOnce(RowsMut<'_, T>) -> Result<R, Error>,
) {
    refused(len, error, |data: &mut [T]| {
        action(RowsMut::new(data, columns).unwrap())
    });
}

fn ones<T: Exact>(len: usize) -> Vec<T> {
    vec![T::from_f64(1.0); len]
}

fn mismatch(expected: usize, found: usize) -> Error {
    Error::LengthMismatch { expected, found }
}

fn out_of_range(parameter: &'static str) -> Error {
    Error::ParameterOutOfRange { parameter }
}

/// Rows and columns: few of both, batches of few columns with some rows left, blocks of one row.
const SHAPES: [(usize, usize); 3] = [(2, 3), (67, 3), (2, 1100)];

/// Every level with every shape.
fn levels_and_shapes() -> impl Iterator<Item = (Level, (usize, usize))> {
    Level::available().flat_map(|level| SHAPES.map(|shape| (level, shape)))
}

/// `len` of `all`, but for the last.
fn but_last<T: Clone>(len: usize, all: T, last: T) -> Vec<T> {
    let mut data = vec![all; len];
    data[len - 1] = last;
    data
}

/// What neither a weight, a factor nor a temperature can be.
fn no_weights<T: Exact>() -> [T; 3] {
    [T::from_f64(-1e-30), T::from_f64(f64::NAN), T::INFINITY]
}

fn slices_of_other_lengths<T: Exact>() {
    for level in Level::available() {
        for (len, found) in [(3, 0), (3, 2), (3, 4), (0, 1), (100, 99), (100, 101)] {
            let x = ones::<T>(len);
            let error = mismatch(len, found);
            for function in Elementwise::all() {
                refused(found, error, |out| (function.into)(level, &x, out));
            }
            refused(found, error, |out| level.softmax_into(&x, out));
            refused(found, error, |out| level.log_softmax_into(&x, out));
        }
    }
}

fn results_of_rows<T: Exact>() {
    let x = ones::<T>(60);
    for level in Level::available() {
        for (columns, found) in [(3, 0), (3, 19), (3, 21), (60, 2), (1, 3)] {
            let rows = Rows::new(&x, columns).unwrap();
            let error = mismatch(60 / columns, found);
            let softmax = Softmax::new().level(level).sink(T::from_f64(1.0));
            refused(found, error, |out| level.log_sum_exp_rows(rows, out));
            refused(found, error, |out| softmax.log_sum_exp_rows(rows, out));
            refused(found, error, |out| level.entropy_rows(rows, out));
            refused(found, error, |out| {
                level.entropy_from_logits_rows(rows, out)
            });
        }
    }
}

fn results_of_pairs_of_rows<T: Exact>() {
    let data = ones::<T>(60);
    for level in Level::available() {
        for ((len, columns), places, error) in [
            ((60, 2), 20, mismatch(3, 2)),
            ((60, 3), 19, mismatch(20, 19)),
            ((60, 3), 0, mismatch(20, 0)),
            ((30, 3), 20, mismatch(20, 10)),
        ] {
            let (p, q) = (
                Rows::new(&data, 3).unwrap(),
                Rows::new(&data[..len], columns).unwrap(),
            );
            refused(places, error, |out| level.cross_entropy_rows(p, q, out));
            refused(places, error, |out| level.kl_divergence_rows(p, q, out));
            refused(places, error, |out| level.js_divergence_rows(p, q, out));
            refused(places, error, |out| {
                level.kl_divergence_from_logits_rows(p, q, out)
            });
        }
        let (p, q) = (&data[..2], &data[..3]);
        let wrong = Err(mismatch(2, 3));
        assert_eq!(level.cross_entropy(p, q).map(drop), wrong);
        assert_eq!(level.kl_divergence(p, q).map(drop), wrong);
        assert_eq!(level.js_divergence(p, q).map(drop), wrong);
        assert_eq!(level.kl_divergence_from_logits(p, q).map(drop), wrong);
    }
}

fn gradients_through_softmax<T: Exact>() {
    for (level, (rows, columns)) in levels_and_shapes() {
        let len = rows * columns;
        let y = ones::<T>(len);
        for found in [0, len - 1, len + 1] {
            let error = mismatch(len, found);
            refused(found, error, |dy| level.softmax_vjp_in_place(&y, dy));
            refused(found, error, |dy| level.log_softmax_vjp_in_place(&y, dy));
        }
        let y = Rows::new(&y, columns).unwrap();
        for (shape, error) in [
            ((len, len), mismatch(columns, len)),
            ((len - columns, columns), mismatch(rows, rows - 1)),
        ] {
            refused_rows(shape, error, |dy| level.softmax_vjp_rows_in_place(y, dy));
            refused_rows(shape, error, |dy| {
                level.log_softmax_vjp_rows_in_place(y, dy)
            });
        }
    }
}

fn options_of_softmax<T: Exact>() {
    let (zero, one) = (T::from_f64(0.0), T::from_f64(1.0));
    let (bias, mask) = (ones::<T>(4), [true; 4]);
    for (level, (rows, columns)) in levels_and_shapes() {
        let len = rows * columns;
        let plain = Softmax::new().level(level);
        let mut wrong = vec![
            (plain.temperature(zero), out_of_range("temperature")),
            (
                plain.temperature(T::from_pattern(1)),
                out_of_range("temperature"),
            ),
            (plain.softcap(zero), out_of_range("softcap")),
            (plain.scale(-T::INFINITY), out_of_range("scale")),
            (
                plain.scale(T::MAX).softcap(T::from_f64(1e-3)),
                out_of_range("softcap"),
            ),
            (plain.bias(&bias).sink(one), mismatch(len, 4)),
            (plain.mask(&mask), mismatch(len, 4)),
        ];
        for number in no_weights() {
            wrong.push((plain.temperature(number), out_of_range("temperature")));
            wrong.push((plain.softcap(number), out_of_range("softcap")));
        }
        for number in [T::from_f64(f64::NAN), T::INFINITY] {
            wrong.push((plain.scale(number), out_of_range("scale")));
        }
        for (softmax, error) in wrong {
            refused(len, error, |x: &mut [T]| softmax.softmax_in_place(x));
            refused(len, error, |x: &mut [T]| softmax.log_softmax_in_place(x));
            refused(len, error, |x: &mut [T]| softmax.log_sum_exp(x));
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                softmax.softmax_rows_in_place(x)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                softmax.log_softmax_rows_in_place(x)
            });
            refused(rows, error, |out: &mut [T]| {
                softmax.log_sum_exp_rows(Rows::new(&ones(len), columns).unwrap(), out)
            });
        }
    }
}

fn temperatures<T: Exact>() {
    let (zero, least) = (T::from_f64(0.0), T::from_pattern(1));
    for level in Level::available() {
        for temperature in no_weights().into_iter().chain([zero, -zero, least]) {
            let error = out_of_range("temperature");
            refused(5, error, |x: &mut [T]| {
                level.boltzmann_in_place(x, temperature)
            });
            refused(5, error, |x: &mut [T]| level.free_energy(x, temperature));
        }
    }
}

/// Options of a loss that can't be, for so many columns.
fn wrong_options<'a, T: Exact>(
    level: Level,
    columns: usize,
    few: &'a [T],
    weights: &'a [Vec<T>],
) -> Vec<(CrossEntropy<'a, T>, Error)> {
    let plain = CrossEntropy::new().level(level);
    let mut wrong = vec![
        (plain.class_weights(few), mismatch(columns, few.len())),
        (
            plain.label_smoothing(T::from_f64(1.0).up()),
            out_of_range("label_smoothing"),
        ),
    ];
    for weights in weights {
        wrong.push((plain.class_weights(weights), out_of_range("class_weights")));
    }
    for number in no_weights() {
        let smoothed = plain.label_smoothing(number);
        wrong.push((smoothed, out_of_range("label_smoothing")));
        wrong.push((plain.z_loss(number), out_of_range("z_loss")));
    }
    wrong
}

fn losses_of_labels<T: Exact>() {
    let (one, few) = (T::from_f64(1.0), ones::<T>(2));
    for (level, (rows, columns)) in levels_and_shapes() {
        let len = rows * columns;
        let weights = no_weights::<T>().map(|bad| but_last(columns, one, bad));
        let plain = CrossEntropy::new().level(level);
        let mut wrong: Vec<_> = wrong_options(level, columns, &few, &weights)
            .into_iter()
            .map(|(loss, error)| (loss, vec![1; rows], error))
            .collect();
        let [first, last] = [0, rows - 1].map(|row| Error::LabelOutOfRange { row });
        // Plain, and with options: other kernels.
        for loss in [plain, plain.z_loss(one), plain.ignore_index(7)] {
            for (labels, error) in [
                (but_last(rows, 0, columns as i64), last),
                (but_last(rows, 0, -1), last),
                (but_last(rows, i64::MAX, i64::MIN), first),
                (vec![], mismatch(rows, 0)),
                (vec![0; rows - 1], mismatch(rows, rows - 1)),
                (vec![0; rows + 1], mismatch(rows, rows + 1)),
            ] {
                wrong.push((loss, labels, error));
            }
        }
        for (loss, labels, error) in wrong {
            refused(len, error, |x: &mut [T]| {
                loss.loss_from_logits(Rows::new(x, columns).unwrap(), &labels)
            });
            refused(len, error, |x: &mut [T]| {
                loss.loss_from_probabilities(Rows::new(x, columns).unwrap(), &labels)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                loss.loss_and_gradient_in_place(x, &labels, one)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                loss.loss_and_gradient_from_probabilities_in_place(x, &labels, one)
            });
        }
    }
}

/// Targets that don't fit so many rows and columns.
fn wrong_targets<T: Exact>(data: &[T], rows: usize, columns: usize) -> [(Rows<'_, T>, Error); 4] {
    let targets = |rows, columns| Rows::new(&data[..rows * columns], columns).unwrap();
    [
        (targets(rows + 1, columns), mismatch(rows, rows + 1)),
        (targets(rows - 1, columns), mismatch(rows, rows - 1)),
        (targets(rows, columns - 1), mismatch(columns, columns - 1)),
        (targets(0, columns), mismatch(rows, 0)),
    ]
}

fn losses_of_soft_targets<T: Exact>() {
    let (one, few, data) = (T::from_f64(1.0), ones::<T>(2), ones::<T>(3300));
    for (level, (rows, columns)) in levels_and_shapes() {
        let len = rows * columns;
        let fitting = Rows::new(&data[..len], columns).unwrap();
        let weights = no_weights::<T>().map(|bad| but_last(columns, one, bad));
        let plain = CrossEntropy::new().level(level);
        let options = wrong_options(level, columns, &few, &weights).into_iter();
        let mut wrong: Vec<_> = options
            .map(|(loss, error)| (loss, fitting, error))
            .collect();
        for (targets, error) in wrong_targets(&data, rows, columns) {
            wrong.push((plain, targets, error));
        }
        for (loss, targets, error) in wrong {
            refused(len, error, |x: &mut [T]| {
                loss.loss_from_logits_soft(Rows::new(x, columns).unwrap(), targets)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                loss.loss_and_gradient_soft_in_place(x, targets, one)
            });
        }
    }
}

fn binary_losses<T: Exact>() {
    let (one, few, data) = (T::from_f64(1.0), ones::<T>(5), ones::<T>(3300));
    for (level, (rows, columns)) in levels_and_shapes() {
        let len = rows * columns;
        let fitting = Rows::new(&data[..len], columns).unwrap();
        let of_elements = no_weights::<T>().map(|bad| but_last(len, one, bad));
        let of_columns = no_weights::<T>().map(|bad| but_last(columns, one, bad));
        let plain = BinaryCrossEntropy::new().level(level);
        let mut wrong = vec![
            (plain.weights(&few), fitting, mismatch(len, 5)),
            (plain.pos_weights(&few), fitting, mismatch(columns, 5)),
        ];
        for (targets, error) in wrong_targets(&data, rows, columns) {
            wrong.push((plain, targets, error));
        }
        for weights in &of_elements {
            wrong.push((plain.weights(weights), fitting, out_of_range("weights")));
        }
        for weights in &of_columns {
            let loss = plain.pos_weights(weights);
            wrong.push((loss, fitting, out_of_range("pos_weights")));
        }
        for weight in no_weights() {
            let loss = plain.pos_weight(weight);
            wrong.push((loss, fitting, out_of_range("pos_weight")));
        }
        for (loss, targets, error) in wrong {
            refused(len, error, |x: &mut [T]| {
                loss.loss_from_logits(Rows::new(x, columns).unwrap(), targets)
            });
            refused(len, error, |x: &mut [T]| {
                loss.loss_from_probabilities(Rows::new(x, columns).unwrap(), targets)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                loss.loss_and_gradient_in_place(x, targets, one)
            });
            refused_rows((len, columns), error, |x: RowsMut<'_, T>| {
                loss.loss_and_gradient_from_probabilities_in_place(x, targets, one)
            });
        }
    }
}

/// The place of a target in a part of a row.
fn places_of_targets<T: Exact>() {
    for level in Level::available() {
        let state = LogSumExp::<T>::new().level(level);
        for place in [5, 6, usize::MAX] {
            let error = Error::LabelOutOfRange { row: 0 };
            refused(5, error, |x: &mut [T]| {
                state.gradient_in_place(x, Some(place), T::from_f64(1.0))
            });
        }
    }
}
