//! The Boltzmann distribution of energies.

use crate::{Error, Float, Level, Softmax};

/// e^(−E/T) / Σ e^(−E/T) of the energies E at the temperature T, in place: the probabilities of the
/// states in thermal equilibrium, in units in which Boltzmann's constant is 1. Returns ln Z =
/// ln Σ e^(−E/T), the logarithm of the partition function.
///
/// # Accuracy
/// As [`Softmax`] with a temperature.
///
/// # Edge cases
/// As [`softmax_in_place`](crate::softmax_in_place) of −E/T: 0 where the energy is +∞, NaN where
/// all are; and where one is −∞. Where E/T is beyond the range only the logarithm is infinite: the
/// probabilities are those of the differences of the energies.
///
/// # Errors
/// [`Error::ParameterOutOfRange`] if the temperature is 0, negative, infinite or NaN, or so small
/// that 1/T overflows; nothing is written.
///
/// # Source
/// J. W. Gibbs, Elementary principles in statistical mechanics (1902), ch. IV: the canonical
/// distribution.
///
/// # Example
/// ```
/// let mut energies = [1.0_f64, 1.0, f64::INFINITY];
/// let ln_z = logits::boltzmann_in_place(&mut energies, 0.5)?;
/// assert_eq!(energies, [0.5, 0.5, 0.0]);
/// assert_eq!(ln_z, -2.0 + core::f64::consts::LN_2);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn boltzmann_in_place<T: Float>(energies: &mut [T], temperature: T) -> Result<T, Error> {
    Level::best().boltzmann_in_place(energies, temperature)
}

/// The Helmholtz free energy −T·ln Σ e^(−E/T) of the energies E at the temperature T, in the unit of
/// the energies.
///
/// # Accuracy
/// At most 3 units in the last place of max(|result|, T), at every level and length.
///
/// # Edge cases
/// +∞ for an empty slice and where all energies are +∞; −∞ where one is −∞; NaN if any is NaN.
/// E/T may be beyond the range.
///
/// # Errors
/// As for [`boltzmann_in_place`].
///
/// # Source
/// As for [`boltzmann_in_place`], and as for [`log_sum_exp`](crate::log_sum_exp).
///
/// # Example
/// ```
/// // Two states of the same energy: E − T ln 2.
/// let free_energy = logits::free_energy(&[3.0_f64, 3.0], 2.0)?;
/// assert_eq!(free_energy, 3.0 - 2.0 * core::f64::consts::LN_2);
/// # Ok::<(), logits::Error>(())
/// ```
#[inline]
pub fn free_energy<T: Float>(energies: &[T], temperature: T) -> Result<T, Error> {
    Level::best().free_energy(energies, temperature)
}

impl Level {
    /// [`boltzmann_in_place`](crate::boltzmann_in_place) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let mut energies = [2.0_f32, 2.0];
    /// logits::Level::SCALAR.boltzmann_in_place(&mut energies, 4.0)?;
    /// assert_eq!(energies, [0.5, 0.5]);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn boltzmann_in_place<T: Float>(
        self,
        energies: &mut [T],
        temperature: T,
    ) -> Result<T, Error> {
        boltzmann(self, temperature).softmax_in_place(energies)
    }

    /// [`free_energy`](crate::free_energy) at this level.
    ///
    /// # Errors
    /// As there.
    ///
    /// # Example
    /// ```
    /// let free_energy = logits::Level::SCALAR.free_energy(&[2.0_f64], 0.5)?;
    /// assert_eq!(free_energy, 2.0);
    /// # Ok::<(), logits::Error>(())
    /// ```
    #[inline]
    pub fn free_energy<T: Float>(self, energies: &[T], temperature: T) -> Result<T, Error> {
        let softmax = boltzmann(self, temperature);
        let log_sum_exp = softmax.log_sum_exp(energies)?;
        if !log_sum_exp.is_finite() {
            let least = least(energies);
            if least.is_finite() {
                let log_sum_exp = softmax.shifted(least).log_sum_exp(energies)?;
                return Ok(least - temperature * log_sum_exp);
            }
        }
        // The negative of 0 would be −0.
        Ok(T::ZERO - temperature * log_sum_exp)
    }
}

/// The least of the energies that are not NaN; +∞ if there is none.
fn least<T: Float>(energies: &[T]) -> T {
    let mut least = -T::NEG_INFINITY;
    for &energy in energies {
        if energy < least {
            least = energy;
        }
    }
    least
}

/// The softmax of −E/T.
fn boltzmann<'a, T: Float>(level: Level, temperature: T) -> Softmax<'a, T> {
    let softmax = Softmax::new().level(level);
    softmax.scale(-T::ONE).temperature(temperature)
}
