//! The functions of this crate, each with what it is compared with.

use logits::{CrossEntropy, Error, Level, LogSumExp, Rows, RowsMut, Softmax};

use super::plain::{self, Naive, Reference, Stable};
use super::{Batch, Contender, Real};

/// A function of rows, in this crate and as plain loops.
pub struct Function<T> {
    pub name: &'static str,
    /// Whether it overwrites the logits.
    pub in_place: bool,
    /// Whether it takes probabilities, not logits.
    of_probabilities: bool,
    at_level: fn(Level, &mut Batch<T>) -> Result<(), Error>,
    naive: fn(&mut Batch<T>),
    stable: fn(&mut Batch<T>),
    reference: fn(&mut Batch<f64>),
}

impl<T: Real> Function<T> {
    pub fn all() -> [Self; 9] {
        [
            Self::softmax(),
            Self::tempered_softmax(),
            Self::capped_softmax(),
            Self::log_sum_exp(),
            Self::streaming(),
            Self::cross_entropy(),
            Self::cross_entropy_gradient(),
            Self::entropy(),
            Self::entropy_from_logits(),
        ]
    }

    pub fn softmax() -> Self {
        Self {
            name: "softmax",
            in_place: true,
            of_probabilities: false,
            at_level: |level, batch| {
                level.softmax_rows_in_place(RowsMut::new(&mut batch.logits, batch.columns)?);
                Ok(())
            },
            naive: plain::softmax::<T, Naive>,
            stable: plain::softmax::<T, Stable>,
            reference: plain::softmax::<f64, Reference>,
        }
    }

    pub fn tempered_softmax() -> Self {
        Self {
            name: "softmax_temperature",
            in_place: true,
            of_probabilities: false,
            at_level: |level, batch| {
                let softmax = Softmax::new().level(level);
                let softmax = softmax.temperature(T::rounded(plain::TEMPERATURE));
                softmax.softmax_rows_in_place(RowsMut::new(&mut batch.logits, batch.columns)?)
            },
            naive: plain::tempered_softmax::<T, Naive>,
            stable: plain::tempered_softmax::<T, Stable>,
            reference: plain::tempered_softmax::<f64, Reference>,
        }
    }

    pub fn capped_softmax() -> Self {
        Self {
            name: "softmax_softcap",
            in_place: true,
            of_probabilities: false,
            at_level: |level, batch| {
                let softmax = Softmax::new().level(level).scale(T::rounded(plain::SCALE));
                let softmax = softmax.softcap(T::rounded(plain::CAP));
                softmax.softmax_rows_in_place(RowsMut::new(&mut batch.logits, batch.columns)?)
            },
            naive: plain::capped_softmax::<T, Naive>,
            stable: plain::capped_softmax::<T, Stable>,
            reference: plain::capped_softmax::<f64, Reference>,
        }
    }

    pub fn log_sum_exp() -> Self {
        Self {
            name: "log_sum_exp",
            in_place: false,
            of_probabilities: false,
            at_level: |level, batch| {
                let rows = Rows::new(&batch.logits, batch.columns)?;
                level.log_sum_exp_rows(rows, &mut batch.results)
            },
            naive: plain::log_sum_exp::<T, Naive>,
            stable: plain::log_sum_exp::<T, Stable>,
            reference: plain::log_sum_exp::<f64, Reference>,
        }
    }

    /// log_sum_exp of rows that come in chunks of 4 KiB, to compare with one call.
    pub fn streaming() -> Self {
        Self {
            name: "streaming",
            at_level: |level, batch| {
                let rows = batch.logits.chunks_exact(batch.columns);
                for (row, result) in rows.zip(&mut batch.results) {
                    let mut state = LogSumExp::new().level(level);
                    for chunk in row.chunks(4096 / size_of::<T>()) {
                        state.extend_from_slice(chunk);
                    }
                    *result = state.value();
                }
                Ok(())
            },
            ..Self::log_sum_exp()
        }
    }

    pub fn cross_entropy() -> Self {
        Self {
            name: "cross_entropy",
            in_place: false,
            of_probabilities: false,
            at_level: |level, batch| {
                let rows = Rows::new(&batch.logits, batch.columns)?;
                let loss = CrossEntropy::new().level(level);
                batch.results[0] = loss.loss_from_logits(rows, &batch.labels)?.loss();
                Ok(())
            },
            naive: plain::cross_entropy::<T, Naive>,
            stable: plain::cross_entropy::<T, Stable>,
            reference: plain::cross_entropy::<f64, Reference>,
        }
    }

