//! Binary cross-entropy: its accuracy, its edges, its errors, and the laws that it obeys.

mod support;

use logits::{BinaryCrossEntropy, Error, Level, LossSum, Rows, RowsMut};
use support::{
    Extended, Function, Random, Real, Report, for_both_types, ulp_error, ulp_error_beside,
};

for_both_types!(
    elements_are_accurate,
    factors_of_any_magnitude,
    sums_are_accurate,
    certain_inputs,
    what_is_no_number,
    weights_of_columns_stay_in_their_columns,
    levels_and_places_agree,
    wrong_arguments_write_nothing,
    merged_is_whole,
);

const INFINITY: f64 = f64::INFINITY;

fn numbers<T: Real>(numbers: &[f64]) -> Vec<T> {
    numbers.iter().map(|&x| T::from_f64(x)).collect()
}

/// The loss and its gradient, of rows of so many columns; `logits` or probabilities.
fn run<T: Real>(
    loss: BinaryCrossEntropy<'_, T>,
    logits: bool,
    (x, y): (&[T], &[T]),
    columns: usize,
    scale: T,
) -> (LossSum<T>, Vec<T>) {
    let mut gradient = x.to_vec();
    let (x, y) = (
        Rows::new(x, columns).unwrap(),
        Rows::new(y, columns).unwrap(),
    );
    let written = RowsMut::new(&mut gradient, columns).unwrap();
    let (alone, sum) = if logits {
        (
            loss.loss_from_logits(x, y),
            loss.loss_and_gradient_in_place(written, y, scale),
        )
    } else {
        (
            loss.loss_from_probabilities(x, y),
            loss.loss_and_gradient_from_probabilities_in_place(written, y, scale),
        )
    };
    let (alone, sum) = (alone.unwrap(), sum.unwrap());
    assert_eq!(alone.loss().pattern(), sum.loss().pattern());
    assert_eq!((alone.rows(), alone.correct()), (sum.rows(), sum.correct()));
    (sum, gradient)
}

fn exact<T: Real>(x: T) -> Extended {
    x.to_f64().into()
}

/// −ln p and −ln(1 − p).
fn surprises<T: Real>(x: T, logits: bool) -> [Extended; 2] {
    if logits {
        [(-x).truth(Function::Softplus), x.truth(Function::Softplus)]
    } else {
        [-x.truth(Function::Ln), -(-x).truth(Function::Ln1p)]
    }
}

/// How fast −ln p falls with the input, and −ln(1 − p) rises.
fn slopes<T: Real>(x: T, logits: bool) -> [Extended; 2] {
    if logits {
        [(-x).truth(Function::Sigmoid), x.truth(Function::Sigmoid)]
    } else {
        let p = exact(x).normalized();
        [Extended::ONE / p, Extended::ONE / (Extended::ONE - p)]
    }
}

/// Σ of products, leaving out factors of 0.
fn weighed(factors: [Extended; 2], values: [Extended; 2]) -> Extended {
    let mut sum = Extended::ZERO;
    for (factor, value) in factors.into_iter().zip(values) {
        if !factor.is_zero() {
            sum = sum + factor * value;
        }
    }
    sum
}

fn inputs<T: Real>(random: &mut Random, logits: bool) -> T {
    let x = match random.below(4) {
        0 => random.uniform(-1.0, 1.0) * T::UNDERFLOW,
        1 => random.uniform(-30.0, 30.0),
        2 => random.normal(),
        _ => random.normal() * libm::exp2(random.uniform(-60.0, 0.0)),
    };
    if logits {
        return T::from_f64(x);
    }
    let p = 1.0 / (1.0 + (-x).exp());
    below_one(T::from_f64(p.max(1e-37)))
}

/// `p`, but not 1: certainty has a test of its own.
fn below_one<T: Real>(p: T) -> T {
    if p.to_f64() < 1.0 { p } else { p.down() }
}

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

/// An element with its target and weights, and the scale of its gradient.
struct Element<T> {
    logits: bool,
    x: T,
    y: T,
    weight: T,
    positive: T,
    scale: T,
}

impl<T: Real> Element<T> {
    /// What one factor makes of the next, where their product is no number, or short of digits.
    fn examples() -> [Self; 3] {
        let one = T::from_f64(1.0);
        let least = T::from_pattern(1);
        let plain = Self {
            logits: true,
            x: one,
            y: one,
            weight: one,
            positive: one,
            scale: one,
        };
        [
            // 1/p overflows, but for the scale.
            Self {
                logits: false,
                x: T::from_pattern(1024),
                scale: T::from_f64(libm::exp2(-60.0)),
                ..plain
            },
            // v·y·(−ln p) overflows, but for the weight of the element.
            Self {
                x: T::from_f64(-0.9 * T::MAX.to_f64()),
                weight: T::from_f64(0.125),
                positive: T::from_f64(3.0),
                ..plain
            },
            // v·y has no digits.
            Self {
                x: T::from_f64(-0.3 * T::MAX.to_f64()),
                y: least,
                positive: T::from_f64(1.5),
                ..plain
            },
        ]
    }

