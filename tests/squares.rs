//! Rows turned to columns and back, for every number of lanes, whatever the CPU has: the crate's own
//! code on registers that are arrays.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "the modules serve more than this"
)]

#[path = "../src/simd/element.rs"]
mod element;
#[path = "../src/simd/exchange.rs"]
mod exchange;
#[path = "../src/simd/powers.rs"]
mod powers;
#[path = "../src/simd/reduce.rs"]
mod reduce;
#[path = "../src/kernel/squares.rs"]
mod squares;
#[path = "../src/simd/stack.rs"]
mod stack;
#[path = "../src/math/two_fold.rs"]
mod two_fold;
#[path = "../src/simd/vector.rs"]
mod vector;

/// The modules under the names by which they know each other.
mod math {
    pub use crate::two_fold::TwoFold;
}

mod simd {
    pub(crate) use crate::element::Element;
    pub use crate::exchange::Exchange;
    pub use crate::powers::Powers;
    pub use crate::stack::Stack;
    pub use crate::vector::{Count, Routine, Sink, Source, Times, Token, Vector};
}

use math::TwoFold;
use simd::{Exchange, Powers, Routine, Stack, Times, Token, Vector};
use squares::{load_columns, store_columns};

/// Nothing has to be proved for an array.
#[derive(Clone, Copy)]
struct Always;

impl Token for Always {
    fn call<R: Routine<Self>>(self, routine: R) -> R::Output {
        routine.run(self)
    }
}

/// A register of so many lanes.
#[derive(Clone, Copy)]
struct Lanes<const N: usize>([f32; N]);

/// Operations that change no places.
macro_rules! not_needed {
    ($(fn $name:ident($self:ident $(, $argument:ident: $type:ty)*) -> $output:ty;)*) => {$(
        fn $name($self $(, $argument: $type)*) -> $output {
            $(let _ = $argument;)*
            unreachable!()
        }
    )*};
}

macro_rules! lanes {
    ($($n:literal)*) => {$(
        impl Vector for Lanes<$n> {
            type Element = f32;
            type Token = Always;
            type Register = Self;
            type PerStripe = Times<1>;

            const LANES: usize = $n;
            const FUSED: bool = false;

            fn splat(_: Always, x: f32) -> Self {
                Self([x; $n])
            }

            fn load(_: Always, x: &[f32], fill: f32) -> Self {
                let mut lanes = [fill; $n];
                lanes.iter_mut().zip(x).for_each(|(lane, x)| *lane = *x);
                Self(lanes)
            }

            fn store(self, out: &mut [f32]) {
                out.iter_mut().zip(self.0).for_each(|(out, lane)| *out = lane);
            }

            fn sum_of_registers(_: TwoFold<Self>) -> TwoFold<Self> {
                unreachable!()
            }

            not_needed! {
                fn first(self) -> f32;
                fn add(self, other: Self) -> Self;
                fn sub(self, other: Self) -> Self;
                fn mul(self, other: Self) -> Self;
                fn div(self, other: Self) -> Self;
                fn mul_add(self, factor: Self, term: Self) -> Self;
                fn neg_mul_add(self, factor: Self, term: Self) -> Self;
                fn at_least(self, floor: Self) -> Self;
                fn at_most(self, ceiling: Self) -> Self;
                fn abs(self) -> Self;
                fn bits_sub(self, other: Self) -> Self;
                fn position(self, value: f32) -> Option<usize>;
                fn with_lane(self, lane: usize, value: f32) -> Self;
                fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self;
                fn any_less(self, bound: Self) -> bool;
                fn all_between(self, low: Self, high: Self) -> bool;
                fn scale_by_pow2(self, rounded: Self) -> Self;
                fn scale_by_pow2_gradual(self, rounded: Self) -> Self;
                fn look_up_power(self, powers: &Powers<f32>) -> Self;
                fn split_pow2(self) -> (Self, Self);
                fn reduce_max(self) -> f32;
            }
        }

        impl Exchange for Lanes<$n> {
            type PerSquare = Times<$n>;

            fn exchange(self, distance: usize) -> Self {
                Self(core::array::from_fn(|lane| self.0[lane ^ distance]))
            }

            fn merge(self, other: Self, distance: usize) -> Self {
                let of = |lane: usize| if lane & distance == 0 { self } else { other };
                Self(core::array::from_fn(|lane| of(lane).0[lane]))
            }
        }
    )*};
}

lanes! { 1 2 4 8 16 }

/// Turns a block of rows to columns and back, as `few_columns` does, and looks at either.
fn check_block<R: Exchange<Element = f32, Token = Always>>(columns: usize) {
    let lanes = R::LANES;
    let rows: Vec<f32> = (0..lanes * columns).map(|place| place as f32).collect();

    let mut cells = Stack::<R, 128>::new();
    for first in (0..columns).step_by(lanes) {
        let rest = (&rows[first..], columns);
        load_columns(Always, rest, columns - first, &mut cells);
    }
    for (column, cells) in cells.values()[..columns].iter().enumerate() {
        let mut column_of_rows = vec![-1.0; lanes];
        cells.store(&mut column_of_rows);
        for (row, cell) in column_of_rows.into_iter().enumerate() {
            assert_eq!(cell, rows[row * columns + column], "{lanes} lanes");
        }
    }

    // Nothing else may be given out.
    let unused = R::splat(Always, f32::NAN);
    cells.values_mut()[columns..].fill(unused);
    let mut out = vec![-1.0; rows.len()];
    for first in (0..columns).step_by(lanes).rev() {
        let rest = (&mut out[first..], columns);
        store_columns(Always, &cells.values()[first..], columns - first, rest);
    }
    assert_eq!(out, rows, "{lanes} lanes, {columns} columns");
}

#[test]
fn rows_turn_to_columns_and_back() {
    for columns in 1..=96 {
        check_block::<Lanes<1>>(columns);
        check_block::<Lanes<2>>(columns);
        check_block::<Lanes<4>>(columns);
        check_block::<Lanes<8>>(columns);
        check_block::<Lanes<16>>(columns);
    }
}
