//! What all lanes of a register add up to, and the largest.

use super::exchange::Exchange;
use crate::math::TwoFold;

/// Takes a step for each distance between lanes, from half their number down to 1.
macro_rules! halving {
    ($vector:ty, $distance:ident => $step:expr) => {{
        if <$vector>::LANES > 8 {
            let $distance = 8;
            $step;
        }
        if <$vector>::LANES > 4 {
            let $distance = 4;
            $step;
        }
        if <$vector>::LANES > 2 {
            let $distance = 2;
            $step;
        }
        if <$vector>::LANES > 1 {
            let $distance = 1;
            $step;
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

/// What of [`Vector`] is the same for every register.
macro_rules! register_reductions {
    () => {
        #[inline(always)]
        fn sum_of_registers(sum: TwoFold<Self>) -> TwoFold<Self> {
            sum
        }

        #[inline(always)]
        fn registers_mut(vectors: &mut [Self]) -> &mut [Self] {
            vectors
        }

        #[inline(always)]
        fn reduce_max(self) -> Self::Element {
            let mut max = self;
            halving!(Self, distance => max = max_across(max, distance));
            max.first()
        }
    };
}

pub(super) use {halving, register_reductions};
