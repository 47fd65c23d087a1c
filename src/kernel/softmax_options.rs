//! Softmax, log-softmax and log-sum-exp of logits that options transform.
//!
//! Three passes over each row, as for a softmax without options, but the transformed logits are not
//! stored between them: a single number has no room for their second part.

use super::exp_sum::ExpSum;
use super::frame::{Frame, Shifted};
use super::lane_sum::LaneSum;
use super::peak::{Among, Apart};
use super::row::each;
use super::running::AMONG;
use super::scale::{Scale, scale_all};
use super::transform::{Logits, exp};
use crate::logit_options::LogitOptions;
use crate::math::TwoFold;
use crate::rows::Rows;
use crate::simd::{Element, InOut, Span, Vector};

/// Softmax of every row; returns the log-sum-exp of the last, that of the sink alone if there is
/// none.
#[inline(always)]
pub fn softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    options: LogitOptions<'_, V::Element>,
) -> V::Element {
    let mut last = options.sink;
    let mut index = 0;
    while rows.len() > 0 {
        let (mut row, rest) = rows.split(columns);
        let mut logits = Logits::new::<V>(token, row.reborrow(), index, &options);
        last = match Largest::new::<V, _>(token, &mut logits, options.sink) {
            Ok(largest) => {
                let sum = sum_all::<V, _>(token, &mut logits, largest);
                let scale = Scale::by(token, sum.reciprocal(token), V::Element::ONE);
                scale_all::<V>(token, row.written(), scale.first());
                largest.log_sum_exp(token, sum)
            }
            Err(special) => {
                row.target().fill(V::Element::NAN);
                special
            }
        };
        rows = rest;
        index += 1;
    }
    last
}

/// Log-softmax of every row; returns as [`softmax`].
#[inline(always)]
pub fn log_softmax<V: Vector<Element: Shifted>>(
    token: V::Token,
    mut rows: InOut<'_, V::Element>,
    columns: usize,
    options: LogitOptions<'_, V::Element>,
) -> V::Element {
    let mut last = options.sink;
    let mut index = 0;
    while rows.len() > 0 {
        let (mut row, rest) = rows.split(columns);
        let mut logits = Logits::new::<V>(token, row.reborrow(), index, &options);
        last = match Largest::new::<V, _>(token, &mut logits, options.sink) {
            Ok(largest) => {
                let log_sum_exp = subtract_log_sum_exp::<V>(token, &mut logits, largest);
                largest.unless_known(log_sum_exp)
            }
            Err(special) => {
                row.target().fill(V::Element::NAN);
                special
            }
        };
        rows = rest;
        index += 1;
    }
    last
}

/// Log-sum-exp of each row, for as many rows as `out` has room for.
#[inline(always)]
pub fn log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    rows: Rows<'_, V::Element>,
    options: LogitOptions<'_, V::Element>,
    out: &mut [V::Element],
) {
    for (index, (row, out)) in each(rows).zip(out).enumerate() {
        let mut logits = Logits::new::<V>(token, row, index, &options);
        *out = match Largest::new::<V, _>(token, &mut logits, options.sink) {
            Ok(largest) => {
                let sum = sum_all::<V, _>(token, &mut logits, largest);
                largest.log_sum_exp(token, sum)
            }
            Err(special) => special,
        };
    }
}

/// The largest of a row's logits and the sink, which is finite.
#[derive(Clone, Copy)]
struct Largest<E> {
    max: E,
    sink: E,
    /// The log-sum-exp where it is not that of these: where nothing takes part, and a sink of 0
    /// makes all results 0 or −∞, and where the logits are shifted.
    log_sum_exp: Option<E>,
}

impl<E: Shifted> Largest<E> {
    /// `Err` with the log-sum-exp if the largest is not finite; unless nothing takes part, or only
    /// the factor of the logits makes them infinite.
    #[inline(always)]
    fn new<V: Vector<Element = E>, S: Span<E>>(
        token: V::Token,
        logits: &mut Logits<'_, E, S>,
        sink: E,
    ) -> Result<Self, E> {
        let max = logits.maximum::<V>(token);
        let max = if max > sink { max } else { sink };
        if max.is_finite() {
            Ok(Self {
                max,
                sink,
                log_sum_exp: None,
            })
        } else if logits.are_removed() {
            Ok(Self {
                max: E::ZERO,
                sink: E::ZERO,
                log_sum_exp: Some(sink),
            })
        } else if sink.is_nan() || logits.any_nan::<V::Register>(token) {
            Err(E::NAN)
        } else if sink <= E::LARGEST && logits.shift_to_largest() {
            Ok(Self {
                max: E::ZERO,
                sink: E::NEG_INFINITY,
                log_sum_exp: Some(max),
            })
        } else {
            Err(max)
        }
    }