    /// Factors that are 1, 0 or of any magnitude.
    fn random(random: &mut Random) -> Self {
        let (low, high) = (f64::from(T::MIN_EXPONENT), f64::from(T::MAX_EXPONENT));
        let number = |random: &mut Random| match random.below(6) {
            0 => T::from_f64(1.0),
            1 => T::from_f64(0.0),
            _ => T::from_f64(libm::exp2(random.uniform(low, high - 0.01))),
        };
        let share = |random: &mut Random| match random.below(6) {
            0 => T::from_f64(1.0),
            1 => T::from_f64(random.unit()),
            _ => T::from_f64(libm::exp2(random.uniform(low, 0.0))),
        };
        let logits = random.below(2) == 0;
        let (size, sign) = (number(random), [1.0, -1.0][random.below(2)]);
        let x = match random.below(2) {
            _ if !logits => below_one(share(random)),
            0 => T::from_f64(sign * size.to_f64()),
            _ => inputs(random, true),
        };
        Self {
            logits,
            x,
            y: share(random),
            weight: number(random),
            positive: number(random),
            scale: T::from_f64(sign * number(random).to_f64()),
        }
    }

    fn check(&self, report: &mut Report) {
        let number = |x: T| exact(x).normalized();
        let (weight, scale) = (number(self.weight), number(self.scale));
        let of_one = weight * number(self.positive) * number(self.y);
        let of_zero = weight * (Extended::ONE - exact(self.y)).normalized();
        let sum = |[one, zero]: [Extended; 2]| {
            let one = weighed([of_one, Extended::ZERO], [one.normalized(); 2]);
            let zero = weighed([of_zero, Extended::ZERO], [zero.normalized(); 2]);
            one.normalized() + zero.normalized()
        };
        let magnitude = if scale.value.hi < 0.0 { -scale } else { scale };
        let loss = sum(surprises(self.x, self.logits));
        let [one, zero] = slopes(self.x, self.logits);
        let slope = sum([-one, zero]) * scale;
        let size = (sum([one, zero]) * magnitude).normalized();

        // What is subnormal is short of digits before its factors multiply it.
        let normal = Extended {
            exponent: T::MIN_EXPONENT + T::DIGITS - 1,
            ..Extended::ONE
        };
        let factors = sum([Extended::ONE; 2]).normalized();
        let least_loss = normal * (Extended::ONE + factors);
        let least_slope = normal * (Extended::ONE + (factors * magnitude).normalized());
        for level in Level::available() {
            let weights = [self.weight];
            let options = BinaryCrossEntropy::new().level(level);
            let options = options.weights(&weights).pos_weight(self.positive);
            let (x, y) = ([self.x], [self.y]);
            let (found, gradient) = run(options, self.logits, (&x, &y), 1, self.scale);
            let inputs = if self.logits {
                "any logits"
            } else {
                "any probabilities"
            };
            let case = |result: T| {
                let (x, y, w, v, s) = (self.x, self.y, self.weight, self.positive, self.scale);
                format!("{x:e} for {y:e}, factors {w:e}, {v:e}, {s:e}: {result:e}")
            };
            let error = ulp_error_beside(found.loss(), loss, least_loss);
            let note = || case(found.loss());
            report.note(Function::BinaryLoss, level, inputs, error, note);
            let error = ulp_error_beside(gradient[0], slope, size + least_slope);
            let note = || case(gradient[0]);
            report.note(Function::BinaryGradient, level, inputs, error, note);
        }
    }
}

