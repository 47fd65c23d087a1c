//! Lanes that change places.

use super::reduce::{halving, sum_across};
use super::vector::{Count, Vector};
use crate::math::TwoFold;

/// A register whose lanes can change places.
pub trait Exchange: Vector<Register = Self> {
    /// As many registers as there are lanes: a square of elements.
    type PerSquare: Count;

    /// Lane i receives lane i XOR `distance`, a power of two below [`Vector::LANES`].
    fn exchange(self, distance: usize) -> Self;
    /// Lane i of `other` where i AND `distance`, a power of two below [`Vector::LANES`], is not 0,
    /// else of `self`.
    fn merge(self, other: Self, distance: usize) -> Self;

    /// Turns the rows of a square, one a register, to its columns, of which only the first `COLUMNS`
    /// matter: lane i of register j changes places with lane j of register i. Returns these columns.
    #[inline(always)]
    fn rows_to_columns<const COLUMNS: usize>(mut square: &mut [Self]) -> &mut [Self] {
        halving!(Self, distance => {
            square = halves_to_columns::<Self, COLUMNS>(square, distance);
        });
        square
    }

    /// Turns the columns of a square, one a register, of which only the first `COLUMNS` matter, to its
    /// rows: [`rows_to_columns`](Self::rows_to_columns) undone.
    #[inline(always)]
    fn columns_to_rows<const COLUMNS: usize>(square: &mut [Self]) {
        halving!(Self, distance => halves_to_rows::<Self, COLUMNS>(square, distance));
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

/// Transposes each square of 2·`distance` rows and lanes as if its quarters were numbers; returns the
/// rows that matter if the first `COLUMNS` columns do.
#[inline(always)]
fn halves_to_columns<V: Exchange, const COLUMNS: usize>(
    rows: &mut [V],
    distance: usize,
) -> &mut [V] {
    if COLUMNS > distance {
        exchange_halves(rows, distance);
        return rows;
    }
    // A single square: the last step kept no more. Its right half does not matter.
    let (upper, lower) = rows.split_at_mut(rows.len() / 2);
    for (a, b) in upper.iter_mut().zip(lower) {
        *a = a.merge(b.exchange(distance), distance);
    }
    upper
}

/// The same of squares in which only the first `COLUMNS` rows matter.
#[inline(always)]
fn halves_to_rows<V: Exchange, const COLUMNS: usize>(rows: &mut [V], distance: usize) {
    if COLUMNS > distance {
        exchange_halves(rows, distance);
        return;
    }
    for square in rows.chunks_exact_mut(2 * distance) {
        if let Some((upper, lower)) = square.split_at_mut_checked(distance) {
            for (a, b) in upper.iter().zip(lower).take(COLUMNS) {
                *b = a.exchange(distance);
            }
        }
    }
}

/// Transposes each square of 2·`distance` rows and lanes as if its quarters were numbers.
#[inline(always)]
fn exchange_halves<V: Exchange>(rows: &mut [V], distance: usize) {
    for square in rows.chunks_exact_mut(2 * distance) {
        if let Some((upper, lower)) = square.split_at_mut_checked(distance) {
            for (a, b) in upper.iter_mut().zip(lower) {
                (*a, *b) = (
                    a.merge(b.exchange(distance), distance),
                    a.exchange(distance).merge(*b, distance),
                );
            }
        }
    }
}
