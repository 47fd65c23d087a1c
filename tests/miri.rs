//! Every function on short slices at every level: small enough for Miri, which looks for undefined
//! behaviour. Results are only compared with each other; other tests measure their accuracy.

use core::fmt::Debug;

use logits::{
    BinaryCrossEntropy, CrossEntropy, Error, Float, Level, LogSumExp, Rows, RowsMut, Softmax,
};

/// Lengths around those of registers.
fn lengths(level: Level) -> Vec<usize> {
    match level.name() {
        _ if !cfg!(miri) => (0..=70).collect(),
        // One lane has no tail.
        "scalar" => vec![0, 1, 2],
        _ => vec![0, 1, 2, 3, 4, 5, 8, 9, 17, 33],
    }
}

/// One element more than a stripe of lanes, which no vector exceeds.
const fn beyond_a_stripe<T>() -> usize {
    128 / size_of::<T>() + 1
}

/// A few lengths, for functions that load and store as others do.
fn few_lengths<T>(level: Level) -> Vec<usize> {
    match level.name() {
        _ if !cfg!(miri) => lengths(level),
        "scalar" => vec![0, 1],
        _ => vec![0, 3, beyond_a_stripe::<T>()],
    }
}

/// Lengths of rows; for `f32`, one beyond a block, too, of which Miri takes none for one lane.
fn lengths_of_rows<T>(level: Level) -> Vec<usize> {
    let mut lengths = lengths(level);
    let beyond = size_of::<T>() == 4 && !(cfg!(miri) && level.name() == "scalar");
    lengths.extend(beyond.then_some(1100));
    lengths
}

/// How many rows of how many columns: rows of few columns are taken together, as many as a vector of a few
/// registers has lanes.
///
/// Miri looks at what registers load and store, on either side of their length: a stripe of lanes and
/// one more. One lane has no other length.
fn shapes<T>(level: Level) -> Vec<(usize, usize)> {
    if !cfg!(miri) {
        let columns = [1, 2, 9, 33];
        let rows_of = |count| columns.map(|columns| (count, columns));
        return [3, 17].into_iter().flat_map(rows_of).collect();
    }
    let bytes = if level.is_fused() { 32 } else { 16 };
    match level.name() {
        "scalar" => vec![(2, 3)],
        _ => vec![
            (2 * bytes / size_of::<T>() + 1, 2),
            (2, beyond_a_stripe::<T>()),
        ],
    }
}

/// The levels to check. Miri takes time, and sees the lower ones where the test is compiled without
/// features.
fn levels() -> impl Iterator<Item = Level> {
    let best = cfg!(all(miri, target_feature = "avx2"));
    let skipped = if best {
        Level::available().count() - 1
    } else {
        0
    };
    Level::available().skip(skipped)
}

/// Numbers from −3 to 3.
fn numbers<T: Float + From<i8>>(length: usize) -> Vec<T> {
    let number = |i: usize| T::from((i * 5 % 13) as i8 - 6) / T::from(2);
    (0..length).map(number).collect()
}

/// Both forms of a function give the same results and write nothing beside them.
fn check_forms<T: Float + From<i8>, R: PartialEq + Debug>(
    lengths: Vec<usize>,
    into: impl Fn(&[T], &mut [T]) -> Result<R, logits::Error>,
    in_place: impl Fn(&mut [T]) -> R,
) {
    let around = T::from(99);
    for length in lengths {
        let x = numbers::<T>(length + 2);
        let (mut out, mut over) = (vec![around; length + 2], x.clone());
        let returned = into(&x[1..=length], &mut out[1..=length]).unwrap();
        assert_eq!(in_place(&mut over[1..=length]), returned);
        assert_eq!(out[1..=length], over[1..=length]);
        assert_eq!((out[0], out[length + 1]), (around, around));
        assert_eq!((over[0], over[length + 1]), (x[0], x[length + 1]));
        assert!(into(&x, &mut out[1..]).is_err());
    }
}

