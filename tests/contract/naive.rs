//! Where the textbook formulas fail, and that these functions do not; and what a softmax applied
//! twice does to a loss.

use std::f32::consts::{E, LN_2};

use logits::{
    CrossEntropy, Rows, RowsMut, log_sigmoid_in_place, log_softmax_in_place, log_sum_exp,
    logit_in_place, sigmoid_in_place, softmax_in_place, softplus_in_place,
};

/// The textbook formulas, as they stand.
mod textbook {
    pub fn softmax(x: &[f32]) -> Vec<f32> {
        let sum: f32 = x.iter().map(|x| x.exp()).sum();
        x.iter().map(|x| x.exp() / sum).collect()
    }

    pub fn log_sum_exp(x: &[f32]) -> f32 {
        x.iter().map(|x| x.exp()).sum::<f32>().ln()
    }

    pub fn cross_entropy(x: &[f32], label: usize) -> f32 {
        -softmax(x)[label].ln()
    }

    pub fn sigmoid(x: f32) -> f32 {
        1.0 / (1.0 + (-x).exp())
    }

    pub fn softplus(x: f32) -> f32 {
        (1.0 + x.exp()).ln()
    }

    pub fn logit(p: f32) -> f32 {
        (p / (1.0 - p)).ln()
    }
}

fn softmax(x: &[f32]) -> Vec<f32> {
    let mut x = x.to_vec();
    softmax_in_place(&mut x);
    x
}

fn loss(x: &[f32], label: u32) -> f32 {
    let rows = Rows::new(x, x.len()).unwrap();
    CrossEntropy::new()
        .loss_from_logits(rows, &[label])
        .unwrap()
        .loss()
}

/// The loss and its gradient.
fn loss_and_gradient(x: &[f32], label: u32) -> (f32, Vec<f32>) {
    let mut gradient = x.to_vec();
    let rows = RowsMut::new(&mut gradient, x.len()).unwrap();
    let sum = CrossEntropy::new()
        .loss_and_gradient_in_place(rows, &[label], 1.0)
        .unwrap();
    (sum.loss(), gradient)
}

#[test]
fn naive_softmax_overflows_to_nan() {
    let x = [100.0, 100.0, 99.0];
    assert!(textbook::softmax(&x).iter().all(|p| p.is_nan()));
    let p = softmax(&x);
    assert!((p[0] - 0.422_318_8).abs() < 1e-7 && p[0] == p[1]);
    assert!((p[2] - 0.155_362_4).abs() < 1e-7);
}

#[test]
fn naive_softmax_underflows_to_nan() {
    // Every exponential is 0, and so is their sum.
    let x = [-200.0, -200.0];
    assert!(textbook::softmax(&x).iter().all(|p| p.is_nan()));
    assert_eq!(softmax(&x), [0.5, 0.5]);
}

#[test]
fn naive_softmax_loses_small_probabilities() {
    // The sum is finite, and one exponential underflows where the probability does not.
    let x = [-85.0, -106.0];
    assert_eq!(textbook::softmax(&x)[1], 0.0);
    assert!((softmax(&x)[1] / 7.582_56e-10 - 1.0).abs() < 1e-6);
}

#[test]
fn naive_log_sum_exp_overflows_and_underflows() {
    assert_eq!(textbook::log_sum_exp(&[1000.0, 1000.0]), f32::INFINITY);
    assert_eq!(log_sum_exp(&[1000.0_f32, 1000.0]), 1000.0 + LN_2);
    assert_eq!(
        textbook::log_sum_exp(&[-1000.0, -1000.0]),
        f32::NEG_INFINITY
    );
    assert_eq!(log_sum_exp(&[-1000.0_f32, -1000.0]), -1000.0 + LN_2);
}

#[test]
fn naive_cross_entropy_is_infinite_where_the_loss_is_finite() {
    // Overflow and underflow on the way to the same loss.
    for x in [[0.0, 110.0], [-110.0, 0.0]] {
        assert_eq!(textbook::cross_entropy(&x, 0), f32::INFINITY);
        assert_eq!(loss(&x, 0), 110.0);
    }
    assert!(textbook::cross_entropy(&[0.0, 110.0], 1).is_nan());
    assert_eq!(loss(&[0.0, 110.0], 1), 0.0);
}

