//! Softmax with options: accuracy, laws, edges, errors, the same bits.

mod accuracy;
mod edges;
mod laws;

use logits::Softmax;

use crate::support::{Distribution, Random, Real, bits};

/// Logits of N(0, size²).
fn logits_of<T: Real>(random: &mut Random, len: usize, size: f64) -> Vec<T> {
    Distribution::Normal { deviation: size }.row(random, len)
}

/// The results of all three functions, as bits.
fn results<T: Real>(softmax: &Softmax<'_, T>, row: &[T]) -> Vec<u64> {
    let mut out = row.to_vec();
    let mut all = vec![softmax.softmax_in_place(&mut out).unwrap().pattern()];
    all.extend(bits(&out));
    out.copy_from_slice(row);
    all.push(softmax.log_softmax_in_place(&mut out).unwrap().pattern());
    all.extend(bits(&out));
    all.push(softmax.log_sum_exp(row).unwrap().pattern());
    all
}
