//! Σ e^x of a row, in the form that everything else is computed from.
//!
//! The largest term e^M is kept apart from the rest. A confident row's rest is far below the
//! rounding unit of the whole, and only apart does it keep its digits: ln Σ e^x = M + ln(1 + rest
//! / e^M).
//!
//! Sources: Blanchard, D. J. Higham and N. J. Higham, Accurately computing the log-sum-exp and
//! softmax functions, IMA J. Numer. Anal. 41 (2021), for the largest term apart; Milakov and
//! Gimelshein, Online normalizer calculation for softmax, arXiv 1805.02867 (2018), for the one
//! pass.

use core::marker::PhantomData;

use super::exp_sum::ExpSum;
use super::frame::{Frame, Shifted};
use super::lanes::MOST_LANES;
use super::maximum::{BlockExtremes, extremes, extremes_and_place, finite_extremes, position};
use super::peak::{Apart, Peak};
use super::row::parts;
use super::running::{AMONG, Running, TermKind, Unreduced, batch_length, block_length};
use super::sums::Sums;
use crate::math::TwoFold;
use crate::simd::{Element, Routine, Span, Stack, Token, Vector};

/// The sum of exponentials of a row whose largest element is finite.
#[derive(Clone, Copy)]
pub struct RowSum<E> {
    /// The largest element.
    pub max: E,
    /// Where it first stands.
    pub argmax: usize,
    /// The shift and scale of `peak` and `rest`.
    pub frame: Frame<E>,
    /// e^max.
    pub peak: E,
    /// Σ e^x over all other elements.
    pub rest: TwoFold<E>,
}

impl<E: Shifted> RowSum<E> {
    /// The sum in every lane.
    #[inline(always)]
    fn splat<V: Vector<Element = E>>(&self, token: V::Token) -> ExpSum<V> {
        let (max, peak) = (V::splat(token, self.max), V::splat(token, self.peak));
        let rest = TwoFold {
            hi: V::splat(token, self.rest.hi),
            lo: V::splat(token, self.rest.lo),
        };
        ExpSum::new::<Apart>(token, max, peak, rest)
    }

    /// Σ e^x over all elements but the largest.
    #[inline(always)]
    pub fn rest<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).rest
    }

    /// Σ e^x, normalized.
    #[inline(always)]
    pub fn total<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).total
    }

    /// 1 / Σ e^x.
    #[inline(always)]
    pub fn reciprocal<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).reciprocal(token)
    }

    /// Σ e^x over all elements but one, `x`.
    #[inline(always)]
    pub fn others<V: Vector<Element = E>>(&self, token: V::Token, x: E) -> TwoFold<V::Register> {
        let x = V::Register::splat(token, x);
        let term = self.frame.exp(token, x);
        self.splat::<V::Register>(token).others(token, x, term)
    }

    /// ln(Σ e^x / e^max) ≥ 0, in two parts.
    #[inline(always)]
    pub fn log_ratio<V: Vector<Element = E>>(&self, token: V::Token) -> TwoFold<V::Register> {
        self.splat::<V::Register>(token).log_ratio(token)
    }

    /// ln Σ e^x.
    #[inline(always)]
    pub fn log_sum_exp<V: Vector<Element = E>>(&self, token: V::Token) -> E {
        let sum = self.splat::<V::Register>(token);
        let peak = self.frame.peak(token, self.max);
        sum.log_sum_exp(token, peak).first()
    }
}

/// The place of the largest element of `block`, whose extremes these are, if it matters.
#[inline(always)]
fn place<V: Vector, P: Peak>(
    token: V::Token,
    block: &[V::Element],
    extremes: &BlockExtremes<V>,
) -> usize {
    if P::APART {
        extremes.place(token, block)
    } else {
        AMONG
    }
}

