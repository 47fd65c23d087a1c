//! What every function returns at the edges, at every level.

mod support;

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};
use support::{Elementwise, Function, Real, for_both_types, loss_errors, ulp_error};

for_both_types!(
    empty_rows,
    elementwise_functions_at_their_limits,
    elementwise_functions_of_small_numbers,
    rows_of_all_negative_infinity,
    nan_reaches_every_output,
    positive_infinity_reaches_every_output,
    negative_infinity_is_a_probability_of_zero,
    largest_numbers,
    nan_beside_the_largest_numbers,
    probabilities_underflow_gradually,
    batches_without_rows,
    batches_keep_rows_apart,
    ties_belong_to_the_first,
    rows_without_a_loss_are_not_correct,
);

const INFINITY: f64 = f64::INFINITY;

/// Lengths around those of registers, stripes and blocks.
const LENGTHS: [usize; 16] = [
    1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 31, 33, 64, 100, 1025, 131_073,
];

fn numbers<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

/// All that is computed from a row, in `f64`.
struct Outputs {
    /// From `log_sum_exp`, `softmax` and `log_softmax`: all the same.
    log_sum_exp: f64,
    softmax: Vec<f64>,
    log_softmax: Vec<f64>,
}

impl Outputs {
    fn new<T: Real>(level: Level, row: &[T]) -> Self {
        let log_sum_exp = level.log_sum_exp(row);
        let (mut softmax, mut log_softmax) = (row.to_vec(), row.to_vec());
        let returned = [
            level.softmax_in_place(&mut softmax),
            level.log_softmax_in_place(&mut log_softmax),
        ];
        assert_eq!(
            returned.map(T::pattern),
            [log_sum_exp.pattern(); 2],
            "{level}: {row:?}"
        );
        let exact = |row: Vec<T>| row.into_iter().map(T::to_f64).collect();
        Self {
            log_sum_exp: log_sum_exp.to_f64(),
            softmax: exact(softmax),
            log_softmax: exact(log_softmax),
        }
    }

    fn all_nan(&self) -> bool {
        self.softmax
            .iter()
            .chain(&self.log_softmax)
            .all(|y| y.is_nan())
    }
}

/// The loss of one row and its gradient.
fn loss_and_gradient<T: Real>(level: Level, row: &[T], label: usize) -> (LossSum<T>, Vec<f64>) {
    let loss = CrossEntropy::new().level(level);
    let (sum, gradient) = loss_errors::loss_and_gradient(loss, row, label);
    (sum, gradient.into_iter().map(T::to_f64).collect())
}

fn empty_rows<T: Real>() {
    for level in Level::available() {
        let empty = Outputs::new::<T>(level, &[]);
        assert_eq!(empty.log_sum_exp, -INFINITY, "{level}");
        assert_eq!(
            level.softmax_into::<T>(&[], &mut []).unwrap().to_f64(),
            -INFINITY,
            "{level}"
        );
        assert_eq!(
            level.log_softmax_into::<T>(&[], &mut []).unwrap().to_f64(),
            -INFINITY,
            "{level}"
        );
        for function in Elementwise::<T>::all() {
            assert_eq!((function.into)(level, &[], &mut []), Ok(()), "{level}");
            (function.in_place)(level, &mut []);
        }
    }
}

/// What a function gives at a limit, with the sign of a zero.
fn assert_limits<T: Real>(function: Function, limits: &[(f64, f64)]) {
    let function = Elementwise::<T>::of_function(function);
    let nan = (f64::NAN, f64::NAN);
    for level in Level::available() {
        for &(x, y) in limits.iter().chain([&nan]) {
            // Alone, and among ordinary numbers.
            let x = T::from_f64(x);
            let half = T::from_f64(0.5);
            let beside = function.of_all(level, &[half, x, half])[1];
            let expected = T::from_f64(y);
            for found in [function.of(level, x), beside] {
                // Logarithms are as good as their bound; everything else is exact.
                let near = y.abs() > 2.0 && ulp_error(found, expected.to_f64().into()) <= 1.0;
                assert!(
                    near || found.pattern() == expected.pattern(),
                    "{level}: {}({x:e}) gives {found:e}, not {expected:e}",
                    function.function
                );
            }
        }
    }
}

