//! Squares of as many rows as a register has lanes: loaded, turned to columns, and back.

use crate::simd::{Count, Element, Exchange, Source, Vector};

/// Rows one behind the other, of which some columns are loaded or stored.
#[derive(Clone, Copy)]
pub struct Shape {
    /// How many columns; of more than a register has lanes, the first.
    pub columns: usize,
    /// From the start of a row to the next.
    pub stride: usize,
}

/// Loads columns of as many rows as a vector has lanes, each into one of `cells`; perhaps more
/// columns, up to the next width. Rows that there are not count as 0.
#[inline(always)]
pub fn load_columns<V: Vector>(
    token: V::Token,
    rows: &[V::Element],
    shape: Shape,
    cells: &mut [V],
) {
    let stride = shape.stride;
    by_width::<V::Register, _>(
        shape.columns,
        Load {
            token,
            rows,
            stride,
            cells,
        },
    );
}

/// Stores what [`load_columns`] loaded. Rows are stored in order and by whole registers, with something
/// behind their last columns.
#[inline(always)]
pub fn store_columns<V: Vector>(
    token: V::Token,
    cells: &mut [V],
    shape: Shape,
    rows: &mut [V::Element],
) {
    let stride = shape.stride;
    by_width::<V::Register, _>(
        shape.columns,
        Store {
            token,
            rows,
            stride,
            cells,
        },
    );
}

/// Work on squares of which so many columns matter.
trait OfWidth {
    /// Does it.
    fn run<const COLUMNS: usize>(self);
}

/// All columns of a square, whatever the width of a register.
const FULL: usize = usize::MAX;

/// Does `work` in the least width with room for so many columns.
#[inline(always)]
fn by_width<R: Vector, W: OfWidth>(columns: usize, work: W) {
    match columns {
        0..=2 if R::LANES > 2 => work.run::<2>(),
        0..=4 if R::LANES > 4 => work.run::<4>(),
        0..=8 if R::LANES > 8 => work.run::<8>(),
        0..=12 if R::LANES > 12 => work.run::<12>(),
        _ => work.run::<FULL>(),
    }
}

/// The number of registers of a vector.
#[inline(always)]
const fn registers<V: Vector>() -> usize {
    V::LANES / V::Register::LANES
}

/// Those of the registers of `cells` that belong to square number `square` of the vectors' rows: the
/// first of each so many.
#[inline(always)]
fn of_square<V: Vector, const COLUMNS: usize>(
    cells: &mut [V],
    square: usize,
) -> Option<&mut [V::Register]> {
    let last = (COLUMNS.min(V::Register::LANES) - 1) * registers::<V>();
    V::registers_mut(cells).get_mut(square..)?.get_mut(..=last)
}

/// [`load_columns`].
struct Load<'a, V: Vector> {
    token: V::Token,
    rows: &'a [V::Element],
    stride: usize,
    cells: &'a mut [V],
}

impl<V: Vector> OfWidth for Load<'_, V> {
    #[inline(always)]
    fn run<const COLUMNS: usize>(self) {
        for number in 0..registers::<V>() {
            let first = number * V::Register::LANES * self.stride;
            let rows = self.rows.get(first..).unwrap_or(&[]);
            let mut square = V::Register::load_rows(self.token, rows, self.stride);
            V::Register::transpose(square.as_mut());
            let Some(cells) = of_square::<V, COLUMNS>(self.cells, number) else {
                return;
            };
            let mut place = 0;
            for column in square.as_ref() {
                if let Some(cell) = cells.get_mut(place) {
                    *cell = *column;
                }
                place += registers::<V>();
            }
        }
    }
}

/// [`store_columns`].
struct Store<'a, V: Vector> {
    token: V::Token,
    rows: &'a mut [V::Element],
    stride: usize,
    cells: &'a mut [V],
}

impl<V: Vector> OfWidth for Store<'_, V> {
    #[inline(always)]
    fn run<const COLUMNS: usize>(self) {
        for number in 0..registers::<V>() {
            let Some(cells) = of_square::<V, COLUMNS>(self.cells, number) else {
                return;
            };
            let columns = Columns::<V::Register, COLUMNS> {
                cells,
                step: registers::<V>(),
                next: 0,
                none: V::Register::splat(self.token, V::Element::ZERO),
            };
            let mut square = <V::Register as Vector>::PerLane::yielded(columns);
            V::Register::transpose(square.as_mut());
            let first = number * V::Register::LANES * self.stride;
            let rows = self.rows.get_mut(first..).unwrap_or(&mut []);
            V::Register::store_rows(square, rows, self.stride);
        }
    }
}

/// The first of each `step` registers, so many and then the same again: some of what a square's step makes
/// of them is equal, and not computed twice.
struct Columns<'a, R, const COLUMNS: usize> {
    cells: &'a [R],
    step: usize,
    next: usize,
    none: R,
}

impl<R: Copy, const COLUMNS: usize> Source<R> for Columns<'_, R, COLUMNS> {
    #[inline(always)]
    fn next(&mut self) -> R {
        let cell = self.cells.get(self.next % COLUMNS * self.step);
        self.next += 1;
        cell.copied().unwrap_or(self.none)
    }
}
