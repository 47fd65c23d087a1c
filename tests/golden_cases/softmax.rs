//! Log-sum-exp, softmax, log-softmax, their options and their gradients.

use logits::{Level, LogSumExp, Softmax};

use super::hash::Hash;
use super::input::Input;
use super::{Case, Number};

/// A function in place, into another slice, and of rows.
macro_rules! in_every_form {
    ($in_place:ident, $into:ident, $rows:ident) => {
        |level, input, out, hash| {
            out.copy_from_slice(input.x);
            hash.add(&[level.$in_place(out)]);
            hash.add(out);
            hash.add(&[level.$into(input.p, out).unwrap()]);
            hash.add(out);
            level.$rows(input.rows_in(input.x, out));
            hash.add(out);
        }
    };
}

/// A function of a row and of rows, with options.
macro_rules! with_options {
    ($in_place:ident, $rows:ident) => {
        |level, input, out, hash| {
            for softmax in options(level, input) {
                out.copy_from_slice(input.x);
                hash.add(&[softmax.$in_place(out).unwrap()]);
                hash.add(out);
                softmax.$rows(input.rows_in(input.x, out)).unwrap();
                hash.add(out);
            }
        }
    };
}

/// The gradient through a function of a row and of rows.
macro_rules! gradient {
    ($y:ident, $in_place:ident, $rows:ident) => {
        |level, input, out, hash| {
            out.copy_from_slice(input.x);
            level.$in_place(input.$y, out).unwrap();
            hash.add(out);
            let y = input.rows(input.$y);
            level.$rows(y, input.rows_in(input.x, out)).unwrap();
            hash.add(out);
        }
    };
}

pub fn cases<T: Number>() -> &'static [Case<T>] {
    &[
        ("log_sum_exp", |level, input, out, hash| {
            hash.add(&[level.log_sum_exp(input.x)]);
            let out = input.one_a_row(out);
            level.log_sum_exp_rows(input.rows(input.x), out).unwrap();
            hash.add(out);
        }),
        (
            "softmax",
            in_every_form!(softmax_in_place, softmax_into, softmax_rows_in_place),
        ),
        (
            "log_softmax",
            in_every_form!(
                log_softmax_in_place,
                log_softmax_into,
                log_softmax_rows_in_place
            ),
        ),
        ("LogSumExp", states),
        ("LogSumExp_gradient_elsewhere", |level, input, out, hash| {
            let mut state = LogSumExp::new().level(level);
            state.extend_from_slice(input.x);
            out.copy_from_slice(input.y);
            let scale = T::from_f64(0.125);
            state.gradient_in_place(out, None, scale).unwrap();
            hash.add(out);
        }),
        ("log_sum_exp_with_options", |level, input, out, hash| {
            for softmax in options(level, input) {
                hash.add(&[softmax.log_sum_exp(input.x).unwrap()]);
                let out = input.one_a_row(out);
                softmax.log_sum_exp_rows(input.rows(input.x), out).unwrap();
                hash.add(out);
            }
        }),
        (
            "softmax_with_options",
            with_options!(softmax_in_place, softmax_rows_in_place),
        ),
        (
            "log_softmax_with_options",
            with_options!(log_softmax_in_place, log_softmax_rows_in_place),
        ),
        ("softmax_with_each_option", |level, input, out, hash| {
            for softmax in each_option(level, input) {
                out.copy_from_slice(input.x);
                hash.add(&[softmax.softmax_in_place(out).unwrap()]);
                hash.add(out);
            }
        }),
        ("boltzmann", |level, input, out, hash| {
            let temperature = T::from_f64(0.7);
            out.copy_from_slice(input.x);
            hash.add(&[level.boltzmann_in_place(out, temperature).unwrap()]);
            hash.add(out);
        }),
        ("free_energy", |level, input, _, hash| {
            let temperature = T::from_f64(0.7);
            hash.add(&[level.free_energy(input.x, temperature).unwrap()]);
        }),
        (
            "softmax_vjp",
            gradient!(fractions, softmax_vjp_in_place, softmax_vjp_rows_in_place),
        ),
        (
            "log_softmax_vjp",
            gradient!(x, log_softmax_vjp_in_place, log_softmax_vjp_rows_in_place),
        ),
    ]
}

/// Every option but a softcap, and every option.
fn options<'a, T: Number>(level: Level, input: &Input<'a, T>) -> [Softmax<'a, T>; 2] {
    let softmax = Softmax::new()
        .level(level)
        .temperature(T::from_f64(0.7))
        .scale(T::from_f64(0.3))
        .bias(input.bias)
        .mask(input.mask)
        .sink(T::from_f64(1.25));
    [softmax, softmax.softcap(T::from_f64(30.0))]
}

/// Each option alone.
fn each_option<'a, T: Number>(level: Level, input: &Input<'a, T>) -> [Softmax<'a, T>; 6] {
    let softmax = Softmax::new().level(level);
    [
        softmax.temperature(T::from_f64(0.7)),
        softmax.scale(T::from_f64(0.3)),
        softmax.bias(input.bias),
        softmax.mask(input.mask),
        softmax.sink(T::from_f64(1.25)),
        softmax.softcap(T::from_f64(30.0)),
    ]
}

/// A row in parts, dealt out to two states that merge; at last, a state of the family that is
/// everywhere joins them.
fn states<T: Number>(level: Level, input: &Input<'_, T>, out: &mut [T], hash: &mut Hash) {
    let length = input.x.len() / 5 + 1;
    let mut states = [LogSumExp::new().level(level); 2];
    for (index, chunk) in input.x.chunks(length).enumerate() {
        states[index % 2].extend_from_slice(chunk);
    }
    let [mut state, other] = states;
    state.merge(&other);
    // What is sent arrives at the best level, in another family changed.
    if level.is_fused() == Level::best().is_fused() {
        state = LogSumExp::from_parts(state.to_parts()).level(level);
    }
    // The last part names the family.
    hash.add(&state.to_parts()[..3]);
    hash.add(&[state.value(), state.loss(input.x[0])]);
    out.copy_from_slice(input.x);
    for chunk in out.chunks_mut(length) {
        state.softmax_in_place(chunk);
    }
    hash.add(out);
    out.copy_from_slice(input.x);
    for chunk in out.chunks_mut(length) {
        let scale = T::from_f64(0.125);
        state.gradient_in_place(chunk, Some(0), scale).unwrap();
    }
    hash.add(out);
    let mut unfused = LogSumExp::new().level(Level::SCALAR);
    unfused.extend_from_slice(input.y);
    state.merge(&unfused);
    hash.add(&state.to_parts()[..3]);
}
