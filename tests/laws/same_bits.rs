//! Within a family the same bits for the same input, whatever the level, the alignment, the
//! place in a batch, in place or not.

use logits::{BinaryCrossEntropy, CrossEntropy, Level, Rows, RowsMut};

use crate::support::{Elementwise, Random, Real, bits, distributions, for_both_types};

for_both_types!(
    levels_of_a_family_agree,
    alignment_does_not_matter,
    forms_and_places_agree,
    families_count_alike,
    functions_run_at_the_best_level
);

/// Lengths around those of registers, stripes and blocks, and beyond where softmax recomputes.
fn lengths() -> impl Iterator<Item = usize> {
    (1..=130).chain([255, 511, 512, 513, 1000, 1023, 1024, 1025, 4000, 262_145])
}

/// The bits of all results on one row.
fn results<T: Real>(level: Level, row: &[T], label: usize) -> Vec<u64> {
    let mut buffer = row.to_vec();
    let mut bits = Vec::new();
    let mut take = |buffer: &mut [T], scalar: T| {
        bits.extend(buffer.iter().map(|y| y.pattern()));
        bits.push(scalar.pattern());
        buffer.copy_from_slice(row);
    };
    for function in Elementwise::all() {
        (function.in_place)(level, &mut buffer);
        take(&mut buffer, row[0]);
    }
    take(&mut buffer, level.log_sum_exp(row));
    let log_sum_exp = level.softmax_in_place(&mut buffer);
    take(&mut buffer, log_sum_exp);
    let log_sum_exp = level.log_softmax_in_place(&mut buffer);
    take(&mut buffer, log_sum_exp);

    let loss = CrossEntropy::new().level(level);
    let rows = RowsMut::new(&mut buffer, row.len()).unwrap();
    let scale = T::from_f64(0.3);
    let sum = loss
        .loss_and_gradient_in_place(rows, &[label], scale)
        .unwrap();
    take(&mut buffer, sum.loss());
    let rows = Rows::new(row, row.len()).unwrap();
    let sum = loss.loss_from_logits(rows, &[label]).unwrap();
    bits.push(sum.loss().pattern());
    bits.extend(with_options(level, row, label));
    bits.extend(information(level, row));
    bits
}

/// The bits of the loss and gradient with every option, for a label and for soft targets.
fn with_options<T: Real>(level: Level, row: &[T], label: usize) -> Vec<u64> {
    let eighths = |i: usize| T::from_f64((i % 9) as f64 / 8.0);
    let weights: Vec<T> = (0..row.len()).map(|i| eighths(i + 3)).collect();
    let targets: Vec<T> = (0..row.len()).map(eighths).collect();
    let targets = Rows::new(&targets, row.len()).unwrap();
    let loss = CrossEntropy::new()
        .level(level)
        .class_weights(&weights)
        .label_smoothing(T::from_f64(0.1))
        .z_loss(T::from_f64(0.01));
    let scale = T::from_f64(0.3);
    let mut bits = Vec::new();
    for soft in [false, true] {
        let mut gradient = row.to_vec();
        let rows = RowsMut::new(&mut gradient, row.len()).unwrap();
        let sum = if soft {
            loss.loss_and_gradient_soft_in_place(rows, targets, scale)
        } else {
            loss.loss_and_gradient_in_place(rows, &[label], scale)
        }
        .unwrap();
        bits.extend([sum.loss().pattern(), sum.z_loss().pattern()]);
        bits.extend(gradient.iter().map(|slope| slope.pattern()));
    }
    bits
}

/// The bits of the information measures of a row, of its absolute values and of its softmax, with
/// those of the row backwards.
fn information<T: Real>(level: Level, row: &[T]) -> Vec<u64> {
    let back: Vec<T> = row.iter().rev().copied().collect();
    let mut bits = vec![
        level.entropy_from_logits(row).pattern(),
        level
            .kl_divergence_from_logits(row, &back)
            .unwrap()
            .pattern(),
    ];
    let sizes = row.iter().map(|x| T::from_f64(x.to_f64().abs())).collect();
    let mut softmax = row.to_vec();
    level.softmax_in_place(&mut softmax);
    for p in [sizes, softmax] {
        let q: Vec<T> = p.iter().rev().copied().collect();
        bits.extend([
            level.entropy(&p).pattern(),
            level.cross_entropy(&p, &q).unwrap().pattern(),
            level.kl_divergence(&p, &q).unwrap().pattern(),
            level.js_divergence(&p, &q).unwrap().pattern(),
        ]);
    }
    bits
}