    pub fn cross_entropy_gradient() -> Self {
        Self {
            name: "cross_entropy_gradient",
            in_place: true,
            of_probabilities: false,
            at_level: |level, batch| {
                let rows = RowsMut::new(&mut batch.logits, batch.columns)?;
                let loss = CrossEntropy::new().level(level);
                let sum = loss.loss_and_gradient_in_place(rows, &batch.labels, T::rounded(1.0))?;
                batch.results[0] = sum.loss();
                Ok(())
            },
            naive: plain::cross_entropy_gradient::<T, Naive>,
            stable: plain::cross_entropy_gradient::<T, Stable>,
            reference: plain::cross_entropy_gradient::<f64, Reference>,
        }
    }

    pub fn entropy() -> Self {
        Self {
            name: "entropy",
            in_place: false,
            of_probabilities: true,
            at_level: |level, batch| {
                let rows = Rows::new(&batch.logits, batch.columns)?;
                level.entropy_rows(rows, &mut batch.results)
            },
            naive: plain::entropy::<T, Naive>,
            stable: plain::entropy::<T, Stable>,
            reference: plain::entropy::<f64, Reference>,
        }
    }

    pub fn entropy_from_logits() -> Self {
        Self {
            name: "entropy_from_logits",
            in_place: false,
            of_probabilities: false,
            at_level: |level, batch| {
                let rows = Rows::new(&batch.logits, batch.columns)?;
                level.entropy_from_logits_rows(rows, &mut batch.results)
            },
            naive: plain::entropy_from_logits::<T, Naive>,
            stable: plain::entropy_from_logits::<T, Stable>,
            reference: plain::entropy_from_logits::<f64, Reference>,
        }
    }

    /// What the function takes, for a batch of that shape.
    pub fn input(&self, rows: usize, columns: usize) -> Batch<T> {
        let mut batch = Batch::new(rows, columns, rows);
        if self.of_probabilities {
            plain::softmax::<T, Stable>(&mut batch);
        }
        batch
    }

    /// What the function makes of `input`.
    pub fn expected(&self, input: &Batch<T>) -> Batch<f64> {
        let mut batch = input.widened();
        (self.reference)(&mut batch);
        batch
    }

    /// The plain loops, for a batch of that shape.
    pub fn plain(&self, rows: usize, columns: usize) -> [Contender<T>; 2] {
        let terms = rows + columns;
        [
            Contender::inexact("naive", terms, self.naive),
            Contender::inexact("stable", terms, self.stable),
        ]
    }

    /// This crate, at every level of the CPU.
    pub fn levels(&self) -> impl Iterator<Item = Contender<T>> {
        levels(self.at_level)
    }
}

/// e^x of each logit into the results: this crate at every level, std, `libm` and `wide`.
pub fn exp<T: Real>() -> Vec<Contender<T>> {
    let mut contenders: Vec<_> =
        levels(|level, batch: &mut Batch<T>| level.exp_into(&batch.logits, &mut batch.results))
            .collect();
    contenders.extend([
        Contender::inexact("std", 0, plain::exp::<T>),
        Contender::inexact("libm", 0, |batch: &mut Batch<T>| {
            for (result, x) in batch.results.iter_mut().zip(&batch.logits) {
                *result = x.libm_exp();
            }
        }),
        Contender::inexact("wide", 0, |batch: &mut Batch<T>| {
            T::wide_exp(&batch.logits, &mut batch.results)
        }),
    ]);
    contenders
}

/// What [`exp`] makes of `input`.
pub fn expected_exp<T: Real>(input: &Batch<T>) -> Batch<f64> {
    let mut batch = input.widened();
    plain::exp(&mut batch);
    batch
}

fn levels<T: Real>(
    run: fn(Level, &mut Batch<T>) -> Result<(), Error>,
) -> impl Iterator<Item = Contender<T>> {
    Level::available().map(move |level| {
        Contender::exact(level.name(), move |batch| {
            run(level, batch).expect("a batch has one label and one result a row");
        })
    })
}