    /// The log-sum-exp of the row, if `sum` is that of its exponentials.
    #[inline(always)]
    fn log_sum_exp<R: Vector<Element = E>>(self, token: R::Token, sum: ExpSum<R>) -> E {
        let peak = Frame::new(self.max, R::FUSED).peak(token, self.max);
        self.unless_known(sum.log_sum_exp(token, peak).first())
    }

    /// The log-sum-exp of the row, if it is `log_sum_exp` unless known.
    #[inline(always)]
    fn unless_known(self, log_sum_exp: E) -> E {
        match self.log_sum_exp {
            Some(known) => known,
            None => log_sum_exp,
        }
    }
}

/// The sum over the logits and the sink, whose exponentials replace the logits.
#[inline(always)]
fn sum_all<V: Vector<Element: Shifted>, S: Span<V::Element>>(
    token: V::Token,
    logits: &mut Logits<'_, V::Element, S>,
    Largest { max, sink, .. }: Largest<V::Element>,
) -> ExpSum<V::Register> {
    let frame = Frame::new(max, V::FUSED);
    let max = V::Register::splat(token, max);
    let peak = frame.exp(token, max);
    let sum = sum::<V, _, true>(token, logits, frame, AMONG)
        .add_single(frame.exp(token, V::Register::splat(token, sink)));
    ExpSum::new::<Among>(token, max, peak, sum)
}

/// z − ln Σ e^z in place of the logits; returns ln Σ e^z. As (z − M) − ln(Σ e^z / e^M), M the
/// largest: for that one the second part is the whole result with all its digits.
#[inline(always)]
fn subtract_log_sum_exp<V: Vector<Element: Shifted>>(
    token: V::Token,
    logits: &mut Logits<'_, V::Element, InOut<'_, V::Element>>,
    Largest { max, sink, .. }: Largest<V::Element>,
) -> V::Element {
    let frame = Frame::new(max, V::FUSED);
    let sink_is_largest = sink == max;
    let sink = V::Register::splat(token, sink);
    let (place, largest) = if sink_is_largest {
        (AMONG, TwoFold::exact(token, sink))
    } else {
        let place = logits.position::<V::Register>(token, max);
        (place, logits.load_at::<V::Register>(token, place))
    };
    let mut rest = sum::<V, _, false>(token, logits, frame, place);
    if !sink_is_largest {
        rest = rest.add_single(frame.exp(token, sink));
    }
    let peak = exp(token, frame, largest);
    let sum = ExpSum::new::<Apart>(token, largest.hi, peak, rest);
    let ratio = sum.log_ratio(token);
    subtract::<V>(token, logits, largest, ratio.value());
    let sum = TwoFold::sum(largest.hi, ratio.hi);
    sum.add_single(ratio.lo.add(largest.lo)).value().first()
}

/// (z − max) − ratio in place of the logits.
#[inline(always)]
fn subtract<V: Vector<Element: Shifted>>(
    token: V::Token,
    logits: &mut Logits<'_, V::Element, InOut<'_, V::Element>>,
    max: TwoFold<V::Register>,
    ratio: V::Register,
) {
    let (hi, lo) = (max.hi.first(), max.lo.first());
    let (hi, lo) = (V::splat(token, hi), V::splat(token, lo));
    let ratio = V::splat(token, ratio.first());
    let mut start = 0;
    while start < logits.len() {
        let z = logits.load_at::<V>(token, start);
        let rest = z.lo.sub(lo).sub(ratio);
        logits.store_at(start, z.hi.sub(hi).add(rest));
        start += V::LANES;
    }
}

/// The sum of the exponentials, without that in the place `apart`; `STORE`s them all in place of
/// the logits.
#[inline(always)]
fn sum<V: Vector<Element: Shifted>, S: Span<V::Element>, const STORE: bool>(
    token: V::Token,
    logits: &mut Logits<'_, V::Element, S>,
    frame: Frame<V::Element>,
    apart: usize,
) -> TwoFold<V::Register> {
    let mut lanes = LaneSum::<V>::new(token);
    let (mut start, mut place) = (0, 0);
    while start < logits.len() {
        let powers = exp(token, frame, logits.load_at::<V>(token, start));
        if STORE {
            logits.store_at(start, powers);
        }
        let counted = powers.with_lane(apart.wrapping_sub(start), V::Element::ZERO);
        lanes.add(place, counted);
        start += V::LANES;
        place += 1;
        if place == lanes.vectors() {
            place = 0;
        }
    }
    lanes.finish()
}
