//! The z-loss to the ends of the range.

use logits::{CrossEntropy, Level};

use super::power_of_two;
use super::support::loss_errors::loss_and_gradient;
use super::support::{Real, for_both_types};

for_both_types!(z_loss_of_any_magnitude,);

/// Of a single class, so that the log-sum-exp is its logit.
fn z_loss_of_any_magnitude<T: Real>() {
    let eighth = T::from_f64(0.125);
    let (low, high) = (T::MIN_EXPONENT / 2, T::MAX_EXPONENT * 3 / 5);
    for level in Level::available() {
        let loss = CrossEntropy::new().level(level);
        for logit in [
            T::from_f64(1e-30),
            power_of_two(low),
            power_of_two(low * 2 + 8),
        ] {
            let (_, gradient) = loss_and_gradient(loss.z_loss(eighth), &[logit], 0);
            assert_eq!(
                gradient[0].to_f64(),
                logit.to_f64() / 4.0,
                "{level}: {logit:e}"
            );
        }
        // The square of the log-sum-exp alone overflows.
        let (sum, _) =
            loss_and_gradient(loss.z_loss(power_of_two(-high)), &[power_of_two(high)], 0);
        assert_eq!(
            sum.z_loss().to_f64(),
            power_of_two::<T>(high).to_f64(),
            "{level}"
        );
    }
}
