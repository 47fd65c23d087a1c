//! Rows of few columns, one row a lane.
//!
//! Taken alone, a short row leaves most lanes empty, and its sum, logarithm and quotient are chains
//! of instructions that nothing overlaps. Here a block of as many rows as a vector has lanes is
//! transposed: each vector holds one column, and everything that is done once a row is done once a
//! block. A block may lack rows, which then are rows of 0. Every element meets the same operations in
//! the same order as in `row_sum`, so that the results are the same to the bit.

use core::marker::PhantomData;

use super::exp_sum::ExpSum;
use super::frame::Shifted;
use super::frames::NearFrames;
use super::peak::Peak;
use super::running::group_length;
use super::squares::{Shape, load_columns, store_columns};
use crate::math::TwoFold;
use crate::simd::{Element, Routine, Stack, Token, Vector};

/// Room for the columns, which are fewer than the first group of `row_sum`, where a lane has a single sum of
/// up to four terms; and for what fills up a last register.
const ROOM_FOR_COLUMNS: usize = 128;

/// More than the depth of the tree in which the lanes of a stripe are added.
const ROOM_FOR_HALVES: usize = 8;

/// Blocks of rows, transposed, one after the other.
pub struct Blocks<V: Vector> {
    token: V::Token,
    /// The number of columns; 0 if rows of so many columns are not for blocks.
    columns: usize,
    /// So many elements are worth a block, which takes the time of all its rows, however many there are.
    worthwhile: usize,
    cells: Stack<V, ROOM_FOR_COLUMNS>,
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
pub struct BlockSum<V, P> {
    /// The scale of `total`.
    pub frames: NearFrames<V>,
    /// Each row's largest element.
    pub max: V,
    /// What each row's terms add up to, without that of its largest element if it is kept apart.
    total: TwoFold<V>,
    /// Where each row's largest element first stands, if it is kept apart; else 0.
    pub argmax: V,
    peak: PhantomData<P>,
}

impl<V: Vector<Element: Shifted>, P: Peak> BlockSum<V, P> {
    /// The sum of each row.
    #[inline(always)]
    pub fn sum(&self, token: V::Token) -> ExpSum<V> {
        let peak = self.frames.exp(token, self.max);
        ExpSum::new::<P>(token, self.max, peak, self.total)
    }
}

impl<V: Vector<Element: Shifted>> Blocks<V> {
    /// For rows of `columns` elements.
    #[inline(always)]
    pub fn new(token: V::Token, columns: usize) -> Self {
        let group = group_length::<V>();
        const { assert!(group_length::<V>() <= ROOM_FOR_COLUMNS) };
        let few = V::LANES > 1 && columns < group;
        let columns = if few { columns } else { 0 };
        // Measured: alone, a row takes as long as a group and so many more columns of a block.
        let alone = 16;
        Self {
            token,
            columns,
            worthwhile: (V::LANES * (columns + alone)).div_ceil(group + alone) * columns,
            cells: Stack::new(),
        }
    }

    /// Takes in rows.
    #[inline(always)]
    fn load(&mut self, rows: &[V::Element]) {
        let lanes = V::Register::LANES;
        while self.cells.values().len() < self.columns.next_multiple_of(lanes) {
            self.cells.push(V::splat(self.token, V::Element::ZERO));
        }
        let mut first = 0;
        while first < self.columns {
            let shape = self.shape_from(first);
            let rows = rows.get(first..).unwrap_or(&[]);
            let cells = self.cells.values_mut().get_mut(first..).unwrap_or(&mut []);
            load_columns(self.token, rows, shape, cells);
            first += lanes;
        }
    }

    /// The columns from number `first`.
    #[inline(always)]
    fn shape_from(&self, first: usize) -> Shape {
        Shape {
            columns: self.columns - first,
            stride: self.columns,
        }
    }

    /// The columns.
    #[inline(always)]
    fn columns(&self) -> &[V] {
        self.cells.values().get(..self.columns).unwrap_or(&[])
    }

    /// The columns, to change.
    #[inline(always)]
    pub fn columns_mut(&mut self) -> &mut [V] {
        let cells = self.cells.values_mut();
        cells.get_mut(..self.columns).unwrap_or(&mut [])
    }

    /// Gives out the rows, the first of `rows`.
    ///
    /// What is stored behind the last columns goes to the rows below: so these columns come first.
    #[inline(always)]
    pub fn store(&mut self, rows: &mut [V::Element]) {
        let lanes = V::Register::LANES;
        let length = rows.len().min(V::LANES * self.columns);
        let rows = rows.get_mut(..length).unwrap_or(&mut []);
        let mut first = self.columns.next_multiple_of(lanes);
        while first > 0 {
            first -= lanes;
            let shape = self.shape_from(first);
            let rows = rows.get_mut(first..).unwrap_or(&mut []);
            let cells = self.cells.values_mut().get_mut(first..).unwrap_or(&mut []);
            store_columns(self.token, cells, shape, rows);
        }
    }

