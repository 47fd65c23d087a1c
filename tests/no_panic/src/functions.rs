//! The functions of slices and of rows.

use core::fmt;
use core::hint::black_box;

use logits::{Float, LogSumExp, Rows, RowsMut, Softmax};

use super::levels;

/// The functions of the best level, then those of every level.
pub fn elementwise<T: Float>(data: &mut [T], out: &mut [T]) {
    macro_rules! call {
        ($($in_place:ident $into:ident;)*) => {$(
            logits::$in_place(black_box(&mut *data));
            _ = black_box(logits::$into(black_box(data), black_box(out)));
            for level in levels() {
                level.$in_place(black_box(&mut *data));
                _ = black_box(level.$into(black_box(data), black_box(out)));
            }
        )*};
    }
    call! {
        exp_in_place exp_into;
        exp_m1_in_place exp_m1_into;
        ln_in_place ln_into;
        ln_1p_in_place ln_1p_into;
        sigmoid_in_place sigmoid_into;
        log_sigmoid_in_place log_sigmoid_into;
        softplus_in_place softplus_into;
        logit_in_place logit_into;
    }
}

/// softmax and log-softmax of one row and of rows, likewise.
pub fn softmax<T: Float>(data: &mut [T], out: &mut [T]) {
    let columns = black_box(2);
    macro_rules! call {
        ($($in_place:ident $into:ident $rows:ident;)*) => {$(
            black_box(logits::$in_place(data));
            _ = black_box(logits::$into(data, out));
            if let Ok(rows) = RowsMut::new(data, columns) {
                logits::$rows(rows);
            }
            for level in levels() {
                black_box(level.$in_place(black_box(&mut *data)));
                _ = black_box(level.$into(black_box(data), black_box(out)));
                if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
                    level.$rows(rows);
                }
            }
        )*};
    }
    call! {
        softmax_in_place softmax_into softmax_rows_in_place;
        log_softmax_in_place log_softmax_into log_softmax_rows_in_place;
    }
}

pub fn softmax_options<T: Float + fmt::Debug>(data: &mut [T], out: &mut [T]) {
    let columns = black_box(2);
    let number = black_box(T::default());
    let bias = black_box([number; 4]);
    let mask = black_box([true; 4]);
    _ = black_box(logits::boltzmann_in_place(data, number));
    _ = black_box(logits::free_energy(data, number));
    for level in levels() {
        _ = black_box(level.boltzmann_in_place(black_box(&mut *data), number));
        _ = black_box(level.free_energy(black_box(data), number));
        let softmax = black_box(Softmax::default().level(level));
        let softmax = black_box(softmax.temperature(number).scale(number).softcap(number));
        let softmax = black_box(softmax.bias(&bias).mask(&mask).sink(number));
        _ = black_box(softmax.softmax_in_place(black_box(&mut *data)));
        _ = black_box(softmax.log_softmax_in_place(black_box(&mut *data)));
        _ = black_box(softmax.log_sum_exp(black_box(data)));
        if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
            _ = black_box(softmax.softmax_rows_in_place(rows));
        }
        if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
            _ = black_box(softmax.log_softmax_rows_in_place(rows));
        }
        if let Ok(rows) = Rows::new(black_box(data), columns) {
            _ = black_box(softmax.log_sum_exp_rows(rows, black_box(out)));
        }
    }
}

pub fn softmax_vjp<T: Float>(y: &[T], dy: &mut [T]) {
    let columns = black_box(2);
    _ = black_box(logits::softmax_vjp_in_place(y, dy));
    _ = black_box(logits::log_softmax_vjp_in_place(y, dy));
    if let (Ok(y), Ok(dy)) = (Rows::new(y, columns), RowsMut::new(dy, columns)) {
        _ = black_box(logits::softmax_vjp_rows_in_place(y, dy));
    }
    if let (Ok(y), Ok(dy)) = (Rows::new(y, columns), RowsMut::new(dy, columns)) {
        _ = black_box(logits::log_softmax_vjp_rows_in_place(y, dy));
    }
    for level in levels() {
        _ = black_box(level.softmax_vjp_in_place(black_box(y), black_box(&mut *dy)));
        _ = black_box(level.log_softmax_vjp_in_place(black_box(y), black_box(&mut *dy)));
    }
}

