//! Softmax, log-softmax, log-sum-exp, and gradients through them.

use logits::{LogSumExp, Rows, RowsMut, Softmax};

use super::{Function, Output, Plain, Run};
use crate::support::plain::{CAP, LogitOption, SCALE, SINK, TEMPERATURE};
use crate::support::{Batch, Real, input, plain};

impl<T: Real> Function<T> {
    /// All but [`softmax`](Self::softmax) and [`log_sum_exp`](Self::log_sum_exp).
    pub(super) fn softmax_variants() -> Vec<Self> {
        vec![
            Self::softmax_into(),
            Self::softmax_with(LogitOption::Temperature),
            Self::softmax_with(LogitOption::Softcap),
            Self::softmax_with(LogitOption::Mask),
            Self::softmax_with(LogitOption::Bias),
            Self::softmax_with(LogitOption::Sink),
            Self::boltzmann(),
            Self::free_energy(),
            Self::log_softmax(),
            Self::log_softmax_into(),
            Self::log_softmax_with(LogitOption::Mask),
            Self::log_sum_exp_with(LogitOption::Temperature),
            Self::log_sum_exp_with(LogitOption::Softcap),
            Self::log_sum_exp_with(LogitOption::Mask),
            Self::log_sum_exp_with(LogitOption::Bias),
            Self::log_sum_exp_with(LogitOption::Sink),
            Self::log_sum_exp_by_row(LogitOption::Temperature),
            Self::streaming(),
            Self::softmax_vjp(),
            Self::log_softmax_vjp(),
        ]
    }

    pub fn softmax() -> Self {
        let plain = plain!(softmax() as Naive, Stable);
        Self::new("softmax", Output::InPlace, plain, |level, batch| {
            level.softmax_rows_in_place(RowsMut::new(&mut batch.x, batch.columns)?);
            Ok(())
        })
    }

    /// Row by row from one slice into another.
    pub fn softmax_into() -> Self {
        let plain = plain!(softmax_into() as Naive, Stable);
        Self::new("softmax_into", Output::Elements, plain, |level, batch| {
            let rows = batch.x.chunks_exact(batch.columns);
            for (row, out) in rows.zip(batch.results.chunks_exact_mut(batch.columns)) {
                level.softmax_into(row, out)?;
            }
            Ok(())
        })
    }

    fn softmax_with(option: LogitOption) -> Self {
        let name = format!("softmax_{}", option.name());
        let plain = plain!(softmax_with(option) as Naive, Stable);
        let function = Self::new(name, Output::InPlace, plain, move |level, batch| {
            let Batch { x, y, mask, .. } = batch;
            let softmax = option.set(Softmax::new().level(level), y, mask);
            softmax.softmax_rows_in_place(RowsMut::new(x, batch.columns)?)
        });
        function.of(option.input())
    }

    fn boltzmann() -> Self {
        let plain = plain!(boltzmann() as Naive, Stable);
        Self::new("boltzmann", Output::InPlace, plain, |level, batch| {
            for row in batch.x.chunks_exact_mut(batch.columns) {
                level.boltzmann_in_place(row, T::rounded(TEMPERATURE))?;
            }
            Ok(())
        })
    }

    fn free_energy() -> Self {
        let plain = plain!(free_energy() as Naive, Stable);
        let function = Self::new("free_energy", Output::Rows, plain, |level, batch| {
            let rows = batch.x.chunks_exact(batch.columns);
            for (row, result) in rows.zip(&mut batch.results) {
                *result = level.free_energy(row, T::rounded(TEMPERATURE))?;
            }
            Ok(())
        });
        function.cancelling()
    }

    fn log_softmax() -> Self {
        let plain = plain!(log_softmax() as Naive, Stable);
        Self::new("log_softmax", Output::InPlace, plain, |level, batch| {
            level.log_softmax_rows_in_place(RowsMut::new(&mut batch.x, batch.columns)?);
            Ok(())
        })
    }

    /// Row by row from one slice into another.
    fn log_softmax_into() -> Self {
        let plain = plain!(log_softmax_into() as Naive, Stable);
        Self::new(
            "log_softmax_into",
            Output::Elements,
            plain,
            |level, batch| {
                let rows = batch.x.chunks_exact(batch.columns);
                for (row, out) in rows.zip(batch.results.chunks_exact_mut(batch.columns)) {
                    level.log_softmax_into(row, out)?;
                }
                Ok(())
            },
        )
    }

