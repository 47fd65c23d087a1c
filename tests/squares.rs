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
#[path = "../src/simd/fours.rs"]
mod fours;
#[path = "../src/simd/pair.rs"]
mod pair;
#[path = "../src/simd/powers.rs"]
mod powers;
#[path = "../src/simd/reduce.rs"]
mod reduce;
#[path = "../src/kernel/squares.rs"]
mod squares;
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
    pub use crate::fours::{Fours, by_fours};
    pub use crate::pair::Pair;
    pub use crate::powers::Powers;
    pub use crate::vector::{Count, Routine, Sink, Source, Times, Token, Vector};
}

use math::TwoFold;
use simd::{Exchange, Fours, Pair, Powers, Routine, Times, Token, Vector, by_fours};
use squares::{Shape, load_columns, store_columns};

/// Nothing has to be proved for an array.
#[derive(Clone, Copy)]
struct Always;

impl Token for Always {
    fn call<R: Routine<Self>>(self, routine: R) -> R::Output {
        routine.run(self)
    }
}

/// A register of so many lanes.
#[derive(Clone, Copy, Debug, PartialEq)]
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
            type PerLane = Times<$n>;

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

            fn registers_mut(vectors: &mut [Self]) -> &mut [Self] {
                vectors
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
                fn equal_lanes(self, value: f32) -> u64;
                fn with_lane(self, lane: usize, value: f32) -> Self;
                fn replace_where_less(self, x: Self, bound: Self, replacement: Self) -> Self;
                fn count_less(self, bound: Self) -> u32;
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

/// Turns so many rows to columns and back, as `few_columns` does, and looks at either.
fn check_block<V: Vector<Element = f32, Token = Always>>(rows: usize, columns: usize) {
    let lanes = V::Register::LANES;
    let elements: Vec<f32> = (0..rows * columns).map(|place| place as f32).collect();
    let shape = |first| Shape {
        columns: columns - first,
        stride: columns,
    };

    let mut cells = vec![V::splat(Always, f32::NAN); columns.next_multiple_of(lanes)];
    for first in (0..columns).step_by(lanes) {
        load_columns(
            Always,
            &elements[first..],
            shape(first),
            &mut cells[first..],
        );
    }
    for (column, cells) in cells[..columns].iter().enumerate() {
        let mut column_of_rows = vec![-1.0; V::LANES];
        cells.store(&mut column_of_rows);
        for (row, cell) in column_of_rows.into_iter().enumerate() {
            let expected = elements.get(row * columns + column).unwrap_or(&0.0);
            assert_eq!(cell, *expected, "{lanes} lanes, {rows} rows");
        }
    }

    // Nothing else may be given out, and nothing behind the rows be written.
    cells[columns..].fill(V::splat(Always, f32::NAN));
    let mut out = vec![-1.0; elements.len() + 1];
    for first in (0..columns).step_by(lanes).rev() {
        let out = &mut out[first..elements.len()];
        store_columns(Always, &mut cells[first..], shape(first), out);
    }
    assert_eq!(out.pop(), Some(-1.0), "{lanes} lanes, {rows} rows");
    assert_eq!(
        out, elements,
        "{lanes} lanes, {rows} rows, {columns} columns"
    );
}

/// The same for few and for all rows of a block.
fn check_blocks<V: Vector<Element = f32, Token = Always>>() {
    for columns in 1..=127 {
        for rows in [1, V::LANES / 2, V::LANES - 1, V::LANES] {
            if rows > 0 {
                check_block::<V>(rows, columns);
            }
        }
    }
}

#[test]
fn rows_turn_to_columns_and_back() {
    check_blocks::<Lanes<1>>();
    check_blocks::<Lanes<2>>();
    check_blocks::<Lanes<4>>();
    check_blocks::<Lanes<8>>();
    check_blocks::<Lanes<16>>();
    check_blocks::<Pair<Lanes<8>>>();
    check_blocks::<Pair<Lanes<16>>>();
    check_blocks::<Pair<Pair<Lanes<4>>>>();
}

impl Fours for Lanes<16> {
    fn transpose_fours(rows: [Self; 4], distance: usize) -> [Self; 4] {
        core::array::from_fn(|number| {
            Self(core::array::from_fn(|lane| {
                let row = lane / distance % 4;
                rows[row].0[lane - row * distance + number * distance]
            }))
        })
    }
}

#[test]
fn two_steps_of_fours_are_four_of_twos() {
    let square: [_; 16] = core::array::from_fn(|row| {
        Lanes::<16>(core::array::from_fn(|lane| (16 * row + lane) as f32))
    });
    let (mut twos, mut fours) = (square, square);
    Lanes::transpose(&mut twos);
    by_fours(&mut fours, 4);
    by_fours(&mut fours, 1);
    assert_eq!(twos, fours);
}
