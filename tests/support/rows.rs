//! What most tests do with rows.

use logits::Level;

use super::real::Real;

/// The nearest numbers.
pub fn numbers<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

/// The bit patterns of a row.
pub fn bits<T: Real>(row: &[T]) -> Vec<u64> {
    row.iter().map(|x| x.pattern()).collect()
}

/// Whether two rows have the same bit patterns.
pub fn same_bits<T: Real>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.pattern() == b.pattern())
}

/// The distance of 1 to the next number.
pub fn epsilon<T: Real>() -> f64 {
    libm::scalbn(1.0, 1 - T::DIGITS)
}

/// Each level with each of the lengths.
pub fn levels_and<const N: usize>(lengths: [usize; N]) -> impl Iterator<Item = (Level, usize)> {
    Level::available().flat_map(move |level| lengths.map(|len| (level, len)))
}
