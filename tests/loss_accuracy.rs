//! The accuracy of losses with options and of soft targets.

mod support;

use logits::{CrossEntropy, Level, LossSum, Rows, RowsMut};
use support::{
    Distribution, Function, LossOptions, LossReference, Random, Real, Reference, Report, Wanted,
    distributions, for_both_types, ulp_error_beside,
};

for_both_types!(short_rows, long_rows, confident_rows, masked_rows);

fn short_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), (1..=35).chain([63, 64, 65, 70]), 0.0);
}

fn long_rows<T: Real>() {
    check_rows::<T>(&distributions::<T>(), [1000, 5000], 0.0);
}

/// One logit so far above the rest that the loss is tiny, down to where it underflows.
fn confident_rows<T: Real>() {
    let leads = (0..=64).map(|step| T::UNDERFLOW * f64::from(step) / 64.0);
    let distributions: Vec<_> = leads.map(|lead| Distribution::Dominant { lead }).collect();
    check_rows::<T>(&distributions, [2, 3, 10, 100, 1100], 0.0);
}

fn masked_rows<T: Real>() {
    let distributions = [5.0, 20.0].map(|deviation| Distribution::Normal { deviation });
    check_rows::<T>(&distributions, 2..=40, 0.3);
}

/// Checks a row of each distribution and length with several targets and options, at every level.
/// A share of the logits, `masked`, is −∞.
fn check_rows<T: Real>(
    distributions: &[Distribution],
    lengths: impl IntoIterator<Item = usize>,
    masked: f64,
) {
    let mut random = Random::new(12);
    let mut report = Report::default();
    for len in lengths {
        for distribution in distributions {
            let mut row = distribution.row::<T>(&mut random, len);
            for x in &mut row[1..] {
                if random.unit() < masked {
                    *x = -T::INFINITY;
                }
            }
            let reference = Reference::new(&row);
            let inputs = distribution.to_string();
            let weights = weights::<T>(&mut random, len);
            let soft = [soft(&mut random, &row), one_hot(reference.argmax(), len)];
            let label = loop {
                let label = random.below(len);
                if row[label].finite() {
                    break label;
                }
            };
            for wanted in [
                Wanted::Label(reference.argmax()),
                Wanted::Label(label),
                Wanted::Soft(&soft[0]),
                Wanted::Soft(&soft[1]),
            ] {
                for (weighted, smoothing, z_loss) in OPTIONS {
                    let options = LossOptions {
                        weights: weighted.then_some(&weights[..]),
                        smoothing: T::from_f64(smoothing),
                        z_loss: T::from_f64(z_loss),
                    };
                    for level in Level::available() {
                        let case = Case {
                            level,
                            wanted,
                            options,
                            inputs: &inputs,
                        };
                        case.check(&reference, &mut report);
                    }
                }
            }
        }
    }
    report.check::<T>();
}

/// Whether classes are weighted, the smoothing, the factor of the z-loss.
const OPTIONS: [(bool, f64, f64); 8] = [
    (true, 0.0, 0.0),
    (false, 0.1, 0.0),
    (true, 0.1, 0.0),
    (true, 0.7, 1e-3),
    (false, 1.0, 0.0),
    (true, 1e-6, 0.0),
    (false, 0.0, 1e-4),
    (true, 0.0, 0.25),
];

/// Weights of several sizes, 0 among them.
fn weights<T: Real>(random: &mut Random, len: usize) -> Vec<T> {
    let weight = |random: &mut Random| match random.below(8) {
        0 => 0.0,
        1 => 100.0 * random.unit(),
        _ => random.unit(),
    };
    (0..len).map(|_| T::from_f64(weight(random))).collect()
}

/// Some targets of 0, as all of the masked, and others that sum to about 1.
fn soft<T: Real>(random: &mut Random, row: &[T]) -> Vec<T> {
    let mean = 1.0 / row.len() as f64;
    let target = |x: &T| {
        let target = 2.0 * mean * random.unit();
        let zero = random.below(4) == 0 || !x.finite();
        T::from_f64(if zero { 0.0 } else { target })
    };
    row.iter().map(target).collect()
}

fn one_hot<T: Real>(class: usize, len: usize) -> Vec<T> {
    let target = |i| T::from_f64(f64::from(u8::from(i == class)));
    (0..len).map(target).collect()
}

struct Case<'a, T> {
    level: Level,
    wanted: Wanted<'a, T>,
    options: LossOptions<'a, T>,
    /// What the row is drawn from.
    inputs: &'a str,
}

impl<T: Real> Case<'_, T> {
    fn check(&self, row: &Reference<'_, T>, report: &mut Report) {
        let reference = LossReference::new(row, self.wanted, self.options);
        let scale = T::from_f64(-1.0 / 3.0);
        let (sum, gradient) = self.run(row.row(), scale);
        let len = row.row().len();
        let LossOptions {
            weights,
            smoothing,
            z_loss,
        } = self.options;
        let weighted = weights.is_some();
        let case =
            || format!("length {len}, weights {weighted}, ε = {smoothing:e}, z = {z_loss:e}");
        let mut note = |function, error, case: &dyn Fn() -> String| {
            report.note(function, self.level, self.inputs, error, case);
        };

        let truth = reference.loss();
        let error = ulp_error_beside(sum.loss(), truth, reference.least_loss());
        note(Function::LossWithOptions, error, &|| {
            format!("{} gives {:e}", case(), sum.loss())
        });
        let size = reference.z_loss_size();
        let error = ulp_error_beside(sum.z_loss(), reference.z_loss(), size);
        note(Function::ZLoss, error, &|| {
            format!("{} gives {:e}", case(), sum.z_loss())
        });
        for (place, (&slope, truth)) in gradient.iter().zip(reference.gradient(scale)).enumerate() {
            let error = ulp_error_beside(slope, truth.sum, truth.size);
            note(Function::GradientWithOptions, error, &|| {
                format!("{}, place {place} gives {slope:e}", case())
            });
        }
    }

    /// The loss, computed in both ways, and the gradient.
    fn run(&self, row: &[T], scale: T) -> (LossSum<T>, Vec<T>) {
        let mut loss = CrossEntropy::new()
            .level(self.level)
            .label_smoothing(self.options.smoothing)
            .z_loss(self.options.z_loss);
        if let Some(weights) = self.options.weights {
            loss = loss.class_weights(weights);
        }
        let mut gradient = row.to_vec();
        let read = Rows::new(row, row.len()).unwrap();
        let written = RowsMut::new(&mut gradient, row.len()).unwrap();
        let (alone, sum) = match self.wanted {
            Wanted::Label(label) => (
                loss.loss_from_logits(read, &[label]),
                loss.loss_and_gradient_in_place(written, &[label], scale),
            ),
            Wanted::Soft(targets) => {
                let targets = Rows::new(targets, row.len()).unwrap();
                (
                    loss.loss_from_logits_soft(read, targets),
                    loss.loss_and_gradient_soft_in_place(written, targets, scale),
                )
            }
        };
        assert_eq!(alone, sum, "{}", self.level);
        (sum.unwrap(), gradient)
    }
}
