//! The accuracy of every function of rows on rows that are as hard as they can be.

use crate::support::reduction_errors::check_reductions;
use crate::support::{Random, Real, Reference, Report, adversarial, for_both_types};

for_both_types!(short_rows, long_rows);

fn short_rows<T: Real>() {
    check_rows::<T>((1..=35).chain([63, 64, 65, 100, 130]));
}

fn long_rows<T: Real>() {
    check_rows::<T>([1000, 5000]);
}

fn check_rows<T: Real>(lengths: impl IntoIterator<Item = usize>) {
    let mut random = Random::new(40);
    let mut report = Report::default();
    for len in lengths {
        for distribution in adversarial::<T>() {
            let row: Vec<T> = distribution.row(&mut random, len);
            check_reductions(
                &mut report,
                &mut random,
                &distribution,
                &Reference::new(&row),
            );
        }
    }
    assert_eq!(report.unmeasured::<T>(), []);
    report.check::<T>();
}
