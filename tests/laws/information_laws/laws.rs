//! The identities between the measures; rows of a batch beside rows alone.

use std::f64::consts::LN_2;

use logits::{Level, Rows};

use super::{LENGTHS, Measures, entropy_from_logits, kl_from_logits, softmax};
use crate::support::{
    Distribution, Random, Real, distributions, epsilon, for_both_types, levels_and,
};

for_both_types!(
    rows_are_kept_apart,
    uniform_entropy_is_the_logarithm_of_the_length,
    cross_entropy_is_entropy_and_divergence,
    divergence_is_zero_just_for_equals,
    divergence_of_shifted_logits_is_not_negative,
    mutual_divergence_is_symmetric_and_bounded,
    logits_and_their_softmax_agree,
    estimates_agree,
);

fn rows_are_kept_apart<T: Real>() {
    let mut random = Random::new(41);
    for level in Level::available() {
        for columns in [1, 2, 3, 10, 33, 64, 100] {
            let mut x: Vec<T> =
                Distribution::Normal { deviation: 3.0 }.row(&mut random, 5 * columns);
            let y: Vec<T> = Distribution::Normal { deviation: 3.0 }.row(&mut random, 5 * columns);
            x[columns] = T::from_f64(f64::NAN);
            x[3 * columns] = T::INFINITY;
            let square = |x: &T| T::from_f64(x.to_f64() * x.to_f64());
            let p: Vec<T> = x.iter().map(square).collect();
            let q: Vec<T> = y.iter().map(square).collect();
            let rows = |data| Rows::new(data, columns).unwrap();
            let zero = T::from_f64(0.0);
            let check = |name: &str, out: &[T], row: &dyn Fn(usize) -> T| {
                for (i, found) in out.iter().enumerate() {
                    let case = format!("{name} at {level}: row {i} of {columns} columns");
                    assert_eq!(found.pattern(), row(i).pattern(), "{case}");
                }
            };
            fn part<T>(data: &[T], columns: usize, i: usize) -> &[T] {
                &data[i * columns..(i + 1) * columns]
            }
            let part = |data, i| part(data, columns, i);
            let mut out = [zero; 5];
            level.entropy_rows(rows(&p), &mut out).unwrap();
            check("entropy", &out, &|i| level.entropy(part(&p, i)));
            level.entropy_from_logits_rows(rows(&x), &mut out).unwrap();
            check("entropy_from_logits", &out, &|i| {
                level.entropy_from_logits(part(&x, i))
            });
            level
                .cross_entropy_rows(rows(&p), rows(&q), &mut out)
                .unwrap();
            check("cross_entropy", &out, &|i| {
                level.cross_entropy(part(&p, i), part(&q, i)).unwrap()
            });
            level
                .kl_divergence_rows(rows(&p), rows(&q), &mut out)
                .unwrap();
            check("kl_divergence", &out, &|i| {
                level.kl_divergence(part(&p, i), part(&q, i)).unwrap()
            });
            level
                .js_divergence_rows(rows(&p), rows(&q), &mut out)
                .unwrap();
            check("js_divergence", &out, &|i| {
                level.js_divergence(part(&p, i), part(&q, i)).unwrap()
            });
            level
                .kl_divergence_from_logits_rows(rows(&x), rows(&y), &mut out)
                .unwrap();
            check("kl_divergence_from_logits", &out, &|i| {
                level
                    .kl_divergence_from_logits(part(&x, i), part(&y, i))
                    .unwrap()
            });
        }
    }
}

fn uniform_entropy_is_the_logarithm_of_the_length<T: Real>() {
    for (level, len) in levels_and(LENGTHS) {
        let expected = (len as f64).ln();
        let slack = 3.0 * epsilon::<T>() * expected;
        let from_logits = entropy_from_logits(level, &vec![T::from_f64(2.5); len]);
        assert!((from_logits - expected).abs() <= slack, "{level} × {len}");
        if len.is_power_of_two() {
            let entropy = Measures::of::<T>(level, &vec![1.0 / len as f64; len], &vec![1.0; len]);
            assert!(
                (entropy.entropy - expected).abs() <= slack,
                "{level} × {len}"
            );
        }
    }
}

/// Probabilities of every distribution.
fn probabilities<T: Real>() -> impl Iterator<Item = (Vec<T>, Vec<T>)> {
    let mut random = Random::new(42);
    let mut pairs = Vec::new();
    for distribution in distributions::<T>() {
        for len in LENGTHS {
            let mut row = || softmax(Level::SCALAR, &distribution.row::<T>(&mut random, len));
            pairs.push((row(), row()));
        }
    }
    pairs.into_iter()
}

fn cross_entropy_is_entropy_and_divergence<T: Real>() {
    for (p, q) in probabilities::<T>() {
        for level in Level::available() {
            let Measures {
                entropy,
                cross_entropy,
                kl,
                ..
            } = Measures::new(level, &p, &q);
            let sum = entropy + kl;
            let slack = 8.0 * epsilon::<T>() * (cross_entropy + 1.0);
            let agree = cross_entropy == sum || (cross_entropy - sum).abs() <= slack;
            assert!(agree, "{level}: {cross_entropy} = {entropy} + {kl}");
        }
    }
}

