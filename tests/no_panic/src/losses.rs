//! The losses of rows, and their gradients.

use core::fmt;
use core::hint::black_box;

use logits::{BinaryCrossEntropy, CrossEntropy, Float, Label, LossSum, Rows, RowsMut};

use super::levels;

pub fn every_label<T: Float + fmt::Debug>(data: &mut [T]) {
    cross_entropy::<T, u8>(data, &[0; 2]);
    cross_entropy::<T, u16>(data, &[0; 2]);
    cross_entropy::<T, u32>(data, &[0; 2]);
    cross_entropy::<T, u64>(data, &[0; 2]);
    cross_entropy::<T, usize>(data, &[0; 2]);
    cross_entropy::<T, i32>(data, &[0; 2]);
    cross_entropy::<T, i64>(data, &[0; 2]);
}

fn cross_entropy<T: Float + fmt::Debug, L: Label>(data: &mut [T], labels: &[L]) {
    let mut total = LossSum::default();
    for level in levels() {
        let plain = CrossEntropy::new().level(level);
        every_loss(plain, data, labels, &mut total);
        let weights = [T::default(); 2];
        let loss = plain
            .class_weights(black_box(&weights))
            .label_smoothing(black_box(T::default()))
            .ignore_index(black_box(-1))
            .z_loss(black_box(T::default()));
        every_loss(loss, data, labels, &mut total);
    }
    black_box((total.loss(), total.mean(), total.rows(), total.correct()));
    black_box((total.weight(), total.z_loss(), total.accuracy()));
    black_box(total == LossSum::default());
    black_box(CrossEntropy::<T>::default());
}

/// The loss and gradient for labels and for soft targets.
fn every_loss<T: Float, L: Label>(
    loss: CrossEntropy<'_, T>,
    data: &mut [T],
    labels: &[L],
    total: &mut LossSum<T>,
) {
    let columns = black_box(2);
    let targets = [T::default(); 4];
    let targets = Rows::new(black_box(&targets), columns);
    if let Ok(rows) = Rows::new(black_box(&*data), columns) {
        if let Ok(sum) = loss.loss_from_logits(rows, black_box(labels)) {
            total.merge(&sum);
        }
        if let Ok(sum) = loss.loss_from_probabilities(rows, black_box(labels)) {
            total.merge(&sum);
        }
        if let Ok(targets) = targets
            && let Ok(sum) = loss.loss_from_logits_soft(rows, targets)
        {
            total.merge(&sum);
        }
    }
    if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns)
        && let Ok(sum) = loss.loss_and_gradient_in_place(rows, black_box(labels), T::default())
    {
        total.merge(&sum);
    }
    if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns)
        && let Ok(sum) = loss.loss_and_gradient_from_probabilities_in_place(
            rows,
            black_box(labels),
            T::default(),
        )
    {
        total.merge(&sum);
    }
    if let (Ok(rows), Ok(targets)) = (RowsMut::new(black_box(data), columns), targets)
        && let Ok(sum) = loss.loss_and_gradient_soft_in_place(rows, targets, T::default())
    {
        total.merge(&sum);
    }
}

/// The loss and gradient of decisions.
pub fn binary_cross_entropy<T: Float + fmt::Debug>(data: &mut [T]) {
    let columns = black_box(2);
    let mut total = LossSum::default();
    let (targets, weights) = ([T::default(); 4], [T::default(); 4]);
    let Ok(targets) = Rows::new(black_box(&targets), columns) else {
        return;
    };
    for level in levels() {
        let loss = BinaryCrossEntropy::new()
            .level(level)
            .weights(black_box(&weights))
            .pos_weights(black_box(&weights[..2]));
        for loss in [loss, loss.pos_weight(black_box(T::default()))] {
            if let Ok(rows) = Rows::new(black_box(&*data), columns) {
                for sum in [
                    loss.loss_from_logits(rows, targets),
                    loss.loss_from_probabilities(rows, targets),
                ]
                .into_iter()
                .flatten()
                {
                    total.merge(&sum);
                }
            }
            if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
                _ = black_box(loss.loss_and_gradient_in_place(rows, targets, T::default()));
            }
            if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
                let zero = T::default();
                _ = black_box(
                    loss.loss_and_gradient_from_probabilities_in_place(rows, targets, zero),
                );
            }
        }
    }
    black_box(total.loss());
    black_box(BinaryCrossEntropy::<T>::default());
}