/// Rows of every distribution, ordinary and with special values.
fn rows<T: Real>(random: &mut Random, len: usize) -> Vec<Vec<T>> {
    let specials = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY].map(T::from_f64);
    let mut rows: Vec<_> = distributions::<T>()
        .iter()
        .map(|d| d.row(random, len))
        .collect();
    for special in specials {
        let mut row = rows[0].clone();
        row[random.below(len)] = special;
        rows.push(row);
    }
    rows.push((0..len).map(|_| T::from_pattern(random.bits())).collect());
    rows
}

fn levels_of_a_family_agree<T: Real>() {
    let mut random = Random::new(5);
    for len in lengths() {
        for row in rows::<T>(&mut random, len) {
            let label = random.below(len);
            for fused in [false, true] {
                let mut levels = Level::available().filter(|level| level.is_fused() == fused);
                let Some(first) = levels.next() else { continue };
                let expected = results(first, &row, label);
                for level in levels {
                    let found = results(level, &row, label);
                    let differs = (0..found.len()).find(|&i| found[i] != expected[i]);
                    assert_eq!(
                        differs, None,
                        "{first}, {level}: {len} logits, {:e}…",
                        row[0]
                    );
                }
            }
        }
    }
}

fn alignment_does_not_matter<T: Real>() {
    let mut random = Random::new(6);
    for len in lengths() {
        let row = &rows::<T>(&mut random, len)[random.below(4)];
        for level in Level::available() {
            let aligned = at_offset(level, row, 0);
            for offset in [1, 2, 3, 5, 7, 15] {
                assert!(
                    at_offset(level, row, offset) == aligned,
                    "{level}: {len} logits at offset {offset}"
                );
            }
        }
    }
}

/// The bits of softmax, log-softmax, cross-entropy, the information measures and the elementwise
/// functions of a row that starts `offset` elements after a boundary of 128 bytes.
fn at_offset<T: Real>(level: Level, row: &[T], offset: usize) -> Vec<u64> {
    let mut buffer = vec![T::from_f64(0.0); row.len() + offset + 128 / size_of::<T>()];
    let start = buffer.as_ptr().align_offset(128) + offset;
    let place = &mut buffer[start..start + row.len()];
    let mut bits = Vec::new();
    for function in [Level::softmax_in_place, Level::log_softmax_in_place] {
        place.copy_from_slice(row);
        bits.push(level.log_sum_exp(place).pattern());
        bits.push(function(level, place).pattern());
        bits.extend(place.iter().map(|y| y.pattern()));
    }
    place.copy_from_slice(row);
    bits.extend(information(level, place));
    let (loss, labels) = (CrossEntropy::new().level(level), [row.len() / 2]);
    let sum = loss.loss_from_logits(Rows::new(place, row.len()).unwrap(), &labels);
    bits.push(sum.unwrap().loss().pattern());
    // Rows are multiplied in another way for a positive scale than for a negative one.
    for scale in [0.3, -0.3] {
        place.copy_from_slice(row);
        let rows = RowsMut::new(place, row.len()).unwrap();
        let sum = loss.loss_and_gradient_in_place(rows, &labels, T::from_f64(scale));
        bits.push(sum.unwrap().loss().pattern());
        bits.extend(place.iter().map(|slope| slope.pattern()));
    }
    for function in Elementwise::all() {
        place.copy_from_slice(row);
        (function.in_place)(level, place);
        bits.extend(place.iter().map(|y| y.pattern()));
    }
    bits
}

