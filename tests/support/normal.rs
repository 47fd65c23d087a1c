//! Normal random numbers: apart from the others, since these alone need `std`.

use super::random::Random;

impl Random {
    /// Standard normal, by Box and Muller. Takes a logarithm and a cosine from the platform.
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.unit()).cos()
    }
}
