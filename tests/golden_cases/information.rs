//! Information measures, of a row and of each row of a batch.

use super::{Case, Number};

/// A measure of one distribution, named by its field of the input.
macro_rules! of_one {
    ($row:ident, $rows:ident, $p:ident) => {
        |level, input, out, hash| {
            hash.add(&[level.$row(input.$p)]);
            let out = input.one_a_row(out);
            level.$rows(input.rows(input.$p), out).unwrap();
            hash.add(out);
        }
    };
}

/// A measure of two distributions.
macro_rules! of_two {
    ($row:ident, $rows:ident, $p:ident, $q:ident) => {
        |level, input, out, hash| {
            hash.add(&[level.$row(input.$p, input.$q).unwrap()]);
            let out = input.one_a_row(out);
            level
                .$rows(input.rows(input.$p), input.rows(input.$q), out)
                .unwrap();
            hash.add(out);
        }
    };
}

pub fn cases<T: Number>() -> &'static [Case<T>] {
    &[
        ("entropy", of_one!(entropy, entropy_rows, p)),
        (
            "cross_entropy",
            of_two!(cross_entropy, cross_entropy_rows, p, q),
        ),
        (
            "kl_divergence",
            of_two!(kl_divergence, kl_divergence_rows, p, q),
        ),
        (
            "js_divergence",
            of_two!(js_divergence, js_divergence_rows, p, q),
        ),
        (
            "entropy_from_logits",
            of_one!(entropy_from_logits, entropy_from_logits_rows, x),
        ),
        (
            "kl_divergence_from_logits",
            of_two!(
                kl_divergence_from_logits,
                kl_divergence_from_logits_rows,
                x,
                y
            ),
        ),
    ]
}
