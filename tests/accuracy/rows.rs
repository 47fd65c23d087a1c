//! The accuracy of everything that sums a row of exponentials.

use crate::support::row_errors::check_row;
use crate::support::{
    Distribution, Random, Real, Reference, Report, distributions, for_both_types,
};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_128_256,
    longest_rows,
    confident_rows,
    rows_with_the_largest_errors_known,
    rows_that_round_one_way,
    long_rows_of_equal_elements,
);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), 1..=130);
}

fn rows_of_1000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000; 10]);
}

fn rows_of_32_000<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [32_000]);
}

fn rows_of_128_256<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [128_256]);
}

/// The longest that softmax stores before it scales them, and much longer ones.
fn longest_rows<T: Real>() {
    let distributions = [
        Distribution::Normal { deviation: 5.0 },
        Distribution::Uniform {
            low: 1000.0,
            high: 1020.0,
        },
    ];
    check_rows::<T>(&distributions, [1 << 18, 1 << 24]);
}

/// Every distribution at that length.
#[test]
#[ignore = "takes long: cargo test --release --test accuracy -- --ignored"]
fn every_distribution_of_two_to_the_24_in_f32() {
    check_rows::<f32>(&distributions::<f32>(), [1 << 24]);
}

/// The same of `f64`.
#[test]
#[ignore = "takes long: cargo test --release --test accuracy -- --ignored"]
fn every_distribution_of_two_to_the_24_in_f64() {
    check_rows::<f64>(&distributions::<f64>(), [1 << 24]);
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100]);
}

/// Rows of few distinct numbers, which round the same way in every lane, again and again.
fn long_rows_of_equal_elements<T: Real>() {
    let mut report = Report::default();
    let (x, len) = if T::NAME == "f32" {
        (-14.539_310_455_322_266, 3_145_729)
    } else {
        (-14.444_419_162_509_671, 6_291_457)
    };
    let mut row = vec![T::from_f64(x); len];
    check_row(&mut report, &Reference::new(&row), 2, "equal");
    // About as much as all the others.
    row[0] = T::from_f64(x + 15.2);
    check_row(&mut report, &Reference::new(&row), 0, "equal but for one");
    report.check::<T>();
}

/// Four numbers in turn, a stripe of each, that add up with all roundings one way, and a last one.
fn rows_that_round_one_way<T: Real>() {
    let mut report = Report::default();
    let softmax = [
        [
            -3.463_631_629_943_847_7,
            -3.464_224_576_950_073_2,
            -3.463_631_868_362_426_8,
            -3.463_219_404_220_581,
            -7.623_456_001_281_738,
        ],
        [
            -3.481_491_327_285_766_6,
            -3.485_225_677_490_234_4,
            -3.482_468_843_460_083,
            -3.484_319_925_308_227_5,
            -15.271_486_282_348_633,
        ],
        [
            -3.464_454_213_041_290_8,
            -3.461_750_164_452_036,
            -3.465_481_756_035_282,
            -3.465_099_225_619_126,
            -7.623_434_177_226_212,
        ],
        [
            -3.443_925_128_990_609,
            -3.442_517_035_543_442_5,
            -3.443_939_240_017_278_4,
            -3.440_811_550_932_394_4,
            -14.537_310_410_807_848,
        ],
    ];
    let loss = [
        [
            -3.488_773_822_784_424,
            -3.496_627_807_617_187_5,
            -3.489_230_155_944_824,
            -3.488_923_311_233_520_5,
            79.002_876_281_738_28,
        ],
        [
            -3.463_631_629_943_847_7,
            -3.464_224_576_950_073_2,
            -3.463_631_868_362_426_8,
            -3.463_219_404_220_581,
            18.028_638_839_721_68,
        ],
        [
            -3.464_937_980_811_138_5,
            -3.465_567_137_665_481,
            -3.463_007_846_970_728,
            -3.465_163_289_627_054_3,
            37.435_225_689_609_574,
        ],
        [
            -3.502_982_064_925_536_8,
            -3.502_336_549_762_634,
            -3.501_877_792_174_842,
            -3.503_618_298_031_090_4,
            79.737_000_478_401_88,
        ],
        [
            -3.465_364_217_758_178_7,
            -3.464_306_354_522_705,
            -3.461_016_178_131_103_5,
            -3.464_691_162_109_375,
            23.571_056_365_966_797,
        ],
        [
            -3.464_454_213_041_290_8,
            -3.461_750_164_452_036,
            -3.465_481_756_035_282,
            -3.465_099_225_619_126,
            51.300_862_301_613_975,
        ],
    ];
    for [a, b, c, d, last] in softmax.into_iter().chain(loss) {
        for stripe in [16, 32] {
            let mut row = Vec::new();
            for x in [a, b, c, d] {
                row.extend(std::iter::repeat_n(T::from_f64(x), stripe));
            }
            check_row(
                &mut report,
                &Reference::new(&row),
                0,
                "four in turn, found by search",
            );
            row.push(T::from_f64(last));
            check_row(
                &mut report,
                &Reference::new(&row),
                4 * stripe,
                "four in turn and one, found by search",
            );
        }
    }
    report.check::<T>();
}

/// Rows that were searched for: each error of log-sum-exp points the same way, and in the last ones
/// each rounding of two terms' sum.
fn rows_with_the_largest_errors_known<T: Real>() {
    let mut report = Report::default();
    let row = [0.175_781_25, 0.003_906_25, 0.003_931_999].map(T::from_f64);
    check_row(&mut report, &Reference::new(&row), 2, "found by fuzzing");
    let (a, b) = (-1.272_529_7, -1.377_283_6);
    let row = [
        -1.262_644_6,
        a,
        -1.264_96,
        -1.272_529_8,
        -1.272_524_7,
        b,
        a,
        a,
        b,
        -1.272_529_8,
        -1.272_529_8,
    ];
    let row = row.map(T::from_f64);
    check_row(&mut report, &Reference::new(&row), 2, "found by climbing");
    for (x, len) in [
        (-2.457_962_734_878_128, 47),
        (-2.439_563_989_639_282, 83),
        (-3.156_497_001_647_949, 104),
    ] {
        let row = vec![T::from_f64(x); len];
        check_row(
            &mut report,
            &Reference::new(&row),
            2,
            "equal, found by search",
        );
    }
    for (group, groups) in [
        ([-6.045_044_4, -6.181_108, -6.231_805, -6.168_740_7], 16),
        ([-8.330_402, -8.092_177, -8.327_668, -8.261_298], 8),
    ] {
        let stripes = group.map(|x| [T::from_f64(x); 32]);
        let row = stripes.as_flattened().repeat(groups);
        check_row(
            &mut report,
            &Reference::new(&row),
            2,
            "four in turn, found by climbing",
        );
    }
    report.check::<T>();
}

/// Checks every function on a row of each distribution and length, at every level.
fn check_rows<T: Real>(distributions: &[Distribution], lengths: impl IntoIterator<Item = usize>) {
    let mut random = Random::new(4);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let row = distribution.row::<T>(&mut random, len);
            let label = random.below(len);
            check_row(
                &mut report,
                &Reference::new(&row),
                label,
                &distribution.to_string(),
            );
        }
    }
    report.check::<T>();
}
