//! Sums of exponentials of a few rows, one a lane.
//!
//! What is done once a row is a chain of dependent instructions, as long as the sum of a hundred
//! elements: for as many rows as a register has lanes it takes no longer than for one.

use super::exp_sum::ExpSum;
use super::frame::Shifted;
use super::peak::Among;
use super::running::{Unreduced, rest};
use crate::math::TwoFold;
use crate::math::term::{exp_term, exp_term_two_fold};
use crate::simd::{Element, Exchange, Stack, Vector};

/// The most lanes of a register.
pub const MOST_LANES: usize = 16;

/// The sums of a few rows, their peaks [`Among`] the others: that of row number i in lane i·step.
pub struct Sums<R: Vector> {
    token: R::Token,
    step: usize,
    rows: usize,
    /// The largest elements; if that of a row is not finite, its log-sum-exp.
    max: [R::Element; MOST_LANES],
    /// What makes the largest exponentials of them.
    arguments: [R::Element; MOST_LANES],
    rounds: [R::Element; MOST_LANES],
    /// The terms of each row, not added up.
    lanes: Stack<TwoFold<R>, MOST_LANES>,
}

impl<R: Exchange<Element: Shifted>> Sums<R> {
    /// Room for so many sums, at most as many as there are lanes.
    #[inline(always)]
    pub fn new(token: R::Token, rows: usize) -> Self {
        let none = [R::Element::ZERO; MOST_LANES];
        Self {
            token,
            step: R::LANES >> rows.next_power_of_two().trailing_zeros(),
            rows: 0,
            max: none,
            arguments: none,
            rounds: none,
            lanes: Stack::new(),
        }
    }

    /// Forgets all sums.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.lanes.clear();
        self.rows = 0;
    }

    /// The lane of a row.
    #[inline(always)]
    pub fn lane(&self, number: usize) -> usize {
        number * self.step
    }

    /// Appends the sum of a row.
    #[inline(always)]
    pub fn push<V: Vector<Element = R::Element, Register = R>>(
        &mut self,
        sum: Result<Unreduced<R>, R::Element>,
    ) {
        let lane = self.lane(self.rows);
        self.rows += 1;
        let set = |lanes: &mut [R::Element; MOST_LANES], value| {
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
                self.lanes.push(sum.lanes);
            }
            Err(special) => {
                set(&mut self.max, special);
                self.lanes.push(TwoFold::zero(self.token));
            }
        }
    }

    /// The sums in lanes. Adds up what was pushed, once.
    #[inline(always)]
    pub fn sum(&mut self) -> ExpSum<R> {
        let token = self.token;
        let zero = TwoFold::zero(token);
        while self.lane(self.lanes.values().len()) < R::LANES {
            self.lanes.push(zero);
        }
        let sum = R::sums_of_lanes(self.lanes.values_mut()).unwrap_or(zero);
        let (arguments, rounds) = self.arguments();
        let peak = exp_term(token, arguments, rounds);
        ExpSum {
            max: R::load(token, &self.max, R::Element::ZERO),
            peak,
            rest: rest::<R, Among>(token, sum, peak),
        }
    }

    /// What makes the largest exponentials.
    #[inline(always)]
    fn arguments(&self) -> (R, R) {
        (
            R::load(self.token, &self.arguments, R::Element::ZERO),
            R::load(self.token, &self.rounds, R::Element::ZERO),
        )
    }

    /// Whether a row's largest element, hence its sum, is finite.
    #[inline(always)]
    pub fn is_finite(&self, number: usize) -> bool {
        let max = self.max.get(self.lane(number));
        matches!(max, Some(max) if max.is_finite())
    }

    /// ln Σ e^x of each row, for as many as `out` has room for, if `sum` is what they add up to.
    #[inline(always)]
    pub fn log_sum_exp(&self, sum: ExpSum<R>, out: &mut [R::Element]) {
        let (arguments, rounds) = self.arguments();
        let peak = exp_term_two_fold(self.token, arguments, rounds);
        let mut results = [R::Element::ZERO; MOST_LANES];
        sum.log_sum_exp(self.token, peak).store(&mut results);
        let mut lane = 0;
        for out in out.iter_mut().take(self.rows) {
            if let (Some(&max), Some(&result)) = (self.max.get(lane), results.get(lane)) {
                *out = if max.is_finite() { result } else { max };
            }
            lane += self.step;
        }
    }
}