fn elementwise_functions_at_their_limits<T: Real>() {
    const NAN: f64 = f64::NAN;
    let (max, least) = (T::MAX.to_f64(), T::from_pattern(1).to_f64());
    let above_minus_one = T::from_f64(-1.0).up().to_f64();
    let ln_2 = std::f64::consts::LN_2;
    let ln = |x: f64| x.ln();
    for (function, limits) in [
        (
            Function::Exp,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (0.0, 1.0),
                (-0.0, 1.0),
                (max, INFINITY),
                (INFINITY, INFINITY),
            ][..],
        ),
        (
            Function::ExpM1,
            &[
                (-INFINITY, -1.0),
                (-max, -1.0),
                (-least, -least),
                (-0.0, -0.0),
                (0.0, 0.0),
                (least, least),
                (max, INFINITY),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Ln,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (-least, NAN),
                (-0.0, -INFINITY),
                (0.0, -INFINITY),
                (least, ln(least)),
                (1.0, 0.0),
                (max, ln(max)),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Ln1p,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (T::from_f64(-1.0).down().to_f64(), NAN),
                (-1.0, -INFINITY),
                (above_minus_one, ln(1.0 + above_minus_one)),
                (-least, -least),
                (-0.0, -0.0),
                (0.0, 0.0),
                (least, least),
                (max, ln(max)),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Sigmoid,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (-0.0, 0.5),
                (0.0, 0.5),
                (least, 0.5),
                (max, 1.0),
                (INFINITY, 1.0),
            ],
        ),
        (
            Function::LogSigmoid,
            &[
                (-INFINITY, -INFINITY),
                (-max, -max),
                (-0.0, -ln_2),
                (0.0, -ln_2),
                (max, 0.0),
                (INFINITY, 0.0),
            ],
        ),
        (
            Function::Softplus,
            &[
                (-INFINITY, 0.0),
                (-max, 0.0),
                (-0.0, ln_2),
                (0.0, ln_2),
                (max, max),
                (INFINITY, INFINITY),
            ],
        ),
        (
            Function::Logit,
            &[
                (-INFINITY, NAN),
                (-max, NAN),
                (-least, NAN),
                (-0.0, -INFINITY),
                (0.0, -INFINITY),
                (least, ln(least)),
                (0.5, 0.0),
                (1.0, INFINITY),
                (T::from_f64(1.0).up().to_f64(), NAN),
                (max, NAN),
                (INFINITY, NAN),
            ],
        ),
    ] {
        assert_limits::<T>(function, limits);
    }
}

/// Powers of two as small as they come keep all their digits.
fn elementwise_functions_of_small_numbers<T: Real>() {
    for exponent in T::MIN_EXPONENT..-T::DIGITS - 3 {
        let x = libm::scalbn(1.0, exponent);
        for function in [Function::ExpM1, Function::Ln1p] {
            assert_limits::<T>(function, &[(x, x), (-x, -x)]);
        }
        assert_limits::<T>(
            Function::Ln,
            &[(x, f64::from(exponent) * std::f64::consts::LN_2)],
        );
    }
}

fn rows_of_all_negative_infinity<T: Real>() {
    for (level, len) in levels_and_lengths() {
        let row = vec![-T::INFINITY; len];
        let outputs = Outputs::new(level, &row);
        assert_eq!(outputs.log_sum_exp, -INFINITY, "{level} × {len}");
        assert!(outputs.all_nan(), "{level} × {len}");
        let (sum, gradient) = loss_and_gradient(level, &row, len / 2);
        assert!(
            sum.loss().nan() && gradient.iter().all(|g| g.is_nan()),
            "{level} × {len}"
        );
        assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level} × {len}");
    }
}

fn nan_reaches_every_output<T: Real>() {
    let nan = T::from_f64(f64::NAN);
    for (level, len) in levels_and_lengths() {
        for (place, fill) in places(len).flat_map(|place| FILLS.map(|fill| (place, fill))) {
            let mut row = vec![T::from_f64(fill); len];
            // An infinity beside it does not hide it.
            row[len - 1] = T::INFINITY;
            row[place] = nan;
            let outputs = Outputs::new(level, &row);
            assert!(
                outputs.log_sum_exp.is_nan(),
                "{level}: {fill} × {len}, place {place}"
            );
            assert!(outputs.all_nan(), "{level}: {fill} × {len}, place {place}");
            let (sum, gradient) = loss_and_gradient(level, &row, len - 1);
            assert!(sum.loss().nan(), "{level}: {fill} × {len}, place {place}");
            assert!(
                gradient.iter().all(|g| g.is_nan()),
                "{level}: {fill} × {len}, place {place}"
            );
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level}");
        }
    }
}

