//! A row of a batch has the bits that it has alone, whether rows are taken one after the other or,
//! of few columns, several at once.

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};

use crate::support::{Random, Real, distributions, for_both_types};

for_both_types!(
    ordinary_rows_of_few_columns,
    special_rows_of_few_columns,
    far_rows_of_few_columns,
    rows_of_many_columns,
    negligible_elements_above_zero,
    sums_of_many_rows,
    shapes
);

/// More rows than two blocks of any level have, and a rest that is worth another block if there are few
/// columns.
const ROWS: usize = 73;

const IGNORED: i64 = -100;

/// Checks every function of a batch against the same function of each row.
fn check<T: Real>(data: &[T], columns: usize) {
    for level in Level::available() {
        let context = format!("{level}, {columns} columns");
        let rows = || Rows::new(data, columns).unwrap();

        let mut batch = data.to_vec();
        level.softmax_rows_in_place(RowsMut::new(&mut batch, columns).unwrap());
        let mut alone = data.to_vec();
        for row in alone.chunks_mut(columns) {
            level.softmax_in_place(row);
        }
        assert_same(&batch, &alone, &format!("softmax, {context}"));

        let mut batch = data.to_vec();
        level.log_softmax_rows_in_place(RowsMut::new(&mut batch, columns).unwrap());
        let mut alone = data.to_vec();
        for row in alone.chunks_mut(columns) {
            level.log_softmax_in_place(row);
        }
        assert_same(&batch, &alone, &format!("log_softmax, {context}"));

        let mut batch = vec![T::from_f64(0.0); rows().len()];
        level.log_sum_exp_rows(rows(), &mut batch).unwrap();
        let alone: Vec<T> = rows().iter().map(|row| level.log_sum_exp(row)).collect();
        assert_same(&batch, &alone, &format!("log_sum_exp, {context}"));

        let mut batch = vec![T::from_f64(0.0); rows().len()];
        level.entropy_from_logits_rows(rows(), &mut batch).unwrap();
        let alone: Vec<T> = rows()
            .iter()
            .map(|row| level.entropy_from_logits(row))
            .collect();
        assert_same(&batch, &alone, &format!("entropy, {context}"));

        check_losses(level, rows(), &context);
    }
}

/// The same of losses, with options that are a matter of the label.
fn check_losses<T: Real>(level: Level, rows: Rows<'_, T>, context: &str) {
    let columns = rows.columns();
    let labels: Vec<i64> = (0..rows.len())
        .map(|row| ((5 * row + 2) % columns) as i64)
        .collect();
    let some_ignored: Vec<i64> = labels
        .iter()
        .enumerate()
        .map(|(row, &label)| if row % 7 < 2 { IGNORED } else { label })
        .collect();
    let weights: Vec<T> = (0..columns)
        .map(|class| T::from_f64([0.7, 1.0, 3.3, 0.0, 1e-9][class % 5]))
        .collect();
    let ones = vec![T::from_f64(1.0); columns];
    let plain = CrossEntropy::new().level(level);
    let scale = T::from_f64(-0.3);
    let expected = check_loss(plain, rows, &labels, scale, context);
    // What changes nothing changes no bit.
    for neutral in [plain.ignore_index(IGNORED), plain.class_weights(&ones)] {
        let (sum, gradient) = check_loss(neutral, rows, &labels, scale, context);
        assert_same_sum(&sum, &expected.0, &format!("neutral, {context}"));
        assert_same(&gradient, &expected.1, &format!("neutral, {context}"));
    }
    let ignoring = plain.ignore_index(IGNORED);
    let (_, gradient) = check_loss(ignoring, rows, &some_ignored, scale, context);
    for (row, label) in some_ignored.iter().enumerate() {
        let place = row * columns..(row + 1) * columns;
        let zeros = vec![T::from_f64(0.0); columns];
        let wanted = match *label {
            IGNORED => &zeros,
            _ => &expected.1[place.clone()],
        };
        assert_same(&gradient[place], wanted, &format!("ignoring, {context}"));
    }
    let largest = [T::from_f64(1.0), T::MAX, T::from_f64(f64::INFINITY)];
    for scale in largest.into_iter().chain([scale]) {
        let weighted = ignoring.class_weights(&weights);
        check_loss(weighted, rows, &some_ignored, scale, context);
    }
    // Products that have all their digits, of a factor that does not.
    for above in [45, 60, 100] {
        let scale = T::from_f64(2_f64.powi(above - T::MAX_EXPONENT));
        check_loss(plain, rows, &labels, scale, context);
    }
}

