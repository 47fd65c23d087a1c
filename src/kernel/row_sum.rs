//! Σ e^x of a row, in the form that everything else is computed from.
//!
//! With M the largest element, the sum is kept as e^M and the rest apart, both multiplied by the
//! same 2^−N, N = round(M·log₂ e). Scaling by a power of two is exact, while subtracting M rounds
//! every x and loses up to 2^6 units of e^x on ordinary logits: each x is reduced as it stands
//! instead. Keeping the largest term apart keeps the digits of confident rows, where the rest is
//! far below the rounding unit of the whole: lse = M + ln(1 + rest / e^M).
//!
//! Where N would no longer be small enough to round to, or (unfused) where n·ln 2 would no longer
//! be exact, all x that matter are so near to M in relation to their size that x − M is exact,
//! and the shift is by M itself.
//!
//! Sums run over a fixed number of lanes, whatever the width of a register. Each lane is flushed
//! after a block into a pair of numbers that keeps every rounding error, so that the error does
//! not grow with the length of the row; the lanes are added up in a fixed tree. Block borders
//! depend on positions alone. So the result is the same for every width.
//!
//! Sources: Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
//! softmax functions, IMA J. Numer. Anal. 41 (2021), for the largest term apart; Dukhan and
//! Ablavatski, The two-pass softmax algorithm, arXiv 2001.04438 (2020), for powers of two as
//! the scale; Milakov and Gimelshein, Online normalizer calculation for softmax, arXiv 1805.02867
//! (2018), for the one pass.

use super::maximum::{maximum, position};
use crate::math::TwoFold;
use crate::math::exp::exp_scaled;
use crate::math::ln::{Logarithm, ln_1p};
use crate::simd::{Count, Element, Span, Stripe, Vector};

/// The ranges within which a type shifts by a power of two.
pub trait Shifted: Logarithm {
    /// Elements so far below the largest contribute 0, even to the smallest subnormal.
    const NEGLIGIBLE: Self;
    /// 2 to the minus this underflows to 0.
    const VANISHING: Self;
    /// Where the largest element lies in this range, the shift N can be rounded to and n·ln 2 is
    /// exact in a fused operation.
    const FUSED_RANGE: (Self, Self);
    /// Where the largest element lies in this range, n·ln 2 is exact without fused operations;
    /// elsewhere x − M is exact for every x that is not negligible.
    const UNFUSED_RANGE: (Self, Self);
}

impl Shifted for f32 {
    const NEGLIGIBLE: Self = 112.0;
    const VANISHING: Self = 250.0;
    const FUSED_RANGE: (Self, Self) = (-2_097_152.0, 2_097_152.0);
    const UNFUSED_RANGE: (Self, Self) = (-64.0, 176.0);
}

impl Shifted for f64 {
    const NEGLIGIBLE: Self = 768.0;
    const VANISHING: Self = 2000.0;
    const FUSED_RANGE: (Self, Self) = (-1_125_899_906_842_624.0, 1_125_899_906_842_624.0);
    const UNFUSED_RANGE: (Self, Self) = (-640.0, 1_408.0);
}

/// Stripes after which every lane is flushed. A block is 4 KiB: 1024 elements of `f32`, 512 of `f64`.
const STRIPES_PER_BLOCK: usize = 32;

/// How a row's elements are brought into the range of the exponential.
#[derive(Clone, Copy)]
pub struct Frame<E> {
    /// Subtracted first; 0 where the shift is by a power of two.
    offset: E,
    /// Lower elements count as this.
    floor: E,
    /// ROUND − N.
    round: E,
    /// Whether `offset` counts.
    subtracts: bool,
}

impl<E: Shifted> Frame<E> {
    /// The frame that shifts by a power of two, if `max` allows.
    #[inline(always)]
    fn by_power(max: E, fused: bool) -> Option<Self> {
        let (low, high) = if fused {
            E::FUSED_RANGE
        } else {
            E::UNFUSED_RANGE
        };
        (low <= max && max <= high).then_some(Self {
            offset: E::ZERO,
            floor: max - E::NEGLIGIBLE,
            round: E::ROUND - ((max * E::LOG2_E + E::ROUND) - E::ROUND),
            subtracts: false,
        })
    }

    /// The frame that shifts by `max`.
    #[inline(always)]
    fn by_difference(max: E) -> Self {
        Self {
            offset: max,
            floor: -E::NEGLIGIBLE,
            round: E::ROUND,
            subtracts: true,
        }
    }

    /// Whether elements are shifted by the maximum, not by a power of two.
    #[inline(always)]
    pub fn subtracts(&self) -> bool {
        self.subtracts
    }