/// Of probabilities that are multiples of 2⁻¹⁶, so that they sum to 1 exactly.
fn divergence_is_zero_just_for_equals<T: Real>() {
    let mut random = Random::new(43);
    let mut draw = |len: usize| -> Vec<u32> {
        let mut counts = vec![0; len];
        (0..1 << 12).for_each(|_| counts[random.below(len)] += 16);
        counts
    };
    let share = |counts: &[u32]| -> Vec<T> {
        let share = |&n| T::from_f64(f64::from(n) / f64::from(1 << 16));
        counts.iter().map(share).collect()
    };
    for len in [2, 3, 10, 40, 100] {
        let (first, second) = (draw(len), draw(len));
        // As near to `first` as can be.
        let mut third = first.clone();
        third[0] += 1;
        third[len - 1] -= 1;
        for level in Level::available() {
            let rows = [&first, &second, &third].map(|counts| share(counts));
            for (i, p) in rows.iter().enumerate() {
                for (j, q) in rows.iter().enumerate() {
                    let Measures { kl, js, .. } = Measures::new(level, p, q);
                    assert_eq!(
                        kl > 0.0 && js > 0.0,
                        i != j,
                        "{level} × {len}: {kl:e}, {js:e}"
                    );
                    assert!(kl >= 0.0 && js >= 0.0, "{level} × {len}: {kl:e}, {js:e}");
                }
            }
        }
    }
}

/// Of logits that differ by a constant but for their rounding, nothing else is left.
fn divergence_of_shifted_logits_is_not_negative<T: Real>() {
    let mut random = Random::new(45);
    for _ in 0..2000 {
        let len = 2 + random.below(4);
        let x: Vec<T> = Distribution::Normal { deviation: 2.0 }.row(&mut random, len);
        for shift in [3.7, 0.1, -2.9] {
            let y: Vec<T> = x.iter().map(|x| T::from_f64(x.to_f64() + shift)).collect();
            for level in Level::available() {
                let found = kl_from_logits(level, &x, &y);
                assert!(found >= 0.0, "{level}: {found:e} of {x:?} and {y:?}");
            }
        }
    }
}

fn mutual_divergence_is_symmetric_and_bounded<T: Real>() {
    for (p, q) in probabilities::<T>() {
        for level in Level::available() {
            let forth = level.js_divergence(&p, &q).unwrap();
            let back = level.js_divergence(&q, &p).unwrap();
            assert_eq!(forth.pattern(), back.pattern(), "{level}");
            let most = LN_2 * (1.0 + 4.0 * epsilon::<T>());
            assert!((0.0..=most).contains(&forth.to_f64()), "{level}: {forth}");
        }
    }
}

fn logits_and_their_softmax_agree<T: Real>() {
    let mut random = Random::new(44);
    for deviation in [0.1, 1.0, 4.0] {
        for len in LENGTHS {
            let mut row = || Distribution::Normal { deviation }.row::<T>(&mut random, len);
            let (x, y) = (row(), row());
            for level in Level::available() {
                let (p, q) = (softmax(level, &x), softmax(level, &y));
                let Measures { entropy, kl, .. } = Measures::new(level, &p, &q);
                let slack = 8.0 * epsilon::<T>();
                let found = entropy_from_logits(level, &x);
                assert!(
                    (found - entropy).abs() <= slack * (1.0 + entropy),
                    "{level}: {found}"
                );
                let found = kl_from_logits(level, &x, &y);
                assert!(
                    (found - kl).abs() <= slack * (1.0 + kl),
                    "{level}: {found} and {kl}"
                );
            }
        }
    }
}

/// Over a family of distributions, the least cross-entropy, the least divergence and the greatest
/// likelihood of counted outcomes are had at one and the same place.
fn estimates_agree<T: Real>() {
    // How often 4 throws of a coin showed 0 to 4 heads. Of 600 throws, 219 were heads.
    let counts = [24.0, 55.0, 46.0, 20.0, 5.0];
    let total: f64 = counts.iter().sum();
    let observed = counts.map(|count| T::from_f64(count / total));
    let binomial = |chance: f64| -> [f64; 5] {
        let ways = [1.0, 4.0, 6.0, 4.0, 1.0];
        std::array::from_fn(|heads| {
            let (heads, tails) = (heads as i32, 4 - heads as i32);
            ways[heads as usize] * chance.powi(heads) * (1.0 - chance).powi(tails)
        })
    };
    let heads: f64 = counts
        .iter()
        .zip(0..)
        .map(|(n, heads)| n * f64::from(heads))
        .sum();
    let best = heads / (4.0 * total);
    let chances: Vec<f64> = (1..200).map(|step| f64::from(step) / 200.0).collect();
    let nearest = |cost: &dyn Fn(f64) -> f64| {
        let least = chances
            .iter()
            .copied()
            .min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
        least.unwrap()
    };
    let unlikelihood = |chance: f64| -> f64 {
        let terms = counts.iter().zip(binomial(chance));
        terms.map(|(count, q)| -count * q.ln()).sum()
    };
    let expected = nearest(&unlikelihood);
    assert!((expected - best).abs() <= 0.5 / 200.0);
    for level in Level::available() {
        let measure = |measure: fn(Level, &[T], &[T]) -> f64| {
            nearest(&|chance| measure(level, &observed, &binomial(chance).map(T::from_f64)))
        };
        let cross_entropy = measure(|level, p, q| level.cross_entropy(p, q).unwrap().to_f64());
        let divergence = measure(|level, p, q| level.kl_divergence(p, q).unwrap().to_f64());
        assert_eq!([cross_entropy, divergence], [expected; 2], "{level}");
    }
}
