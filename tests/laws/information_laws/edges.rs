//! What the measures return for nothing, certainty, the impossible, NaN, infinities and the largest
//! numbers.

use std::f64::consts::LN_2;

use logits::{Level, Rows};

use super::{LENGTHS, Measures, entropy_from_logits, kl_from_logits};
use crate::support::{Real, epsilon, for_both_types, levels_and, numbers};

for_both_types!(
    nothing_has_no_entropy,
    zeros_have_no_terms,
    the_impossible_is_infinitely_surprising,
    improper_elements_make_nan,
    masked_logits_are_probabilities_of_zero,
    logits_without_a_softmax_have_no_entropy,
    largest_logits,
    largest_differences,
    largest_divergences,
);

const INFINITY: f64 = f64::INFINITY;

fn nothing_has_no_entropy<T: Real>() {
    for level in Level::available() {
        let Measures {
            entropy,
            cross_entropy,
            kl,
            js,
        } = Measures::of::<T>(level, &[], &[]);
        assert_eq!([entropy, cross_entropy, kl, js], [0.0; 4], "{level}");
        assert_eq!(entropy_from_logits::<T>(level, &[]), 0.0, "{level}");
        assert_eq!(kl_from_logits::<T>(level, &[], &[]), 0.0, "{level}");
        for columns in [0, 1, 7] {
            let rows = Rows::<T>::new(&[], columns).unwrap();
            assert_eq!(level.entropy_rows(rows, &mut []), Ok(()), "{level}");
            assert_eq!(
                level.kl_divergence_rows(rows, rows, &mut []),
                Ok(()),
                "{level}"
            );
        }
    }
}

fn zeros_have_no_terms<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let (zeros, mut certain) = (vec![0.0; len], vec![0.0; len]);
        certain[len / 2] = 1.0;
        for p in [&zeros, &certain] {
            let found = Measures::of::<T>(level, p, p);
            let found = [found.entropy, found.cross_entropy, found.kl, found.js];
            // Not −0 either.
            assert_eq!(found.map(f64::to_bits), [0; 4], "{level} × {len}");
        }
        let mut negative = certain.clone();
        negative.iter_mut().for_each(|p| {
            if *p == 0.0 {
                *p = -0.0
            }
        });
        let found = Measures::of::<T>(level, &negative, &certain);
        assert_eq!(
            [found.entropy, found.kl, found.js],
            [0.0; 3],
            "{level} × {len}"
        );
        // Of zeros, whatever q is.
        let found = Measures::of::<T>(level, &zeros, &certain);
        assert_eq!([found.cross_entropy, found.kl], [0.0; 2], "{level} × {len}");
        assert_eq!(
            found.js,
            T::from_f64(LN_2 / 2.0).to_f64(),
            "{level} × {len}"
        );
    }
}

fn the_impossible_is_infinitely_surprising<T: Real>() {
    let least = T::from_pattern(1).to_f64();
    for (level, len) in levels_and(LENGTHS) {
        for chance in [1.0, 1e-30, least] {
            let mut p = vec![0.5; len];
            let mut q = p.clone();
            (p[len / 3], q[len / 3]) = (chance, 0.0);
            let found = Measures::of::<T>(level, &p, &q);
            assert_eq!(
                [found.cross_entropy, found.kl],
                [INFINITY; 2],
                "{level} × {len}"
            );
            assert!(
                found.js.is_finite() && found.entropy.is_finite(),
                "{level} × {len}"
            );
        }
    }
}

fn improper_elements_make_nan<T: Real>() {
    let least = T::from_pattern(1).to_f64();
    for (level, len) in levels_and(LENGTHS) {
        let plain = vec![0.25; len];
        for improper in [-least, -0.5, f64::NAN, INFINITY, -INFINITY, T::MAX.to_f64()] {
            for (place, other) in [(0, 0.25), (len / 2, 0.0), (len - 1, 0.5)] {
                let mut row = plain.clone();
                row[place] = improper;
                let mut beside = plain.clone();
                beside[place] = other;
                let found = Measures::of::<T>(level, &row, &beside);
                let exchanged = Measures::of::<T>(level, &beside, &row);
                for x in [
                    found.entropy,
                    found.cross_entropy,
                    found.kl,
                    found.js,
                    exchanged.cross_entropy,
                    exchanged.kl,
                    exchanged.js,
                ] {
                    assert!(
                        x.is_nan(),
                        "{level}: {improper} of {len}: {found:?} {exchanged:?}"
                    );
                }
            }
        }
    }
}

