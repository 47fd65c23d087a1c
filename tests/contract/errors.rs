//! Wrong arguments are refused with the right error, and nothing is written.

use logits::{CrossEntropy, Error, Level, Rows, RowsMut};

use crate::support::{Elementwise, Real, for_both_types, numbers};

for_both_types!(
    labels_of_any_type,
    wrong_lengths_write_nothing,
    wrong_columns_are_refused,
    wrong_labels_write_nothing,
    wrong_options_write_nothing,
    wrong_targets_write_nothing,
    ignored_labels_are_right,
    wrong_pairs_write_nothing,
);

fn labels_of_any_type<T: Real>() {
    let logits = numbers::<T>(&[0.5, 2.0, -1.0, 3.0, 0.0, 0.25]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let rows = Rows::new(&logits, 3).unwrap();
        let expected = loss.loss_from_logits(rows, &[1_usize, 2]).unwrap();
        macro_rules! check {
            ($($label:ident)*) => {$(
                assert_eq!(loss.loss_from_logits(rows, &[1 as $label, 2]), Ok(expected), "{level}");
                assert_eq!(
                    loss.loss_from_logits(rows, &[1, $label::MAX]),
                    Err(Error::LabelOutOfRange { row: 1 }),
                    "{level}",
                );
            )*};
        }
        check!(u8 u16 u32 u64 usize i32 i64);
        for labels in [[-1_i32, 0], [i32::MIN, 0], [3, 0]] {
            assert_eq!(
                loss.loss_from_logits(rows, &labels),
                Err(Error::LabelOutOfRange { row: 0 }),
                "{level}"
            );
        }
    }
}

fn wrong_lengths_write_nothing<T: Real>() {
    let x = numbers::<T>(&[1.0, 2.0, 3.0]);
    for level in Level::available() {
        for len in [0, 2, 4] {
            let mismatch = Error::LengthMismatch {
                expected: 3,
                found: len,
            };
            for function in Elementwise::all() {
                unchanged(len, |out: &mut [T]| {
                    assert_eq!((function.into)(level, &x, out), Err(mismatch))
                });
            }
            unchanged(len, |out: &mut [T]| {
                assert_eq!(level.softmax_into(&x, out), Err(mismatch))
            });
            unchanged(len, |out: &mut [T]| {
                assert_eq!(level.log_softmax_into(&x, out), Err(mismatch))
            });
            unchanged(len, |out: &mut [T]| {
                assert_eq!(
                    level.log_sum_exp_rows(Rows::new(&x, 1).unwrap(), out),
                    Err(mismatch)
                );
            });
        }
    }
}

fn wrong_pairs_write_nothing<T: Real>() {
    let data = numbers::<T>(&[0.5, 0.5, 0.25, 0.75, 1.0, 0.0]);
    let rows = |len: usize, columns| Rows::new(&data[..len], columns).unwrap();
    let mismatch = |expected, found| Err(Error::LengthMismatch { expected, found });
    for level in Level::available() {
        for len in [0, 1, 3, 6] {
            let (p, q, wrong) = (&data[..2], &data[..len], mismatch(2, len));
            assert_eq!(level.cross_entropy(p, q).map(drop), wrong, "{level}");
            assert_eq!(level.kl_divergence(p, q).map(drop), wrong, "{level}");
            assert_eq!(level.js_divergence(p, q).map(drop), wrong, "{level}");
            assert_eq!(
                level.kl_divergence_from_logits(p, q).map(drop),
                wrong,
                "{level}"
            );
        }
        for (p, q, places, wrong) in [
            (rows(6, 2), rows(6, 3), 3, mismatch(2, 3)),
            (rows(6, 2), rows(4, 2), 3, mismatch(3, 2)),
            (rows(4, 2), rows(4, 2), 3, mismatch(2, 3)),
            (rows(4, 2), rows(4, 2), 1, mismatch(2, 1)),
        ] {
            unchanged(places, |out: &mut [T]| {
                assert_eq!(level.cross_entropy_rows(p, q, out), wrong, "{level}");
                assert_eq!(level.kl_divergence_rows(p, q, out), wrong, "{level}");
                assert_eq!(level.js_divergence_rows(p, q, out), wrong, "{level}");
                assert_eq!(
                    level.kl_divergence_from_logits_rows(p, q, out),
                    wrong,
                    "{level}"
                );
            });
        }
        unchanged(2, |out: &mut [T]| {
            assert_eq!(
                level.entropy_rows(rows(6, 2), out),
                mismatch(3, 2),
                "{level}"
            );
            assert_eq!(
                level.entropy_from_logits_rows(rows(6, 2), out),
                mismatch(3, 2),
                "{level}"
            );
        });
    }
}