fn check_rows<T: Float + From<i8>>(level: Level) {
    for (count, columns) in shapes::<T>(level) {
        let x = numbers::<T>(count * columns);
        let rows = || Rows::new(&x, columns).unwrap();
        let mut sums = vec![T::from(0); count];
        level.log_sum_exp_rows(rows(), &mut sums).unwrap();
        for (row, sum) in rows().iter().zip(&sums) {
            assert_eq!(level.log_sum_exp(row), *sum);
        }

        check_information::<T>(level, count, columns);

        for (each, all) in [
            (
                Level::softmax_in_place as fn(Level, &mut [T]) -> T,
                Level::softmax_rows_in_place as fn(Level, RowsMut<'_, T>),
            ),
            (
                Level::log_softmax_in_place,
                Level::log_softmax_rows_in_place,
            ),
        ] {
            let (mut expected, mut results) = (x.clone(), x.clone());
            expected.chunks_exact_mut(columns).for_each(|row| {
                each(level, row);
            });
            all(level, RowsMut::new(&mut results, columns).unwrap());
            assert_eq!(results, expected);
        }

        let mask: Vec<bool> = (0..count * columns).map(|i| i % 3 != 1).collect();
        let softmax = Softmax::new()
            .level(level)
            .temperature(T::from(2))
            .scale(T::from(-3))
            .softcap(T::from(5))
            .bias(&x[..columns])
            .mask(&mask)
            .sink(T::from(1));
        let mut results = x.clone();
        let written = RowsMut::new(&mut results, columns).unwrap();
        softmax.softmax_rows_in_place(written).unwrap();
        let written = RowsMut::new(&mut results, columns).unwrap();
        softmax.log_softmax_rows_in_place(written).unwrap();
        softmax.log_sum_exp_rows(rows(), &mut sums).unwrap();
        assert!(softmax.softmax_in_place(&mut results[1..]).is_err());
        level.boltzmann_in_place(&mut results, T::from(2)).unwrap();
        level.free_energy(&results, T::from(2)).unwrap();

        check_vjp(level, rows());

        let loss = CrossEntropy::new().level(level);
        let labels: Vec<usize> = (0..count).map(|row| row * 7 % columns).collect();
        let mut gradient = x.clone();
        let logits = RowsMut::new(&mut gradient, columns).unwrap();
        let sum = loss
            .loss_and_gradient_in_place(logits, &labels, T::from(1))
            .unwrap();
        assert_eq!(sum.rows(), count as u64);
        assert_eq!(sum.accuracy() == Some(T::from(0)), sum.correct() == 0);
        assert!(sum.mean() >= Some(T::from(0)));
        assert_eq!(
            loss.loss_from_logits(rows(), &labels).unwrap().rows(),
            count as u64
        );
        assert!(loss.loss_from_logits(rows(), &vec![-1_i64; count]).is_err());
        check_options(level, rows());
    }
}

/// The gradients through softmax and log-softmax of rows are those of each row.
fn check_vjp<T: Float + From<i8>>(level: Level, rows: Rows<'_, T>) {
    let x: Vec<T> = rows.iter().flatten().copied().collect();
    let columns = rows.columns();
    type One<T> = fn(Level, &[T], &mut [T]) -> Result<(), Error>;
    type OneRows<T> = fn(Level, Rows<'_, T>, RowsMut<'_, T>) -> Result<(), Error>;
    let functions: [(One<T>, OneRows<T>); 2] = [
        (
            Level::softmax_vjp_in_place,
            Level::softmax_vjp_rows_in_place,
        ),
        (
            Level::log_softmax_vjp_in_place,
            Level::log_softmax_vjp_rows_in_place,
        ),
    ];
    for (each, all) in functions {
        let (mut expected, mut dy) = (x.clone(), x.clone());
        for (y, dy) in rows.iter().zip(expected.chunks_exact_mut(columns)) {
            each(level, y, dy).unwrap();
        }
        all(level, rows, RowsMut::new(&mut dy, columns).unwrap()).unwrap();
        assert_eq!(dy, expected);
        assert!(each(level, &x, &mut dy[1..]).is_err());
        assert!(all(level, rows, RowsMut::new(&mut dy[1..], 1).unwrap()).is_err());
    }
}

/// The loss alone is that which comes with the gradient.
fn check_options<T: Float + From<i8>>(level: Level, rows: Rows<'_, T>) {
    let x: Vec<T> = rows.iter().flatten().copied().collect();
    let (columns, one) = (rows.columns(), T::from(1));
    let weights = vec![one / T::from(2); columns];
    let targets = vec![one / T::from(4); x.len()];
    let targets = Rows::new(&targets, columns).unwrap();
    let loss = CrossEntropy::new()
        .level(level)
        .class_weights(&weights)
        .label_smoothing(one / T::from(8))
        .ignore_index(-1)
        .z_loss(one);
    let mut labels: Vec<_> = (0..rows.len())
        .map(|row| (row * 7 % columns) as i32)
        .collect();
    labels[1] = -1;

    let mut gradient = x.clone();
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let sum = loss
        .loss_and_gradient_in_place(written, &labels, one)
        .unwrap();
    assert_eq!(sum.rows(), rows.len() as u64 - 1);
    assert_eq!(loss.loss_from_logits(rows, &labels), Ok(sum));

    let mut gradient = x;
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let sum = loss
        .loss_and_gradient_soft_in_place(written, targets, one)
        .unwrap();
    assert_eq!(loss.loss_from_logits_soft(rows, targets), Ok(sum));
    check_binary(level, rows, targets);
}

/// Both losses of decisions, and that of probabilities.
fn check_binary<T: Float + From<i8>>(level: Level, rows: Rows<'_, T>, targets: Rows<'_, T>) {
    let one = T::from(1);
    let x: Vec<T> = targets.iter().flatten().copied().collect();
    let weights = vec![one; rows.columns()];
    let loss = BinaryCrossEntropy::new().level(level).weights(&x);
    for loss in [loss.pos_weights(&weights), loss.pos_weight(one)] {
        let mut gradient: Vec<T> = rows.iter().flatten().copied().collect();
        let written = RowsMut::new(&mut gradient, rows.columns()).unwrap();
        let sum = loss
            .loss_and_gradient_in_place(written, targets, one)
            .unwrap();
        assert_eq!(loss.loss_from_logits(rows, targets), Ok(sum));

        let mut gradient = x.clone();
        let written = RowsMut::new(&mut gradient, rows.columns()).unwrap();
        let sum = loss.loss_and_gradient_from_probabilities_in_place(written, targets, one);
        assert_eq!(loss.loss_from_probabilities(targets, targets), sum);
    }

    let loss = CrossEntropy::new()
        .level(level)
        .class_weights(&weights)
        .label_smoothing(one);
    let labels = vec![0_u8; rows.len()];
    let mut gradient = x.clone();
    let written = RowsMut::new(&mut gradient, rows.columns()).unwrap();
    let sum = loss.loss_and_gradient_from_probabilities_in_place(written, &labels, one);
    assert_eq!(loss.loss_from_probabilities(targets, &labels), sum);
}

fn check_elementwise<T: Float + From<i8>>(level: Level) {
    macro_rules! check {
        ($lengths:expr; $($into:ident $in_place:ident)*) => {$(
            check_forms::<T, _>(
                $lengths,
                |x, out| level.$into(x, out).map(|()| replace_nan(out)),
                |x| {
                    level.$in_place(x);
                    replace_nan(x);
                },
            );
        )*};
    }
    check! { lengths(level); exp_into exp_in_place }
    check! { few_lengths::<T>(level);
        exp_m1_into exp_m1_in_place
        ln_into ln_in_place
        ln_1p_into ln_1p_in_place
        sigmoid_into sigmoid_in_place
        log_sigmoid_into log_sigmoid_in_place
        softplus_into softplus_in_place
        logit_into logit_in_place
    }
}

/// Puts a number in the place of each NaN, which would not equal itself.
#[allow(clippy::eq_op, reason = "only NaN differs from itself")]
fn replace_nan<T: Float + From<i8>>(results: &mut [T]) {
    for y in results {
        if *y != *y {
            *y = T::from(77);
        }
    }
}

/// The measures of rows are those of each row; what they are of, is of no account.
fn check_information<T: Float + From<i8>>(level: Level, count: usize, columns: usize) {
    let x = numbers::<T>(count * columns);
    let y: Vec<T> = x.iter().rev().copied().collect();
    let rows = |data| Rows::new(data, columns).unwrap();
    let mut out = vec![T::from(0); count];
    type One<T> = fn(Level, &[T]) -> T;
    type OneRows<T> = fn(Level, Rows<'_, T>, &mut [T]) -> Result<(), Error>;
    let of_one: [(One<T>, OneRows<T>); 2] = [
        (Level::entropy, Level::entropy_rows),
        (Level::entropy_from_logits, Level::entropy_from_logits_rows),
    ];
    for (each, all) in of_one {
        all(level, rows(&x), &mut out).unwrap();
        for (x, out) in rows(&x).iter().zip(&out) {
            assert!(same(each(level, x), *out));
        }
    }
    type Two<T> = fn(Level, &[T], &[T]) -> Result<T, Error>;
    type TwoRows<T> = fn(Level, Rows<'_, T>, Rows<'_, T>, &mut [T]) -> Result<(), Error>;
    let of_two: [(Two<T>, TwoRows<T>); 4] = [
        (Level::cross_entropy, Level::cross_entropy_rows),
        (Level::kl_divergence, Level::kl_divergence_rows),
        (Level::js_divergence, Level::js_divergence_rows),
        (
            Level::kl_divergence_from_logits,
            Level::kl_divergence_from_logits_rows,
        ),
    ];
    for (each, all) in of_two {
        all(level, rows(&x), rows(&y), &mut out).unwrap();
        for ((x, y), out) in rows(&x).iter().zip(rows(&y)).zip(&out) {
            assert!(same(each(level, x, y).unwrap(), *out));
        }
        assert!(each(level, &x, &y[1..]).is_err());
    }
}

/// Whether both are one number, or NaN.
fn same<T: Float>(a: T, b: T) -> bool {
    let number = |x: T| x.partial_cmp(&x).map(|_| x);
    number(a) == number(b)
}

/// A row in two parts, one of them added in two, with and without a target.
fn check_parts<T: Float + From<i8>>(level: Level) {
    for length in [1, 2, 9, 33] {
        let x = numbers::<T>(2 * length + 1);
        let (left, right) = x.split_at(length);
        let mut state = LogSumExp::new().level(level);
        state.extend_from_slice(left);
        let mut other = LogSumExp::new().level(level);
        other.extend_from_slice(&right[..length]);
        other.extend_from_slice(&right[length..]);
        state.merge(&LogSumExp::from_parts(other.to_parts()));
        let difference = (state.loss(T::from(0)) - state.value()) * T::from(100);
        assert!(T::from(-1) < difference && difference < T::from(1));

        let (mut softmax, mut gradient) = (right.to_vec(), right.to_vec());
        state.softmax_in_place(&mut softmax[..length]);
        let one = T::from(1);
        state
            .gradient_in_place(&mut gradient[..length], Some(0), one)
            .unwrap();
        assert_eq!(softmax[1..], gradient[1..]);
        assert_eq!(gradient[length], right[length]);
        assert!(state.gradient_in_place(&mut [], Some(0), one).is_err());
    }
}

fn check_all<T: Float + From<i8>>() {
    for level in levels() {
        check_elementwise::<T>(level);
        check_forms::<T, _>(
            lengths_of_rows::<T>(level),
            |x, out| level.softmax_into(x, out),
            |x| level.softmax_in_place(x),
        );
        check_forms::<T, _>(
            few_lengths::<T>(level),
            |x, out| level.log_softmax_into(x, out),
            |x| level.log_softmax_in_place(x),
        );
        check_rows::<T>(level);
        check_parts::<T>(level);
    }
}

#[test]
fn single() {
    check_all::<f32>();
}

#[test]
fn double() {
    check_all::<f64>();
}

/// With the features that the test was compiled for, their level is among the available.
#[test]
fn levels_match_the_compiled_features() {
    let names: Vec<_> = Level::available().map(Level::name).collect();
    assert_eq!(names.contains(&"avx2"), Level::avx2().is_some());
    if cfg!(all(target_feature = "avx2", target_feature = "fma")) {
        assert!(names.contains(&"avx2"));
    }
    if cfg!(target_feature = "avx512vl") {
        assert!(names.contains(&"avx512"));
    }
    println!("{names:?}");
}
