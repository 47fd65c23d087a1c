//! Sums of exponentials of a few rows, one a lane.
//!
//! What is done once a row is a chain of dependent instructions, as long as the sum of a hundred
//! elements: for as many rows as a register has lanes it takes no longer than for one.

use core::marker::PhantomData;

use super::exp_sum::ExpSum;
use super::frame::{Frame, Shifted};
use super::frames::{FrameLanes, Frames};
use super::lanes::{Lanes, MOST_LANES, filled, get, lanes, set, two_fold};
use super::peak::Peak;
use super::running::Unreduced;
use crate::math::TwoFold;
use crate::simd::{Element, Exchange, Stack, Vector};

/// The sums of a few rows: that of row number i in lane i·2^spread.
pub struct Sums<R: Vector, P> {
    token: R::Token,
    spread: u32,
    rows: usize,
    /// The largest elements; if that of a row is not finite, its log-sum-exp.
    max: Lanes<R>,
    /// Where each row's largest element first stands, if it is kept apart.
    argmax: Lanes<R, usize>,
    frames: FrameLanes<R>,
    /// The terms of each row, not added up.
    terms: Stack<TwoFold<R>, MOST_LANES>,
    /// Former peaks, if they are kept apart.
    carried: TwoFold<Lanes<R>>,
    peak: PhantomData<P>,
}

impl<R: Exchange<Element: Shifted>, P: Peak> Sums<R, P> {
    /// Room for so many sums, at most as many as there are lanes.
    #[inline(always)]
    pub fn new(token: R::Token, rows: usize) -> Self {
        let none = filled::<R, _>(R::Element::ZERO);
        Self {
            token,
            spread: R::LANES.trailing_zeros() - rows.next_power_of_two().trailing_zeros(),
            rows: 0,
            max: none,
            argmax: filled::<R, _>(0),
            frames: FrameLanes::new(),
            terms: Stack::new(),
            carried: TwoFold { hi: none, lo: none },
            peak: PhantomData,
        }
    }

    /// Forgets all sums.
    #[inline(always)]
    pub fn clear(&mut self) {
        self.terms.clear();
        self.rows = 0;
    }

    /// Row number i is in lane i·2^spread.
    #[inline(always)]
    pub fn spread(&self) -> u32 {
        self.spread
    }

    /// The lane of a row.
    #[inline(always)]
    pub fn lane(&self, number: usize) -> usize {
        number << self.spread
    }

    /// Appends the sum of a row.
    #[inline(always)]
    pub fn push(&mut self, sum: Result<Unreduced<R, P>, R::Element>) {
        let lane = self.lane(self.rows);
        match sum {
            Ok(sum) => {
                set(&mut self.max, lane, sum.max);
                self.frames.set(lane, sum.frame);
                if P::APART {
                    set(&mut self.argmax, self.rows, sum.argmax);
                    set(&mut self.carried.hi, lane, sum.carried.hi.first());
                    set(&mut self.carried.lo, lane, sum.carried.lo.first());
                }
                self.terms.push(sum.lanes);
            }
            Err(special) => {
                set(&mut self.max, lane, special);
                self.terms.push(TwoFold::zero(self.token));
            }
        }
        self.rows += 1;
    }

    /// The sums in lanes. Adds up what was pushed, once.
    #[inline(always)]
    pub fn sum(&mut self) -> ExpSum<R> {
        let token = self.token;
        while self.lane(self.terms.values().len()) < R::LANES {
            self.terms.push(TwoFold::zero(token));
        }
        let sum = R::sums_of_lanes(self.terms.values_mut());
        let mut sum = sum.unwrap_or(TwoFold::zero(token));
        let max = R::load(token, self.max.as_ref(), R::Element::ZERO);
        let peak = self.frames().exp(token, max);
        if P::APART {
            sum = sum.add(two_fold::<R>(token, &self.carried));
        }
        ExpSum::new::<P>(token, max, peak, sum)
    }

    /// The frames of the sums.
    #[inline(always)]
    pub fn frames(&self) -> Frames<R> {
        self.frames.load(self.token)
    }

    /// The frame of a row's sum, unless its largest element, hence its sum, is not finite.
    #[inline(always)]
    pub fn frame(&self, number: usize) -> Option<Frame<R::Element>> {
        let lane = self.lane(number);
        match get(&self.max, lane) {
            Some(max) if max.is_finite() => self.frames.get(lane),
            _ => None,
        }
    }

    /// Where each row's largest element first stands: that of row number i in place i.
    #[inline(always)]
    pub fn argmax(&self) -> &Lanes<R, usize> {
        &self.argmax
    }

    /// ln Σ e^x of each row, for as many as `out` has room for, if `sum` is what they add up to.
    #[inline(always)]
    pub fn log_sum_exp(&self, sum: ExpSum<R>, out: &mut [R::Element]) {
        let peak = self.frames().peak(self.token, sum.max);
        let mut results = lanes(sum.log_sum_exp(self.token, peak));
        for (result, max) in results.as_mut().iter_mut().zip(self.max.as_ref()) {
            if !max.is_finite() {
                *result = *max;
            }
        }
        self.copy_to(out, &results);
    }

    /// What belongs to each row, for as many as `out` has room for.
    #[inline(always)]
    pub fn copy_to(&self, out: &mut [R::Element], results: &Lanes<R>) {
        for (number, out) in out.iter_mut().take(self.rows).enumerate() {
            if let Some(result) = get(results, self.lane(number)) {
                *out = result;
            }
        }
    }

    /// ln Σ e^x of the only row, if `sum` is its sum; −∞ if there is none.
    #[inline(always)]
    pub fn log_sum_exp_of_one(&self, sum: ExpSum<R>) -> R::Element {
        let mut result = [R::Element::NEG_INFINITY];
        self.log_sum_exp(sum, &mut result);
        let [result] = result;
        result
    }
}
