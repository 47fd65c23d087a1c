//! What the options cost where none is set: builders beside the plain functions.

use logits::{CrossEntropy, Error, Level, Rows, RowsMut, Softmax};

use crate::support::{Batch, Contender, Function};

type AtLevel = fn(Level, &mut Batch<f32>) -> Result<(), Error>;

/// The same results by plain functions and by a builder.
pub struct Comparison {
    pub name: &'static str,
    pub function: Function<f32>,
    plain: AtLevel,
    builder: AtLevel,
}

impl Comparison {
    /// Softmax row by row, where what each call costs shows, and of a batch; the losses of a batch,
    /// beside the log-sum-exp and the softmax that they are made of.
    pub fn all() -> [Self; 4] {
        [
            Self {
                name: "options_softmax_row",
                function: Function::softmax(),
                plain: softmax_of_rows,
                builder: softmax_of_rows_by_builder,
            },
            Self {
                name: "options_softmax",
                function: Function::softmax(),
                plain: softmax,
                builder: softmax_by_builder,
            },
            Self {
                name: "options_cross_entropy",
                function: Function::cross_entropy(),
                plain: cross_entropy,
                builder: cross_entropy_by_builder,
            },
            Self {
                name: "options_cross_entropy_gradient",
                function: Function::cross_entropy_gradient(),
                plain: cross_entropy_gradient,
                builder: cross_entropy_gradient_by_builder,
            },
        ]
    }

    pub fn contenders(&self, rows: usize, columns: usize) -> Vec<Contender<f32>> {
        let terms = rows + columns;
        let ways = [("plain", self.plain), ("builder", self.builder)];
        let contenders = ways.map(|(name, way)| {
            Contender::inexact(name, terms, move |batch| {
                way(Level::best(), batch).expect("a batch has the shape that is asked for");
            })
        });
        contenders.into()
    }
}

fn softmax_of_rows(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    for row in batch.x.chunks_exact_mut(batch.columns) {
        level.softmax_in_place(row);
    }
    Ok(())
}

fn softmax_of_rows_by_builder(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    for row in batch.x.chunks_exact_mut(batch.columns) {
        Softmax::new().level(level).softmax_in_place(row)?;
    }
    Ok(())
}

fn softmax(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    level.softmax_rows_in_place(RowsMut::new(&mut batch.x, batch.columns)?);
    Ok(())
}

fn softmax_by_builder(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    let rows = RowsMut::new(&mut batch.x, batch.columns)?;
    Softmax::new().level(level).softmax_rows_in_place(rows)
}

/// ln Σ e^x − x at the label.
fn cross_entropy(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    let rows = Rows::new(&batch.x, batch.columns)?;
    level.log_sum_exp_rows(rows, &mut batch.results)?;
    let mut loss = 0.0;
    for ((row, &label), lse) in rows.iter().zip(&batch.labels).zip(&mut batch.results) {
        loss += f64::from(*lse - row[label as usize]);
        *lse = 0.0;
    }
    batch.results[0] = loss as f32;
    Ok(())
}

fn cross_entropy_by_builder(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    let rows = Rows::new(&batch.x, batch.columns)?;
    let loss = CrossEntropy::new().level(level);
    batch.results[0] = loss.loss_from_logits(rows, &batch.labels)?.loss();
    Ok(())
}

/// −ln p at the label, and p − 1.
fn cross_entropy_gradient(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    softmax(level, batch)?;
    let mut loss = 0.0;
    let rows = batch.x.chunks_exact_mut(batch.columns);
    for (row, &label) in rows.zip(&batch.labels) {
        let p = &mut row[label as usize];
        loss -= f64::from(p.ln());
        *p -= 1.0;
    }
    batch.results[0] = loss as f32;
    Ok(())
}

fn cross_entropy_gradient_by_builder(level: Level, batch: &mut Batch<f32>) -> Result<(), Error> {
    let rows = RowsMut::new(&mut batch.x, batch.columns)?;
    let loss = CrossEntropy::new().level(level);
    let sum = loss.loss_and_gradient_in_place(rows, &batch.labels, 1.0)?;
    batch.results[0] = sum.loss();
    Ok(())
}
