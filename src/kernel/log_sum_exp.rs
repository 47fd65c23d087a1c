//! ln Σ e^x.

use super::exp_sum::ExpSum;
use super::few_columns::{BlockSum, Blocks, Cells};
use super::frame::Shifted;
use super::row::{row, up_to};
use super::row_sum::{Peak, RowSum, row_sum};
use crate::math::TwoFold;
use crate::math::term::exp_term_two_fold;
use crate::rows::Rows;
use crate::simd::Vector;

/// The most lanes of a register.
const MOST_LANES: usize = 16;

/// ln Σ e^x of each row, for as many rows as `out` has room for.
///
/// As many rows at once as a register has lanes: what is done once a row is a chain of instructions
/// as long as the sum of a hundred elements.
#[inline(always)]
pub fn log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    out: &mut [V::Element],
) {
    let columns = rows.columns();
    let mut blocks = Blocks::<V::Register>::new(token, columns);
    let mut sums = Sums::new();
    let rows_at_once = V::Register::LANES;
    let mut first = 0;
    while let Some(rest @ [_, ..]) = out.get_mut(first..) {
        let rows = rows.data().get(first * columns..).unwrap_or(&[]);
        let rows = up_to(rows, rows_at_once * columns);
        if let Some(BlockSum { sum, frames, .. }) = blocks.sum(rows, Peak::Among, Cells::Kept) {
            let peak = frames.peak(token, sum.max);
            sum.log_sum_exp(token, peak).store(rest);
        } else {
            for number in 0..rest.len().min(rows_at_once) {
                let row = row(rows, columns, number).unwrap_or(&[]);
                let sum = row_sum::<V>(token, row, Peak::Among);
                sums.set::<V>(number, sum);
            }
            sums.log_sum_exp::<V::Register>(token, rest);
        }
        first += rows_at_once;
    }
}

/// The sums of a few rows, one a lane.
struct Sums<E> {
    /// The largest elements; if that of a row is not finite, its log-sum-exp.
    max: [E; MOST_LANES],
    /// What makes the largest exponentials of them.
    arguments: [E; MOST_LANES],
    rounds: [E; MOST_LANES],
    /// The largest exponentials as terms.
    peak: [E; MOST_LANES],
    /// Σ e^x over all other elements, and what rounding left over.
    rest: [E; MOST_LANES],
    lost: [E; MOST_LANES],
}

impl<E: Shifted> Sums<E> {
    /// No sums.
    #[inline(always)]
    fn new() -> Self {
        let none = [E::ZERO; MOST_LANES];
        Self {
            max: none,
            arguments: none,
            rounds: none,
            peak: none,
            rest: none,
            lost: none,
        }
    }

    /// Puts the sum of a row in its lane.
    #[inline(always)]
    fn set<V: Vector<Element = E>>(&mut self, lane: usize, sum: Result<RowSum<E>, E>) {
        let set = |lanes: &mut [E; MOST_LANES], value| {
            if let Some(place) = lanes.get_mut(lane) {
                *place = value;
            }
        };
        match sum {
            Ok(sum) => {
                let (argument, round) = sum.frame.arguments::<V>(sum.max);
                set(&mut self.max, sum.max);
                set(&mut self.arguments, argument);
                set(&mut self.rounds, round);
                set(&mut self.peak, sum.peak);
                set(&mut self.rest, sum.rest.hi);
                set(&mut self.lost, sum.rest.lo);
            }
            Err(special) => set(&mut self.max, special),
        }
    }

    /// ln Σ e^x of the rows, for as many as `out` has room for.
    #[inline(always)]
    fn log_sum_exp<R: Vector<Element = E>>(&self, token: R::Token, out: &mut [E]) {
        let load = |lanes: &[E; MOST_LANES]| R::load(token, lanes, E::ZERO);
        let peak = exp_term_two_fold(token, load(&self.arguments), load(&self.rounds));
        let sum = ExpSum {
            max: load(&self.max),
            peak: load(&self.peak),
            rest: TwoFold {
                hi: load(&self.rest),
                lo: load(&self.lost),
            },
        };
        sum.log_sum_exp(token, peak).store(out);
        for (out, &max) in out.iter_mut().zip(&self.max).take(R::LANES) {
            if !max.is_finite() {
                *out = max;
            }
        }
    }
}