    /// e^x in this frame, by whichever way it shifts.
    #[inline(always)]
    pub fn exp_either<V: Vector<Element = E>>(self, token: V::Token, x: V) -> V {
        if self.subtracts {
            self.exp::<V, true>(token, x)
        } else {
            self.exp::<V, false>(token, x)
        }
    }

    /// e^x in this frame, which shifts by the maximum just where `SUBTRACT` is true.
    #[inline(always)]
    pub fn exp<V: Vector<Element = E>, const SUBTRACT: bool>(self, token: V::Token, x: V) -> V {
        let x = if SUBTRACT {
            x.sub(V::splat(token, self.offset))
        } else {
            x
        };
        exp_scaled(
            token,
            x.at_least(V::splat(token, self.floor)),
            V::splat(token, self.round),
        )
    }
}

/// The sum of exponentials of a row whose largest element is finite.
pub struct RowSum<V: Vector> {
    /// The largest element.
    pub max: V::Element,
    /// Where it first stands.
    pub argmax: usize,
    /// The scale of `peak` and `rest`.
    pub frame: Frame<V::Element>,
    /// e^max.
    pub peak: V::Register,
    /// Σ e^x over all other elements.
    pub rest: TwoFold<V::Register>,
}

impl<V: Vector<Element: Shifted>> RowSum<V> {
    /// peak + rest.
    #[inline(always)]
    pub fn total(&self) -> TwoFold<V::Register> {
        self.rest.add_single(self.peak)
    }

    /// ln(Σ e^x / e^max) ≥ 0, in two parts.
    #[inline(always)]
    pub fn log_ratio(&self, token: V::Token) -> TwoFold<V::Register> {
        ln_1p(token, self.rest.value().div(self.peak))
    }

    /// ln Σ e^x.
    #[inline(always)]
    pub fn log_sum_exp(&self, token: V::Token) -> V::Element {
        let ratio = self.log_ratio(token);
        let sum = TwoFold::sum(V::Register::splat(token, self.max), ratio.hi);
        sum.hi.add(sum.lo.add(ratio.lo)).first()
    }
}

/// A sum in progress: [`RowSum`] before its lanes are added up.
pub struct Running<V: Vector> {
    token: V::Token,
    max: V::Element,
    argmax: usize,
    frame: Frame<V::Element>,
    peak: V::Register,
    /// Former peaks.
    carried: TwoFold<V::Register>,
    lanes: Stripe<V, TwoFold<V>>,
}

impl<V: Vector<Element: Shifted>> Running<V> {
    /// A sum of nothing yet, over a row that has its largest element so far at `argmax`.
    #[inline(always)]
    fn new(token: V::Token, max: V::Element, argmax: usize, frame: Frame<V::Element>) -> Self {
        let x = V::Register::splat(token, max);
        let peak = frame.exp_either(token, x);
        let zero = V::splat(token, V::Element::ZERO);
        let none = V::Register::splat(token, V::Element::ZERO);
        Self {
            token,
            max,
            argmax,
            frame,
            peak,
            carried: TwoFold { hi: none, lo: none },
            lanes: V::PerStripe::filled(TwoFold { hi: zero, lo: zero }),
        }
    }

    /// Goes on with a larger maximum: the former peak becomes a term like any other, and all
    /// terms move to the new scale.
    #[inline(always)]
    fn raise(&mut self, max: V::Element, argmax: usize, frame: Frame<V::Element>) {
        let next = Self::new(self.token, max, argmax, frame);
        let difference = frame.round - self.frame.round;
        let difference = if difference < -V::Element::VANISHING {
            -V::Element::VANISHING
        } else {
            difference
        };
        let rounded = V::Element::ROUND + difference;
        let one = V::Element::ONE;
        let power = V::splat(self.token, one).scale_by_pow2(V::splat(self.token, rounded));
        for lane in self.lanes.as_mut() {
            *lane = lane.scale(power);
        }
        let power = V::Register::splat(self.token, one)
            .scale_by_pow2(V::Register::splat(self.token, rounded));
        let carried = self.carried.add_single(self.peak).scale(power);
        *self = Self {
            carried,
            lanes: self.lanes,
            ..next
        };
    }

    /// Adds the exponentials of a block that starts at `start`, without that of the peak, and
    /// stores them all where the span says.
    #[inline(always)]
    fn add_block<S: Span<V::Element>, const SUBTRACT: bool>(&mut self, mut block: S, start: usize) {
        let stripe = V::Element::STRIPE;
        let mut sums = V::PerStripe::filled(V::splat(self.token, V::Element::ZERO));
        let mut peak = self.argmax.wrapping_sub(start);
        while block.len() >= stripe {
            let (part, rest) = block.split(stripe);
            self.add_stripe::<S, SUBTRACT>(&mut sums, part, peak);
            peak = peak.wrapping_sub(stripe);
            block = rest;
        }
        self.add_stripe::<S, SUBTRACT>(&mut sums, block, peak);
        for (lane, &sum) in self.lanes.as_mut().iter_mut().zip(sums.as_ref()) {
            *lane = lane.add_single(sum);
        }
    }

