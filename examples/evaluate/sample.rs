//! A sample that needs no files: the logits of a model that is surer than it is right.

use std::error::Error;

use crate::array::{Array, encode};

/// The number of rows.
const ROWS: usize = 20_000;
/// The number of classes.
const CLASSES: usize = 10;
/// How far the logits spread that the labels are drawn by.
const SPREAD: f32 = 8.0;
/// The model's logits are this much larger than those: beyond 1 it is overconfident.
const OVERCONFIDENCE: f32 = 1.4;

/// The logits, and the labels; always the same.
pub fn arrays() -> Result<(Array, Array), Box<dyn Error>> {
    let mut random = SplitMix64(0);
    let mut logits = Vec::with_capacity(ROWS * CLASSES);
    let mut labels = Vec::with_capacity(ROWS);
    for _ in 0..ROWS {
        let mut row = [0.0; CLASSES].map(|_: f32| SPREAD * random.bell());
        logits.extend(row.map(|logit| OVERCONFIDENCE * logit));
        logits::softmax_in_place(&mut row);
        labels.push(draw(&row, random.uniform()));
    }
    let (rows, classes) = (ROWS as u64, CLASSES as u64);
    let logits = encode(&[rows, classes], logits)?;
    let labels = encode(&[rows], labels)?;
    Ok((
        Array::from_bytes("a sample", logits)?,
        Array::from_bytes("labels of the sample", labels)?,
    ))
}

/// The class whose part of the distribution `p` holds the quantile.
fn draw(p: &[f32], quantile: f32) -> u8 {
    let mut cumulated = 0.0;
    let passed = p.iter().take_while(|&&p| {
        cumulated += p;
        cumulated <= quantile
    });
    // The sum may round to less than the quantile.
    passed.count().min(p.len() - 1) as u8
}

/// A generator of pseudorandom numbers: G. Steele, D. Lea and C. Flood, Fast Splittable
/// Pseudorandom Number Generators, OOPSLA 2014.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    fn uniform(&mut self) -> f32 {
        (self.next() >> (u64::BITS - f32::MANTISSA_DIGITS)) as f32
            / (1_u32 << f32::MANTISSA_DIGITS) as f32
    }

    /// Bell-shaped in (−1.5, 1.5), with the standard deviation 0.5: a sum of uniform numbers.
    fn bell(&mut self) -> f32 {
        self.uniform() + self.uniform() + self.uniform() - 1.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_drawn_as_often_as_it_is_probable() {
        let p = [0.25, 0.0, 0.5, 0.25];
        for (quantile, class) in [
            (0.0, 0),
            (0.24, 0),
            (0.25, 2),
            (0.74, 2),
            (0.75, 3),
            (1.0, 3),
        ] {
            assert_eq!(draw(&p, quantile), class, "{quantile}");
        }
    }

    #[test]
    fn the_generator_is_the_published_one() {
        // The first numbers from the seed 1234567, as other implementations give them.
        let mut random = SplitMix64(1_234_567);
        assert_eq!(random.next(), 6_457_827_717_110_365_317);
        assert_eq!(random.next(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn numbers_are_in_their_range() {
        let mut random = SplitMix64(0);
        assert!((0..1000).all(|_| (0.0..1.0).contains(&random.uniform())));
        let mean = (0..1000).map(|_| random.bell()).sum::<f32>() / 1000.0;
        assert!(mean.abs() < 0.05, "{mean}");
    }
}