fn positive_infinity_reaches_every_output<T: Real>() {
    for (level, len) in levels_and_lengths() {
        for (place, fill) in places(len).flat_map(|place| FILLS.map(|fill| (place, fill))) {
            let mut row = vec![T::from_f64(fill); len];
            row[place] = T::INFINITY;
            let outputs = Outputs::new(level, &row);
            assert_eq!(
                outputs.log_sum_exp, INFINITY,
                "{level}: {fill} × {len}, place {place}"
            );
            assert!(outputs.all_nan(), "{level}: {fill} × {len}, place {place}");
            let (sum, gradient) = loss_and_gradient(level, &row, place);
            assert!(sum.loss().nan(), "{level}: {fill} × {len}, place {place}");
            assert!(
                gradient.iter().all(|g| g.is_nan()),
                "{level}: {fill} × {len}, place {place}"
            );
        }
    }
}

fn negative_infinity_is_a_probability_of_zero<T: Real>() {
    for (level, len) in levels_and_lengths() {
        for place in places(len) {
            let mut row = vec![-T::INFINITY; len];
            row[place] = T::from_f64(-3.0);
            let outputs = Outputs::new(level, &row);
            assert_eq!(outputs.log_sum_exp, -3.0, "{level} × {len}");
            let (sum, gradient) = loss_and_gradient(level, &row, place);
            assert_eq!(
                (sum.loss().to_f64(), sum.correct()),
                (0.0, 1),
                "{level} × {len}"
            );
            let results = outputs
                .softmax
                .iter()
                .zip(&outputs.log_softmax)
                .zip(&gradient);
            for (i, ((&p, &ln_p), &slope)) in results.enumerate() {
                let expected = if i == place {
                    (1.0, 0.0, 0.0)
                } else {
                    (0.0, -INFINITY, 0.0)
                };
                assert_eq!((p, ln_p, slope), expected, "{level} × {len}, place {i}");
            }
            if len > 1 {
                let elsewhere = (place + 1) % len;
                let (sum, gradient) = loss_and_gradient(level, &row, elsewhere);
                assert_eq!(
                    (sum.loss().to_f64(), sum.correct()),
                    (INFINITY, 0),
                    "{level} × {len}"
                );
                assert_eq!(
                    (gradient[place], gradient[elsewhere]),
                    (1.0, -1.0),
                    "{level} × {len}"
                );
            }
        }
    }
}

fn largest_numbers<T: Real>() {
    let max = T::MAX.to_f64();
    for level in Level::available() {
        let outputs = Outputs::new(level, &[T::MAX, -T::MAX, T::MAX]);
        assert_eq!(outputs.log_sum_exp, max, "{level}");
        assert_eq!(outputs.softmax, [0.5, 0.0, 0.5], "{level}");
        let ln_half = T::from_f64(-std::f64::consts::LN_2).to_f64();
        assert_eq!(
            outputs.log_softmax,
            [ln_half, -INFINITY, ln_half],
            "{level}"
        );

        let outputs = Outputs::new(level, &[-T::MAX, -T::MAX]);
        assert_eq!(outputs.log_sum_exp, -max, "{level}");
        assert_eq!(outputs.softmax, [0.5, 0.5], "{level}");
        assert_eq!(outputs.log_softmax, [ln_half, ln_half], "{level}");
    }
}

/// NaN wins over a difference of logits that overflows.
fn nan_beside_the_largest_numbers<T: Real>() {
    let nan = T::from_f64(f64::NAN);
    for (level, len) in levels_and_lengths().filter(|&(_, len)| len > 2) {
        let mut row = vec![nan; len];
        row[len / 2] = T::MAX;
        row[len - 1] = -T::MAX;
        let outputs = Outputs::new(level, &row);
        assert!(
            outputs.log_sum_exp.is_nan() && outputs.all_nan(),
            "{level} × {len}"
        );
        let (sum, gradient) = loss_and_gradient(level, &row, len - 1);
        assert!(sum.loss().nan(), "{level} × {len}");
        assert!(gradient.iter().all(|g| g.is_nan()), "{level} × {len}");
    }
}

