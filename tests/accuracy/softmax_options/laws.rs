//! What options don't change, and what they have in common.

use logits::{Level, Rows, RowsMut, Softmax};

use super::{logits_of, results};
use crate::support::{Random, Real, bits, for_both_types};

for_both_types!(
    without_options_the_same_bits,
    sums_to_one_less_the_sink,
    shapes_of_bias_and_mask,
    levels_rows_and_places_agree,
);

fn without_options_the_same_bits<T: Real>() {
    let mut random = Random::new(45);
    for len in [0, 1, 5, 33, 1000] {
        let row = logits_of::<T>(&mut random, len, 5.0);
        for level in Level::available() {
            let (mut softmax, mut log_softmax) = (row.clone(), row.clone());
            let mut expected = vec![level.softmax_in_place(&mut softmax).pattern()];
            expected.extend(bits(&softmax));
            expected.push(level.log_softmax_in_place(&mut log_softmax).pattern());
            expected.extend(bits(&log_softmax));
            expected.push(level.log_sum_exp(&row).pattern());
            let plain = Softmax::new().level(level);
            assert!(results(&plain, &row) == expected, "{level}: {len}");
            assert!(results(&Softmax::default().level(level), &row) == expected);
        }
    }
}

fn sums_to_one_less_the_sink<T: Real>() {
    let mut random = Random::new(46);
    let tolerance = libm::scalbn(8.0, -T::DIGITS);
    for len in [1, 2, 10, 100, 1000] {
        let row = logits_of::<T>(&mut random, len, 3.0);
        let mask: Vec<bool> = (0..len).map(|i| i == 0 || random.unit() < 0.5).collect();
        for sink in [None, Some(0.0), Some(10.0), Some(-3.0)] {
            for level in Level::available() {
                let mut softmax = Softmax::new()
                    .level(level)
                    .mask(&mask)
                    .softcap(T::from_f64(9.0));
                if let Some(sink) = sink {
                    softmax = softmax.sink(T::from_f64(sink));
                }
                let mut out = row.clone();
                let lse = softmax.softmax_in_place(&mut out).unwrap().to_f64();
                let share = sink.map_or(0.0, |sink| (sink - lse).exp());
                let sum: f64 = out.iter().map(|p| p.to_f64()).sum();
                assert!(
                    (sum + share - 1.0).abs() < 4.0 * tolerance,
                    "{level}: {sum} + {share}"
                );
                let zeros = out.iter().zip(&mask).all(|(p, m)| *m || p.to_f64() == 0.0);
                assert!(zeros, "{level}: {len}");
            }
        }
    }
}

/// One bias and mask a column is the same as those repeated for each row.
fn shapes_of_bias_and_mask<T: Real>() {
    let mut random = Random::new(47);
    let rows = 4;
    for columns in [1, 2, 9, 40, 130] {
        let data = logits_of::<T>(&mut random, rows * columns, 2.0);
        let bias = logits_of::<T>(&mut random, columns, 1.0);
        let mask: Vec<bool> = (0..columns).map(|i| i % 3 != 1).collect();
        let (all_bias, all_mask) = (bias.repeat(rows), mask.repeat(rows));
        for level in Level::available() {
            let run = |bias: &[T], mask: &[bool]| {
                let softmax = Softmax::new().level(level).bias(bias).mask(mask);
                let (mut a, mut b) = (data.clone(), data.clone());
                softmax
                    .softmax_rows_in_place(RowsMut::new(&mut a, columns).unwrap())
                    .unwrap();
                softmax
                    .log_softmax_rows_in_place(RowsMut::new(&mut b, columns).unwrap())
                    .unwrap();
                a.extend(b);
                bits(&a)
            };
            assert!(
                run(&bias, &mask) == run(&all_bias, &all_mask),
                "{level}: {columns}"
            );
        }
    }
}

/// Levels of a family, a row alone and in a batch, at any offset.
fn levels_rows_and_places_agree<T: Real>() {
    let mut random = Random::new(48);
    for columns in (1..70).chain([127, 128, 1000, 1025]) {
        let mut data = logits_of::<T>(&mut random, 3 * columns, 8.0);
        // Beyond where unfused levels shift by a power of two.
        for x in &mut data[2 * columns..] {
            *x = T::from_f64(x.to_f64() + 2000.0);
        }
        let bias = logits_of::<T>(&mut random, 3 * columns, 1.0);
        let mask: Vec<bool> = (0..3 * columns).map(|_| random.unit() < 0.8).collect();
        let part = |i: usize| i * columns..(i + 1) * columns;
        for (capped, masked) in [(true, true), (false, true), (false, false)] {
            let mut families = [None, None];
            for level in Level::available() {
                let mut base = Softmax::new().level(level).temperature(T::from_f64(0.7));
                base = base.sink(T::from_f64(1.5));
                if capped {
                    base = base.softcap(T::from_f64(30.0));
                }
                let all = if masked {
                    base.bias(&bias).mask(&mask)
                } else {
                    base
                };
                let (mut a, mut b) = (data.clone(), data.clone());
                let mut sums = [T::from_f64(0.0); 3];
                all.softmax_rows_in_place(RowsMut::new(&mut a, columns).unwrap())
                    .unwrap();
                all.log_softmax_rows_in_place(RowsMut::new(&mut b, columns).unwrap())
                    .unwrap();
                let rows = Rows::new(&data, columns).unwrap();
                all.log_sum_exp_rows(rows, &mut sums).unwrap();
                let mut shifted = vec![data[0]; columns + 3];
                for i in 0..3 {
                    let one = if masked {
                        base.bias(&bias[part(i)]).mask(&mask[part(i)])
                    } else {
                        base
                    };
                    let place = &mut shifted[i + 1..i + 1 + columns];
                    place.copy_from_slice(&data[part(i)]);
                    let softmax_sum = one.softmax_in_place(place).unwrap();
                    assert!(
                        bits(place) == bits(&a[part(i)]),
                        "{level}: row {i} of {columns}"
                    );
                    place.copy_from_slice(&data[part(i)]);
                    one.log_softmax_in_place(place).unwrap();
                    assert!(
                        bits(place) == bits(&b[part(i)]),
                        "{level}: row {i} of {columns}"
                    );
                    place.copy_from_slice(&data[part(i)]);
                    let sum = one.log_sum_exp(place).unwrap();
                    assert_eq!([sum.pattern(); 2], [sums[i], softmax_sum].map(T::pattern));
                }
                a.extend(b);
                a.extend(sums);
                let family = &mut families[usize::from(level.is_fused())];
                let found = bits(&a);
                let first = family.get_or_insert_with(|| found.clone());
                assert!(
                    *first == found,
                    "{level}: {columns} columns, {capped}, {masked}"
                );
            }
        }
    }
}
