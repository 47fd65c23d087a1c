//! Lanes that change places.

use core::slice;

use super::element::Element;
use super::reduce::{halving, sum_across};
use super::vector::{Count, Sink, Source, Vector};
use crate::math::TwoFold;

/// As many registers as there are lanes: a square of elements.
pub type Square<R> = <<R as Vector>::PerLane as Count>::Of<R>;

/// A register whose lanes can change places.
pub trait Exchange: Vector<Register = Self> {
    /// Lane i receives lane i XOR `distance`, a power of two below [`Vector::LANES`].
    fn exchange(self, distance: usize) -> Self;
    /// Lane i of `other` where i AND `distance`, a power of two below [`Vector::LANES`], is not 0,
    /// else of `self`.
    fn merge(self, other: Self, distance: usize) -> Self;

    /// Transposes each square of 2·`distance` lanes of two rows that are `distance` apart as if its
    /// quarters were numbers.
    #[inline(always)]
    fn transpose_halves(self, other: Self, distance: usize) -> (Self, Self) {
        (
            self.merge(other.exchange(distance), distance),
            self.exchange(distance).merge(other, distance),
        )
    }

    /// As many rows as lanes, which begin `stride` elements apart: the first elements of each, with what
    /// follows where a row has fewer; 0 behind the end.
    #[inline(always)]
    fn load_rows(token: Self::Token, rows: &[Self::Element], stride: usize) -> Square<Self> {
        const { assert!(Self::PerLane::NUMBER == Self::LANES) };
        if holds_rows::<Self>(rows.len(), stride) {
            let row = rows.as_ptr();
            Self::PerLane::yielded(RowsToLoad::<Self> { token, row, stride })
        } else {
            Self::PerLane::yielded(LastRowsToLoad::<Self> {
                token,
                rows,
                stride,
            })
        }
    }

    /// Stores a square's rows in order where [`load_rows`](Self::load_rows) would find them: each whole, but
    /// for what is behind the end.
    #[inline(always)]
    fn store_rows(square: Square<Self>, rows: &mut [Self::Element], stride: usize) {
        let left = rows.len();
        let row = rows.as_mut_ptr();
        Self::PerLane::give(square, RowsToStore { row, left, stride });
    }

    /// Transposes a square, one row a register: lane i of register j changes places with lane j of
    /// register i. In straight code, so that what nobody reads is not computed.
    #[inline(always)]
    fn transpose(square: &mut [Self]) {
        halving!(Self, distance => by_twos(square, distance));
    }

    /// The sum of all lanes, in every lane.
    #[inline(always)]
    fn sum_of_lanes(mut sum: TwoFold<Self>) -> TwoFold<Self> {
        halving!(Self, distance => sum = sum_across(sum, distance));
        sum
    }

    /// [`sum_of_lanes`](Self::sum_of_lanes) of n registers, a power of two and at most as many as
    /// lanes: that of number i in lane i·LANES/n.
    #[inline(always)]
    fn sums_of_lanes(mut sums: &mut [TwoFold<Self>]) -> Option<TwoFold<Self>> {
        halving!(Self, distance => sums = sums_across(sums, distance));
        sums.first().copied()
    }
}

/// Whether a slice of so many elements has a whole register at the start of each row of a square.
#[inline(always)]
fn holds_rows<R: Vector>(length: usize, stride: usize) -> bool {
    length >= stride.saturating_mul(R::LANES - 1).saturating_add(R::LANES)
}

/// The rows of a square, in a slice that [`holds_rows`].
struct RowsToLoad<R: Vector> {
    token: R::Token,
    /// The next.
    row: *const R::Element,
    stride: usize,
}

impl<R: Vector> Source<R> for RowsToLoad<R> {
    #[inline(always)]
    fn next(&mut self) -> R {
        // SAFETY: `load_rows` alone makes this, of a slice that has a whole register at the start of each
        // of `LANES` rows, and lets it yield so many, as it asserts.
        let row = unsafe { slice::from_raw_parts(self.row, R::LANES) };
        self.row = self.row.wrapping_add(self.stride);
        R::load(self.token, row, R::Element::ZERO)
    }
}

/// The rows of a square, in a slice that may end before them.
struct LastRowsToLoad<'a, R: Vector> {
    token: R::Token,
    /// From the next on.
    rows: &'a [R::Element],
    stride: usize,
}

impl<R: Vector> Source<R> for LastRowsToLoad<'_, R> {
    #[inline(always)]
    fn next(&mut self) -> R {
        let row = R::load(self.token, self.rows, R::Element::ZERO);
        self.rows = self.rows.get(self.stride..).unwrap_or(&[]);
        row
    }
}

/// Where the rows of a square belong in a slice.
struct RowsToStore<E> {
    /// The next.
    row: *mut E,
    /// How many elements there are from `row` on; 0 if it is behind the end.
    left: usize,
    stride: usize,
}

impl<R: Vector> Sink<R> for RowsToStore<R::Element> {
    #[inline(always)]
    fn take(&mut self, row: R) {
        let (place, left) = (self.row, self.left);
        self.row = place.wrapping_add(self.stride);
        self.left = left.saturating_sub(self.stride);
        if left > 0 {
            // SAFETY: `store_rows` alone makes this, of a slice that it borrows exclusively: so many
            // elements from `place` on are the end of that slice.
            let place = unsafe { slice::from_raw_parts_mut(place, left) };
            row.store(place);
        }
    }
}

/// The sum of each lane and its partner, of two registers in one as long as there are two.
#[inline(always)]
fn sums_across<V: Exchange>(sums: &mut [TwoFold<V>], distance: usize) -> &mut [TwoFold<V>] {
    if let [sum] = sums {
        *sum = sum_across(*sum, distance);
        return sums;
    }
    let (lower, upper) = sums.split_at_mut(sums.len() / 2);
    for (a, b) in lower.iter_mut().zip(upper) {
        let own = TwoFold {
            hi: a.hi.merge(b.hi.exchange(distance), distance),
            lo: a.lo.merge(b.lo.exchange(distance), distance),
        };
        let partner = TwoFold {
            hi: a.hi.exchange(distance).merge(b.hi, distance),
            lo: a.lo.exchange(distance).merge(b.lo, distance),
        };
        *a = own.add(partner);
    }
    lower
}

/// Transposes squares of 2·`distance` rows and lanes as if their quarters were numbers.
#[inline(always)]
fn by_twos<R: Exchange>(square: &mut [R], distance: usize) {
    for rows in square.chunks_exact_mut(2 * distance) {
        let (upper, lower) = rows.split_at_mut(distance);
        for (a, b) in upper.iter_mut().zip(lower) {
            (*a, *b) = a.transpose_halves(*b, distance);
        }
    }
}
