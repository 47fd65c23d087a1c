//! The promised accuracy: the one table that every accuracy test reads.

use std::fmt;

/// A function whose accuracy is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    Exp,
    ExpM1,
    Ln,
    Ln1p,
    Sigmoid,
    LogSigmoid,
    Softplus,
    Logit,
    LogSumExp,
    LogSoftmaxLogSumExp,
    StreamedLogSumExp,
    Softmax,
    LogSoftmax,
    OptionsSoftmax,
    OptionsLogSoftmax,
    OptionsLogSumExp,
    CappedSoftmax,
    CappedLogSoftmax,
    CappedLogSumExp,
    FreeEnergy,
    SoftmaxVjp,
    LogSoftmaxVjp,
    Loss,
    Gradient,
    LossWithOptions,
    GradientWithOptions,
    ZLoss,
    Entropy,
    ProbabilityCrossEntropy,
    KlDivergence,
    JsDivergence,
    EntropyFromLogits,
    KlDivergenceFromLogits,
    LossFromProbabilities,
    GradientFromProbabilities,
    BinaryLoss,
    BinaryGradient,
}

impl Function {
    /// The functions of rows with a bound for a type: all but the elementwise ones.
    pub fn of_rows(float: &str) -> Vec<Self> {
        let bounds = BOUNDS.iter().filter(|bound| bound.float == float);
        let functions = bounds.map(|bound| bound.function);
        functions.filter(|f| !f.is_elementwise()).collect()
    }

    fn is_elementwise(self) -> bool {
        matches!(
            self,
            Self::Exp
                | Self::ExpM1
                | Self::Ln
                | Self::Ln1p
                | Self::Sigmoid
                | Self::LogSigmoid
                | Self::Softplus
                | Self::Logit
        )
    }
}

impl fmt::Display for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exp => "exp",
            Self::ExpM1 => "exp_m1",
            Self::Ln => "ln",
            Self::Ln1p => "ln_1p",
            Self::Sigmoid => "sigmoid",
            Self::LogSigmoid => "log_sigmoid",
            Self::Softplus => "softplus",
            Self::Logit => "logit",
            Self::LogSumExp => "log_sum_exp",
            Self::LogSoftmaxLogSumExp => "log_sum_exp of log_softmax",
            Self::StreamedLogSumExp => "log_sum_exp of parts",
            Self::Softmax => "softmax",
            Self::LogSoftmax => "log_softmax",
            Self::OptionsSoftmax => "softmax with options",
            Self::OptionsLogSoftmax => "log_softmax with options",
            Self::OptionsLogSumExp => "log_sum_exp with options",
            Self::CappedSoftmax => "softmax with softcap",
            Self::CappedLogSoftmax => "log_softmax with softcap",
            Self::CappedLogSumExp => "log_sum_exp with softcap",
            Self::FreeEnergy => "free_energy",
            Self::SoftmaxVjp => "softmax vjp",
            Self::LogSoftmaxVjp => "log_softmax vjp",
            Self::Loss => "cross-entropy loss",
            Self::Gradient => "cross-entropy gradient",
            Self::LossWithOptions => "loss with options",
            Self::GradientWithOptions => "gradient with options",
            Self::ZLoss => "z-loss",
            Self::Entropy => "entropy",
            Self::ProbabilityCrossEntropy => "cross_entropy",
            Self::KlDivergence => "kl_divergence",
            Self::JsDivergence => "js_divergence",
            Self::EntropyFromLogits => "entropy_from_logits",
            Self::KlDivergenceFromLogits => "kl_divergence_from_logits",
            Self::LossFromProbabilities => "loss from probabilities",
            Self::GradientFromProbabilities => "gradient from probabilities",
            Self::BinaryLoss => "binary cross-entropy loss",
            Self::BinaryGradient => "binary cross-entropy gradient",
        })
    }
}

/// The largest error of a function of one element type, in ULP.
///
/// The unit is the last place of the exact result; for [`Function::LogSumExp`] that of
/// max(|result|, 1), as of log-softmax, of parts and with options, for [`Function::FreeEnergy`] that
/// of max(|result|, T), for [`Function::KlDivergence`] that of max(|result|, Σ p ln(p/q) − p + q), for
/// [`Function::KlDivergenceFromLogits`] that of max(result, ε²), ε the distance of 1 to the next
/// number, for [`Function::ZLoss`] that of its factor times max(|ln Σ e^x|, 1)², and for
/// [`Function::GradientWithOptions`] that of the sum of its parts' magnitudes, |ln Σ e^x| counted as at
/// least 1, as for [`Function::BinaryGradient`], [`Function::SoftmaxVjp`] and
/// [`Function::LogSoftmaxVjp`]. A loss with
/// options has units of at least the smallest positive number times the sum of its targets.
#[derive(Clone, Copy, Debug)]
pub struct Bound {
    pub function: Function,
    pub float: &'static str,
    pub ulp: f64,
}

const fn bound_of(function: Function, float: &'static str, ulp: f64) -> Bound {
    Bound {
        function,
        float,
        ulp,
    }
}

