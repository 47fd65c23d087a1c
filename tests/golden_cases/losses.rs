//! Losses, and losses with gradients: without options, with each and with all.

use logits::{BinaryCrossEntropy, CrossEntropy, Level, LossSum, Rows};

use super::input::Input;
use super::{Case, Number};

/// What gradients are multiplied by.
const SCALE: f64 = 0.375;

/// A loss: the rows that it is of are a field of the input, the targets labels or rows.
macro_rules! loss {
    ($losses:ident, $method:ident, $x:ident, $targets:ident) => {
        |level, input, _, hash| {
            let mut merged = LossSum::default();
            for loss in $losses(level, input) {
                let rows = input.rows(input.$x);
                let sum = loss.$method(rows, $targets(input)).unwrap();
                hash.add_sum(&sum);
                merged.merge(&sum);
            }
            hash.add_sum(&merged);
        }
    };
}

/// A loss with its gradient.
macro_rules! gradient {
    ($losses:ident, $method:ident, $x:ident, $targets:ident) => {
        |level, input, out, hash| {
            for loss in $losses(level, input) {
                let rows = input.rows_in(input.$x, out);
                let scale = T::from_f64(SCALE);
                let sum = loss.$method(rows, $targets(input), scale).unwrap();
                hash.add_sum(&sum);
                hash.add(out);
            }
        }
    };
}

pub fn cases<T: Number>() -> &'static [Case<T>] {
    &[
        (
            "loss_from_logits",
            loss!(cross_entropy, loss_from_logits, x, labels),
        ),
        (
            "loss_and_gradient_in_place",
            gradient!(cross_entropy, loss_and_gradient_in_place, x, labels),
        ),
        ("loss_with_each_option", |level, input, out, hash| {
            let labels = input.labels_of_64_bits();
            let labels = &labels[..input.labels().len()];
            for loss in each_option(level, input) {
                let rows = input.rows_in(input.x, out);
                let scale = T::from_f64(SCALE);
                let sum = loss.loss_and_gradient_in_place(rows, labels, scale);
                hash.add_sum(&sum.unwrap());
                hash.add(out);
            }
        }),
        (
            "loss_from_logits_soft",
            loss!(cross_entropy, loss_from_logits_soft, x, soft),
        ),
        (
            "loss_and_gradient_soft_in_place",
            gradient!(cross_entropy, loss_and_gradient_soft_in_place, x, soft),
        ),
        (
            "loss_from_probabilities",
            loss!(cross_entropy, loss_from_probabilities, p, labels),
        ),
        (
            "loss_and_gradient_from_probabilities_in_place",
            gradient!(
                cross_entropy,
                loss_and_gradient_from_probabilities_in_place,
                p,
                labels
            ),
        ),
        (
            "binary_loss_from_logits",
            loss!(binary, loss_from_logits, x, soft),
        ),
        (
            "binary_loss_and_gradient_in_place",
            gradient!(binary, loss_and_gradient_in_place, x, soft),
        ),
        (
            "binary_loss_from_probabilities",
            loss!(binary, loss_from_probabilities, p, soft),
        ),
        (
            "binary_loss_and_gradient_from_probabilities_in_place",
            gradient!(
                binary,
                loss_and_gradient_from_probabilities_in_place,
                p,
                soft
            ),
        ),
    ]
}

/// Each option alone.
fn each_option<'a, T: Number>(level: Level, input: &Input<'a, T>) -> [CrossEntropy<'a, T>; 4] {
    let loss = CrossEntropy::new().level(level);
    [
        loss.class_weights(&input.fractions[..input.columns]),
        loss.label_smoothing(T::from_f64(0.125)),
        loss.ignore_index(1),
        loss.z_loss(T::from_f64(0.0625)),
    ]
}

fn cross_entropy<'a, T: Number>(level: Level, input: &Input<'a, T>) -> [CrossEntropy<'a, T>; 2] {
    let plain = CrossEntropy::new().level(level);
    let with_options = plain
        .class_weights(&input.fractions[..input.columns])
        .label_smoothing(T::from_f64(0.125))
        .ignore_index(1)
        .z_loss(T::from_f64(0.0625));
    [plain, with_options]
}

fn binary<'a, T: Number>(level: Level, input: &Input<'a, T>) -> [BinaryCrossEntropy<'a, T>; 3] {
    let plain = BinaryCrossEntropy::new().level(level);
    let weighted = plain.weights(input.fractions);
    [
        plain,
        weighted.pos_weight(T::from_f64(1.5)),
        weighted.pos_weights(&input.fractions[..input.columns]),
    ]
}

/// The classes as labels.
fn labels<'b, T: Number>(input: &'b Input<'_, T>) -> &'b [u8] {
    input.labels()
}

/// The fractions as soft targets.
fn soft<'a, T: Number>(input: &Input<'a, T>) -> Rows<'a, T> {
    input.rows(input.fractions)
}
