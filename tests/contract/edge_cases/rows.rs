//! A row's log-sum-exp, softmax, log-softmax, loss and gradient: rows of nothing, NaN, infinities, the
//! largest numbers and underflow.

use logits::Level;

use super::{INFINITY, LENGTHS, Outputs, loss_and_gradient, places};
use crate::support::{Elementwise, Real, for_both_types, levels_and, numbers};

/// What rows are filled with beside a special value, in either regime of the shift.
const FILLS: [f64; 4] = [0.0, -1e30, 1e30, -INFINITY];

for_both_types!(
    empty_rows,
    rows_of_all_negative_infinity,
    nan_reaches_every_output,
    positive_infinity_reaches_every_output,
    negative_infinity_is_a_probability_of_zero,
    largest_numbers,
    nan_beside_the_largest_numbers,
    probabilities_underflow_gradually,
    free_energy_of_the_lowest_temperatures_is_the_least_energy,
);

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

fn rows_of_all_negative_infinity<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
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
    for (level, len) in levels_and(LENGTHS) {
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
    for (level, len) in levels_and(LENGTHS) {
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
    for (level, len) in levels_and(LENGTHS) {
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
    for (level, len) in levels_and(LENGTHS).filter(|&(_, len)| len > 2) {
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

/// Energies over temperatures so low are beyond the range.
fn free_energy_of_the_lowest_temperatures_is_the_least_energy<T: Real>() {
    let temperature = T::from_f64(1.0625 / T::MAX.to_f64());
    for level in Level::available() {
        for (energies, least) in [
            (&[2.0][..], 2.0),
            (&[2.0, 2.0], 2.0),
            (&[-2.0, -2.0], -2.0),
            (&[2.0, 2.0, 2.0, INFINITY], 2.0),
        ] {
            let found = level.free_energy(&numbers::<T>(energies), temperature);
            assert_eq!(found, Ok(T::from_f64(least)), "{level}: {energies:?}");
        }
    }
}
