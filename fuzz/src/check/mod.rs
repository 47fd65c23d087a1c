//! One check a fuzz target: runs its functions at every level and compares all results with what
//! they should be.

mod boltzmann;
mod near;
mod picks;
mod rows;
mod softmax_options;
mod streaming;
mod vjp;

use std::fmt::Debug;

use logits::Level;

use crate::recipe::Recipe;

/// Modules with a check of a recipe for either type; and for each a function that decodes the
/// recipe and chooses the type.
macro_rules! checks {
    ($($name:ident)*) => {$(
        mod $name;

        pub fn $name(data: &[u8]) {
            let recipe = Recipe::decode(data);
            if recipe.double {
                $name::check::<f64>(&recipe);
            } else {
                $name::check::<f32>(&recipe);
            }
        }
    )*};
}

checks! {
    binary
    cross_entropy
    elementwise
    information
    log_sum_exp
    loss_options
    softmax
}

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
