//! The Boltzmann distribution and the free energy, at any temperature.

use logits::{Error, Level};

use super::Families;
use super::near::{Bound, assert_near};
use crate::buffer::Buffer;
use crate::float::{Float, all_bits, bits};
use crate::recipe::Recipe;
use crate::reference::{Distinct, RowReference};

/// Every level of a family has the same bits, and wrong temperatures leave the energies as they
/// are; at the temperature 1, the values of the softmax of the negative energies.
pub fn check<T: Float>(recipe: &Recipe) {
    let energies = recipe.elements::<T>();
    for temperature in [T::from_raw(recipe.scale), T::from(1)] {
        let mut families = Families::new();
        for level in Level::available() {
            let mut results = Buffer::new(&energies, recipe.before.into(), recipe.behind.into());
            let log_sum_exp = level.boltzmann_in_place(results.slice_mut(), temperature);
            results.check();
            let free_energy = level.free_energy(&energies, temperature);
            let (Ok(log_sum_exp), Ok(free_energy)) = (log_sum_exp, free_energy) else {
                assert_error(&energies, results.slice(), temperature);
                let parameter = "temperature";
                let error = Error::ParameterOutOfRange { parameter };
                assert_eq!(log_sum_exp, Err(error), "{level}");
                assert_eq!(free_energy, Err(error), "{level}");
                continue;
            };
            let found = (
                bits(log_sum_exp),
                bits(free_energy),
                all_bits(results.slice()),
            );
            if families.is_first(level, found) && temperature == T::from(1) {
                verify(level, &energies, results.slice(), free_energy);
            }
        }
    }
}

/// Nothing is written, and the temperature can't be: it or 1/T is not positive and finite.
fn assert_error<T: Float>(energies: &[T], results: &[T], temperature: T) {
    let same = results.iter().map(|x| x.raw());
    let same = same.eq(energies.iter().map(|x| x.raw()));
    assert!(same, "wrote in spite of an error");
    let in_range = |x: T| x.into() > 0.0 && x.into() < f64::INFINITY;
    let is_right = in_range(temperature) && in_range(T::from(1) / temperature);
    assert!(!is_right, "{temperature:e} is a temperature");
}

fn verify<T: Float>(level: Level, energies: &[T], results: &[T], free_energy: T) {
    let negative: Vec<T> = energies.iter().map(|&x| -x).collect();
    let reference = RowReference::new(&Distinct::new(&negative));
    for (&x, &result) in negative.iter().zip(results) {
        if let RowReference::Special(_) = reference {
            assert!(result.into().is_nan(), "{level}: {result:e}");
        } else if results.len() < 200 {
            assert_near(
                level.name(),
                x,
                result,
                reference.softmax(x),
                Bound::ulps(4.0),
            );
        }
    }
    let expected = -reference.log_sum_exp();
    let bound = Bound {
        units: 3.0,
        least_unit: 1 - T::DIGITS,
    };
    assert_near(level.name(), T::from(1), free_energy, expected, bound);
}
