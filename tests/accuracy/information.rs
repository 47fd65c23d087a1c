//! The accuracy of the information measures.

use crate::support::information_errors::{
    check_divergences, check_equal_elements, check_logits, check_probabilities, near, partners,
    softmax,
};
use crate::support::{
    Distribution, Function, Random, Real, Reference, Report, climb, distributions, for_both_types,
};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_two_to_the_20,
    unnormalised_rows,
    long_rows_of_equal_elements,
    searched_logits,
    searched_probabilities,
);

fn short_rows<T: Real>() {
    let all = distributions::<T>();
    for part in 0..4 {
        let distributions: Vec<_> = all.iter().copied().skip(part).step_by(4).collect();
        check_rows::<T>(&distributions, (0..=130).skip(part).step_by(4));
    }
    check_rows::<T>(&all, [2, 3, 7]);
}

fn rows_of_1000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000]);
}

fn rows_of_32_000<T: Real>() {
    let distributions: Vec<_> = distributions::<T>().into_iter().step_by(7).collect();
    check_rows::<T>(&distributions, [32_000]);
}

fn rows_of_two_to_the_20<T: Real>() {
    let mut random = Random::new(32);
    let mut report = Report::default();
    let distribution = Distribution::Normal { deviation: 5.0 };
    let x = distribution.row::<T>(&mut random, 1 << 20);
    let y = distribution.row::<T>(&mut random, 1 << 20);
    check_logits_both_ways(&mut report, "another", &x, &y);
    let p = softmax(&x);
    check_both_ways(&mut report, "another", &p, &softmax(&y));
    let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, 1e-6)).collect();
    check_both_ways(&mut report, "noise of 1e-6", &p, &q);
    report.check::<T>();
}

/// Numbers that are not probabilities of anything: sums far from 1, and from each other.
fn unnormalised_rows<T: Real>() {
    let mut random = Random::new(31);
    let mut report = Report::default();
    for len in (0..40).chain([1000]) {
        for size in [1e-30, 1.0, 1e6] {
            let mut row = || -> Vec<T> {
                let spread = |random: &mut Random| size * (4.0 * random.normal()).exp();
                (0..len).map(|_| T::from_f64(spread(&mut random))).collect()
            };
            let (p, q) = (row(), row());
            let inputs = format!("about {size:e}");
            check_divergences(&mut report, &inputs, &p, &q);
        }
    }
    report.check::<T>();
}

/// All terms round the same way, again and again.
fn long_rows_of_equal_elements<T: Real>() {
    let mut report = Report::default();
    for (p, q) in [(0.1, 0.3), (0.7, 1.0 / 3.0), (0.9, 0.95), (1e-7, 3e-8)] {
        check_equal_elements(&mut report, T::from_f64(p), T::from_f64(q), 1 << 22);
    }
    report.check::<T>();
}

/// Rows that were searched for, and what a further search finds around them.
fn searched_logits<T: Real>() {
    let mut report = Report::default();
    let entropies: [&[f64]; 4] = [
        &[81.421_85, 17.381_763, 12.564_923, 8.480_911],
        &[
            0.178_890_859_887_698_6,
            8.927_826_326_454_637,
            610.096_028_200_015_6,
        ],
        &[0.155_638_22, 76.385_39, 8.368_565],
        &[
            0.850_109_5,
            18.573_938,
            59.052_52,
            7.790_948_4,
            12.931_862,
            5.006_069_7,
        ],
    ];
    for row in entropies {
        climb::<T>(
            &mut report,
            Function::EntropyFromLogits,
            row,
            |report, x| {
                let x = Reference::new(x);
                check_logits(report, "searched", &x, &x);
            },
        );
    }
    let pairs: [&[f64]; 6] = [
        &[
            2.959_058_235_804_896,
            -0.078_073_112_388_766_73,
            2.976_431_223_555_552_6,
            -0.213_170_009_635_166_77,
        ],
        &[
            -0.016_310_783_103_108_406,
            -3.071_146_965_026_855_5,
            -0.382_268_339_395_523_07,
            -1.636_219_859_123_23,
        ],
        &[0.006_250_298_6, 3.529_387, 0.145_078_1, 4.057_511],
        // A logarithm of 5, of which the exponential has four times the error.
        &[-5.882_461_5, 2.503_913_2, -4.493_036, -1.084_160_2],
        &[2.439_866_8, -4.016_059, 2.682_582_9, -4.056_019],
        &[
            -2.342_826_1,
            6.454_086,
            -2.855_893_9,
            -2.405_638_2,
            6.489_241_6,
            -2.835_554,
        ],
    ];
    for row in pairs {
        let function = Function::KlDivergenceFromLogits;
        climb::<T>(&mut report, function, row, |report, row| {
            let (x, y) = row.split_at(row.len() / 2);
            let (x, y) = (Reference::new(x), Reference::new(y));
            check_logits(report, "searched", &x, &y);
        });
    }
    report.check::<T>();
}

/// As [`searched_logits`].
fn searched_probabilities<T: Real>() {
    let mut report = Report::default();
    let pairs: [&[f64]; 4] = [
        &[
            0.727_486_194_497_664_4,
            0.817_555_136_494_362_7,
            1.0,
            0.999_987_954_655_569_3,
        ],
        &[
            0.888_779_5,
            2.868_741_3e-5,
            0.772_376_66,
            0.952_426_3,
            4.040_99e-6,
            0.998_655_7,
        ],
        &[
            0.594_601_33,
            1.289_573_4e-6,
            0.062_179_256,
            0.076_230_12,
            1.621_461_8e-6,
            0.091_049_04,
        ],
        &[0.123_543_2, 0.096_174_724, 0.176_277_1, 0.021_420_693],
    ];
    for row in pairs {
        for function in [Function::JsDivergence, Function::KlDivergence] {
            climb::<T>(&mut report, function, row, |report, row| {
                let (p, q) = row.split_at(row.len() / 2);
                check_divergences(report, "searched", p, q);
            });
        }
    }
    report.check::<T>();
}

/// Checks every function on rows of each distribution and length, at every level.
fn check_rows<T: Real>(distributions: &[Distribution], lengths: impl IntoIterator<Item = usize>) {
    let mut random = Random::new(30);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let x = distribution.row::<T>(&mut random, len);
            for (relation, y) in partners(&mut random, distribution, &x) {
                let inputs = format!("{distribution}, {relation}");
                check_logits_both_ways(&mut report, &inputs, &x, &y);
                let (p, q) = (softmax(&x), softmax(&y));
                check_both_ways(&mut report, &inputs, &p, &q);
            }
            let p = softmax(&x);
            for noise in [0.4, 1e-3, 1e-6] {
                let q: Vec<T> = p.iter().map(|&p| near(&mut random, p, noise)).collect();
                let inputs = format!("{distribution}, noise of {noise:e}");
                check_both_ways(&mut report, &inputs, &p, &q);
            }
        }
    }
    report.check::<T>();
}

fn check_both_ways<T: Real>(report: &mut Report, inputs: &str, p: &[T], q: &[T]) {
    check_probabilities(report, inputs, p, q);
    check_probabilities(report, inputs, q, p);
}

fn check_logits_both_ways<T: Real>(report: &mut Report, inputs: &str, x: &[T], y: &[T]) {
    if !x.is_empty() {
        let (x, y) = (Reference::new(x), Reference::new(y));
        check_logits(report, inputs, &x, &y);
        check_logits(report, inputs, &y, &x);
    }
}
