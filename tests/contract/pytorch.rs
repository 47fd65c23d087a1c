//! Agreement with PyTorch, whose results `tools/pytorch_losses.py` has written to `tests/data/`, and
//! where this crate is meant to differ.

use std::collections::HashMap;

use logits::{BinaryCrossEntropy, CrossEntropy, Level, LossSum, Rows, RowsMut};

use crate::support::{Real, for_both_types};

for_both_types!(
    cross_entropy_agrees,
    cross_entropy_differs_where_it_has_a_number,
    binary_cross_entropy_agrees,
    binary_cross_entropy_is_not_bounded,
);

/// One case of a file: its fields by name.
struct Record<'a>(HashMap<&'a str, &'a str>);

impl<'a> Record<'a> {
    fn new(line: &'a str) -> Self {
        let fields = line.split(' ').map(|field| field.split_once('=').unwrap());
        Self(fields.collect())
    }

    fn numbers<T: Real>(&self, name: &str) -> Vec<T> {
        let exact = |x: &str| T::from_f64(x.parse().unwrap());
        self.0[name].split(',').map(exact).collect()
    }

    /// The numbers of a field that may be empty or absent.
    fn optional<T: Real>(&self, name: &str) -> Option<Vec<T>> {
        let present = self.0.get(name).is_some_and(|value| !value.is_empty());
        present.then(|| self.numbers(name))
    }
}

/// Within the rounding of inputs and results in `T`, and of the recorded results.
#[track_caller]
fn assert_near<T: Real>(found: T, expected: f64, case: &str) {
    let tolerance = 16.0 * libm::scalbn(1.0, 1 - T::DIGITS) * expected.abs().max(1.0);
    let found = found.to_f64();
    assert!(
        (found - expected).abs() <= tolerance,
        "{found} for {expected}: {case}"
    );
}

fn cross_entropy_agrees<T: Real>() {
    let mut kinds = [0, 0];
    for line in include_str!("../data/cross_entropy.txt").lines() {
        let record = Record::new(line);
        kinds[usize::from(record.0["targets"] == "soft")] += 1;
        for level in Level::available() {
            check_cross_entropy::<T>(level, &record, line);
        }
    }
    assert_eq!(kinds, [54, 18]);
}

/// How a case is computed: the loss, and the loss with its gradient.
struct Case<'a, T> {
    loss: CrossEntropy<'a, T>,
    logits: &'a [T],
    soft: Option<&'a [T]>,
    labels: &'a [i64],
    columns: usize,
}

impl<T: Real> Case<'_, T> {
    fn rows(&self) -> Rows<'_, T> {
        Rows::new(self.logits, self.columns).unwrap()
    }

    fn loss(&self) -> LossSum<T> {
        match self.soft {
            Some(soft) => self
                .loss
                .loss_from_logits_soft(self.rows(), Rows::new(soft, self.columns).unwrap()),
            None => self.loss.loss_from_logits(self.rows(), self.labels),
        }
        .unwrap()
    }

    fn gradient(&self, scale: f64) -> (LossSum<T>, Vec<T>) {
        let mut gradient = self.logits.to_vec();
        let rows = RowsMut::new(&mut gradient, self.columns).unwrap();
        let scale = T::from_f64(scale);
        let sum = match self.soft {
            Some(soft) => {
                let soft = Rows::new(soft, self.columns).unwrap();
                self.loss.loss_and_gradient_soft_in_place(rows, soft, scale)
            }
            None => self
                .loss
                .loss_and_gradient_in_place(rows, self.labels, scale),
        };
        (sum.unwrap(), gradient)
    }
}