/// The probability of a logit d below another is e^−d to within its own rounding, down to the
/// smallest subnormal.
fn probabilities_underflow_gradually<T: Real>() {
    for level in Level::available() {
        let outputs = Outputs::new(level, &numbers::<T>(&[0.0, 2.0 - T::UNDERFLOW]));
        assert!(outputs.softmax[1] > 0.0, "{level}");
        assert!(
            outputs.softmax[1] < libm::scalbn(8.0, T::MIN_EXPONENT),
            "{level}"
        );
        let outputs = Outputs::new(level, &numbers::<T>(&[0.0, -1.0 - T::UNDERFLOW]));
        assert_eq!(outputs.softmax, [1.0, 0.0], "{level}");
        assert_eq!(outputs.log_sum_exp, 0.0, "{level}");
    }
}

fn batches_without_rows<T: Real>() {
    for level in Level::available() {
        for columns in [0, 1, 5] {
            let rows = Rows::<T>::new(&[], columns).unwrap();
            assert!(rows.is_empty());
            assert_eq!(rows.into_iter().count(), 0);
            let sum = CrossEntropy::new()
                .level(level)
                .loss_from_logits::<u8>(rows, &[])
                .unwrap();
            assert_eq!(
                (sum.mean(), sum.rows(), sum.loss().to_f64()),
                (None, 0, 0.0),
                "{level}"
            );
            level.softmax_rows_in_place(RowsMut::<T>::new(&mut [], columns).unwrap());
            level.log_softmax_rows_in_place(RowsMut::<T>::new(&mut [], columns).unwrap());
            assert_eq!(level.log_sum_exp_rows(rows, &mut []), Ok(()), "{level}");
        }
    }
}

/// Rows with special values leave their neighbours alone.
fn batches_keep_rows_apart<T: Real>() {
    let specials = [f64::NAN, INFINITY, -INFINITY, 1e30];
    for level in Level::available() {
        for columns in [1, 2, 3, 10, 33, 128] {
            let plain: Vec<T> = (0..columns).map(|i| T::from_f64(i as f64 / 8.0)).collect();
            let alone = Outputs::new(level, &plain);
            let mut data = Vec::new();
            for special in specials {
                data.extend_from_slice(&plain);
                data.extend(vec![T::from_f64(special); columns]);
            }
            let mut lse = vec![T::from_f64(0.0); 2 * specials.len()];
            level
                .log_sum_exp_rows(Rows::new(&data, columns).unwrap(), &mut lse)
                .unwrap();
            let (mut softmax, mut log_softmax) = (data.clone(), data);
            level.softmax_rows_in_place(RowsMut::new(&mut softmax, columns).unwrap());
            level.log_softmax_rows_in_place(RowsMut::new(&mut log_softmax, columns).unwrap());
            for row in (0..2 * specials.len()).step_by(2) {
                assert_eq!(lse[row].to_f64(), alone.log_sum_exp, "{level}, row {row}");
                for (i, (p, ln_p)) in alone.softmax.iter().zip(&alone.log_softmax).enumerate() {
                    assert_eq!(
                        softmax[row * columns + i].to_f64(),
                        *p,
                        "{level}, row {row}"
                    );
                    assert_eq!(
                        log_softmax[row * columns + i].to_f64(),
                        *ln_p,
                        "{level}, row {row}"
                    );
                }
            }
        }
    }
}

fn ties_belong_to_the_first<T: Real>() {
    for (level, len) in levels_and_lengths() {
        let row = vec![T::from_f64(1.5); len];
        for label in places(len) {
            let (sum, _) = loss_and_gradient(level, &row, label);
            assert_eq!(
                sum.correct(),
                u64::from(label == 0),
                "{level} × {len}, label {label}"
            );
        }
    }
}

/// What rows are filled with beside a special value, in either regime of the shift.
const FILLS: [f64; 4] = [0.0, -1e30, 1e30, -INFINITY];

fn levels_and_lengths() -> impl Iterator<Item = (Level, usize)> {
    Level::available().flat_map(|level| LENGTHS.map(|len| (level, len)))
}

/// The first, the last and some other places.
fn places(len: usize) -> impl Iterator<Item = usize> {
    [0, 1, len / 3, len / 2, len - 1]
        .into_iter()
        .filter(move |&place| place < len)
}

fn rows_without_a_loss_are_not_correct<T: Real>() {
    for level in Level::available() {
        for (row, label) in [
            ([f64::NAN, 1.0], 1),
            ([INFINITY, 1.0], 0),
            ([-INFINITY, -INFINITY], 0),
        ] {
            let (sum, _) = loss_and_gradient(level, &numbers::<T>(&row), label);
            assert!(sum.loss().to_f64().is_nan(), "{level}, {row:?}");
            assert_eq!((sum.rows(), sum.correct()), (1, 0), "{level}, {row:?}");
        }
    }
}
