//! Searches for rows of a large error: distributions seldom come as near to a bound.

use super::bounds::Function;
use super::random::Random;
use super::real::Real;
use super::report::Report;

/// Notes the errors that `check` finds of a row and of those on the way to a row of a larger error of
/// `function`.
pub fn climb<T: Real>(
    report: &mut Report,
    function: Function,
    start: &[f64],
    check: impl Fn(&mut Report, &[T]),
) {
    const STEPS: usize = 800;
    let mut random = Random::new(50);
    let mut best: Vec<T> = start.iter().map(|&x| T::from_f64(x)).collect();
    let mut most = -1.0;
    let mut row = best.clone();
    for _ in 0..STEPS {
        let mut found = Report::default();
        check(&mut found, &row);
        let error = found.largest(function);
        if error >= most {
            most = error;
            best.clone_from(&row);
        }
        report.add(found);
        row.clone_from(&best);
        let place = random.below(row.len());
        row[place] = moved(&mut random, row[place]);
    }
}

/// x and a part of it between a millionth and a tenth more or less.
fn moved<T: Real>(random: &mut Random, x: T) -> T {
    let size = libm::exp10(random.uniform(-6.0, -1.0));
    T::from_f64(x.to_f64() * (1.0 + size * random.normal()))
}