/// Checks a batch against its rows; returns its loss and gradient.
fn check_loss<T: Real>(
    loss: CrossEntropy<'_, T>,
    rows: Rows<'_, T>,
    labels: &[i64],
    scale: T,
    context: &str,
) -> (LossSum<T>, Vec<T>) {
    let columns = rows.columns();
    let mut alone = LossSum::default();
    for (row, label) in rows.iter().zip(labels) {
        let row = Rows::new(row, columns).unwrap();
        alone.merge(&loss.loss_from_logits(row, &[*label]).unwrap());
    }
    let batch = loss.loss_from_logits(rows, labels).unwrap();
    assert_same_sum(&batch, &alone, &format!("loss, {context}"));

    let data: Vec<T> = rows.iter().flatten().copied().collect();
    let mut gradients = data.clone();
    let batch = RowsMut::new(&mut gradients, columns).unwrap();
    let batch = loss
        .loss_and_gradient_in_place(batch, labels, scale)
        .unwrap();
    assert_same_sum(&batch, &alone, &format!("loss with gradient, {context}"));
    let mut gradients_alone = data;
    for (row, label) in gradients_alone.chunks_mut(columns).zip(labels) {
        let row = RowsMut::new(row, columns).unwrap();
        loss.loss_and_gradient_in_place(row, &[*label], scale)
            .unwrap();
    }
    assert_same(
        &gradients,
        &gradients_alone,
        &format!("gradient, {context}"),
    );
    (batch, gradients)
}

fn assert_same<T: Real>(batch: &[T], alone: &[T], context: &str) {
    for (index, (batch, alone)) in batch.iter().zip(alone).enumerate() {
        assert_eq!(
            batch.pattern(),
            alone.pattern(),
            "{context}, element {index}: {batch:?}, alone {alone:?}"
        );
    }
}

fn assert_same_sum<T: Real>(batch: &LossSum<T>, alone: &LossSum<T>, context: &str) {
    assert_eq!(batch.loss().pattern(), alone.loss().pattern(), "{context}");
    assert_eq!(
        batch.weight().pattern(),
        alone.weight().pattern(),
        "{context}"
    );
    assert_eq!(batch.rows(), alone.rows(), "{context}");
    assert_eq!(batch.correct(), alone.correct(), "{context}");
}

fn few() -> impl Iterator<Item = usize> {
    (1..=18).chain([31, 32, 33, 34, 48, 49, 63, 64, 65, 96, 97, 127, 128, 129])
}

/// Rows of `columns` logits, each of another distribution.
fn batch<T: Real>(random: &mut Random, columns: usize) -> Vec<T> {
    let mut distributions = distributions::<T>().into_iter().cycle();
    (0..ROWS)
        .flat_map(|_| distributions.next().unwrap().row::<T>(random, columns))
        .collect()
}

fn ordinary_rows_of_few_columns<T: Real>() {
    let mut random = Random::new(71);
    for columns in few() {
        let near: Vec<T> = (0..ROWS * columns)
            .map(|_| T::from_f64(5.0 * random.normal()))
            .collect();
        check(&near, columns);
        // Ties, and elements that do not count.
        let coarse: Vec<T> = (0..ROWS * columns)
            .map(|_| T::from_f64((60.0 * random.normal()).round()))
            .collect();
        check(&coarse, columns);
    }
}

fn special_rows_of_few_columns<T: Real>() {
    let mut random = Random::new(72);
    for columns in few() {
        for special in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let mut data: Vec<T> = (0..ROWS * columns)
                .map(|_| T::from_f64(random.normal()))
                .collect();
            // One row with one such element, another with nothing else.
            let row = random.below(ROWS - 1);
            data[row * columns + random.below(columns)] = T::from_f64(special);
            data[(row + 1) * columns..(row + 2) * columns].fill(T::from_f64(special));
            check(&data, columns);
        }
    }
}

fn far_rows_of_few_columns<T: Real>() {
    let mut random = Random::new(73);
    for columns in few().step_by(3) {
        let data = batch::<T>(&mut random, columns);
        check(&data, columns);
    }
}

