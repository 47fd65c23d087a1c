//! The errors of losses and gradients, with factors of ordinary size.

use logits::{BinaryCrossEntropy, Level};

use super::{exact, inputs, run, slopes, surprises, weighed};
use crate::support::{
    Extended, Function, Random, Real, Report, for_both_types, numbers, ulp_error, ulp_error_beside,
};

for_both_types!(elements_are_accurate, sums_are_accurate,);

fn elements_are_accurate<T: Real>() {
    let mut random = Random::new(20);
    let mut report = Report::default();
    let one = T::from_f64(1.0);
    for step in 0..6000 {
        let logits = step % 2 == 0;
        let x = [inputs::<T>(&mut random, logits)];
        let soft = T::from_f64(random.unit());
        let y = [[T::from_f64(0.0), one, soft][random.below(3)]];
        let weight = [T::from_f64([1.0, 3.0 * random.unit()][random.below(2)])];
        let positive = T::from_f64([1.0, 10.0 * random.unit()][random.below(2)]);
        let scale = T::from_f64([1.0, -1.0 / 3.0][random.below(2)]);
        let target = [exact(positive) * exact(y[0]), Extended::ONE - exact(y[0])];
        let loss = exact(weight[0]) * weighed(target, surprises(x[0], logits));
        let of_one = [target[0] * exact(weight[0]) * exact(scale), Extended::ZERO];
        let of_zero = [Extended::ZERO, target[1] * exact(weight[0]) * exact(scale)];
        let down = weighed(of_one, slopes(x[0], logits));
        let up = weighed(of_zero, slopes(x[0], logits));
        let truth = up - down;
        let negative = scale.to_f64() < 0.0;
        let size = if negative { -(up + down) } else { up + down };
        for level in Level::available() {
            let options = BinaryCrossEntropy::new().level(level);
            let options = options.weights(&weight).pos_weight(positive);
            let (sum, gradient) = run(options, logits, (&x, &y), 1, scale);
            let inputs = if logits { "logits" } else { "probabilities" };
            let case = || format!("{:e} for {:e}: {:e}", x[0], y[0], sum.loss());
            // Weights multiply what has no digits left.
            let least = Extended {
                exponent: T::MIN_EXPONENT + T::DIGITS + 4,
                ..Extended::ONE
            };
            let error = ulp_error_beside(sum.loss(), loss, least);
            report.note(Function::BinaryLoss, level, inputs, error, case);
            let error = ulp_error_beside(gradient[0], truth, size + least);
            let case = || format!("{:e} for {:e}: {:e}", x[0], y[0], gradient[0]);
            report.note(Function::BinaryGradient, level, inputs, error, case);
        }
    }
    report.check::<T>();
}

fn sums_are_accurate<T: Real>() {
    let mut random = Random::new(21);
    let mut report = Report::default();
    for len in (1..70).chain([1000, 30_000]) {
        let x: Vec<T> = (0..len).map(|_| inputs(&mut random, true)).collect();
        let y = numbers::<T>(&vec![1.0; len]);
        let truth = x.iter().map(|&x| surprises(x, true)[0]);
        let truth = truth.fold(Extended::ZERO, |sum, term| sum + term);
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (sum, _) = run(loss, true, (&x, &y), len, T::from_f64(1.0));
            let error = ulp_error(sum.loss(), truth);
            let case = || format!("{len} give {:e}", sum.loss());
            report.note(Function::BinaryLoss, level, "sums", error, case);
            assert_eq!(sum.weight().to_f64(), len as f64, "{level}");
        }
    }
    report.check::<T>();
}