fn factors_of_any_magnitude<T: Real>() {
    let mut random = Random::new(25);
    let mut report = Report::default();
    for example in Element::<T>::examples() {
        example.check(&mut report);
    }
    for _ in 0..20_000 {
        Element::<T>::random(&mut random).check(&mut report);
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

fn certain_inputs<T: Real>() {
    let one = T::from_f64(1.0);
    for level in Level::available() {
        let loss = BinaryCrossEntropy::new().level(level);
        for len in [1, 2, 3, 33, 70] {
            for (logits, input, target, value, slope, correct) in [
                (true, INFINITY, 1.0, 0.0, 0.0, true),
                (true, INFINITY, 0.0, INFINITY, 1.0, false),
                (true, -INFINITY, 0.0, 0.0, 0.0, true),
                (true, -INFINITY, 1.0, INFINITY, -1.0, false),
                (true, INFINITY, 0.5, INFINITY, 0.5, false),
                (false, 1.0, 1.0, 0.0, -1.0, true),
                (false, 1.0, 0.0, INFINITY, INFINITY, false),
                (false, 0.0, 0.0, 0.0, 1.0, true),
                (false, -0.0, 1.0, INFINITY, -INFINITY, false),
            ] {
                let (x, y) = (numbers::<T>(&vec![input; len]), numbers(&vec![target; len]));
                let (sum, gradient) = run(loss, logits, (&x, &y), len, one);
                assert_eq!(sum.loss().to_f64(), value, "{level}: {input} for {target}");
                assert!(
                    gradient.iter().all(|g| g.to_f64() == slope),
                    "{level}: {input} for {target}: {gradient:?}"
                );
                let count = if correct { len as u64 } else { 0 };
                assert_eq!(sum.correct(), count, "{level}: {input} for {target}");

                // A weight of 0 leaves nothing of a loss.
                let weights = numbers::<T>(&vec![0.0; len]);
                let (sum, gradient) = run(loss.weights(&weights), logits, (&x, &y), len, one);
                assert_eq!(sum.loss().to_f64(), 0.0, "{level}: {input} for {target}");
                assert!(gradient.iter().all(|g| g.to_f64() == 0.0), "{level}");
            }
        }
        let (sum, _) = run(loss, true, (&[], &[]), 3, one);
        assert_eq!(
            (sum.mean(), sum.accuracy(), sum.rows()),
            (None, None, 0),
            "{level}"
        );
    }
}

fn what_is_no_number<T: Real>() {
    let zero = numbers::<T>(&[0.0; 3]);
    for level in Level::available() {
        let plain = BinaryCrossEntropy::new().level(level);
        for loss in [plain, plain.pos_weight(zero[0]), plain.weights(&zero)] {
            for (logits, input, target) in [
                (true, f64::NAN, 0.0),
                (true, f64::NAN, 1.0),
                (true, 0.5, f64::NAN),
                (false, f64::NAN, 1.0),
                (false, 0.5, f64::NAN),
                (false, -0.1, 0.0),
                (false, -0.1, 1.0),
                (false, 1.1, 0.0),
                (false, 1.1, 1.0),
                (false, INFINITY, 1.0),
                (true, 0.5, INFINITY),
                (false, 0.5, INFINITY),
            ] {
                let (x, y) = (
                    numbers::<T>(&[0.75, input, 0.75]),
                    numbers(&[1.0, target, 1.0]),
                );
                let (sum, gradient) = run(loss, logits, (&x, &y), 3, T::from_f64(1.0));
                let case = format!("{level}: {input} for {target}");
                assert!(sum.loss().nan() && gradient[1].nan(), "{case}");
                assert!(gradient[0].finite() && gradient[2].finite(), "{case}");
                assert_eq!((sum.rows(), sum.correct()), (3, 2), "{case}");
            }
        }
    }
}

fn weights_of_columns_stay_in_their_columns<T: Real>() {
    let mut random = Random::new(22);
    let one = T::from_f64(1.0);
    for columns in (1..40).chain([64, 65, 130]) {
        let len = 3 * columns;
        let x: Vec<T> = (0..len).map(|_| inputs(&mut random, true)).collect();
        let y: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
        let weights: Vec<T> = (0..columns).map(|i| T::from_f64(i as f64)).collect();
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (sum, gradient) = run(loss.pos_weights(&weights), true, (&x, &y), columns, one);
            let mut merged = LossSum::default();
            for i in 0..len {
                let alone = loss.pos_weight(weights[i % columns]);
                let (single, slope) = run(alone, true, (&x[i..=i], &y[i..=i]), 1, one);
                assert_eq!(
                    slope[0].pattern(),
                    gradient[i].pattern(),
                    "{level}: {columns}"
                );
                merged.merge(&single);
            }
            let (a, b) = (sum.loss().to_f64(), merged.loss().to_f64());
            assert!(
                (a - b).abs() <= 1e-6 * b,
                "{level}: {columns} columns: {a}, {b}"
            );
            assert_eq!(
                (sum.rows(), sum.correct()),
                (merged.rows(), merged.correct())
            );
        }
    }
}

fn levels_and_places_agree<T: Real>() {
    let mut random = Random::new(23);
    let scale = T::from_f64(0.3);
    for len in (1..100).chain([1000]) {
        for logits in [true, false] {
            let x: Vec<T> = (0..len).map(|_| inputs(&mut random, logits)).collect();
            let y: Vec<T> = (0..len).map(|_| T::from_f64(random.unit())).collect();
            for fused in [false, true] {
                let mut bits = None;
                for level in Level::available().filter(|level| level.is_fused() == fused) {
                    let loss = BinaryCrossEntropy::new().level(level).pos_weight(scale);
                    let (sum, gradient) = run(loss, logits, (&x, &y), len, scale);
                    let slopes: Vec<_> = gradient.iter().map(|g| g.pattern()).collect();
                    let found = (sum.loss().pattern(), slopes);
                    assert_eq!(*bits.get_or_insert(found.clone()), found, "{level}: {len}");
                    // An element's gradient does not depend on its place.
                    let place = random.below(len);
                    let part = (&x[place..=place], &y[place..=place]);
                    let (_, slope) = run(loss, logits, part, 1, scale);
                    assert_eq!(slope[0].pattern(), found.1[place], "{level}: {len}");
                }
            }
        }
    }
}

fn wrong_arguments_write_nothing<T: Real>() {
    let one = T::from_f64(1.0);
    let (minus, nan) = (T::from_f64(-1e-30), T::from_f64(f64::NAN));
    let (bad, few) = ([one, minus, one, one], [one; 3]);
    for level in Level::available() {
        let plain = BinaryCrossEntropy::new().level(level);
        let out_of_range = |parameter| Error::ParameterOutOfRange { parameter };
        let length = |expected, found| Error::LengthMismatch { expected, found };
        for (loss, targets, columns, error) in [
            (plain, 6, 2, length(2, 3)),
            (plain, 2, 2, length(2, 1)),
            (plain, 2, 1, length(2, 1)),
            (plain, 8, 4, length(2, 4)),
            (plain.weights(&few), 4, 2, length(4, 3)),
            (plain.weights(&bad), 4, 2, out_of_range("weights")),
            (plain.pos_weights(&few), 4, 2, length(2, 3)),
            (
                plain.pos_weights(&bad[..2]),
                4,
                2,
                out_of_range("pos_weights"),
            ),
            (plain.pos_weight(minus), 4, 2, out_of_range("pos_weight")),
            (plain.pos_weight(nan), 4, 2, out_of_range("pos_weight")),
            (
                plain.pos_weight(T::INFINITY),
                4,
                2,
                out_of_range("pos_weight"),
            ),
        ] {
            let targets = vec![one; targets];
            let y = Rows::new(&targets, columns).unwrap();
            let mut data = vec![T::from_pattern(0x3f00_1234); 4];
            let x = Rows::new(&data, 2).unwrap();
            assert_eq!(loss.loss_from_logits(x, y), Err(error), "{level}");
            assert_eq!(loss.loss_from_probabilities(x, y), Err(error), "{level}");
            let x = RowsMut::new(&mut data, 2).unwrap();
            assert_eq!(
                loss.loss_and_gradient_in_place(x, y, one),
                Err(error),
                "{level}"
            );
            let x = RowsMut::new(&mut data, 2).unwrap();
            let result = loss.loss_and_gradient_from_probabilities_in_place(x, y, one);
            assert_eq!(result, Err(error), "{level}");
            assert!(
                data.iter()
                    .all(|x| x.pattern() == T::from_pattern(0x3f00_1234).pattern())
            );
        }
    }
}

fn merged_is_whole<T: Real>() {
    let mut random = Random::new(24);
    let one = T::from_f64(1.0);
    for cut in [0, 1, 17, 50, 99, 100] {
        let x: Vec<T> = (0..100).map(|_| inputs(&mut random, true)).collect();
        let y: Vec<T> = (0..100).map(|_| T::from_f64(random.unit())).collect();
        for level in Level::available() {
            let loss = BinaryCrossEntropy::new().level(level);
            let (whole, _) = run(loss, true, (&x, &y), 1, one);
            let (mut first, _) = run(loss, true, (&x[..cut], &y[..cut]), 1, one);
            let (second, _) = run(loss, true, (&x[cut..], &y[cut..]), 1, one);
            first.merge(&second);
            assert_eq!(
                (first.rows(), first.correct()),
                (whole.rows(), whole.correct())
            );
            let (a, b) = (first.loss().to_f64(), whole.loss().to_f64());
            assert!(
                (a - b).abs() <= libm::scalbn(b, 1 - T::DIGITS),
                "{level}: {a}, {b}"
            );
        }
    }
}
