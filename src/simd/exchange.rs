//! Lanes that change places.

use super::reduce::{fold_lanes, sum_across};
use super::vector::Vector;
use crate::math::TwoFold;

/// A register whose lanes can change places.
pub trait Exchange: Vector<Register = Self> {
    /// Lane i receives lane i XOR `distance`, a power of two below [`Vector::LANES`].
    fn exchange(self, distance: usize) -> Self;
    /// Lane i of `other` where i AND `distance`, a power of two below [`Vector::LANES`], is not 0,
    /// else of `self`.
    fn merge(self, other: Self, distance: usize) -> Self;

    /// Lane i of register j changes places with lane j of register i, for as many registers as
    /// there are lanes.
    #[inline(always)]
    fn transpose(rows: &mut [Self]) {
        if Self::LANES > 8 {
            exchange_blocks(rows, 8);
        }
        if Self::LANES > 4 {
            exchange_blocks(rows, 4);
        }
        if Self::LANES > 2 {
            exchange_blocks(rows, 2);
        }
        if Self::LANES > 1 {
            exchange_blocks(rows, 1);
        }
    }

    /// The sum of all lanes, in every lane.
    #[inline(always)]
    fn sum_of_lanes(sum: TwoFold<Self>) -> TwoFold<Self> {
        fold_lanes!(sum_across, sum)
    }

    /// [`sum_of_lanes`](Self::sum_of_lanes) of n registers, a power of two and at most as many as
    /// lanes: that of number i in lane i·LANES/n.
    #[inline(always)]
    fn sums_of_lanes(mut sums: &mut [TwoFold<Self>]) -> Option<TwoFold<Self>> {
        if Self::LANES > 8 {
            sums = sums_across(sums, 8);
        }
        if Self::LANES > 4 {
            sums = sums_across(sums, 4);
        }
        if Self::LANES > 2 {
            sums = sums_across(sums, 2);
        }
        if Self::LANES > 1 {
            sums = sums_across(sums, 1);
        }
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

/// Transposes each square of 2·`distance` rows and lanes as if its quarters were numbers.
#[inline(always)]
fn exchange_blocks<V: Exchange>(rows: &mut [V], distance: usize) {
    for block in rows.chunks_exact_mut(2 * distance) {
        if let Some((lower, upper)) = block.split_at_mut_checked(distance) {
            for (a, b) in lower.iter_mut().zip(upper) {
                (*a, *b) = (
                    a.merge(b.exchange(distance), distance),
                    a.exchange(distance).merge(*b, distance),
                );
            }
        }
    }
}