    /// Adds the exponentials of at most one stripe, each to its lane.
    #[inline(always)]
    fn add_stripe<S: Span<V::Element>, const SUBTRACT: bool>(
        &self,
        sums: &mut Stripe<V>,
        mut stripe: S,
        mut peak: usize,
    ) {
        for sum in sums.as_mut() {
            let (mut part, rest) = stripe.split(V::LANES);
            if part.len() == 0 {
                return;
            }
            let x = V::load(self.token, part.source(), V::Element::NEG_INFINITY);
            let mut power = self.frame.exp::<V, SUBTRACT>(self.token, x);
            part.store(power);
            if peak < V::LANES {
                power = power.with_lane(peak, V::Element::ZERO);
            }
            *sum = sum.add(power);
            peak = peak.wrapping_sub(V::LANES);
            stripe = rest;
        }
    }

    /// Adds up the lanes.
    #[inline(always)]
    fn finish(mut self) -> RowSum<V> {
        let mut lanes = self.lanes.as_mut();
        while lanes.len() > 1 {
            let (lower, upper) = lanes.split_at_mut(lanes.len() / 2);
            for (lane, other) in lower.iter_mut().zip(upper) {
                *lane = lane.add(*other);
            }
            lanes = lower;
        }
        RowSum {
            max: self.max,
            argmax: self.argmax,
            frame: self.frame,
            peak: self.peak,
            rest: V::reduce_sum(V::PerStripe::first(&self.lanes)).add(self.carried),
        }
    }
}

/// The sum of a row's exponentials, or `Err` with the log-sum-exp where its largest element is
/// not finite: NaN if any element is, else that infinity.
///
/// Reads the row once: each block's maximum from memory, its exponentials from cache. Should a
/// maximum turn out to need the other frame, the sum starts again with the row's own maximum.
#[inline(always)]
pub fn row_sum<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &[V::Element],
) -> Result<RowSum<V>, V::Element> {
    let length = STRIPES_PER_BLOCK * V::Element::STRIPE;
    let mut running: Option<Running<V>> = None;
    let mut start = 0;
    for block in row.chunks(length) {
        let max = maximum::<V>(token, block);
        let above = match &running {
            Some(running) => max > running.max,
            None => true,
        };
        if above {
            let Some(frame) = Frame::by_power(max, V::FUSED) else {
                return row_sum_stored::<V, _>(token, row);
            };
            let argmax = start + position::<V>(token, block, max);
            match &mut running {
                Some(running) => running.raise(max, argmax, frame),
                None => running = Some(Running::new(token, max, argmax, frame)),
            }
        }
        if let Some(running) = &mut running {
            running.add_block::<_, false>(block, start);
        }
        start += length;
    }
    match running {
        Some(running) => Ok(running.finish()),
        None => Err(V::Element::NEG_INFINITY),
    }
}

/// [`row_sum`] in two passes, the maximum first; stores every exponential where the span says, in
/// the frame of the result.
#[inline(always)]
pub fn row_sum_stored<V: Vector<Element: Shifted>, S: Span<V::Element>>(
    token: V::Token,
    row: S,
) -> Result<RowSum<V>, V::Element> {
    let max = maximum::<V>(token, row.source());
    if !max.is_finite() {
        return Err(infinite_or_nan(row.source(), max));
    }
    let argmax = position::<V>(token, row.source(), max);
    Ok(match Frame::by_power(max, V::FUSED) {
        Some(frame) => sum_blocks::<V, S, false>(Running::new(token, max, argmax, frame), row),
        None => {
            let frame = Frame::by_difference(max);
            sum_blocks::<V, S, true>(Running::new(token, max, argmax, frame), row)
        }
    })
}

/// Adds all blocks of a row whose maximum is known.
#[inline(always)]
fn sum_blocks<V: Vector<Element: Shifted>, S: Span<V::Element>, const SUBTRACT: bool>(
    mut running: Running<V>,
    mut row: S,
) -> RowSum<V> {
    let length = STRIPES_PER_BLOCK * V::Element::STRIPE;
    let mut start = 0;
    while row.len() > 0 {
        let (block, rest) = row.split(length);
        running.add_block::<S, SUBTRACT>(block, start);
        start += length;
        row = rest;
    }
    running.finish()
}

/// NaN if `row` has one, else `infinity`.
#[inline(always)]
fn infinite_or_nan<E: Element>(row: &[E], infinity: E) -> E {
    for &x in row {
        if x.is_nan() {
            return x;
        }
    }
    infinity
}