fn check_cross_entropy<T: Real>(level: Level, record: &Record<'_>, line: &str) {
    let logits = record.numbers::<T>("logits");
    let soft = record.optional::<T>("soft");
    let labels = record.optional::<f64>("labels").unwrap_or_default();
    let labels: Vec<i64> = labels.into_iter().map(|label| label as i64).collect();
    let weights = record.optional::<T>("weights");
    let mut loss = CrossEntropy::new().level(level);
    if let Some(weights) = &weights {
        loss = loss.class_weights(weights);
    }
    if let Some(ignored) = record.optional::<f64>("ignore_index") {
        loss = loss.ignore_index(ignored[0] as i64);
    }
    loss = loss.label_smoothing(record.numbers("label_smoothing")[0]);
    let case = Case {
        loss,
        logits: &logits,
        soft: soft.as_deref(),
        labels: &labels,
        columns: 4,
    };

    let sum = case.loss();
    let expected = record.numbers::<f64>("loss");
    let reduction = record.0["reduction"];
    match reduction {
        "sum" => assert_near(sum.loss(), expected[0], line),
        "mean" => assert_near(sum.mean().unwrap(), expected[0], line),
        _ => check_single_rows(&case, &expected, line),
    }
    let scale = match reduction {
        "mean" => 1.0 / sum.weight().to_f64(),
        _ => 1.0,
    };
    let (with_gradient, gradient) = case.gradient(scale);
    assert_eq!(with_gradient, sum, "{level}: {line}");
    for (found, expected) in gradient.into_iter().zip(record.numbers::<f64>("gradient")) {
        assert_near(found, expected, line);
    }
}

/// Checks the loss of each row alone.
fn check_single_rows<T: Real>(case: &Case<'_, T>, expected: &[f64], line: &str) {
    for (row, (logits, &expected)) in case.logits.chunks(case.columns).zip(expected).enumerate() {
        let single = Case {
            logits,
            soft: case
                .soft
                .map(|soft| &soft[row * case.columns..][..case.columns]),
            labels: case.labels.get(row..=row).unwrap_or(&[]),
            ..*case
        };
        assert_near(single.loss().loss(), expected, line);
    }
}

/// Where PyTorch has NaN or lets a mask make the loss infinite.
fn cross_entropy_differs_where_it_has_a_number<T: Real>() {
    let numbers = |x: &[f64]| -> Vec<T> { x.iter().map(|&x| T::from_f64(x)).collect() };
    let masked = numbers(&[0.0, 0.0, f64::NEG_INFINITY]);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        let case = |loss, soft, labels| Case {
            loss,
            logits: &masked,
            soft,
            labels,
            columns: 3,
        };

        // `-inf * 0`: NaN.
        let soft = numbers(&[0.25, 0.75, 0.0]);
        let (sum, gradient) = case(loss, Some(&soft), &[]).gradient(1.0);
        assert_near(sum.loss(), std::f64::consts::LN_2, level.name());
        assert_eq!(gradient, numbers(&[0.25, -0.25, 0.0]), "{level}");

        // The masked class has the log-probability −∞: +∞.
        let smoothed = loss.label_smoothing(T::from_f64(0.5));
        let (sum, gradient) = case(smoothed, None, &[0]).gradient(1.0);
        assert_near(sum.loss(), std::f64::consts::LN_2, level.name());
        assert_eq!(gradient, numbers(&[-0.25, 0.25, 0.0]), "{level}");

        // A weight of 0 on a masked label: `-inf * 0`.
        let weights = numbers(&[1.0, 1.0, 0.0]);
        let (sum, gradient) = case(loss.class_weights(&weights), None, &[2]).gradient(1.0);
        assert_eq!(
            (sum.loss(), sum.mean()),
            (T::from_f64(0.0), None),
            "{level}"
        );
        assert_eq!(gradient, numbers(&[0.0; 3]), "{level}");

        // All ignored: 0 / 0.
        let (sum, gradient) = case(loss.ignore_index(-1), None, &[-1]).gradient(1.0);
        assert_eq!(
            (sum.mean(), sum.accuracy(), sum.rows()),
            (None, None, 0),
            "{level}"
        );
        assert_eq!(gradient, numbers(&[0.0; 3]), "{level}");
    }
}

