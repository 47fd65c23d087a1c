//! What the information measures return at the edges, and the identities between them, at every
//! level.

mod support;

use std::f64::consts::LN_2;

use logits::{Level, Rows};
use support::{Distribution, Random, Real, distributions, for_both_types};

for_both_types!(
    nothing_has_no_entropy,
    zeros_have_no_terms,
    the_impossible_is_infinitely_surprising,
    improper_elements_make_nan,
    masked_logits_are_probabilities_of_zero,
    logits_without_a_softmax_have_no_entropy,
    largest_logits,
    largest_differences,
    rows_are_kept_apart,
    uniform_entropy_is_the_logarithm_of_the_length,
    cross_entropy_is_entropy_and_divergence,
    divergence_is_zero_just_for_equals,
    mutual_divergence_is_symmetric_and_bounded,
    logits_and_their_softmax_agree,
    estimates_agree,
);

const INFINITY: f64 = f64::INFINITY;

/// Lengths around those of registers and stripes.
const LENGTHS: [usize; 12] = [1, 2, 3, 5, 8, 9, 17, 32, 33, 64, 100, 1025];

fn numbers<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

/// The measures of two rows of probabilities.
#[derive(Debug)]
struct Measures {
    entropy: f64,
    cross_entropy: f64,
    kl: f64,
    js: f64,
}

impl Measures {
    fn new<T: Real>(level: Level, p: &[T], q: &[T]) -> Self {
        Self {
            entropy: level.entropy(p).to_f64(),
            cross_entropy: level.cross_entropy(p, q).unwrap().to_f64(),
            kl: level.kl_divergence(p, q).unwrap().to_f64(),
            js: level.js_divergence(p, q).unwrap().to_f64(),
        }
    }

    fn of<T: Real>(level: Level, p: &[f64], q: &[f64]) -> Self {
        Self::new(level, &numbers::<T>(p), &numbers::<T>(q))
    }
}

fn entropy_from_logits<T: Real>(level: Level, x: &[T]) -> f64 {
    level.entropy_from_logits(x).to_f64()
}

fn kl_from_logits<T: Real>(level: Level, x: &[T], y: &[T]) -> f64 {
    level.kl_divergence_from_logits(x, y).unwrap().to_f64()
}

fn epsilon<T: Real>() -> f64 {
    libm::scalbn(1.0, 1 - T::DIGITS)
}

fn softmax<T: Real>(level: Level, row: &[T]) -> Vec<T> {
    let mut row = row.to_vec();
    level.softmax_in_place(&mut row);
    row
}

fn levels_and_lengths() -> impl Iterator<Item = (Level, usize)> {
    Level::available().flat_map(|level| LENGTHS.map(|len| (level, len)))
}

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
    for (level, len) in levels_and_lengths() {
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
    for (level, len) in levels_and_lengths() {
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
    for (level, len) in levels_and_lengths() {
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
    for (level, len) in levels_and_lengths() {
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
    for (level, len) in levels_and_lengths() {
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
    for (level, len) in levels_and_lengths() {
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
