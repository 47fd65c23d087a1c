//! Σ e^x of a row, in the form that everything else is computed from.
//!
//! The largest term e^M is kept apart from the rest. A confident row's rest is far below the
//! rounding unit of the whole, and only apart does it keep its digits: ln Σ e^x = M + ln(1 + rest
//! / e^M).
//!
//! Sums run over a fixed number of lanes, whatever the width of a register. Each lane is flushed
//! after a block into a pair of numbers that keeps every rounding error, so that the error does
//! not grow with the length of the row; the lanes are added up in a fixed tree. Block borders
//! depend on positions alone. So the result is the same for every width.
//!
//! Sources: Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
//! softmax functions, IMA J. Numer. Anal. 41 (2021), for the largest term apart; Milakov and
//! Gimelshein, Online normalizer calculation for softmax, arXiv 1805.02867 (2018), for the one
//! pass.

use super::frame::{Frame, Shifted};
use super::map::{Map, map};
use super::maximum::{maximum, position};
use crate::math::TwoFold;
use crate::math::ln::ln_1p;
use crate::simd::{Count, Element, InOut, Span, Stripe, Vector};

/// Stripes after which every lane is flushed. A block is 4 KiB: 1024 elements of `f32`, 512 of
/// `f64`.
const STRIPES_PER_BLOCK: usize = 32;

/// The number of elements in a block.
#[inline(always)]
const fn block_length<V: Vector>() -> usize {
    STRIPES_PER_BLOCK * V::Element::STRIPE
}

/// The sum of exponentials of a row whose largest element is finite.
pub struct RowSum<V: Vector> {
    /// The largest element.
    pub max: V::Element,
    /// Where it first stands.
    pub argmax: usize,
    /// The shift and scale of `peak` and `rest`.
    pub frame: Frame<V::Element>,
    /// e^max.
    pub peak: V::Register,
    /// Σ e^x over all other elements.
    pub rest: TwoFold<V::Register>,
}

impl<V: Vector<Element: Shifted>> RowSum<V> {
    /// Σ e^x.
    #[inline(always)]
    pub fn total(&self) -> V::Register {
        self.rest.add_single(self.peak).value()
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

/// A [`RowSum`] in progress: before its lanes are added up.
struct Running<V: Vector> {
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
    fn new(token: V::Token, max: V::Element, argmax: usize) -> Self {
        let frame = Frame::new(max, V::FUSED);
        Self {
            token,
            max,
            argmax,
            frame,
            peak: frame.exp(token, V::Register::splat(token, max)),
            carried: TwoFold::zero(token),
            lanes: V::PerStripe::filled(TwoFold::zero(token)),
        }
    }

    /// Goes on with a larger maximum: the former peak becomes a term like any other, and all
    /// terms move to the new scale.
    #[inline(always)]
    fn raise(&mut self, max: V::Element, argmax: usize) {
        let next = Self::new(self.token, max, argmax);
        let powers = next.frame.powers_above(self.frame);
        for lane in self.lanes.as_mut() {
            *lane = lane.shrink(self.token, powers);
        }
        let carried = self
            .carried
            .add_single(self.peak)
            .shrink(self.token, powers);
        *self = Self {
            carried,
            lanes: self.lanes,
            ..next
        };
    }

    /// Adds the exponentials of the block that starts at `start`, without that of the peak, and
    /// stores them all where the span says. `SUBTRACT` says whether the frame's offset counts.
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
            let mut power = if SUBTRACT {
                self.frame.exp(self.token, x)
            } else {
                self.frame.exp_of_difference(self.token, x)
            };
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
/// Reads the row once, unless it is far from the origin: each block's maximum from memory, its
/// exponentials from cache.
#[inline(always)]
pub fn row_sum<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &[V::Element],
) -> Result<RowSum<V>, V::Element> {
    let mut running: Option<Running<V>> = None;
    let mut start = 0;
    for block in row.chunks(block_length::<V>()) {
        let max = maximum::<V>(token, block);
        match &mut running {
            Some(running) if max <= running.max => {}
            _ if !max.is_finite() || Frame::new(max, V::FUSED).offset() != V::Element::ZERO => {
                return row_sum_far(token, row);
            }
            Some(running) => running.raise(max, start + position::<V>(token, block, max)),
            None => {
                running = Some(Running::new(
                    token,
                    max,
                    start + position::<V>(token, block, max),
                ));
            }
        }
        if let Some(running) = &mut running {
            running.add_block::<_, false>(block, start);
        }
        start += block_length::<V>();
    }
    match running {
        Some(running) => Ok(running.finish()),
        None => Err(V::Element::NEG_INFINITY),
    }
}

/// [`row_sum`] in two passes, the maximum first, with any offset.
#[inline(always)]
fn row_sum_far<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &[V::Element],
) -> Result<RowSum<V>, V::Element> {
    let (max, argmax) = peak::<V>(token, row)?;
    Ok(add_blocks::<V, _, true>(
        Running::new(token, max, argmax),
        row,
    ))
}

/// [`row_sum`] in two passes, the maximum first, that stores every exponential in the frame of
/// the result.
#[inline(always)]
pub fn row_sum_stored<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut row: InOut<'_, V::Element>,
) -> Result<RowSum<V>, V::Element> {
    let (max, argmax) = peak::<V>(token, row.source())?;
    let running = Running::new(token, max, argmax);
    let offset = running.frame.offset();
    if offset != V::Element::ZERO {
        map::<V, _>(token, row.reborrow(), Subtract(offset));
        row = row.written();
    }
    Ok(add_blocks::<V, _, false>(running, row))
}

/// x minus a number.
#[derive(Clone, Copy)]
struct Subtract<E>(E);

impl<V: Vector> Map<V> for Subtract<V::Element> {
    #[inline(always)]
    fn apply(self, token: V::Token, x: V) -> V {
        x.sub(V::splat(token, self.0))
    }
}

/// The largest element and its place, or `Err` with the log-sum-exp where it is not finite.
#[inline(always)]
fn peak<V: Vector>(token: V::Token, row: &[V::Element]) -> Result<(V::Element, usize), V::Element> {
    let max = maximum::<V>(token, row);
    if max.is_finite() {
        return Ok((max, position::<V>(token, row, max)));
    }
    for &x in row {
        if x.is_nan() {
            return Err(x);
        }
    }
    Err(max)
}

/// Adds all blocks of a row whose maximum is known.
#[inline(always)]
fn add_blocks<V: Vector<Element: Shifted>, S: Span<V::Element>, const SUBTRACT: bool>(
    mut running: Running<V>,
    mut row: S,
) -> RowSum<V> {
    let mut start = 0;
    while row.len() > 0 {
        let (block, rest) = row.split(block_length::<V>());
        running.add_block::<S, SUBTRACT>(block, start);
        start += block_length::<V>();
        row = rest;
    }
    running.finish()
}