/// In place or into another slice, alone or as a row of a batch.
fn forms_and_places_agree<T: Real>() {
    let mut random = Random::new(7);
    for columns in lengths() {
        let rows = rows::<T>(&mut random, columns);
        let batch = rows.concat();
        let labels: Vec<_> = rows.iter().map(|_| random.below(columns)).collect();
        for level in Level::available() {
            let mut softmax = batch.clone();
            level.softmax_rows_in_place(RowsMut::new(&mut softmax, columns).unwrap());
            let mut log_softmax = batch.clone();
            level.log_softmax_rows_in_place(RowsMut::new(&mut log_softmax, columns).unwrap());
            let mut log_sum_exp = vec![T::from_f64(0.0); rows.len()];
            let read = Rows::new(&batch, columns).unwrap();
            level.log_sum_exp_rows(read, &mut log_sum_exp).unwrap();
            let loss = CrossEntropy::new().level(level);
            let mut gradient = batch.clone();
            let written = RowsMut::new(&mut gradient, columns).unwrap();
            let one = T::from_f64(1.0);
            loss.loss_and_gradient_in_place(written, &labels, one)
                .unwrap();

            for (i, row) in rows.iter().enumerate() {
                let part = i * columns..(i + 1) * columns;
                let case = format!("{level}: row {i} of {columns} columns");
                let mut out = row.clone();
                let returned = level.softmax_in_place(&mut out);
                assert!(
                    bits(&out) == bits(&softmax[part.clone()]),
                    "softmax, {case}"
                );

                let mut beside = vec![one; columns];
                let beside_returned = level.softmax_into(row, &mut beside).unwrap();
                assert!(bits(&out) == bits(&beside), "softmax_into, {case}");
                assert_eq!(returned.pattern(), beside_returned.pattern(), "{case}");

                let mut out = row.clone();
                let returned = level.log_softmax_in_place(&mut out);
                assert!(
                    bits(&out) == bits(&log_softmax[part.clone()]),
                    "log_softmax, {case}"
                );

                let beside_returned = level.log_softmax_into(row, &mut beside).unwrap();
                assert!(bits(&out) == bits(&beside), "log_softmax_into, {case}");
                assert_eq!(returned.pattern(), beside_returned.pattern(), "{case}");

                let mut out = row.clone();
                let written = RowsMut::new(&mut out, columns).unwrap();
                loss.loss_and_gradient_in_place(written, &labels[i..=i], one)
                    .unwrap();
                assert!(bits(&out) == bits(&gradient[part]), "gradient, {case}");
                assert_eq!(
                    level.log_sum_exp(row).pattern(),
                    log_sum_exp[i].pattern(),
                    "{case}"
                );

                for function in Elementwise::all() {
                    let out = function.of_all(level, row);
                    (function.into)(level, row, &mut beside).unwrap();
                    assert!(bits(&out) == bits(&beside), "{}, {case}", function.function);
                }
            }
        }
    }
}

/// Rows that count and that are correct, where many logits are equal, or differ by as little as they
/// can.
fn families_count_alike<T: Real>() {
    let mut random = Random::new(10);
    for columns in (1..40).chain([63, 64, 65, 97, 127, 130, 200, 1000]) {
        let mut numbers = |scale: f64| -> Vec<T> {
            let mut number = || {
                let x = T::from_f64(scale * random.below(4) as f64);
                [x, x, x, x.up()][random.below(4)]
            };
            (0..50 * columns).map(|_| number()).collect()
        };
        let (logits, targets) = (numbers(3.0), numbers(0.25));
        let (x, y) = (
            Rows::new(&logits, columns).unwrap(),
            Rows::new(&targets, columns).unwrap(),
        );
        let labels: Vec<_> = (0..50).map(|_| random.below(columns)).collect();
        let counts = |level| {
            let plain = CrossEntropy::new().level(level);
            let loss = plain.ignore_index(0).label_smoothing(T::from_f64(0.1));
            let binary = BinaryCrossEntropy::new().level(level);
            let sums = [
                plain.loss_from_logits(x, &labels),
                loss.loss_from_logits(x, &labels),
                loss.loss_from_logits_soft(x, y),
                loss.loss_from_probabilities(y, &labels),
                binary.loss_from_logits(x, y),
                binary.loss_from_probabilities(y, y),
            ];
            sums.map(|sum| sum.map(|sum| (sum.rows(), sum.correct())))
        };
        let expected = counts(Level::SCALAR);
        for level in Level::available() {
            assert_eq!(counts(level), expected, "{level}: {columns} columns");
        }
    }
}