pub fn log_sum_exp<T: Float>(data: &[T], out: &mut [T]) {
    let columns = black_box(2);
    black_box(logits::log_sum_exp(data));
    if let Ok(rows) = Rows::new(data, columns) {
        _ = black_box(logits::log_sum_exp_rows(rows, out));
    }
    for level in levels() {
        black_box(level.log_sum_exp(black_box(data)));
        if let Ok(rows) = Rows::new(black_box(data), columns) {
            _ = black_box(level.log_sum_exp_rows(rows, black_box(out)));
        }
    }
}

pub fn information<T: Float>(data: &[T], out: &mut [T]) {
    let columns = black_box(2);
    black_box(logits::entropy(data));
    black_box(logits::entropy_from_logits(data));
    if let Ok(rows) = Rows::new(data, columns) {
        _ = black_box(logits::entropy_rows(rows, out));
        _ = black_box(logits::entropy_from_logits_rows(rows, out));
    }
    for level in levels() {
        black_box(level.entropy(black_box(data)));
        black_box(level.entropy_from_logits(black_box(data)));
        if let Ok(rows) = Rows::new(black_box(data), columns) {
            _ = black_box(level.entropy_rows(rows, black_box(out)));
            _ = black_box(level.entropy_from_logits_rows(rows, black_box(out)));
        }
    }
}

pub fn information_of_pairs<T: Float>(data: &[T], out: &mut [T]) {
    let columns = black_box(2);
    let other = black_box(data);
    _ = black_box(logits::cross_entropy(data, other));
    _ = black_box(logits::kl_divergence(data, other));
    _ = black_box(logits::js_divergence(data, other));
    _ = black_box(logits::kl_divergence_from_logits(data, other));
    if let (Ok(p), Ok(q)) = (Rows::new(data, columns), Rows::new(other, columns)) {
        _ = black_box(logits::cross_entropy_rows(p, q, out));
        _ = black_box(logits::kl_divergence_rows(p, q, out));
        _ = black_box(logits::js_divergence_rows(p, q, out));
        _ = black_box(logits::kl_divergence_from_logits_rows(p, q, out));
    }
    for level in levels() {
        let (p, q) = (black_box(data), black_box(other));
        _ = black_box(level.cross_entropy(p, q));
        _ = black_box(level.kl_divergence(p, q));
        _ = black_box(level.js_divergence(p, q));
        _ = black_box(level.kl_divergence_from_logits(p, q));
        if let (Ok(p), Ok(q)) = (Rows::new(p, columns), Rows::new(q, columns)) {
            _ = black_box(level.cross_entropy_rows(p, q, black_box(out)));
            _ = black_box(level.kl_divergence_rows(p, q, black_box(out)));
            _ = black_box(level.js_divergence_rows(p, q, black_box(out)));
            _ = black_box(level.kl_divergence_from_logits_rows(p, q, black_box(out)));
        }
    }
}

pub fn streaming<T: Float>(data: &mut [T]) {
    let mut total = LogSumExp::default();
    for level in levels() {
        let mut state = LogSumExp::new().level(level);
        state.extend_from_slice(black_box(data));
        state.softmax_in_place(black_box(data));
        for target in [None, Some(black_box(1))] {
            _ = black_box(state.gradient_in_place(black_box(data), target, T::default()));
        }
        black_box((state.value(), state.loss(black_box(T::default()))));
        total.merge(&state);
    }
    black_box(LogSumExp::from_parts(black_box(total.to_parts())));
}

pub fn rows<T: Copy>(data: &mut [T]) {
    let columns = black_box(2);
    if let Ok(rows) = Rows::new(black_box(data), columns) {
        black_box((rows.len(), rows.is_empty(), rows.columns()));
        for row in rows.iter() {
            black_box(row);
        }
        for row in &rows {
            black_box(row);
        }
        for row in rows {
            black_box(row);
        }
    }
    if let Ok(rows) = RowsMut::new(black_box(data), columns) {
        black_box((rows.len(), rows.is_empty(), rows.columns()));
        black_box(rows.as_rows());
        for row in rows {
            black_box(row);
        }
    }
}