fn wrong_columns_are_refused<T: Real>() {
    for (elements, columns) in [(3, 2), (3, 0), (1, usize::MAX), (6, 4)] {
        let mut data = vec![T::from_f64(0.0); elements];
        let expected = Error::ColumnsMismatch { columns, elements };
        assert_eq!(Rows::new(&data, columns).unwrap_err(), expected);
        assert_eq!(RowsMut::new(&mut data, columns).unwrap_err(), expected);
    }
}

fn wrong_labels_write_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for (labels, error) in [
            (&[0, 1, 3][..], Error::LabelOutOfRange { row: 2 }),
            (&[0, -1, 2], Error::LabelOutOfRange { row: 1 }),
            (&[i64::MIN, i64::MAX, 0], Error::LabelOutOfRange { row: 0 }),
            (
                &[0, 1],
                Error::LengthMismatch {
                    expected: 3,
                    found: 2,
                },
            ),
            (
                &[0; 4],
                Error::LengthMismatch {
                    expected: 3,
                    found: 4,
                },
            ),
            (
                &[],
                Error::LengthMismatch {
                    expected: 3,
                    found: 0,
                },
            ),
        ] {
            unchanged(9, |data: &mut [T]| {
                assert_eq!(
                    loss.loss_from_logits(Rows::new(data, 3).unwrap(), labels),
                    Err(error)
                );
                let rows = RowsMut::new(data, 3).unwrap();
                assert_eq!(
                    loss.loss_and_gradient_in_place(rows, labels, one),
                    Err(error),
                    "{level}"
                );
            });
        }
    }
}

fn wrong_options_write_nothing<T: Real>() {
    let (one, minus, nan) = (T::from_f64(1.0), T::from_f64(-1e-30), T::from_f64(f64::NAN));
    let bad_weights = [minus, nan, T::INFINITY].map(|bad| [one, bad, one]);
    let few_weights = [one; 2];
    for level in Level::available() {
        let plain = CrossEntropy::new().level(level);
        let out_of_range = |parameter| Error::ParameterOutOfRange { parameter };
        let mut wrong = vec![(
            plain.class_weights(&few_weights),
            Error::LengthMismatch {
                expected: 3,
                found: 2,
            },
        )];
        for weights in &bad_weights {
            wrong.push((plain.class_weights(weights), out_of_range("class_weights")));
        }
        for smoothing in [minus, one.up(), nan, T::INFINITY] {
            let loss = plain.label_smoothing(smoothing);
            wrong.push((loss, out_of_range("label_smoothing")));
        }
        for factor in [minus, nan, T::INFINITY] {
            wrong.push((plain.z_loss(factor), out_of_range("z_loss")));
        }
        let targets = [one; 6];
        let targets = Rows::new(&targets, 3).unwrap();
        for (loss, error) in wrong {
            unchanged(6, |data: &mut [T]| {
                let rows = Rows::new(data, 3).unwrap();
                assert_eq!(loss.loss_from_logits(rows, &[0, 1]), Err(error), "{level}");
                assert_eq!(
                    loss.loss_from_logits_soft(rows, targets),
                    Err(error),
                    "{level}"
                );
                let rows = RowsMut::new(data, 3).unwrap();
                let result = loss.loss_and_gradient_in_place(rows, &[0, 1], one);
                assert_eq!(result, Err(error), "{level}");
                let rows = RowsMut::new(data, 3).unwrap();
                let result = loss.loss_and_gradient_soft_in_place(rows, targets, one);
                assert_eq!(result, Err(error), "{level}");
            });
        }
        // What is just in range.
        let zeros = [T::from_f64(0.0); 3];
        let loss = plain.class_weights(&zeros).label_smoothing(one);
        let rows = Rows::new(&zeros, 3).unwrap();
        assert!(loss.loss_from_logits(rows, &[0]).is_ok(), "{level}");
    }
}

