//! Entropy, cross-entropy and divergences.

use logits::{Error, Level, Rows};

use super::{Function, Output, Plain, Run};
use crate::support::{Batch, Real, input, plain};

type OfRows<T> = fn(Level, Rows<'_, T>, &mut [T]) -> Result<(), Error>;
type OfTwoRows<T> = fn(Level, Rows<'_, T>, Rows<'_, T>, &mut [T]) -> Result<(), Error>;

impl<T: Real> Function<T> {
    pub(super) fn information() -> [Self; 6] {
        [
            Self::of_rows("entropy", plain!(entropy() as Naive), Level::entropy_rows)
                .of(input::probabilities),
            Self::of_rows(
                "entropy_from_logits",
                plain!(entropy_from_logits() as Naive, Stable),
                Level::entropy_from_logits_rows,
            ),
            Self::of_two_rows(
                "cross_entropy_of_probabilities",
                plain!(cross_entropy_of_probabilities() as Naive),
                Level::cross_entropy_rows,
            )
            .of(input::two_probabilities),
            Self::of_two_rows(
                "kl_divergence",
                plain!(kl_divergence() as Naive),
                Level::kl_divergence_rows,
            )
            .of(input::two_probabilities),
            Self::of_two_rows(
                "js_divergence",
                plain!(js_divergence() as Naive),
                Level::js_divergence_rows,
            )
            .of(input::two_probabilities),
            Self::of_two_rows(
                "kl_divergence_from_logits",
                plain!(kl_divergence_from_logits() as Naive, Stable),
                Level::kl_divergence_from_logits_rows,
            )
            .of(input::two_logits),
        ]
    }

    fn of_rows(name: &str, plain: Plain<T>, at_level: OfRows<T>) -> Self {
        Self::new(name, Output::Rows, plain, move |level, batch| {
            let rows = Rows::new(&batch.x, batch.columns)?;
            at_level(level, rows, &mut batch.results)
        })
    }

    fn of_two_rows(name: &str, plain: Plain<T>, at_level: OfTwoRows<T>) -> Self {
        Self::new(name, Output::Rows, plain, move |level, batch| {
            let x = Rows::new(&batch.x, batch.columns)?;
            let y = Rows::new(&batch.y, batch.columns)?;
            at_level(level, x, y, &mut batch.results)
        })
    }
}
