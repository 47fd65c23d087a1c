//! The Boltzmann distribution and the free energy, at any temperature.

use logits::{Error, Level};

use super::Families;
use super::elementwise::assert_all;
use super::near::{Bound, assert_near};
use crate::bounds::Function;
use crate::buffer::Buffer;
use crate::factored::FactoredRow;
use crate::float::{Float, all_bits, bits};
use crate::logit_options::LogitOptions;
use crate::real::Real;
use crate::recipe::Recipe;
use crate::reference::Distinct;

/// What is computed of energies at a temperature.
struct Found<T> {
    probabilities: Vec<T>,
    log_sum_exp: T,
    free_energy: T,
}

/// Every level of a family has the same bits, those of the softmax of −E/T; wrong temperatures leave
/// the energies as they are.
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
            let found = Found {
                probabilities: results.slice().to_vec(),
                log_sum_exp,
                free_energy,
            };
            let numbers = [log_sum_exp, free_energy].map(bits);
            if families.is_first(level, (numbers, all_bits(&found.probabilities))) {
                let what = format!("{level} at the temperature {temperature:e}");
                verify(&what, &energies, temperature, &found);
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

fn verify<T: Float>(what: &str, energies: &[T], temperature: T, found: &Found<T>) {
    let options = LogitOptions {
        temperature,
        scale: T::from(-1),
        softcap: None,
        sink: None,
    };
    let distinct = Distinct::new(energies);
    let Some(row) = FactoredRow::new(&distinct, options) else {
        return;
    };
    let bound = Bound::of::<T>(Function::OptionsSoftmax);
    let probability = |energy| row.softmax(energy);
    assert_all(what, &distinct, &found.probabilities, probability, bound);
    let bound = Bound::above_one::<T>(Function::OptionsLogSumExp);
    assert_near(
        what,
        temperature,
        found.log_sum_exp,
        row.log_sum_exp(),
        bound,
    );
    let factor = Real::from(temperature.into());
    let bound = Bound {
        least_unit: factor.exponent() - (T::DIGITS - 1),
        ..Bound::of::<T>(Function::FreeEnergy)
    };
    assert_near(
        what,
        temperature,
        found.free_energy,
        row.free_energy(),
        bound,
    );
}