/// The sum of a row's exponentials, or `Err` with the log-sum-exp where its largest element is
/// not finite: NaN if any element is, else that infinity.
///
/// Reads the row once: each block's maximum from memory, its exponentials from cache. Where a
/// block's maximum is infinite, or too far from the origin to shift by a power of two, it starts
/// again with the maximum of the whole row.
#[inline(always)]
pub fn row_sum<V: Vector<Element: Shifted>>(
    token: V::Token,
    row: &[V::Element],
) -> Result<RowSum<V::Element>, V::Element> {
    Ok(row_sum_unreduced::<V, Apart>(token, row)?.reduced(token))
}

/// [`row_sum`] before its lanes are added up.
#[inline(always)]
pub fn row_sum_unreduced<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    row: &[V::Element],
) -> Result<Unreduced<V::Register, P>, V::Element> {
    token.call(OnePass::<V, P> {
        row,
        peak: PhantomData,
    })
}

/// [`row_sum_unreduced`], compiled once.
struct OnePass<'a, V: Vector, P> {
    row: &'a [V::Element],
    peak: PhantomData<P>,
}

impl<V: Vector<Element: Shifted>, P: Peak> Routine<V::Token> for OnePass<'_, V, P> {
    type Output = Result<Unreduced<V::Register, P>, V::Element>;

    #[inline(always)]
    fn run(self, token: V::Token) -> Self::Output {
        let row = self.row;
        let length = block_length::<V>();
        let mut running: Option<Running<V, P>> = None;
        let mut online = true;
        let mut start = 0;
        while let Some(rest @ [_, ..]) = row.get(start..) {
            let block = rest.get(..length).unwrap_or(rest);
            let mut terms = TermKind::Far;
            if online {
                let extremes = extremes::<V>(token, block);
                let max = extremes.all.max;
                let next = match running.take() {
                    Some(running) if max <= running.max => running,
                    _ if !Frame::shifts_by_power(max, V::FUSED) => {
                        let max = finite_extremes::<V>(token, row)?.max;
                        let place = if P::APART {
                            position::<V>(token, row, max)
                        } else {
                            AMONG
                        };
                        running = Some(Running::new(token, max, place));
                        online = false;
                        start = 0;
                        continue;
                    }
                    Some(running) => {
                        let place = place::<V, P>(token, block, &extremes);
                        running.raised(max, place.saturating_add(start))
                    }
                    None => {
                        let place = place::<V, P>(token, block, &extremes);
                        Running::new(token, max, place.saturating_add(start))
                    }
                };
                terms = next.terms(&extremes.all);
                running = Some(next);
            }
            if let Some(running) = &mut running {
                running.add_block(block, start, terms, length);
            }
            start += length;
        }
        match running {
            Some(running) => Ok(running.finish()),
            None => Err(V::Element::NEG_INFINITY),
        }
    }
}

/// How many rows, a power of two, stay in the nearest cache while they are read again.
#[inline(always)]
pub fn rows_at_once<V: Vector>(columns: usize) -> usize {
    let rows = batch_length::<V>() / columns.max(1);
    (1 << rows.checked_ilog2().unwrap_or(0)).min(V::Register::LANES)
}

/// The sums of a few rows that are only read, no more than `sums` has room for; 0 for a row that is not
/// `wanted`.
#[inline(always)]
pub fn row_sums<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    rows: &[V::Element],
    columns: usize,
    mut wanted: Wanted,
    sums: &mut Sums<V::Register, P>,
) -> ExpSum<V::Register> {
    sums.clear();
    // A maximum of one block, as in one pass, so that the results are the same. What follows from a maximum is
    // a chain of instructions that those of other rows overlap.
    if columns <= block_length::<V>() {
        let at_once = rows_at_once::<V>(columns);
        for few in parts(rows, at_once * columns) {
            row_sums_in_two_passes::<V, P, _>(token, few, columns, wanted, sums);
            wanted = wanted.after(at_once);
        }
    } else {
        row_sums_in_one_pass::<V, P>(token, rows, columns, wanted, sums);
    }
    sums.sum()
}