fn binary_cross_entropy_agrees<T: Real>() {
    let mut cases = 0;
    for line in include_str!("../data/binary_cross_entropy.txt").lines() {
        cases += 1;
        for level in Level::available() {
            check_binary_cross_entropy::<T>(level, &Record::new(line), line);
        }
    }
    assert_eq!(cases, 36);
}

fn check_binary_cross_entropy<T: Real>(level: Level, record: &Record<'_>, line: &str) {
    let (inputs, targets) = (
        record.numbers::<T>("inputs"),
        record.numbers::<T>("targets"),
    );
    let (weights, positive) = (record.optional("weights"), record.optional("pos_weights"));
    let mut loss = BinaryCrossEntropy::<T>::new().level(level);
    if let Some(weights) = &weights {
        loss = loss.weights(weights);
    }
    if let Some(positive) = &positive {
        loss = loss.pos_weights(positive);
    }
    let logits = record.0["space"] == "logits";
    let of = |loss: &BinaryCrossEntropy<'_, T>, inputs: &[T], targets: &[T], columns| {
        let x = Rows::new(inputs, columns).unwrap();
        let y = Rows::new(targets, columns).unwrap();
        let sum = if logits {
            loss.loss_from_logits(x, y)
        } else {
            loss.loss_from_probabilities(x, y)
        };
        sum.unwrap()
    };
    let sum = of(&loss, &inputs, &targets, 4);
    assert_eq!(sum.rows(), 20);
    let expected = record.numbers::<f64>("loss");
    let scale = match record.0["reduction"] {
        "sum" => {
            assert_near(sum.loss(), expected[0], line);
            1.0
        }
        "mean" => {
            assert_near(sum.mean().unwrap(), expected[0], line);
            1.0 / 20.0
        }
        _ => {
            assert_eq!(expected.len(), inputs.len(), "{line}");
            for (place, expected) in expected.into_iter().enumerate() {
                let mut alone = BinaryCrossEntropy::<T>::new().level(level);
                if let Some(weights) = &weights {
                    alone = alone.weights(&weights[place..=place]);
                }
                if let Some(positive) = &positive {
                    alone = alone.pos_weight(positive[place % 4]);
                }
                let sum = of(&alone, &inputs[place..=place], &targets[place..=place], 1);
                assert_near(sum.loss(), expected, line);
            }
            1.0
        }
    };
    let y = Rows::new(&targets, 4).unwrap();
    let mut gradient = inputs.clone();
    let x = RowsMut::new(&mut gradient, 4).unwrap();
    let scale = T::from_f64(scale);
    let with_gradient = if logits {
        loss.loss_and_gradient_in_place(x, y, scale)
    } else {
        loss.loss_and_gradient_from_probabilities_in_place(x, y, scale)
    };
    assert_eq!(with_gradient, Ok(sum), "{level}: {line}");
    for (found, expected) in gradient.into_iter().zip(record.numbers::<f64>("gradient")) {
        assert_near(found, expected, line);
    }
}

/// PyTorch bounds −ln p by 100 and 1/p by 10¹².
fn binary_cross_entropy_is_not_bounded<T: Real>() {
    let one = [T::from_f64(1.0)];
    let least = T::from_f64(1e-37);
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        let run = |p: T| {
            let mut gradient = [p];
            let x = RowsMut::new(&mut gradient, 1).unwrap();
            let y = Rows::new(&one, 1).unwrap();
            let sum = loss.loss_and_gradient_from_probabilities_in_place(x, y, one[0]);
            (sum.unwrap().loss().to_f64(), gradient[0].to_f64())
        };
        assert_eq!(
            run(T::from_f64(0.0)),
            (f64::INFINITY, f64::NEG_INFINITY),
            "{level}"
        );
        assert_near(T::from_f64(run(least).1 * 1e-37), -1.0, level.name());
    }
}
