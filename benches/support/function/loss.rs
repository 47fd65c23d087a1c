//! Losses, and losses with their gradients.

use logits::{BinaryCrossEntropy, CrossEntropy, Error, Level, LogSumExp, LossSum, Rows, RowsMut};

use super::{Function, Output, Plain, Run};
use crate::support::plain::{IGNORED, PADDING, POS_WEIGHT, Pass, SMOOTHING, Z_LOSS};
use crate::support::{Batch, Real, input, plain};

impl<T: Real> Function<T> {
    /// All but the cross-entropy of labels without options.
    pub(super) fn losses() -> Vec<Self> {
        let mut losses = vec![Self::streaming_gradient(), Self::cross_entropy_padded()];
        for pass in [Pass::Loss, Pass::Gradient] {
            losses.extend([
                Self::cross_entropy_options(pass),
                Self::cross_entropy_soft(pass),
                Self::cross_entropy_from_probabilities(pass),
                Self::binary_cross_entropy(pass),
                Self::binary_cross_entropy_from_probabilities(pass),
            ]);
        }
        losses
    }

    pub fn cross_entropy() -> Self {
        let plain = plain!(cross_entropy() as Naive, Stable);
        Self::loss("cross_entropy", Pass::Loss, plain, |level, batch| {
            let rows = Rows::new(&batch.x, batch.columns)?;
            let loss = CrossEntropy::new().level(level);
            loss.loss_from_logits(rows, &batch.labels)
        })
    }

    /// With rows whose label is ignored.
    pub fn cross_entropy_padded() -> Self {
        let plain = plain!(cross_entropy_padded() as Naive, Stable);
        let name = "cross_entropy_padded";
        let function = Self::loss(name, Pass::Loss, plain, |level, batch| {
            let rows = Rows::new(&batch.x, batch.columns)?;
            let loss = CrossEntropy::new().level(level);
            let loss = loss.ignore_index(i64::from(PADDING));
            loss.loss_from_logits(rows, &batch.labels)
        });
        function.of(input::padded)
    }

    pub fn cross_entropy_gradient() -> Self {
        let plain = plain!(cross_entropy_gradient() as Naive, Stable);
        Self::loss("cross_entropy", Pass::Gradient, plain, |level, batch| {
            let rows = RowsMut::new(&mut batch.x, batch.columns)?;
            let loss = CrossEntropy::new().level(level);
            loss.loss_and_gradient_in_place(rows, &batch.labels, T::rounded(1.0))
        })
    }

    /// cross_entropy_gradient of rows that come in chunks of 4 KiB, to compare with one call.
    fn streaming_gradient() -> Self {
        let plain = plain!(cross_entropy_gradient() as Naive, Stable);
        let chunk = 4096 / size_of::<T>();
        Self::new(
            "streaming_gradient",
            Output::InPlace,
            plain,
            move |level, batch| {
                let mut loss = 0.0;
                let rows = batch.x.chunks_exact_mut(batch.columns);
                for (row, &label) in rows.zip(&batch.labels) {
                    let label = label as usize;
                    let mut state = LogSumExp::new().level(level);
                    for chunk in row.chunks(chunk) {
                        state.extend_from_slice(chunk);
                    }
                    loss += state.loss(row[label]).into();
                    for (index, logits) in row.chunks_mut(chunk).enumerate() {
                        let target = label.checked_sub(index * chunk);
                        let target = target.filter(|&target| target < logits.len());
                        state.gradient_in_place(logits, target, T::rounded(1.0))?;
                    }
                }
                batch.results[0] = T::rounded(loss);
                Ok(())
            },
        )
    }

    /// With class weights, label smoothing, an ignored label and a z-loss.
    fn cross_entropy_options(pass: Pass) -> Self {
        let plain = plain!(cross_entropy_options(pass) as Naive, Stable);
        let function = Self::loss("cross_entropy_options", pass, plain, move |level, batch| {
            let loss = CrossEntropy::new()
                .level(level)
                .class_weights(&batch.y)
                .label_smoothing(T::rounded(SMOOTHING))
                .ignore_index(i64::from(IGNORED))
                .z_loss(T::rounded(Z_LOSS));
            match pass {
                Pass::Loss => {
                    loss.loss_from_logits(Rows::new(&batch.x, batch.columns)?, &batch.labels)
                }
                Pass::Gradient => {
                    let rows = RowsMut::new(&mut batch.x, batch.columns)?;
                    loss.loss_and_gradient_in_place(rows, &batch.labels, T::rounded(1.0))
                }
            }
        });
        function.of(input::class_weights).cancelling()
    }