    /// Each row's largest element.
    #[inline(always)]
    fn maximum(&self) -> V {
        let lowest = V::splat(self.token, V::Element::NEG_INFINITY);
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
    fn argmax_unless_nan<P: Peak>(&self, max: V) -> Option<V> {
        let one = V::splat(self.token, V::Element::ONE);
        let mut column = V::splat(self.token, V::Element::from_u64(self.columns as u64));
        let mut place = V::splat(self.token, V::Element::ZERO);
        // No element is +∞, so that only NaN makes a sum NaN.
        let mut total = place;
        for cell in self.columns().iter().rev() {
            if P::APART {
                column = column.sub(one);
                place = column.replace_where_less(*cell, max, place);
            }
            total = total.add(*cell);
        }
        let infinity = V::splat(self.token, -V::Element::NEG_INFINITY);
        let lowest = V::splat(self.token, V::Element::NEG_INFINITY);
        total.all_between(lowest, infinity).then_some(place)
    }

    /// The sum of exponentials of each of the first rows, as many as lanes or all; `None` if there are too
    /// few, or if a row has NaN, or a largest element that is infinite or too far from the origin to
    /// shift by a power of two. Nor is there a sum unless so many blocks go before the row of number
    /// `first`: where one has failed, another is not tried before its rows are done.
    #[inline(always)]
    pub fn sum<P: Peak>(
        &mut self,
        first: usize,
        rows: &[V::Element],
        cells: Cells,
    ) -> Option<BlockSum<V, P>> {
        // The compiler knows the number of lanes, and leaves out what one lane does not need.
        let none = V::LANES == 1 || self.columns == 0 || !first.is_multiple_of(V::LANES);
        if none || rows.len() < self.worthwhile {
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
    fn sum_of_block<P: Peak>(
        &mut self,
        rows: &[V::Element],
        cells: Cells,
    ) -> Option<BlockSum<V, P>> {
        self.load(rows);
        let token = self.token;
        let max = self.maximum();
        let frames = NearFrames::new(token, max)?;
        let argmax = self.argmax_unless_nan::<P>(max)?;
        let total = self.total(Exponentials {
            frames,
            argmax,
            cells,
            peak: PhantomData::<P>,
        });
        Some(BlockSum {
            frames,
            max,
            total,
            argmax,
            peak: PhantomData,
        })
    }

    /// The sum of `terms` over each row's cells: lane by lane, and the lanes in a tree, halves of those there
    /// are each time. Lanes without a column would be 0 and change nothing.
    ///
    /// Two halves are added as soon as both are there: the CPU does so while it computes the terms of the next
    /// lane.
    #[inline(always)]
    pub fn total<F: Terms<V>>(&mut self, terms: F) -> TwoFold<V> {
        const { assert!(V::Element::STRIPE < 1 << ROOM_FOR_HALVES) };
        let token = self.token;
        let cells = self.columns_mut();
        let mut lower_halves = Stack::<TwoFold<V>, ROOM_FOR_HALVES>::new();
        let mut lane = 0;
        loop {
            let mut sum = sum_of_lane(token, cells, lane, terms);
            let mut distance = V::Element::STRIPE;
            // Up the tree, to where the upper half is missing.
            loop {
                distance /= 2;
                if distance == 0 {
                    return sum;
                }
                if lane & distance != 0 {
                    if let Some(lower) = lower_halves.pop() {
                        sum = lower.add(sum);
                    }
                    lane -= distance;
                } else if lane + distance < cells.len() {
                    break;
                }
            }
            lower_halves.push(sum);
            lane += distance;
        }
    }
}

/// The sum of a lane's terms.
#[inline(always)]
fn sum_of_lane<V: Vector, F: Terms<V>>(
    token: V::Token,
    cells: &mut [V],
    lane: usize,
    terms: F,
) -> TwoFold<V> {
    let mut sum = TwoFold::exact(token, term(token, cells, lane, terms));
    let mut column = lane + V::Element::STRIPE;
    while column < cells.len() {
        sum = sum.add_single(term(token, cells, column, terms));
        column += V::Element::STRIPE;
    }
    sum
}

/// The term of a column, 0 where there is none.
#[inline(always)]
fn term<V: Vector, F: Terms<V>>(token: V::Token, cells: &mut [V], column: usize, terms: F) -> V {
    match cells.get_mut(column) {
        Some(cell) => terms.term(token, column, cell),
        None => V::splat(token, V::Element::ZERO),
    }
}

/// [`Blocks::sum`], compiled once.
struct Sum<'a, V: Vector, P> {
    blocks: &'a mut Blocks<V>,
    rows: &'a [V::Element],
    cells: Cells,
    peak: PhantomData<P>,
}

impl<V: Vector<Element: Shifted>, P: Peak> Routine<V::Token> for Sum<'_, V, P> {
    type Output = Option<BlockSum<V, P>>;

    #[inline(always)]
    fn run(self, _: V::Token) -> Self::Output {
        self.blocks.sum_of_block::<P>(self.rows, self.cells)
    }
}

/// What is summed over the cells of each row, which it may change.
pub trait Terms<V: Vector>: Copy {
    /// The terms of a column.
    fn term(self, token: V::Token, column: usize, cell: &mut V) -> V;
}

/// The exponentials.
struct Exponentials<V, P> {
    frames: NearFrames<V>,
    argmax: V,
    cells: Cells,
    peak: PhantomData<P>,
}

impl<V: Copy, P> Clone for Exponentials<V, P> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V: Copy, P> Copy for Exponentials<V, P> {}

impl<V: Vector<Element: Shifted>, P: Peak> Terms<V> for Exponentials<V, P> {
    #[inline(always)]
    fn term(self, token: V::Token, column: usize, cell: &mut V) -> V {
        let power = self.frames.exp(token, *cell);
        if self.cells == Cells::Replaced {
            *cell = power;
        }
        if !P::APART {
            return power;
        }
        let zero = V::splat(token, V::Element::ZERO);
        let here = V::splat(token, V::Element::from_u64(column as u64));
        zero.replace_where_less(self.argmax, here, power)
            .replace_where_less(here, self.argmax, power)
    }
}
