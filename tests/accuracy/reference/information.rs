//! The information measures.

use super::hard_rows::{Textbook, hard_rows};
use super::precise::{Precise, check, check_beside, exact, magnitude};
use crate::support::information::{self, Divergence};
use crate::support::information_errors::{near, partners, softmax};
use crate::support::{Distribution, Extended, Random, Real, Reference, for_both_types};

for_both_types!(
    measures_of_probabilities_agree_with_arbitrary_precision,
    measures_of_logits_agree_with_arbitrary_precision,
);

fn measures_of_probabilities_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(8);
    for (name, row) in hard_rows::<T>(&mut random) {
        let p = softmax(&row);
        for noise in [0.4, 1e-3, 1e-6] {
            let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, noise)).collect();
            check_probabilities(&p, &q, &format!("{name}, noise of {noise}"));
        }
        let back: Vec<T> = p.iter().rev().copied().collect();
        check_probabilities(&p, &back, &format!("{name}, backwards"));
    }
}

/// By the definitions: −Σ p ln q, Σ p ln(p/q), and ½ Σ p ln(p/m) + q ln(q/m) with m = (p + q)/2.
fn check_probabilities<T: Real>(p: &[T], q: &[T], name: &str) {
    let number = |x: &T| exact(x.to_f64());
    let (mut cross_entropy, mut kl, mut gap, mut js) = zeros();
    let mut infinite = false;
    for (p, q) in p.iter().zip(q).map(|(p, q)| (number(p), number(q))) {
        infinite |= p > exact(0.0) && q == exact(0.0);
        let mean = (&p + &q) / exact(2.0);
        let [log_p, log_q, log_mean] = [&p, &q, &mean].map(ln);
        cross_entropy -= &p * &log_q;
        kl += &p * (&log_p - &log_q);
        js += (&p * (&log_p - &log_mean) + &q * (&log_q - &log_mean)) / exact(2.0);
        gap += p - q;
    }
    check::<T>(
        information::js_divergence(p, q),
        &js,
        &format!("js, {name}"),
    );
    let found = information::cross_entropy(p, q);
    let Divergence { value, excess } = information::kl_divergence(p, q);
    if infinite {
        let found = [found, value, excess].map(Extended::to_f64);
        assert_eq!(found, [f64::INFINITY; 3], "{name}");
        return;
    }
    check::<T>(found, &cross_entropy, &format!("cross-entropy, {name}"));
    let of_truth = &kl - gap;
    check::<T>(excess, &of_truth, &format!("excess, {name}"));
    let size = magnitude(&kl).max(of_truth);
    check_beside::<T>(value, &kl, &size, &format!("kl, {name}"));
}

fn zeros() -> (Precise, Precise, Precise, Precise) {
    let zero = exact(0.0);
    (zero.clone(), zero.clone(), zero.clone(), zero)
}

/// ln x; 0 where x is 0, as what it multiplies is. In what it is subtracted from, half of the bits
/// may cancel, no more.
fn ln(x: &Precise) -> Precise {
    if *x > exact(0.0) {
        x.clone().with_precision(400).value().ln()
    } else {
        exact(0.0)
    }
}

fn measures_of_logits_agree_with_arbitrary_precision<T: Real>() {
    let mut random = Random::new(9);
    for (name, x) in hard_rows::<T>(&mut random) {
        let truth = Textbook::of_row(&x);
        let found = information::entropy_from_logits(&Reference::new(&x));
        let zero = exact(0.0);
        let terms = truth.softmax.iter().zip(&truth.log_softmax);
        let entropy = terms.fold(zero, |sum, (p, log_p)| match log_p {
            Some(log_p) => sum - p * log_p,
            None => sum,
        });
        check::<T>(found, &entropy, &format!("entropy, {name}"));
        let like = Distribution::Normal { deviation: 1.0 };
        for (relation, y) in partners(&mut random, &like, &x) {
            check_logits(&x, &y, &truth, &format!("{name}, {relation}"));
        }
    }
}

fn check_logits<T: Real>(x: &[T], y: &[T], of_x: &Textbook, name: &str) {
    let of_y = Textbook::of_row(y);
    let found = information::kl_divergence_from_logits(&Reference::new(x), &Reference::new(y));
    let mut divergence = exact(0.0);
    for class in 0..x.len() {
        match (&of_x.log_softmax[class], &of_y.log_softmax[class]) {
            (None, _) => {}
            (Some(_), None) => return assert_eq!(found.to_f64(), f64::INFINITY, "{name}"),
            (Some(p), Some(q)) => divergence += &of_x.softmax[class] * (p - q),
        }
    }
    let least = exact(libm::scalbn(1.0, 2 * (1 - T::DIGITS)));
    let size = divergence.clone().max(least);
    check_beside::<T>(
        found,
        &divergence,
        &size,
        &format!("kl from logits, {name}"),
    );
}
