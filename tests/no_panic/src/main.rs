//! Calls every public function of `logits`, and links only if none of them can panic.
//!
//! The panic handler calls a function that does not exist. Where no code can panic, the linker
//! drops the handler, and with it the missing symbol.

#![no_std]
#![no_main]

use core::fmt::{self, Write};
use core::hint::black_box;
use core::panic::PanicInfo;

use logits::{
    BinaryCrossEntropy, CrossEntropy, Error, Float, Label, Level, LogSumExp, LossSum, Rows,
    RowsMut, Softmax,
};

unsafe extern "C" {
    safe fn some_function_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    some_function_can_panic()
}

/// What an operating system's `core`, which could unwind, asks for.
#[cfg(not(target_os = "none"))]
mod system {
    #[link(name = "c")]
    unsafe extern "C" {}

    #[unsafe(no_mangle)]
    extern "C" fn rust_eh_personality() {}
}

/// The entry point: of the C library, or of the linker where there is none.
#[cfg_attr(target_os = "none", unsafe(export_name = "_start"))]
#[cfg_attr(not(target_os = "none"), unsafe(export_name = "main"))]
extern "C" fn main() -> i32 {
    every_level();
    every_function::<f32>(&mut [1.0; 4], &mut [0.0; 4]);
    every_function::<f64>(&mut [1.0; 4], &mut [0.0; 4]);
    #[cfg(feature = "deliberate_panic")]
    black_box(black_box(&[0; 4])[black_box(4)]);
    0
}

/// `data` and `out` as slices that the optimiser knows nothing about.
fn every_function<T: Float + fmt::Debug>(data: &mut [T], out: &mut [T]) {
    elementwise(black_box(&mut *data), black_box(&mut *out));
    softmax(black_box(&mut *data), black_box(&mut *out));
    log_softmax(black_box(&mut *data), black_box(&mut *out));
    softmax_options(black_box(&mut *data), black_box(&mut *out));
    softmax_vjp(black_box(&*data), black_box(&mut *out));
    log_sum_exp(black_box(&*data), black_box(&mut *out));
    information(black_box(&*data), black_box(&mut *out));
    information_of_pairs(black_box(&*data), black_box(&mut *out));
    streaming(black_box(&mut *data));
    rows(black_box(&mut *data));
    every_label(black_box(&mut *data));
    binary_cross_entropy(black_box(&mut *data));
}

/// The functions of the best level, then those of every level.
fn elementwise<T: Float>(data: &mut [T], out: &mut [T]) {
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

fn softmax<T: Float>(data: &mut [T], out: &mut [T]) {
    let columns = black_box(2);
    black_box(logits::softmax_in_place(data));
    _ = black_box(logits::softmax_into(data, out));
    if let Ok(rows) = RowsMut::new(data, columns) {
        logits::softmax_rows_in_place(rows);
    }
    for level in levels() {
        black_box(level.softmax_in_place(black_box(&mut *data)));
        _ = black_box(level.softmax_into(black_box(data), black_box(out)));
        if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
            level.softmax_rows_in_place(rows);
        }
    }
}

fn log_softmax<T: Float>(data: &mut [T], out: &mut [T]) {
    let columns = black_box(2);
    black_box(logits::log_softmax_in_place(data));
    _ = black_box(logits::log_softmax_into(data, out));
    if let Ok(rows) = RowsMut::new(data, columns) {
        logits::log_softmax_rows_in_place(rows);
    }
    for level in levels() {
        black_box(level.log_softmax_in_place(black_box(&mut *data)));
        _ = black_box(level.log_softmax_into(black_box(data), black_box(out)));
        if let Ok(rows) = RowsMut::new(black_box(&mut *data), columns) {
            level.log_softmax_rows_in_place(rows);
        }
    }
}

fn softmax_options<T: Float + fmt::Debug>(data: &mut [T], out: &mut [T]) {
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

fn softmax_vjp<T: Float>(y: &[T], dy: &mut [T]) {
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

fn log_sum_exp<T: Float>(data: &[T], out: &mut [T]) {
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

fn information<T: Float>(data: &[T], out: &mut [T]) {
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

fn information_of_pairs<T: Float>(data: &[T], out: &mut [T]) {
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

fn streaming<T: Float>(data: &mut [T]) {
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

fn rows<T: Copy>(data: &mut [T]) {
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

fn every_label<T: Float + fmt::Debug>(data: &mut [T]) {
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
fn binary_cross_entropy<T: Float + fmt::Debug>(data: &mut [T]) {
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

/// Every level, and the best.
fn levels() -> impl Iterator<Item = Level> {
    Level::available()
        .chain([
            Level::SCALAR,
            Level::PORTABLE,
            Level::best(),
            Level::default(),
        ])
        .chain(Level::avx2())
        .chain(Level::avx512())
        .map(black_box)
}

fn every_level() {
    for level in levels() {
        black_box((level.name(), level.is_fused()));
        format(format_args!("{level} {level:>10} {level:?}"));
    }
    for error in [
        Error::LengthMismatch {
            expected: 1,
            found: 2,
        },
        Error::ColumnsMismatch {
            columns: 3,
            elements: 4,
        },
        Error::LabelOutOfRange { row: 5 },
        Error::ParameterOutOfRange { parameter: "name" },
    ] {
        format(format_args!("{0} {0:?}", black_box(error)));
    }
}

/// Formats into nothing.
fn format(arguments: fmt::Arguments<'_>) {
    struct Nowhere;

    impl Write for Nowhere {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            black_box(text);
            Ok(())
        }
    }

    _ = black_box(Nowhere.write_fmt(arguments));
}