fn rows_of_many_columns<T: Real>() {
    let mut random = Random::new(74);
    for columns in [200, 256, 257, 512, 513, 1000, 1024, 1025, 5000] {
        let data = batch::<T>(&mut random, columns);
        check(&data, columns);
    }
}

/// Bounds that are above 0, in rows whose elements all are: 64 equal ones, the others far below.
fn negligible_elements_above_zero<T: Real>() {
    let (high, low) = (3.0 * T::UNDERFLOW, T::UNDERFLOW);
    for len in [256, 1000, 5000] {
        let row: Vec<T> = (0..len)
            .map(|i| T::from_f64(if i < 64 { high } else { low }))
            .collect();
        let shares: Vec<T> = (0..len)
            .map(|i| T::from_f64(if i < 64 { 1.0 / 64.0 } else { 0.0 }))
            .collect();
        for level in Level::available() {
            let mut softmax = row.clone();
            let log_sum_exp = level.softmax_in_place(&mut softmax);
            assert_same(&softmax, &shares, &format!("{level}, {len} logits"));
            let expected = T::from_f64(row[0].to_f64() + 64_f64.ln());
            assert_eq!(log_sum_exp, expected, "{level}, {len} logits");
        }
    }
}

/// The losses of so many rows that sums are settled on the way, the same at every level of a family.
fn sums_of_many_rows<T: Real>() {
    let mut random = Random::new(75);
    for columns in [2, 10, 70, 130] {
        let mut data: Vec<T> = (0..1100 * columns)
            .map(|_| T::from_f64(3.0 * random.normal()))
            .collect();
        // Rows that are no part of a block, behind those that settle first.
        data[600 * columns] = T::from_f64(1e30);
        data[650 * columns] = T::from_f64(f64::NEG_INFINITY);
        let rows = Rows::new(&data, columns).unwrap();
        let labels: Vec<usize> = (0..rows.len()).map(|_| random.below(columns)).collect();
        let weights: Vec<T> = (0..columns).map(|_| T::from_f64(random.unit())).collect();
        let mut of_families: [Option<[LossSum<T>; 2]>; 2] = [None, None];
        for level in Level::available() {
            let plain = CrossEntropy::new().level(level);
            let losses = [plain, plain.ignore_index(1).class_weights(&weights)];
            let sums = losses.map(|loss| {
                let sum = loss.loss_from_logits(rows, &labels).unwrap();
                let mut gradient = data.clone();
                let gradient = RowsMut::new(&mut gradient, columns).unwrap();
                let one = T::from_f64(1.0);
                let with_gradient = loss.loss_and_gradient_in_place(gradient, &labels, one);
                assert_same_sum(&with_gradient.unwrap(), &sum, "with gradient");
                sum
            });
            let expected = of_families[usize::from(level.is_fused())].get_or_insert(sums);
            for (sum, expected) in sums.iter().zip(expected) {
                assert_same_sum(sum, expected, &format!("{level}, {columns} columns"));
            }
        }
    }
}

fn shapes<T: Real>() {
    let mut data: Vec<T> = (0..6).map(|i| T::from_f64(f64::from(i))).collect();
    let whole = data.clone();
    for (elements, columns, len) in [(6, 2, 3), (6, 3, 2), (6, 6, 1), (0, 0, 0), (0, 3, 0)] {
        let expected: Vec<_> = (0..len)
            .map(|row| &whole[row * columns..(row + 1) * columns])
            .collect();
        let rows = Rows::new(&whole[..elements], columns).unwrap();
        assert_eq!((rows.len(), rows.columns()), (len, columns));
        assert_eq!(rows.is_empty(), len == 0);
        assert_eq!(rows.iter().collect::<Vec<_>>(), expected);
        assert_eq!((&rows).into_iter().collect::<Vec<_>>(), expected);
        assert_eq!(rows.into_iter().collect::<Vec<_>>(), expected);

        let rows = RowsMut::new(&mut data[..elements], columns).unwrap();
        assert_eq!((rows.len(), rows.columns()), (len, columns));
        assert_eq!(rows.is_empty(), len == 0);
        assert_eq!(rows.as_rows().iter().collect::<Vec<_>>(), expected);
        assert_eq!(rows.into_iter().collect::<Vec<_>>(), expected);
    }
}