/// All bounds, for every level and every length.
pub const BOUNDS: [Bound; 74] = [
    bound_of(Function::Exp, "f32", 0.87),
    bound_of(Function::Exp, "f64", 0.80),
    bound_of(Function::ExpM1, "f32", 0.95),
    bound_of(Function::ExpM1, "f64", 1.0),
    bound_of(Function::Ln, "f32", 0.79),
    bound_of(Function::Ln, "f64", 0.56),
    bound_of(Function::Ln1p, "f32", 0.85),
    bound_of(Function::Ln1p, "f64", 0.56),
    bound_of(Function::Sigmoid, "f32", 0.79),
    bound_of(Function::Sigmoid, "f64", 1.0),
    bound_of(Function::LogSigmoid, "f32", 0.90),
    bound_of(Function::LogSigmoid, "f64", 1.0),
    bound_of(Function::Softplus, "f32", 0.90),
    bound_of(Function::Softplus, "f64", 1.0),
    bound_of(Function::Logit, "f32", 0.52),
    bound_of(Function::Logit, "f64", 0.54),
    bound_of(Function::LogSumExp, "f32", 1.2),
    bound_of(Function::LogSumExp, "f64", 1.2),
    bound_of(Function::LogSoftmaxLogSumExp, "f32", 1.7),
    bound_of(Function::LogSoftmaxLogSumExp, "f64", 1.7),
    bound_of(Function::StreamedLogSumExp, "f32", 1.7),
    bound_of(Function::StreamedLogSumExp, "f64", 1.7),
    bound_of(Function::Softmax, "f32", 3.0),
    bound_of(Function::Softmax, "f64", 3.0),
    bound_of(Function::LogSoftmax, "f32", 4.0),
    bound_of(Function::LogSoftmax, "f64", 4.0),
    bound_of(Function::OptionsSoftmax, "f32", 5.0),
    bound_of(Function::OptionsSoftmax, "f64", 5.0),
    bound_of(Function::OptionsLogSoftmax, "f32", 5.0),
    bound_of(Function::OptionsLogSoftmax, "f64", 5.0),
    bound_of(Function::OptionsLogSumExp, "f32", 1.5),
    bound_of(Function::OptionsLogSumExp, "f64", 1.5),
    bound_of(Function::CappedSoftmax, "f32", 10.0),
    bound_of(Function::CappedSoftmax, "f64", 10.0),
    bound_of(Function::CappedLogSoftmax, "f32", 10.0),
    bound_of(Function::CappedLogSoftmax, "f64", 10.0),
    bound_of(Function::CappedLogSumExp, "f32", 2.0),
    bound_of(Function::CappedLogSumExp, "f64", 2.0),
    bound_of(Function::FreeEnergy, "f32", 3.0),
    bound_of(Function::FreeEnergy, "f64", 3.0),
    bound_of(Function::SoftmaxVjp, "f32", 1.5),
    bound_of(Function::SoftmaxVjp, "f64", 1.5),
    bound_of(Function::LogSoftmaxVjp, "f32", 2.5),
    bound_of(Function::LogSoftmaxVjp, "f64", 2.5),
    bound_of(Function::Loss, "f32", 4.0),
    bound_of(Function::Loss, "f64", 4.0),
    bound_of(Function::Gradient, "f32", 4.0),
    bound_of(Function::Gradient, "f64", 4.0),
    bound_of(Function::LossWithOptions, "f32", 4.0),
    bound_of(Function::LossWithOptions, "f64", 4.0),
    bound_of(Function::GradientWithOptions, "f32", 5.0),
    bound_of(Function::GradientWithOptions, "f64", 5.0),
    bound_of(Function::ZLoss, "f32", 4.0),
    bound_of(Function::ZLoss, "f64", 4.0),
    bound_of(Function::Entropy, "f32", 2.0),
    bound_of(Function::Entropy, "f64", 2.0),
    bound_of(Function::ProbabilityCrossEntropy, "f32", 2.0),
    bound_of(Function::ProbabilityCrossEntropy, "f64", 2.0),
    bound_of(Function::KlDivergence, "f32", 3.0),
    bound_of(Function::KlDivergence, "f64", 3.0),
    bound_of(Function::JsDivergence, "f32", 4.0),
    bound_of(Function::JsDivergence, "f64", 4.0),
    bound_of(Function::EntropyFromLogits, "f32", 5.0),
    bound_of(Function::EntropyFromLogits, "f64", 5.0),
    bound_of(Function::KlDivergenceFromLogits, "f32", 7.0),
    bound_of(Function::KlDivergenceFromLogits, "f64", 7.0),
    bound_of(Function::LossFromProbabilities, "f32", 4.0),
    bound_of(Function::LossFromProbabilities, "f64", 4.0),
    bound_of(Function::GradientFromProbabilities, "f32", 4.0),
    bound_of(Function::GradientFromProbabilities, "f64", 4.0),
    bound_of(Function::BinaryLoss, "f32", 4.0),
    bound_of(Function::BinaryLoss, "f64", 4.0),
    bound_of(Function::BinaryGradient, "f32", 4.0),
    bound_of(Function::BinaryGradient, "f64", 4.0),
];

/// The bound of a function of one element type.
pub fn bound(function: Function, float: &str) -> f64 {
    BOUNDS
        .iter()
        .find(|bound| bound.function == function && bound.float == float)
        .expect("every function has a bound for each type")
        .ulp
}
