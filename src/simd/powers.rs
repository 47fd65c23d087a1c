//! A table of powers of two with fractional exponents.

/// The exponent's steps between the table's numbers: this many make a whole one.
const STEPS: u32 = 16;

/// Sixteen numbers of which the j-th is about 2^(j/16), as
/// [`look_up_power`](super::Vector::look_up_power) needs them.
///
/// There, one shift moves a number 16k + j to where k is in the exponent's place, and j in the
/// leading bits of the significand. The entries' bits lack this j, so that one addition of
/// integers puts k in and leaves no j.
#[derive(Clone, Copy)]
pub struct Powers<E>(pub(super) [E; STEPS as usize]);

macro_rules! powers {
    ($float:ident in $bits:ident) => {
        impl Powers<$float> {
            /// By how many bits 16k + j is shifted.
            pub(super) const SHIFT: u32 = $float::MANTISSA_DIGITS - 1 - STEPS.ilog2();

            /// The table of these numbers, between 1 and 2.
            pub const fn new(mut numbers: [$float; STEPS as usize]) -> Self {
                let mut j = 0;
                while j < numbers.len() {
                    let bits = numbers[j].to_bits() - ((j as u64) << Self::SHIFT) as $bits;
                    numbers[j] = $float::from_bits(bits);
                    j += 1;
                }
                Self(numbers)
            }
        }
    };
}

powers!(f32 in u32);
powers!(f64 in u64);