    fn log_softmax_with(option: LogitOption) -> Self {
        let name = format!("log_softmax_{}", option.name());
        let plain = plain!(log_softmax_with(option) as Naive, Stable);
        let function = Self::new(name, Output::InPlace, plain, move |level, batch| {
            let Batch { x, y, mask, .. } = batch;
            let softmax = option.set(Softmax::new().level(level), y, mask);
            softmax.log_softmax_rows_in_place(RowsMut::new(x, batch.columns)?)
        });
        function.of(option.input())
    }

    pub fn log_sum_exp() -> Self {
        let plain = plain!(log_sum_exp() as Naive, Stable);
        Self::new("log_sum_exp", Output::Rows, plain, |level, batch| {
            let rows = Rows::new(&batch.x, batch.columns)?;
            level.log_sum_exp_rows(rows, &mut batch.results)
        })
    }

    fn log_sum_exp_with(option: LogitOption) -> Self {
        let name = format!("log_sum_exp_{}", option.name());
        let plain = plain!(log_sum_exp_with(option) as Naive, Stable);
        let function = Self::new(name, Output::Rows, plain, move |level, batch| {
            let rows = Rows::new(&batch.x, batch.columns)?;
            let softmax = option.set(Softmax::new().level(level), &batch.y, &batch.mask);
            softmax.log_sum_exp_rows(rows, &mut batch.results)
        });
        function.of(option.input())
    }

    /// A call a row, of an option that all rows share.
    fn log_sum_exp_by_row(option: LogitOption) -> Self {
        let name = format!("log_sum_exp_by_row_{}", option.name());
        let plain = plain!(log_sum_exp_with(option) as Naive, Stable);
        let function = Self::new(name, Output::Rows, plain, move |level, batch| {
            let softmax = option.set(Softmax::new().level(level), &batch.y, &batch.mask);
            let rows = batch.x.chunks_exact(batch.columns);
            for (row, result) in rows.zip(&mut batch.results) {
                *result = softmax.log_sum_exp(row)?;
            }
            Ok(())
        });
        function.of(option.input())
    }

    /// log_sum_exp of rows that come in chunks of 4 KiB, to compare with one call.
    fn streaming() -> Self {
        let plain = plain!(log_sum_exp() as Naive, Stable);
        Self::new("streaming", Output::Rows, plain, |level, batch| {
            let rows = batch.x.chunks_exact(batch.columns);
            for (row, result) in rows.zip(&mut batch.results) {
                let mut state = LogSumExp::new().level(level);
                for chunk in row.chunks(4096 / size_of::<T>()) {
                    state.extend_from_slice(chunk);
                }
                *result = state.value();
            }
            Ok(())
        })
    }

    fn softmax_vjp() -> Self {
        let plain = plain!(softmax_vjp() as Naive);
        let function = Self::new("softmax_vjp", Output::InPlace, plain, |level, batch| {
            let y = Rows::new(&batch.y, batch.columns)?;
            level.softmax_vjp_rows_in_place(y, RowsMut::new(&mut batch.x, batch.columns)?)
        });
        function.of(input::gradient_of_softmax)
    }

    fn log_softmax_vjp() -> Self {
        let plain = plain!(log_softmax_vjp() as Naive);
        let function = Self::new("log_softmax_vjp", Output::InPlace, plain, |level, batch| {
            let y = Rows::new(&batch.y, batch.columns)?;
            level.log_softmax_vjp_rows_in_place(y, RowsMut::new(&mut batch.x, batch.columns)?)
        });
        function.of(input::gradient_of_log_softmax)
    }
}

impl LogitOption {
    fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature",
            Self::Softcap => "softcap",
            Self::Mask => "mask",
            Self::Bias => "bias",
            Self::Sink => "sink",
        }
    }

    /// What softmax with the option takes.
    fn input<T: Real>(self) -> fn(&mut Batch<T>) {
        match self {
            Self::Bias => input::two_logits,
            Self::Mask => input::mask,
            Self::Temperature | Self::Softcap | Self::Sink => |_| {},
        }
    }

    fn set<'a, T: Real>(
        self,
        softmax: Softmax<'a, T>,
        biases: &'a [T],
        mask: &'a [bool],
    ) -> Softmax<'a, T> {
        match self {
            Self::Temperature => softmax.temperature(T::rounded(TEMPERATURE)),
            Self::Softcap => softmax.scale(T::rounded(SCALE)).softcap(T::rounded(CAP)),
            Self::Mask => softmax.mask(mask),
            Self::Bias => softmax.bias(biases),
            Self::Sink => softmax.sink(T::rounded(SINK)),
        }
    }
}
