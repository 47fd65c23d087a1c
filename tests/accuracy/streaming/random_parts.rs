//! Any rows in any parts, merged in any order.

use logits::Level;
use proptest::prelude::*;

use crate::support::streaming_errors::{check_state, merged};
use crate::support::{Random, Real, Reference, Report};

/// The laws of both types.
macro_rules! laws {
    ($float:ident) => {
        proptest! {
            #[test]
            fn $float(
                spread in proptest::collection::vec(-1.0..1.0, 1..200),
                width in prop::sample::select(vec![0.5, 20.0, 90.0, 400.0]),
                centre in prop::sample::select(
                    [&[0.0, 1e6][..], <$float as Real>::BORDERS].concat()
                ),
                seed: u64,
            ) {
                let row: Vec<_> = spread.iter().map(|x| (centre + width * x) as $float).collect();
                let reference = Reference::new(&row);
                let mut random = Random::new(seed);
                let mut report = Report::default();
                let labels = [reference.argmax(), random.below(row.len())];
                for level in Level::available() {
                    let state = merged(|_| level, &row, &mut random);
                    check_state(&mut report, level, "any", &state, &reference, &labels);
                }
                report.check::<$float>();
            }
        }
    };
}

mod any_parts_in_any_order {
    use super::*;

    laws!(f32);
    laws!(f64);
}
