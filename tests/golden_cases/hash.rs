//! The hash of results.

use logits::LossSum;

use super::Number;

/// FNV-1a of 64 bits, over words instead of bytes.
pub struct Hash(u64);

impl Hash {
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    pub fn value(&self) -> u64 {
        self.0
    }

    pub fn add<T: Number>(&mut self, results: &[T]) {
        for result in results {
            self.add_bits(result.pattern());
        }
    }

    pub fn add_sum<T: Number>(&mut self, sum: &LossSum<T>) {
        self.add(&[sum.loss(), sum.weight(), sum.z_loss()]);
        self.add_bits(sum.rows());
        self.add_bits(sum.correct());
        // No row may have counted.
        for quotient in [sum.mean(), sum.accuracy()].into_iter().flatten() {
            self.add(&[quotient]);
        }
    }

    fn add_bits(&mut self, bits: u64) {
        self.0 = (self.0 ^ bits).wrapping_mul(0x0000_0100_0000_01b3);
        // The product alone never carries a high bit down.
        self.0 ^= self.0 >> 29;
    }
}
