//! Squares transposed in steps of four rows, where a level has instructions for that.

/// Transposes squares of 4·`distance` rows and lanes as if their sixteenths were numbers.
#[inline(always)]
pub fn by_fours<R: Fours>(square: &mut [R], distance: usize) {
    for rows in square.chunks_exact_mut(4 * distance) {
        let (upper, lower) = rows.split_at_mut(2 * distance);
        let ((a, b), (c, d)) = (upper.split_at_mut(distance), lower.split_at_mut(distance));
        for (((a, b), c), d) in a.iter_mut().zip(b).zip(c).zip(d) {
            [*a, *b, *c, *d] = R::transpose_fours([*a, *b, *c, *d], distance);
        }
    }
}

/// A register with instructions that transpose four rows at once.
pub trait Fours: Copy {
    /// Transposes each square of 4·`distance` lanes of four rows that are `distance` apart as if its
    /// sixteenths were numbers.
    fn transpose_fours(rows: [Self; 4], distance: usize) -> [Self; 4];
}
