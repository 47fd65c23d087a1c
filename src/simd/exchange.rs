//! Lanes that change places.

use super::vector::Vector;

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