/// Appends the sums of rows that are read once to `sums`; 0 for a row that is not `wanted`.
#[inline(always)]
pub fn row_sums_in_one_pass<V: Vector<Element: Shifted>, P: Peak>(
    token: V::Token,
    mut rows: &[V::Element],
    columns: usize,
    wanted: Wanted,
    sums: &mut Sums<V::Register, P>,
) {
    let mut number = 0;
    while let Some((row @ [_, ..], rest)) = rows.split_at_checked(columns) {
        sums.push(if wanted.has(number) {
            row_sum_unreduced::<V, P>(token, row)
        } else {
            Err(V::Element::ZERO)
        });
        number += 1;
        rows = rest;
    }
}

/// Appends the sums of a few rows to `sums`, and stores every exponential in the frame of its row where
/// the span says; but 0 for a row that is not `wanted`, of which nothing is stored.
///
/// All maxima come first: what follows from one is a chain of instructions that those of other rows
/// overlap.
#[inline(always)]
pub fn row_sums_in_two_passes<V: Vector<Element: Shifted>, P: Peak, S: Span<V::Element>>(
    token: V::Token,
    rows: S,
    columns: usize,
    wanted: Wanted,
    sums: &mut Sums<V::Register, P>,
) {
    token.call(TwoPasses::<V, P, S> {
        rows,
        columns,
        wanted,
        sums,
    });
}

/// [`row_sums_in_two_passes`], compiled once.
struct TwoPasses<'a, V: Vector, P, S> {
    rows: S,
    columns: usize,
    wanted: Wanted,
    sums: &'a mut Sums<V::Register, P>,
}

impl<V: Vector<Element: Shifted>, P: Peak, S: Span<V::Element>> Routine<V::Token>
    for TwoPasses<'_, V, P, S>
{
    type Output = ();

    #[inline(always)]
    fn run(self, token: V::Token) {
        let Self {
            mut rows,
            columns,
            wanted,
            sums,
        } = self;
        let mut all = Stack::<_, MOST_LANES>::new();
        let mut unread = rows.source();
        while let Some((row, rest)) = unread.split_at_checked(columns) {
            if row.is_empty() {
                break;
            }
            all.push(if !wanted.has(all.values().len()) {
                Err(V::Element::ZERO)
            } else if P::APART {
                extremes_and_place::<V>(token, row, block_length::<V>())
            } else {
                match finite_extremes::<V>(token, row) {
                    Ok(extremes) => Ok((extremes, AMONG)),
                    Err(special) => Err(special),
                }
            });
            unread = rest;
        }
        let ahead = columns * all.values().len();
        for extremes in all.values() {
            let (row, rest) = rows.split(columns);
            rows = rest;
            sums.push(match extremes {
                Ok((extremes, place)) => {
                    let mut running = Running::<V, P>::new(token, extremes.max, *place);
                    let terms = running.terms(extremes);
                    // What is behind the rows may be the next.
                    running.add_blocks(row, terms, ahead);
                    Ok(running.finish())
                }
                Err(special) => Err(*special),
            });
        }
    }
}

/// Which of a few rows are wanted.
#[derive(Clone, Copy)]
pub struct Wanted(u32);

impl Wanted {
    /// All rows.
    pub const ALL: Self = Self(u32::MAX);
    /// No row.
    pub const NONE: Self = Self(0);

    /// These and the row of that number.
    #[inline(always)]
    pub fn with(self, number: usize) -> Self {
        Self(self.0 | 1 << number)
    }

    /// Those behind the first `rows`, counted from there.
    #[inline(always)]
    pub fn after(self, rows: usize) -> Self {
        Self(self.0 >> rows)
    }

    /// Whether the row of that number is wanted.
    #[inline(always)]
    pub fn has(self, number: usize) -> bool {
        self.0 >> number & 1 != 0
    }
}