/// Every function without a level, beside the method of the best level.
fn functions_run_at_the_best_level<T: Real>() {
    let mut random = Random::new(9);
    let mut numbers = || -> Vec<T> { (0..12).map(|_| T::from_f64(random.unit())).collect() };
    let (x, y) = (numbers(), numbers());
    let (rows, others) = (Rows::new(&x, 4).unwrap(), Rows::new(&y, 4).unwrap());
    let level = Level::best();
    macro_rules! check {
        (|$out:ident, $len:literal| $name:ident($($argument:expr),*)) => {{
            let mut free = x[..$len].to_vec();
            let mut of_level = free.clone();
            let $out = &mut free;
            let result = logits::$name($($argument),*);
            let $out = &mut of_level;
            assert_eq!(result, level.$name($($argument),*), stringify!($name));
            assert!(bits(&free) == bits(&of_level), stringify!($name));
        }};
    }
    macro_rules! check_elementwise {
        ($($in_place:ident $into:ident)*) => {$(
            check!(|out, 12| $in_place(out));
            check!(|out, 12| $into(&y, out));
        )*};
    }
    check_elementwise! {
        exp_in_place exp_into
        exp_m1_in_place exp_m1_into
        ln_in_place ln_into
        ln_1p_in_place ln_1p_into
        sigmoid_in_place sigmoid_into
        log_sigmoid_in_place log_sigmoid_into
        softplus_in_place softplus_into
        logit_in_place logit_into
        softmax_in_place softmax_into
        log_softmax_in_place log_softmax_into
    }
    check!(|out, 12| softmax_rows_in_place(RowsMut::new(out, 4).unwrap()));
    check!(|out, 12| log_softmax_rows_in_place(RowsMut::new(out, 4).unwrap()));
    check!(|out, 12| softmax_vjp_in_place(&y, out));
    check!(|out, 12| log_softmax_vjp_in_place(&y, out));
    check!(|out, 12| softmax_vjp_rows_in_place(others, RowsMut::new(out, 4).unwrap()));
    check!(|out, 12| log_softmax_vjp_rows_in_place(others, RowsMut::new(out, 4).unwrap()));
    check!(|out, 12| boltzmann_in_place(out, x[0]));
    check!(|_out, 0| free_energy(&y, x[0]));
    check!(|_out, 0| log_sum_exp(&y));
    check!(|out, 3| log_sum_exp_rows(others, out));
    check!(|_out, 0| entropy(&y));
    check!(|out, 3| entropy_rows(others, out));
    check!(|_out, 0| entropy_from_logits(&y));
    check!(|out, 3| entropy_from_logits_rows(others, out));
    check!(|_out, 0| cross_entropy(&x, &y));
    check!(|out, 3| cross_entropy_rows(rows, others, out));
    check!(|_out, 0| kl_divergence(&x, &y));
    check!(|out, 3| kl_divergence_rows(rows, others, out));
    check!(|_out, 0| js_divergence(&x, &y));
    check!(|out, 3| js_divergence_rows(rows, others, out));
    check!(|_out, 0| kl_divergence_from_logits(&x, &y));
    check!(|out, 3| kl_divergence_from_logits_rows(rows, others, out));
}

/// The levels that the CPU has according to std, by name, the best last.
#[cfg(target_feature = "sse2")]
#[test]
fn levels_are_those_that_std_detects() {
    let mut expected = vec!["scalar", "portable"];
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        expected.push("avx2");
        let more = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512dq")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl");
        if more {
            expected.push("avx512");
        }
    }
    let names: Vec<_> = Level::available().map(|level| level.to_string()).collect();
    assert_eq!(names, expected);
    assert_eq!(Level::best().name(), expected[expected.len() - 1]);
    assert_eq!(Level::default(), Level::best());
}
