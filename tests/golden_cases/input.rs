//! Inputs made by exact arithmetic alone, so that every target has the same.

use logits::{Rows, RowsMut};

use super::Number;
use super::random::Random;

/// Kinds of numbers.
pub const KINDS: usize = 9;

/// Slices of an [`Input`] that hold numbers.
pub const SLICES: usize = 6;

/// The most rows of an input.
const ROWS: usize = 67;

/// A batch of logits, and what functions take beside them. Functions of one row take the whole as
/// one.
pub struct Input<'a, T> {
    pub columns: usize,
    /// Logits.
    pub x: &'a [T],
    /// The same backwards.
    pub y: &'a [T],
    /// The absolute values of `x`: positive numbers of all sizes, 0, infinity and NaN.
    pub p: &'a [T],
    /// The same backwards.
    pub q: &'a [T],
    /// Small numbers of both signs.
    pub bias: &'a [T],
    /// Between 0 and 1, both included: weights, targets or probabilities.
    pub fractions: &'a [T],
    pub mask: &'a [bool],
    labels: [u8; ROWS],
}

impl<'a, T: Number> Input<'a, T> {
    /// An input in the given memory.
    pub fn new(
        random: &mut Random,
        kind: usize,
        (rows, columns): (usize, usize),
        memory: &'a mut [T],
        mask: &'a mut [bool],
    ) -> Self {
        let elements = rows * columns;
        let mut slices = memory.chunks_exact_mut(elements);
        let mut slice = |fill: &mut dyn FnMut(usize) -> T| -> &'a [T] {
            let slice = slices.next().expect("memory is enough");
            for (place, number) in slice.iter_mut().enumerate() {
                *number = fill(place);
            }
            slice
        };
        let removed = random.below(elements);
        let x = slice(&mut |place| number(random, kind, place == removed));
        let y = slice(&mut |place| x[elements - 1 - place]);
        let p = slice(&mut |place| {
            if x[place] < T::default() {
                -x[place]
            } else {
                x[place]
            }
        });
        let q = slice(&mut |place| p[elements - 1 - place]);
        let bias = slice(&mut |place| T::from_f64((place % 7) as f64 / 3.0 - 1.0));
        let fractions = slice(&mut |place| {
            T::from_f64(match place % 9 {
                0 => 0.0,
                8 => 1.0,
                _ => random.unit(),
            })
        });
        let mask = &mut mask[..elements];
        for (place, kept) in mask.iter_mut().enumerate() {
            *kept = place % 5 != 3;
        }
        Self {
            columns,
            x,
            y,
            p,
            q,
            bias,
            fractions,
            mask,
            labels: core::array::from_fn(|row| ((5 * row + columns / 3) % columns) as u8),
        }
    }

    /// The class of each row.
    pub fn labels(&self) -> &[u8] {
        &self.labels[..self.x.len() / self.columns]
    }

    /// The class of each row, and more, in another type.
    pub fn labels_of_64_bits(&self) -> [i64; ROWS] {
        self.labels.map(i64::from)
    }

    /// A slice of the input as rows.
    pub fn rows<'b>(&self, slice: &'b [T]) -> Rows<'b, T> {
        Rows::new(slice, self.columns).expect("columns divide an input")
    }

    /// A copy of a slice of the input in `out`, as rows.
    pub fn rows_in<'b>(&self, slice: &[T], out: &'b mut [T]) -> RowsMut<'b, T> {
        out.copy_from_slice(slice);
        RowsMut::new(out, self.columns).expect("columns divide an input")
    }

    /// The part of `out` with one number for each row.
    pub fn one_a_row<'b>(&self, out: &'b mut [T]) -> &'b mut [T] {
        &mut out[..self.x.len() / self.columns]
    }
}

/// Nearly normal, in several sizes and places; with −∞ where `removed`; raw bit patterns.
fn number<T: Number>(random: &mut Random, kind: usize, removed: bool) -> T {
    const BELLS: [(i64, i64); KINDS - 1] = [
        (1, 0),
        (8, 0),
        (64, 0),
        (4, 1000),
        (4, -60),
        (4, 1 << 22),
        (1 << 30, 0),
        (4, 0),
    ];
    match BELLS.get(kind) {
        Some((4, 0)) if removed => -T::INFINITY,
        Some(&(size, centre)) => T::from_f64(bell(random, size, centre)),
        None => T::from_pattern(random.bits()),
    }
}

/// About normal around `centre`, with a deviation of `size`: the sum of twelve integers.
fn bell(random: &mut Random, size: i64, centre: i64) -> f64 {
    let sum: i64 = (0..12)
        .map(|_| (random.bits() >> 44) as i64 - (1 << 19))
        .sum();
    (sum * size) as f64 / f64::from(1 << 20) + centre as f64
}
