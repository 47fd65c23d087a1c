//! One check a fuzz target: runs its functions at every level and compares all results with what
//! they should be.

mod binary;
mod boltzmann;
mod cross_entropy;
mod elementwise;
mod information;
mod log_sum_exp;
mod loss_options;
mod near;
mod picks;
mod rows;
mod softmax;
mod softmax_options;
mod streaming;

pub use binary::check as binary;
pub use cross_entropy::check as cross_entropy;
pub use elementwise::check as elementwise;
pub use information::check as information;
pub use log_sum_exp::check as log_sum_exp;
pub use loss_options::check as loss_options;
pub use softmax::check as softmax;

use std::fmt::Debug;

use logits::Level;

/// The first result of each family of levels.
struct Families<R> {
    fused: Option<R>,
    unfused: Option<R>,
}

impl<R: PartialEq + Debug> Families<R> {
    fn new() -> Self {
        Self {
            fused: None,
            unfused: None,
        }
    }

    /// Panics if another level of the family had another result; whether it is the first.
    fn is_first(&mut self, level: Level, result: R) -> bool {
        let first = if level.is_fused() {
            &mut self.fused
        } else {
            &mut self.unfused
        };
        match first {
            Some(first) => {
                assert!(*first == result, "{level} differs from its family");
                false
            }
            None => {
                *first = Some(result);
                true
            }
        }
    }
}
