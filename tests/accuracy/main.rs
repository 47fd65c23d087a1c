//! The accuracy of everything that sums a row of exponentials.

mod readme;
#[path = "../support/mod.rs"]
mod support;

use support::row_errors::check_row;
use support::{Distribution, Random, Real, Report, distributions, for_both_types};

for_both_types!(
    short_rows,
    rows_of_1000,
    rows_of_32_000,
    rows_of_128_256,
    rows_of_two_to_the_24,
    confident_rows,
    rows_with_the_largest_errors_known,
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

fn rows_of_two_to_the_24<T: Real>() {
    let distributions = [
        Distribution::Normal { deviation: 5.0 },
        Distribution::Uniform {
            low: 1000.0,
            high: 1020.0,
        },
    ];
    check_rows::<T>(&distributions, [1 << 24]);
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100]);
}

/// Rows that were searched for: each error of log-sum-exp points the same way.
fn rows_with_the_largest_errors_known<T: Real>() {
    let mut report = Report::default();
    let row = [0.175_781_25, 0.003_906_25, 0.003_931_999].map(T::from_f64);
    check_row(&mut report, &row, 2, "found by fuzzing");
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
    check_row(&mut report, &row, 2, "found by climbing");
    for (x, len) in [
        (-2.457_962_734_878_128, 47),
        (-2.439_563_989_639_282, 83),
        (-3.156_497_001_647_949, 104),
    ] {
        let row = vec![T::from_f64(x); len];
        check_row(&mut report, &row, 2, "equal, found by search");
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
            check_row(&mut report, &row, label, &distribution.to_string());
        }
    }
    report.check::<T>();
}
