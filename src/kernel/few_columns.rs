//! Rows of few columns, one row a lane.
//!
//! Taken alone, a short row leaves most lanes empty, and its sum, logarithm and quotient are chains
//! of instructions that nothing overlaps. Here a block of as many rows as a register has lanes is
//! transposed: each register holds one column, and everything that is done once a row is done once
//! a block. Every element meets the same operations in the same order as in `row_sum`, so that the
//! results are the same to the bit.

use core::marker::PhantomData;

use super::exp_sum::ExpSum;
use super::frame::Shifted;
use super::frames::NearFrames;
use super::peak::Peak;
use super::running::rest;
use super::scale::Scale;
use super::squares::{load_columns, store_columns};
use crate::math::TwoFold;
use crate::simd::{Element, Exchange, Routine, Stack, Token, Vector};

/// Room for the columns, which are at most three of the four stripes of a group of `row_sum`: there, a
/// lane has a single sum of up to four terms.
const ROOM_FOR_COLUMNS: usize = 128;

/// The most lanes of a stripe.
const MOST_LANES: usize = 32;

/// Blocks of rows, transposed, one after the other.
pub struct Blocks<R: Vector> {
    token: R::Token,
    /// The number of columns; 0 if rows of so many columns are not for blocks.
    columns: usize,
    cells: Stack<R, ROOM_FOR_COLUMNS>,
    /// The partial sums of each row, while they are added up.
    lanes: Stack<TwoFold<R>, MOST_LANES>,
}

/// What becomes of a row's cells when their exponentials are summed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cells {
    /// They give way to the exponentials.
    Replaced,
    /// They stay.
    Kept,
}

/// The sums of a block's rows.
#[derive(Clone, Copy)]
pub struct BlockSum<R: Vector> {
    /// The scale of `sum`.
    pub frames: NearFrames<R>,
    /// The sum of each row.
    pub sum: ExpSum<R>,
    /// Where each row's largest element first stands, if it is kept apart; else 0.
    pub argmax: R,
}

impl<R: Exchange<Element: Shifted>> Blocks<R> {
    /// For rows of `columns` elements.
    #[inline(always)]
    pub fn new(token: R::Token, columns: usize) -> Self {
        let few = R::LANES > 1 && columns <= 3 * R::Element::STRIPE;
        Self {
            token,
            columns: if few { columns } else { 0 },
            cells: Stack::new(),
            lanes: Stack::new(),
        }
    }

    /// The number of rows in a block, if the rows are for blocks.
    #[inline(always)]
    pub fn rows(&self) -> Option<usize> {
        (self.columns > 0).then_some(R::LANES)
    }

    /// Takes in rows.
    #[inline(always)]
    fn load(&mut self, rows: &[R::Element]) {
        self.cells.clear();
        let mut first = 0;
        while first < self.columns {
            let rows = (rows.get(first..).unwrap_or(&[]), self.columns);
            load_columns(self.token, rows, self.columns - first, &mut self.cells);
            first += R::LANES;
        }
    }

    /// The columns in use.
    #[inline(always)]
    fn columns(&self) -> &[R] {
        self.cells.values().get(..self.columns).unwrap_or(&[])
    }

    /// Gives out the rows.
    ///
    /// What is stored behind the last columns goes to the rows below: so these columns come first.
    #[inline(always)]
    pub fn store(&self, rows: &mut [R::Element]) {
        let mut first = self.columns.next_multiple_of(R::LANES);
        while first > 0 {
            first -= R::LANES;
            let cells = self.cells.values().get(first..).unwrap_or(&[]);
            let rows = (rows.get_mut(first..).unwrap_or(&mut []), self.columns);
            store_columns(self.token, cells, self.columns - first, rows);
        }
    }

    /// Each row's largest element.
    #[inline(always)]
    fn maximum(&self) -> R {
        let lowest = R::splat(self.token, R::Element::NEG_INFINITY);
        let (mut even, mut odd) = (lowest, lowest);
        for cells in self.columns().chunks(2) {
            if let [a, rest @ ..] = cells {
                even = even.at_least(*a);
                if let [b] = rest {
                    odd = odd.at_least(*b);
                }
            }
        }
        even.at_least(odd)
    }

    /// The first column in which each row has its largest element, if that is kept apart, else 0;
    /// `None` if any row has NaN.
    #[inline(always)]
    fn argmax_unless_nan<P: Peak>(&self, max: R) -> Option<R> {
        let one = R::splat(self.token, R::Element::ONE);
        let mut column = R::splat(self.token, R::Element::from_u64(self.columns as u64));
        let mut place = R::splat(self.token, R::Element::ZERO);
        // No element is +∞, so that only NaN makes a sum NaN.
        let mut total = place;
        for cell in self.columns().iter().rev() {
            if P::APART {
                column = column.sub(one);
                place = column.replace_where_less(*cell, max, place);
            }
            total = total.add(*cell);
        }
        let infinity = R::splat(self.token, -R::Element::NEG_INFINITY);
        let lowest = R::splat(self.token, R::Element::NEG_INFINITY);
        total.all_between(lowest, infinity).then_some(place)
    }

