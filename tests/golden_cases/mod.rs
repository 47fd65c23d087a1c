//! Every public function over a fixed set of inputs, as one hash for each function, type and level.
//!
//! Only `core` is needed, and no allocation: the same code runs in the tests and on every target.
//! The free functions are not called: they are their level's methods at [`Level::best`].

mod elementwise;
mod hash;
mod information;
mod input;
mod losses;
#[path = "../support/random.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod random;
mod softmax;

use logits::Level;

use hash::Hash;
use input::Input;

/// `f32` or `f64`.
pub trait Number: logits::Float {
    const NAME: &'static str;
    const INFINITY: Self;

    /// The nearest number.
    fn from_f64(x: f64) -> Self;
    /// The number of a bit pattern; of its low half if the type has but 32 bits.
    fn from_pattern(bits: u64) -> Self;
    /// The bit pattern, and one and the same for every NaN.
    fn pattern(self) -> u64;
}

macro_rules! number {
    ($float:ident) => {
        impl Number for $float {
            const NAME: &'static str = stringify!($float);
            const INFINITY: Self = $float::INFINITY;

            fn from_f64(x: f64) -> Self {
                x as $float
            }

            fn from_pattern(bits: u64) -> Self {
                $float::from_bits(bits as _)
            }

            fn pattern(self) -> u64 {
                if self.is_nan() {
                    u64::MAX
                } else {
                    self.to_bits().into()
                }
            }
        }
    };
}

number!(f32);
number!(f64);

/// A function: adds every result that it has for an input to the hash. The slice is for results in
/// place, as long as the input.
type Function<T> = fn(Level, &Input<'_, T>, &mut [T], &mut Hash);

/// A function with its name.
type Case<T> = (&'static str, Function<T>);

/// The functions, in groups.
fn groups<T: Number>() -> [&'static [Case<T>]; 4] {
    [
        elementwise::cases(),
        softmax::cases(),
        information::cases(),
        losses::cases(),
    ]
}

/// The family of a level.
pub fn family(level: Level) -> &'static str {
    if level.is_fused() { "fused" } else { "unfused" }
}

/// Which inputs.
pub struct Set {
    pub name: &'static str,
    /// Numbers of rows and columns.
    pub shapes: &'static [(usize, usize)],
    /// How many of the kinds of numbers each shape comes with, in turn.
    pub kinds: usize,
}

/// For every target, emulated ones too: every length up to the lanes of a sum, lengths around those
/// of registers, and over several flushes of the sum; batches of few columns, with more rows than any
/// level takes at once.
pub const SHORT: Set = Set {
    name: "short",
    #[rustfmt::skip]
    shapes: &[
        (1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (1, 6), (1, 7), (1, 8), (1, 9), (1, 10), (1, 11),
        (1, 12), (1, 13), (1, 14), (1, 15), (1, 16), (1, 17), (1, 18), (1, 19), (1, 20), (1, 21),
        (1, 22), (1, 23), (1, 24), (1, 25), (1, 26), (1, 27), (1, 28), (1, 29), (1, 30), (1, 31),
        (1, 32), (1, 33), (1, 47), (1, 48), (1, 49), (1, 63), (1, 64), (1, 65), (1, 127), (1, 128),
        (1, 129), (1, 513), (1, 2100),
        (37, 1), (37, 2), (35, 3), (33, 5), (37, 10), (33, 16), (19, 17), (9, 33), (5, 64), (3, 97),
    ],
    kinds: 1,
};

/// The most levels that a CPU has.
const LEVELS: usize = 4;

impl Set {
    /// The most elements of an input.
    pub const fn longest(&self) -> usize {
        let (mut longest, mut i) = (0, 0);
        while i < self.shapes.len() {
            let (rows, columns) = self.shapes[i];
            if rows * columns > longest {
                longest = rows * columns;
            }
            i += 1;
        }
        longest
    }

    /// The numbers that [`hashes`](Set::hashes) needs memory for.
    pub const fn numbers(&self) -> usize {
        (input::SLICES + 1) * self.longest()
    }

    /// Reports the hash of each function at each level. Of memory it needs
    /// [`numbers`](Set::numbers) and a mask of the [`longest`](Set::longest) input.
    pub fn hashes<T: Number>(
        &self,
        numbers: &mut [T],
        mask: &mut [bool],
        mut report: impl FnMut(&'static str, Level, u64),
    ) {
        for &(name, function) in groups::<T>().into_iter().flatten() {
            let mut hashes = [const { Hash::new() }; LEVELS];
            self.for_each_input(numbers, mask, |input, out| {
                for (level, hash) in Level::available().zip(&mut hashes) {
                    function(level, input, out, hash);
                }
            });
            for (level, hash) in Level::available().zip(hashes) {
                report(name, level, hash.value());
            }
        }
    }

    /// Makes every input in turn, with a slice of its length.
    fn for_each_input<T: Number>(
        &self,
        numbers: &mut [T],
        mask: &mut [bool],
        mut visit: impl FnMut(&Input<'_, T>, &mut [T]),
    ) {
        let mut random = random::Random::new(8);
        let mut kinds = (0..input::KINDS).cycle();
        for &(rows, columns) in self.shapes {
            for kind in kinds.by_ref().take(self.kinds) {
                let (out, memory) = numbers.split_at_mut(rows * columns);
                let input = Input::new(&mut random, kind, (rows, columns), memory, mask);
                visit(&input, out);
            }
        }
    }
}
