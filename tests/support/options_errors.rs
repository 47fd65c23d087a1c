//! The errors of softmax with options, and of energies.

use logits::Level;

use super::bounds::Function;
use super::real::Real;
use super::report::{Measured, Report};
use super::transformed::{SoftmaxOptions, Transformed};
use super::ulp::{ulp_error_above_one, ulp_error_beside};

/// Notes the errors of all three functions, at every level.
pub fn check_options<T: Real>(
    report: &mut Report,
    inputs: &str,
    options: &SoftmaxOptions<T>,
    row: &[T],
) {
    let truth = Transformed::new(options, row);
    let [softmax, log_softmax, log_sum_exp] = if options.softcap.is_some() {
        [
            Function::CappedSoftmax,
            Function::CappedLogSoftmax,
            Function::CappedLogSumExp,
        ]
    } else {
        [
            Function::OptionsSoftmax,
            Function::OptionsLogSoftmax,
            Function::OptionsLogSumExp,
        ]
    };
    let len = row.len();
    let case = |place: usize| format!("length {len}, {:e} at {place}", row[place]);
    let (mut before, mut log_before) = (Measured::default(), Measured::default());
    for level in Level::available() {
        let with_options = options.softmax(level);
        let alone = with_options.log_sum_exp(row).unwrap();
        let mut out = row.to_vec();
        let returned = with_options.softmax_in_place(&mut out).unwrap();
        let truths = truth.softmax();
        report.note_row_after(&mut before, softmax, level, inputs, out, truths, case);
        let mut out = row.to_vec();
        let also = with_options.log_softmax_in_place(&mut out).unwrap();
        let truths = truth.log_softmax();
        report.note_row_after(
            &mut log_before,
            log_softmax,
            level,
            inputs,
            out,
            truths,
            case,
        );
        for result in [alone, returned, also] {
            let error = ulp_error_above_one(result, truth.log_sum_exp());
            report.note(log_sum_exp, level, inputs, error, || {
                format!("length {len}: {result:e}")
            });
        }
    }
}

/// Notes the errors of the free energy, at every level; the probabilities must be those of a softmax.
pub fn check_energies<T: Real>(report: &mut Report, inputs: &str, energies: &[T], temperature: T) {
    let options = SoftmaxOptions {
        scale: T::from_f64(-1.0),
        temperature,
        ..SoftmaxOptions::default()
    };
    let size = temperature.to_f64().into();
    let truth = -(Transformed::new(&options, energies).log_sum_exp() * size);
    for level in Level::available() {
        let (mut probabilities, mut expected) = (energies.to_vec(), energies.to_vec());
        let ln_z = level
            .boltzmann_in_place(&mut probabilities, temperature)
            .unwrap();
        let returned = options
            .softmax(level)
            .softmax_in_place(&mut expected)
            .unwrap();
        assert_eq!(ln_z, returned);
        assert_eq!(probabilities, expected);
        let result = level.free_energy(energies, temperature).unwrap();
        let error = ulp_error_beside(result, truth, size);
        report.note(Function::FreeEnergy, level, inputs, error, || {
            format!("length {}: {result:e}", energies.len())
        });
    }
}
