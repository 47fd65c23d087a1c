//! One hash for each function, type and family, over a fixed set of inputs: equal at every level
//! and on every target.
//!
//! To write the hashes anew, after a change that is meant to move bits:
//! `LOGITS_UPDATE_GOLDEN=1 cargo test --release --test golden`

mod support;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;

use logits::{
    BinaryCrossEntropy, CrossEntropy, Error, Level, LogSumExp, LossSum, Rows, RowsMut, Softmax,
};
use support::{Elementwise, Random, Real};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");

/// Every result of a function over all inputs, as bits.
type Hashed<T> = fn(Level, &[Vec<T>], &mut Hash);

/// FNV-1a of 64 bits, over words instead of bytes.
struct Hash(u64);

impl Hash {
    fn add<T: Real>(&mut self, results: &[T]) {
        for result in results {
            self.0 = (self.0 ^ result.pattern()).wrapping_mul(0x0000_0100_0000_01b3);
            // The product alone never carries a high bit down.
            self.0 ^= self.0 >> 29;
        }
    }
}

/// The functions of rows; those of two slices and of batches are covered by what they equal.
fn functions<T: Real>() -> [(&'static str, Hashed<T>); 20] {
    [
        ("log_sum_exp", |level, rows, hash| {
            for row in rows {
                hash.add(&[level.log_sum_exp(row)]);
            }
        }),
        ("softmax", |level, rows, hash| {
            for row in rows {
                let mut out = row.clone();
                level.softmax_in_place(&mut out);
                hash.add(&out);
            }
        }),
        ("log_softmax", |level, rows, hash| {
            for row in rows {
                let mut out = row.clone();
                level.log_softmax_in_place(&mut out);
                hash.add(&out);
            }
        }),
        ("softmax_with_options", |level, rows, hash| {
            for row in rows {
                softmax_with_options(level, row, hash, |softmax, out| {
                    softmax.softmax_in_place(out)
                });
            }
        }),
        ("log_softmax_with_options", |level, rows, hash| {
            for row in rows {
                softmax_with_options(level, row, hash, |softmax, out| {
                    softmax.log_softmax_in_place(out)
                });
            }
        }),
        ("softmax_vjp", |level, rows, hash| {
            for row in rows {
                let mut y = row.clone();
                level.softmax_in_place(&mut y);
                let mut out = row.clone();
                level.softmax_vjp_in_place(&y, &mut out).unwrap();
                hash.add(&out);
            }
        }),
        ("log_softmax_vjp", |level, rows, hash| {
            for row in rows {
                let mut y = row.clone();
                level.log_softmax_in_place(&mut y);
                let mut out = row.clone();
                level.log_softmax_vjp_in_place(&y, &mut out).unwrap();
                hash.add(&out);
            }
        }),
        ("loss_from_logits", |level, rows, hash| {
            for row in rows {
                let loss = CrossEntropy::new().level(level);
                let labels = [row.len() / 3];
                let rows = Rows::new(row, row.len()).unwrap();
                hash.add(&[loss.loss_from_logits(rows, &labels).unwrap().loss()]);
            }
        }),
        ("loss_and_gradient_in_place", |level, rows, hash| {
            for row in rows {
                let loss = CrossEntropy::new().level(level);
                let labels = [row.len() / 3];
                let mut out = row.clone();
                let rows = RowsMut::new(&mut out, row.len()).unwrap();
                let scale = T::from_f64(0.125);
                let sum = loss
                    .loss_and_gradient_in_place(rows, &labels, scale)
                    .unwrap();
                hash.add(&[sum.loss()]);
                hash.add(&out);
            }
        }),
        (
            "loss_and_gradient_in_place_with_options",
            |level, rows, hash| {
                for row in rows {
                    with_options(level, row, hash, |loss, logits, scale| {
                        let labels = [logits.columns() / 3];
                        loss.loss_and_gradient_in_place(logits, &labels, scale)
                    });
                }
            },
        ),
        ("loss_and_gradient_soft_in_place", |level, rows, hash| {
            for row in rows {
                let eighths = |i: usize| T::from_f64((i % 9) as f64 / 8.0);
                let targets: Vec<T> = (0..row.len()).map(eighths).collect();
                let targets = Rows::new(&targets, row.len()).unwrap();
                with_options(level, row, hash, |loss, logits, scale| {
                    loss.loss_and_gradient_soft_in_place(logits, targets, scale)
                });
            }
        }),
        ("entropy", |level, rows, hash| {
            for (p, _) in probabilities(rows) {
                hash.add(&[level.entropy(&p)]);
            }
        }),
        ("cross_entropy", |level, rows, hash| {
            for (p, q) in probabilities(rows) {
                hash.add(&[level.cross_entropy(&p, &q).unwrap()]);
            }
        }),
        ("kl_divergence", |level, rows, hash| {
            for (p, q) in probabilities(rows) {
                hash.add(&[level.kl_divergence(&p, &q).unwrap()]);
            }
        }),
        ("js_divergence", |level, rows, hash| {
            for (p, q) in probabilities(rows) {
                hash.add(&[level.js_divergence(&p, &q).unwrap()]);
            }
        }),
        ("entropy_from_logits", |level, rows, hash| {
            for row in rows {
                hash.add(&[level.entropy_from_logits(row)]);
            }
        }),
        ("kl_divergence_from_logits", |level, rows, hash| {
            for (x, y) in pairs(rows) {
                hash.add(&[level.kl_divergence_from_logits(&x, &y).unwrap()]);
            }
        }),
        (
            "loss_and_gradient_from_probabilities_in_place",
            |level, rows, hash| {
                for row in rows {
                    with_options(level, row, hash, |loss, logits, scale| {
                        let labels = [logits.columns() / 3];
                        loss.loss_and_gradient_from_probabilities_in_place(logits, &labels, scale)
                    });
                }
            },
        ),
        ("binary_cross_entropy", |level, rows, hash| {
            for row in rows {
                let quarters = |i: usize| T::from_f64((i % 5) as f64 / 4.0);
                let targets: Vec<T> = (0..row.len()).map(quarters).collect();
                let targets = Rows::new(&targets, row.len()).unwrap();
                let weight = T::from_f64(1.5);
                let loss = BinaryCrossEntropy::new().level(level).pos_weight(weight);
                let mut out = row.clone();
                let logits = RowsMut::new(&mut out, row.len()).unwrap();
                let sum = loss.loss_and_gradient_in_place(logits, targets, weight);
                hash.add(&[sum.unwrap().loss()]);
                hash.add(&out);
                let mut out = row.clone();
                let logits = RowsMut::new(&mut out, row.len()).unwrap();
                let sum =
                    loss.loss_and_gradient_from_probabilities_in_place(logits, targets, weight);
                hash.add(&[sum.unwrap().loss()]);
                hash.add(&out);
            }
        }),
        ("LogSumExp", |level, rows, hash| {
            for row in rows {
                let length = row.len() / 5 + 1;
                let mut states = [LogSumExp::new().level(level); 2];
                for (index, chunk) in row.chunks(length).enumerate() {
                    states[index % 2].extend_from_slice(chunk);
                }
                let [mut state, other] = states;
                state.merge(&other);
                hash.add(&state.to_parts()[..3]);
                hash.add(&[state.value(), state.loss(row[0])]);
                let mut out = row.clone();
                for chunk in out.chunks_mut(length) {
                    let scale = T::from_f64(0.125);
                    state.gradient_in_place(chunk, Some(0), scale).unwrap();
                }
                hash.add(&out);
            }
        }),
    ]
}

/// Hashes the results of a row with every option but a softcap, and with every option.
fn softmax_with_options<T: Real>(
    level: Level,
    row: &[T],
    hash: &mut Hash,
    run: impl Fn(Softmax<'_, T>, &mut [T]) -> Result<T, Error>,
) {
    let number = |i: usize| T::from_f64((i % 7) as f64 / 3.0);
    let bias: Vec<T> = (0..row.len()).map(number).collect();
    let mask: Vec<bool> = (0..row.len()).map(|i| i % 5 != 3).collect();
    let softmax = Softmax::new()
        .level(level)
        .temperature(T::from_f64(0.7))
        .scale(T::from_f64(0.3))
        .bias(&bias)
        .mask(&mask)
        .sink(T::from_f64(1.25));
    for softmax in [softmax, softmax.softcap(T::from_f64(30.0))] {
        let mut out = row.to_vec();
        hash.add(&[run(softmax, &mut out).unwrap()]);
        hash.add(&out);
    }
}

/// Hashes the loss and gradient of a row with every option.
fn with_options<T: Real>(
    level: Level,
    row: &[T],
    hash: &mut Hash,
    run: impl Fn(CrossEntropy<'_, T>, RowsMut<'_, T>, T) -> Result<LossSum<T>, Error>,
) {
    let weight = |i: usize| T::from_f64((i % 5) as f64 / 4.0);
    let weights: Vec<T> = (0..row.len()).map(weight).collect();
    let loss = CrossEntropy::new()
        .level(level)
        .class_weights(&weights)
        .label_smoothing(T::from_f64(0.125))
        .z_loss(T::from_f64(0.0625));
    let mut out = row.to_vec();
    let logits = RowsMut::new(&mut out, row.len()).unwrap();
    let sum = run(loss, logits, T::from_f64(0.375)).unwrap();
    hash.add(&[sum.loss(), sum.z_loss()]);
    hash.add(&out);
}

/// Each row, and the row backwards.
fn pairs<T: Real>(rows: &[Vec<T>]) -> impl Iterator<Item = (Vec<T>, Vec<T>)> {
    let pair = |row: &Vec<T>| (row.clone(), row.iter().rev().copied().collect());
    rows.iter().map(pair)
}

/// The rows' absolute values, as pairs: positive numbers of all sizes, 0, infinity and NaN.
fn probabilities<T: Real>(rows: &[Vec<T>]) -> impl Iterator<Item = (Vec<T>, Vec<T>)> {
    let positive = |row: Vec<T>| row.iter().map(|x| T::from_f64(x.to_f64().abs())).collect();
    pairs(rows).map(move |(x, y)| (positive(x), positive(y)))
}

/// Rows made by exact arithmetic alone, so that every target has the same: nearly normal, from
/// the sum of integers, in several sizes and places; raw bit patterns; special values.
fn inputs<T: Real>() -> Vec<Vec<T>> {
    let mut random = Random::new(8);
    let mut rows = Vec::new();
    for len in (1..=70).chain([127, 128, 129, 1000, 1024, 5000, 131_073]) {
        for (size, centre) in [
            (1, 0),
            (8, 0),
            (64, 0),
            (4, 1000),
            (4, -60),
            (4, 1 << 22),
            (1 << 30, 0),
        ] {
            rows.push((0..len).map(|_| bell(&mut random, size, centre)).collect());
        }
        let mut row: Vec<T> = (0..len).map(|_| bell(&mut random, 4, 0)).collect();
        row[random.below(len)] = -T::INFINITY;
        rows.push(row);
        rows.push((0..len).map(|_| T::from_pattern(random.bits())).collect());
    }
    rows
}

/// About normal around `centre`, with a deviation of `size`.
fn bell<T: Real>(random: &mut Random, size: i64, centre: i64) -> T {
    let sum: i64 = (0..12)
        .map(|_| (random.bits() >> 44) as i64 - (1 << 19))
        .sum();
    T::from_f64((sum * size) as f64 / f64::from(1 << 20) + centre as f64)
}

/// The hashes of one type, by function, type and family; asserts that levels agree.
fn hashes<T: Real>(all: &mut BTreeMap<String, u64>) {
    let rows = inputs::<T>();
    for (name, function) in functions::<T>() {
        add_hashes::<T>(all, name, |level, hash| function(level, &rows, hash));
    }
    for function in Elementwise::<T>::all() {
        add_hashes::<T>(all, &function.function.to_string(), |level, hash| {
            for row in &rows {
                hash.add(&function.of_all(level, row));
            }
        });
    }
}

/// The hashes of one function.
fn add_hashes<T: Real>(
    all: &mut BTreeMap<String, u64>,
    name: &str,
    function: impl Fn(Level, &mut Hash),
) {
    for level in Level::available() {
        let mut hash = Hash(0xcbf2_9ce4_8422_2325);
        function(level, &mut hash);
        let family = if level.is_fused() { "fused" } else { "unfused" };
        let key = format!("{name} {} {family}", T::NAME);
        let known = *all.entry(key).or_insert(hash.0);
        assert_eq!(
            known,
            hash.0,
            "{name} of {} at {level} leaves its family",
            T::NAME
        );
    }
}

#[test]
fn hashes_are_those_on_record() {
    let mut found = BTreeMap::new();
    hashes::<f32>(&mut found);
    hashes::<f64>(&mut found);
    if env::var_os("LOGITS_UPDATE_GOLDEN").is_some() {
        return write_table(&found);
    }
    let mut wrong = String::new();
    let mut checked = 0;
    for line in include_str!("golden.txt").lines() {
        let (key, recorded) = line.rsplit_once(' ').expect("a key and a hash");
        // A target may lack one of the families.
        if let Some(hash) = found.get(key) {
            checked += 1;
            if format!("{hash:016x}") != recorded {
                writeln!(wrong, "{key}: {hash:016x}, recorded {recorded}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "bits have moved:\n{wrong}");
    assert_eq!(checked, found.len(), "hashes are missing");
}

fn write_table(hashes: &BTreeMap<String, u64>) {
    let mut table = String::new();
    for (key, hash) in hashes {
        writeln!(table, "{key} {hash:016x}").unwrap();
    }
    fs::write(FILE, table).expect("the table can be written");
}