fn masked_logits_are_probabilities_of_zero<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let mut certain = vec![-T::INFINITY; len];
        certain[len / 2] = T::from_f64(-7.0);
        assert_eq!(entropy_from_logits(level, &certain), 0.0, "{level} × {len}");
        assert_eq!(
            kl_from_logits(level, &certain, &certain),
            0.0,
            "{level} × {len}"
        );
        if len == 1 {
            continue;
        }
        let plain = vec![T::from_f64(3.0); len];
        let found = kl_from_logits(level, &certain, &plain);
        let expected = (len as f64).ln();
        let error = (found - expected).abs();
        assert!(
            error <= epsilon::<T>() * 2.0 * expected,
            "{level} × {len}: {found}"
        );
        assert_eq!(
            kl_from_logits(level, &plain, &certain),
            INFINITY,
            "{level} × {len}"
        );
    }
}

fn logits_without_a_softmax_have_no_entropy<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let plain = vec![T::from_f64(1.0); len];
        let mut rows = vec![vec![-T::INFINITY; len]];
        for special in [T::INFINITY, T::from_f64(f64::NAN)] {
            for fill in [T::from_f64(1.0), -T::INFINITY, T::from_f64(1e30)] {
                let mut row = vec![fill; len];
                row[len / 2] = special;
                rows.push(row);
            }
        }
        for row in rows {
            assert!(
                entropy_from_logits(level, &row).is_nan(),
                "{level}: {row:?}"
            );
            assert!(
                kl_from_logits(level, &row, &plain).is_nan(),
                "{level}: {row:?}"
            );
            assert!(
                kl_from_logits(level, &plain, &row).is_nan(),
                "{level}: {row:?}"
            );
        }
    }
}

fn largest_logits<T: Real>() {
    let ln_2 = T::from_f64(LN_2).to_f64();
    for level in Level::available() {
        let row = [T::MAX, -T::MAX, T::MAX];
        assert_eq!(entropy_from_logits(level, &row), ln_2, "{level}");
        assert_eq!(kl_from_logits(level, &row, &row), 0.0, "{level}");
        let (low, high) = ([-T::MAX; 3], [T::MAX; 3]);
        assert_eq!(kl_from_logits(level, &low, &high), 0.0, "{level}");
        assert_eq!(kl_from_logits(level, &high, &low), 0.0, "{level}");
        // Too large for any number.
        assert_eq!(kl_from_logits(level, &high, &row), INFINITY, "{level}");
    }
}

/// Where p is tiny and q is not, e^t would overflow.
fn largest_differences<T: Real>() {
    for level in Level::available() {
        for lead in [20.0, 100.0, 1000.0, 1e6] {
            let (x, y) = (numbers::<T>(&[lead, 0.0]), numbers::<T>(&[0.0, lead]));
            let found = kl_from_logits(level, &x, &y);
            assert!(
                (found / lead - 1.0).abs() < 1e-6,
                "{level}: {found} for {lead}"
            );
        }
    }
}

/// Of rows whose probabilities all agree but for their places: what is summed is a multiple of the
/// result.
fn largest_divergences<T: Real>() {
    let limit = if T::DIGITS == 24 { 70 } else { 920 };
    for level in Level::available() {
        for (len, power) in [(2, 1), (32, 5), (1 << 11, 11), (1 << 16, 16)] {
            let lead = T::from_f64(libm::scalbn(0.99, limit - power));
            let mut x = vec![T::from_f64(0.0); len];
            x[len / 2..].fill(lead);
            let mut y = x.clone();
            y.reverse();
            let found = kl_from_logits(level, &x, &y);
            let ratio = found / lead.to_f64();
            assert!((ratio - 1.0).abs() < 1e-6, "{level}: {found} of {len}");
        }
    }
}