    /// The sum of exponentials of each of so many rows as a block has; `None` if there are fewer, or
    /// if a row has NaN, or a largest element that is infinite or too far from the origin to shift
    /// by a power of two.
    #[inline(always)]
    pub fn sum<P: Peak>(&mut self, rows: &[R::Element], cells: Cells) -> Option<BlockSum<R>> {
        if R::LANES == 1 || self.columns == 0 || rows.len() != R::LANES * self.columns {
            return None;
        }
        self.token.call(Sum {
            blocks: self,
            rows,
            cells,
            peak: PhantomData::<P>,
        })
    }

    /// [`sum`](Self::sum) of rows that make a block.
    #[inline(always)]
    fn sum_of_block<P: Peak>(&mut self, rows: &[R::Element], cells: Cells) -> Option<BlockSum<R>> {
        self.load(rows);
        let max = self.maximum();
        let frames = NearFrames::new(self.token, max)?;
        let argmax = self.argmax_unless_nan::<P>(max)?;
        let largest = frames.exp(self.token, max);
        let sum = self.total(Exponentials {
            frames,
            argmax,
            cells,
            peak: PhantomData::<P>,
        });
        Some(BlockSum {
            frames,
            sum: ExpSum {
                max,
                peak: largest,
                rest: rest::<R, P>(self.token, sum, largest),
            },
            argmax,
        })
    }

    /// The sum of `terms` over each row's cells.
    #[inline(always)]
    pub fn total<F: Terms<R>>(&mut self, terms: F) -> TwoFold<R> {
        let (token, stripe) = (self.token, R::Element::STRIPE);
        let cells = self.cells.values_mut();
        let cells = cells.get_mut(..self.columns).unwrap_or(&mut []);
        self.lanes.clear();
        let mut lanes = self.lanes.append();
        for lane in 0..stripe.min(self.columns) {
            let mut sum = TwoFold::exact(token, term(token, cells, lane, terms));
            let mut column = lane + stripe;
            // Adding 0 for a column that there is not would change nothing.
            while column < self.columns {
                sum = sum.add_single(term(token, cells, column, terms));
                column += stripe;
            }
            lanes.push(sum);
        }
        lanes.finish();
        self.add_lanes()
    }

    /// Adds up the lanes, those at the largest distance first. Lanes without a column would be 0 and
    /// change nothing.
    #[inline(always)]
    fn add_lanes(&mut self) -> TwoFold<R> {
        let mut lanes = self.lanes.values_mut();
        let mut distance = R::Element::STRIPE / 2;
        while distance > 0 {
            let live = lanes.len().min(distance);
            if let Some((lower, upper)) = lanes.split_at_mut_checked(live) {
                for (lane, other) in lower.iter_mut().zip(upper) {
                    *lane = lane.add(*other);
                }
            }
            lanes = lanes.get_mut(..live).unwrap_or(&mut []);
            distance /= 2;
        }
        match lanes {
            [sum, ..] => *sum,
            [] => TwoFold::zero(self.token),
        }
    }

    /// Applies `function` to every cell.
    #[inline(always)]
    pub fn map<F: Columnwise<R>>(&mut self, function: F) {
        for cell in self.cells.values_mut().iter_mut().take(self.columns) {
            *cell = function.apply(self.token, *cell);
        }
    }
}

/// The term of a column, 0 where there is none.
#[inline(always)]
fn term<R: Vector, F: Terms<R>>(token: R::Token, cells: &mut [R], column: usize, terms: F) -> R {
    match cells.get_mut(column) {
        Some(cell) => terms.term(token, column, cell),
        None => R::splat(token, R::Element::ZERO),
    }
}

/// [`Blocks::sum`], compiled once.
struct Sum<'a, R: Vector, P> {
    blocks: &'a mut Blocks<R>,
    rows: &'a [R::Element],
    cells: Cells,
    peak: PhantomData<P>,
}

impl<R: Exchange<Element: Shifted>, P: Peak> Routine<R::Token> for Sum<'_, R, P> {
    type Output = Option<BlockSum<R>>;

    #[inline(always)]
    fn run(self, _: R::Token) -> Self::Output {
        self.blocks.sum_of_block::<P>(self.rows, self.cells)
    }
}

/// What is summed over the cells of each row, which it may change.
pub trait Terms<R: Vector>: Copy {
    /// The terms of a column.
    fn term(self, token: R::Token, column: usize, cell: &mut R) -> R;
}

/// The exponentials.
struct Exponentials<R, P> {
    frames: NearFrames<R>,
    argmax: R,
    cells: Cells,
    peak: PhantomData<P>,
}

impl<R: Copy, P> Clone for Exponentials<R, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Copy, P> Copy for Exponentials<R, P> {}

impl<R: Vector<Element: Shifted>, P: Peak> Terms<R> for Exponentials<R, P> {
    #[inline(always)]
    fn term(self, token: R::Token, column: usize, cell: &mut R) -> R {
        let power = self.frames.exp(token, *cell);
        if self.cells == Cells::Replaced {
            *cell = power;
        }
        if !P::APART {
            return power;
        }
        let zero = R::splat(token, R::Element::ZERO);
        let here = R::splat(token, R::Element::from_u64(column as u64));
        zero.replace_where_less(self.argmax, here, power)
            .replace_where_less(here, self.argmax, power)
    }
}

/// A function of a column, which may treat each row differently.
pub trait Columnwise<R: Vector>: Copy {
    /// The function.
    fn apply(self, token: R::Token, column: R) -> R;
}

impl<R: Vector> Columnwise<R> for Scale<R> {
    #[inline(always)]
    fn apply(self, token: R::Token, column: R) -> R {
        self.multiply(token, column)
    }
}