#[test]
fn naive_cross_entropy_of_a_confident_row_is_zero() {
    // 1 − p is below the last place of 1: p rounds to 1, its logarithm to 0.
    let x = [40.0, 0.0];
    assert_eq!(textbook::cross_entropy(&x, 0), 0.0);
    assert!((loss(&x, 0) / 4.248_354e-18 - 1.0).abs() < 1e-6);
    // So does the logarithm of a softmax, but not a log-softmax.
    assert_eq!(softmax(&x)[0].ln(), 0.0);
    let mut ln_p = x;
    log_softmax_in_place(&mut ln_p);
    assert_eq!(-ln_p[0], loss(&x, 0));
}

/// Softmax, and then the loss that applies softmax again, with the gradient by the chain rule.
fn doubled(x: &[f32], label: u32) -> (f32, Vec<f32>) {
    let p = softmax(x);
    let (loss, outer) = loss_and_gradient(&p, label);
    let along: f32 = p.iter().zip(&outer).map(|(p, g)| p * g).sum();
    (
        loss,
        p.iter().zip(&outer).map(|(p, g)| p * (g - along)).collect(),
    )
}

/// The logits of a model that is certain of the first of ten classes.
fn certain(lead: f32) -> [f32; 10] {
    let mut x = [0.0; 10];
    x[0] = lead;
    x
}

#[test]
fn doubled_softmax_bounds_the_loss_from_below() {
    let classes = 10.0_f32;
    let bound = (1.0 + (classes - 1.0) / E).ln();
    for lead in [0.0, 1.0, 5.0, 20.0, 80.0] {
        let x = certain(lead);
        assert!(doubled(&x, 0).0 >= bound - 1e-6, "lead {lead}");
    }
    // A perfect answer costs as much as if it were held for 23 % likely; applied once, nothing.
    assert!((doubled(&certain(80.0), 0).0 - bound).abs() < 1e-6);
    assert!(bound > 1.46);
    assert!(loss(&certain(80.0), 0) < 1e-33);
}

#[test]
fn doubled_softmax_has_hardly_a_gradient_where_the_model_is_wrong() {
    // Certain of class 0, while the label is 1: here a model has most to learn.
    let x = certain(12.0);
    let (_, once) = loss_and_gradient(&x, 1);
    let (_, twice) = doubled(&x, 1);
    assert!(once[1] < -0.999);
    assert!(twice[1].abs() < 1e-4);
    assert!(once[0] > 0.999);
    assert!(twice[0].abs() < 1e-3);
}

#[test]
fn doubled_softmax_stalls_learning() {
    // Gradient descent from a wrong certainty, both ways, for as many steps.
    let learn = |gradient: fn(&[f32], u32) -> (f32, Vec<f32>)| {
        let mut x = certain(8.0);
        for _ in 0..200 {
            let (_, gradient) = gradient(&x, 1);
            for (x, g) in x.iter_mut().zip(gradient) {
                *x -= 0.5 * g;
            }
        }
        softmax(&x)[1]
    };
    assert!(learn(loss_and_gradient) > 0.95);
    assert!(learn(doubled) < 0.05);
}

/// An elementwise function of one number.
fn of(function: fn(&mut [f32]), x: f32) -> f32 {
    let mut x = [x];
    function(&mut x);
    x[0]
}

#[test]
fn naive_sigmoid_underflows_early() {
    // e^100 overflows, and its inverse is 0; the truth is a subnormal number.
    assert_eq!(textbook::sigmoid(-100.0), 0.0);
    assert_eq!(of(sigmoid_in_place, -100.0), f32::from_bits(27));
}

#[test]
fn naive_softplus_overflows_and_loses_small_results() {
    assert_eq!(textbook::softplus(100.0), f32::INFINITY);
    assert_eq!(of(softplus_in_place, 100.0), 100.0);
    // Here 1 + e^x rounds to 1.
    assert_eq!(textbook::softplus(-20.0), 0.0);
    assert!((of(softplus_in_place, -20.0) / 2.061_153_6e-9 - 1.0).abs() < 1e-6);
    // The loss of a confident answer: its sign aside, a softplus.
    assert_eq!(textbook::sigmoid(20.0).ln(), 0.0);
    assert_eq!(
        of(log_sigmoid_in_place, 20.0),
        -of(softplus_in_place, -20.0)
    );
}

#[test]
fn naive_logit_loses_digits_near_one_half() {
    // The textbook rounds p / (1 − p) to a number near 1, and the result is what is left of it.
    let p = 0.500_05_f32;
    let exact = (f64::from(p) / (1.0 - f64::from(p))).ln();
    let error = |x: f32| (f64::from(x) / exact - 1.0).abs();
    assert!(error(of(logit_in_place, p)) < 1e-7);
    assert!(error(textbook::logit(p)) > 1e-5);
}
