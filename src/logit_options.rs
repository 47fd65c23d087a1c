//! What is done to logits before their softmax.

use crate::Error;
use crate::simd::Element;

/// From logits x, z = (c·tanh(s·x/c) + b) / T where they take part, −∞ elsewhere; beside them, one
/// more. Before all this, x may be shifted.
#[derive(Clone, Copy, Debug)]
pub struct LogitOptions<'a, T> {
    /// T.
    pub temperature: T,
    /// s.
    pub scale: T,
    /// c; without it, s·x takes the place of c·tanh(s·x/c).
    pub softcap: Option<T>,
    /// b, of a row or of all elements.
    pub bias: Option<&'a [T]>,
    /// Whether an element takes part, of a row or of all elements.
    pub mask: Option<&'a [bool]>,
    /// The logit beside the others, −∞ if there is none.
    pub sink: T,
    /// What is subtracted from each x.
    pub shift: Option<T>,
}

impl<T: Element> LogitOptions<'_, T> {
    /// z = x.
    pub const PLAIN: Self = Self {
        temperature: T::ONE,
        scale: T::ONE,
        softcap: None,
        bias: None,
        mask: None,
        sink: T::NEG_INFINITY,
        shift: None,
    };

    /// Whether these are the same as [`PLAIN`](Self::PLAIN).
    #[inline]
    pub fn are_plain(&self) -> bool {
        self.temperature == T::ONE
            && self.scale == T::ONE
            && self.softcap.is_none()
            && self.bias.is_none()
            && self.mask.is_none()
            && self.sink == T::NEG_INFINITY
            && self.shift.is_none()
    }

    /// Whether the options can be, for so many elements in rows of so many columns.
    pub fn check(&self, elements: usize, columns: usize) -> Result<(), Error> {
        let (temperature, scale) = (self.temperature, self.scale);
        Error::check_parameter("scale", scale.is_finite())?;
        let softcap = self.softcap.unwrap_or(T::ONE);
        let in_range = softcap > T::ZERO && softcap.is_finite();
        Error::check_parameter("softcap", in_range && (scale / softcap).is_finite())?;
        // So that every factor is finite.
        let in_range = temperature > T::ZERO
            && temperature.is_finite()
            && (T::ONE / temperature).is_finite()
            && (scale / temperature).is_finite()
            && (softcap / temperature).is_finite();
        Error::check_parameter("temperature", in_range)?;
        if let Some(bias) = self.bias {
            check_shape(bias.len(), elements, columns)?;
        }
        match self.mask {
            Some(mask) => check_shape(mask.len(), elements, columns),
            None => Ok(()),
        }
    }
}

/// One for each column, or one for each element.
fn check_shape(found: usize, elements: usize, columns: usize) -> Result<(), Error> {
    if found == columns {
        Ok(())
    } else {
        Error::check_lengths(elements, found)
    }
}
