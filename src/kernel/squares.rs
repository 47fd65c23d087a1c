//! Squares of as many rows as a register has lanes: loaded, turned to columns, and back.

use crate::simd::{Count, Element, Exchange, Sink, Source, Stack, Vector};

/// Loads so many `columns`, at most as many as lanes, of rows that begin `stride` elements apart, and
/// appends them to `cells`; perhaps more, up to the next width.
#[inline(always)]
pub fn load_columns<R: Exchange, const ROOM: usize>(
    token: R::Token,
    (rows, stride): (&[R::Element], usize),
    columns: usize,
    cells: &mut Stack<R, ROOM>,
) {
    let loads = Loads::<R> {
        token,
        rows,
        stride,
    };
    match width::<R>(columns) {
        Width::Two => load_square::<R, ROOM, 2>(loads, cells),
        Width::Four => load_square::<R, ROOM, 4>(loads, cells),
        Width::Eight => load_square::<R, ROOM, 8>(loads, cells),
        Width::Full => load_square::<R, ROOM, FULL>(loads, cells),
    }
}

/// Stores the first `columns` of what [`load_columns`] loaded. Rows are stored in order and by whole
/// registers, with something behind their last columns.
#[inline(always)]
pub fn store_columns<R: Exchange>(
    token: R::Token,
    cells: &[R],
    columns: usize,
    (rows, stride): (&mut [R::Element], usize),
) {
    let stores = Stores { rows, stride };
    match width::<R>(columns) {
        Width::Two => store_square::<R, 2>(token, cells, stores),
        Width::Four => store_square::<R, 4>(token, cells, stores),
        Width::Eight => store_square::<R, 8>(token, cells, stores),
        Width::Full => store_square::<R, FULL>(token, cells, stores),
    }
}

/// How many of a square's columns matter.
enum Width {
    Two,
    Four,
    Eight,
    Full,
}

/// All columns of a square, whatever the width of a register.
const FULL: usize = usize::MAX;

/// The least width with room for so many columns.
#[inline(always)]
fn width<R: Vector>(columns: usize) -> Width {
    match columns {
        0..=2 if R::LANES > 2 => Width::Two,
        0..=4 if R::LANES > 4 => Width::Four,
        0..=8 if R::LANES > 8 => Width::Eight,
        _ => Width::Full,
    }
}

/// [`load_columns`] of one width.
#[inline(always)]
fn load_square<R: Exchange, const ROOM: usize, const COLUMNS: usize>(
    loads: Loads<'_, R>,
    cells: &mut Stack<R, ROOM>,
) {
    let mut square = R::PerSquare::yielded(loads);
    let columns = R::rows_to_columns::<COLUMNS>(square.as_mut());
    let mut cells = cells.append();
    for column in columns {
        cells.push(*column);
    }
    cells.finish();
}

/// [`store_columns`] of one width.
#[inline(always)]
fn store_square<R: Exchange, const COLUMNS: usize>(
    token: R::Token,
    cells: &[R],
    stores: Stores<'_, R::Element>,
) {
    // As many as were appended in the same width.
    let Some(cells) = cells.get(..COLUMNS.min(R::LANES)) else {
        return;
    };
    let none = R::splat(token, R::Element::ZERO);
    let mut square = R::PerSquare::yielded(Padded { cells, none });
    R::columns_to_rows::<COLUMNS>(square.as_mut());
    R::PerSquare::give(square, stores);
}

/// Rows to load, with what follows them: those lanes become columns that do not matter.
struct Loads<'a, R: Vector> {
    token: R::Token,
    rows: &'a [R::Element],
    stride: usize,
}

impl<R: Vector> Source<R> for Loads<'_, R> {
    #[inline(always)]
    fn next(&mut self) -> R {
        let row = R::load(self.token, self.rows, R::Element::ZERO);
        self.rows = self.rows.get(self.stride..).unwrap_or(&[]);
        row
    }
}

/// Columns, and `none` behind them.
struct Padded<'a, R> {
    cells: &'a [R],
    none: R,
}

impl<R: Copy> Source<R> for Padded<'_, R> {
    #[inline(always)]
    fn next(&mut self) -> R {
        match self.cells {
            [cell, rest @ ..] => {
                self.cells = rest;
                *cell
            }
            [] => self.none,
        }
    }
}

/// Where rows are stored.
struct Stores<'a, E> {
    rows: &'a mut [E],
    stride: usize,
}

impl<R: Vector> Sink<R> for Stores<'_, R::Element> {
    #[inline(always)]
    fn take(&mut self, row: R) {
        let rows = core::mem::take(&mut self.rows);
        row.store(rows);
        self.rows = rows.get_mut(self.stride..).unwrap_or(&mut []);
    }
}