fn wrong_targets_write_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    let targets = [one; 9];
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for (len, columns, expected, found) in
            [(9, 3, 2, 3), (3, 3, 2, 1), (4, 2, 3, 2), (0, 3, 2, 0)]
        {
            let targets = Rows::new(&targets[..len], columns).unwrap();
            let error = Err(Error::LengthMismatch { expected, found });
            unchanged(6, |data: &mut [T]| {
                let rows = Rows::new(data, 3).unwrap();
                assert_eq!(loss.loss_from_logits_soft(rows, targets), error, "{level}");
                let rows = RowsMut::new(data, 3).unwrap();
                let result = loss.loss_and_gradient_soft_in_place(rows, targets, one);
                assert_eq!(result, error, "{level}");
            });
        }
    }
}

#[test]
fn errors_say_what_they_are() {
    let error = Error::ParameterOutOfRange {
        parameter: "z_loss",
    };
    assert_eq!(error.to_string(), "z_loss is out of range");
    assert_eq!(
        format!("{error:?}"),
        "ParameterOutOfRange { parameter: z_loss }"
    );
    let error = Error::LengthMismatch {
        expected: 1,
        found: 2,
    };
    assert_eq!(
        format!("{error:?}"),
        "LengthMismatch { expected: 1, found: 2 }"
    );
    assert_eq!(error.to_string(), "expected 1 elements, found 2");
    let error = Error::ColumnsMismatch {
        columns: 2,
        elements: 3,
    };
    assert_eq!(
        error.to_string(),
        "3 elements do not make rows of 2 columns"
    );
    assert_eq!(
        format!("{error:?}"),
        "ColumnsMismatch { columns: 2, elements: 3 }"
    );
    let error = Error::LabelOutOfRange { row: 4 };
    assert_eq!(error.to_string(), "the label of row 4 is out of range");
    assert_eq!(format!("{error:?}"), "LabelOutOfRange { row: 4 }");
}

/// The ignored label may be one that the type or the columns don't have.
#[allow(irrefutable_let_patterns, reason = "every label may be an `i64`")]
fn ignored_labels_are_right<T: Real>() {
    let logits = numbers::<T>(&[0.5, 2.0, -1.0, 3.0, 0.0, 0.25]);
    for level in Level::available() {
        let rows = Rows::new(&logits, 3).unwrap();
        let plain = CrossEntropy::new().level(level);
        macro_rules! check {
            ($($label:ident)*) => {$(
                for ignored in [0, $label::MAX as i64, -100, i64::MIN, 1 << 40] {
                    let loss = plain.ignore_index(ignored);
                    let Ok(label) = $label::try_from(ignored) else {
                        // No label can be that, and others are as right or wrong as before.
                        assert_eq!(loss.loss_from_logits(rows, &[1 as $label, 0]).unwrap().rows(), 2);
                        let error = Error::LabelOutOfRange { row: 1 };
                        assert_eq!(loss.loss_from_logits(rows, &[1, 100 as $label]), Err(error));
                        continue;
                    };
                    let sum = loss.loss_from_logits(rows, &[1, label]).unwrap();
                    assert_eq!(sum.rows(), 1, "{level}, {ignored}");
                    let error = Error::LabelOutOfRange { row: 1 };
                    assert_eq!(loss.loss_from_logits(rows, &[label, 3]), Err(error), "{level}");
                }
            )*};
        }
        check!(u8 u16 u32 u64 usize i32 i64);
    }
}

/// Runs `action` on a slice of `len` odd bit patterns, and sees that it changes none.
fn unchanged<T: Real>(len: usize, action: impl Fn(&mut [T])) {
    let original: Vec<T> = (0..len as u64)
        .map(|i| T::from_pattern(0x3fc0_0001 + i))
        .collect();
    let mut data = original.clone();
    action(&mut data);
    let patterns = |data: &[T]| data.iter().map(|x| x.pattern()).collect::<Vec<_>>();
    assert_eq!(patterns(&data), patterns(&original));
}