    fn cross_entropy_soft(pass: Pass) -> Self {
        let plain = plain!(cross_entropy_soft(pass) as Naive, Stable);
        let function = Self::loss("cross_entropy_soft", pass, plain, move |level, batch| {
            let loss = CrossEntropy::new().level(level);
            let targets = Rows::new(&batch.y, batch.columns)?;
            match pass {
                Pass::Loss => {
                    loss.loss_from_logits_soft(Rows::new(&batch.x, batch.columns)?, targets)
                }
                Pass::Gradient => {
                    let rows = RowsMut::new(&mut batch.x, batch.columns)?;
                    loss.loss_and_gradient_soft_in_place(rows, targets, T::rounded(1.0))
                }
            }
        });
        function.of(input::soft_targets).cancelling()
    }

    fn cross_entropy_from_probabilities(pass: Pass) -> Self {
        let name = "cross_entropy_from_probabilities";
        let plain = plain!(cross_entropy_from_probabilities(pass) as Naive);
        let function = Self::loss(name, pass, plain, move |level, batch| {
            let loss = CrossEntropy::new().level(level);
            let (labels, columns) = (&batch.labels, batch.columns);
            match pass {
                Pass::Loss => loss.loss_from_probabilities(Rows::new(&batch.x, columns)?, labels),
                Pass::Gradient => loss.loss_and_gradient_from_probabilities_in_place(
                    RowsMut::new(&mut batch.x, columns)?,
                    labels,
                    T::rounded(1.0),
                ),
            }
        });
        function.of(input::probabilities)
    }

    fn binary_cross_entropy(pass: Pass) -> Self {
        let plain = plain!(binary_cross_entropy(pass) as Naive);
        let function = Self::loss("binary_cross_entropy", pass, plain, move |level, batch| {
            let loss = binary(level);
            let targets = Rows::new(&batch.y, batch.columns)?;
            match pass {
                Pass::Loss => loss.loss_from_logits(Rows::new(&batch.x, batch.columns)?, targets),
                Pass::Gradient => {
                    let rows = RowsMut::new(&mut batch.x, batch.columns)?;
                    loss.loss_and_gradient_in_place(rows, targets, T::rounded(1.0))
                }
            }
        });
        function.of(input::decisions)
    }

    fn binary_cross_entropy_from_probabilities(pass: Pass) -> Self {
        let name = "binary_cross_entropy_from_probabilities";
        let plain = plain!(binary_cross_entropy_from_probabilities(pass) as Naive);
        let function = Self::loss(name, pass, plain, move |level, batch| {
            let loss = binary(level);
            let targets = Rows::new(&batch.y, batch.columns)?;
            match pass {
                Pass::Loss => {
                    loss.loss_from_probabilities(Rows::new(&batch.x, batch.columns)?, targets)
                }
                Pass::Gradient => loss.loss_and_gradient_from_probabilities_in_place(
                    RowsMut::new(&mut batch.x, batch.columns)?,
                    targets,
                    T::rounded(1.0),
                ),
            }
        });
        function.of(input::decided_probabilities)
    }

    /// A loss, the sum of which becomes the first of the results.
    fn loss(
        name: &str,
        pass: Pass,
        plain: Plain<T>,
        at_level: impl Fn(Level, &mut Batch<T>) -> Result<LossSum<T>, Error> + 'static,
    ) -> Self {
        let (name, output) = match pass {
            Pass::Loss => (name.to_string(), Output::Rows),
            Pass::Gradient => (format!("{name}_gradient"), Output::InPlace),
        };
        Self::new(name, output, plain, move |level, batch| {
            let sum = at_level(level, batch)?;
            batch.results[0] = sum.loss() + sum.z_loss();
            Ok(())
        })
    }
}

fn binary<'a, T: Real>(level: Level) -> BinaryCrossEntropy<'a, T> {
    BinaryCrossEntropy::new()
        .level(level)
        .pos_weight(T::rounded(POS_WEIGHT))
}
