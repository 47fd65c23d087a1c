//! What all lanes of a register add up to, and the largest.

use super::exchange::Exchange;
use crate::math::TwoFold;

/// Folds a register's lanes in a fixed tree, from the largest distance to the smallest.
macro_rules! fold_lanes {
    ($fold:ident, $value:expr) => {{
        let value = $value;
        let value = if Self::LANES > 8 {
            $fold(value, 8)
        } else {
            value
        };
        let value = if Self::LANES > 4 {
            $fold(value, 4)
        } else {
            value
        };
        let value = if Self::LANES > 2 {
            $fold(value, 2)
        } else {
            value
        };
        if Self::LANES > 1 {
            $fold(value, 1)
        } else {
            value
        }
    }};
}

/// `sum` plus itself with lanes exchanged.
#[inline(always)]
pub fn sum_across<V: Exchange>(sum: TwoFold<V>, distance: usize) -> TwoFold<V> {
    sum.add(TwoFold {
        hi: sum.hi.exchange(distance),
        lo: sum.lo.exchange(distance),
    })
}

/// The larger of each lane and its partner.
#[inline(always)]
pub fn max_across<V: Exchange>(max: V, distance: usize) -> V {
    max.exchange(distance).at_least(max)
}

/// The reductions of [`Vector`] for a register.
macro_rules! register_reductions {
    () => {
        #[inline(always)]
        fn sum_of_registers(sum: TwoFold<Self>) -> TwoFold<Self> {
            sum
        }

        #[inline(always)]
        fn reduce_max(self) -> Self::Element {
            fold_lanes!(max_across, self).first()
        }
    };
}

pub(super) use {fold_lanes, register_reductions};
