//! Nothing private stands in the way of a caller that is generic over the crate's types: the names of
//! another trait mean that trait's, though the crate has its own of the same name.

use logits::{Float, Label};

trait Number: Copy {
    const ONE: Self;
    fn is_nan(self) -> bool;
    fn exp(self) -> Self;
}

impl Number for f32 {
    const ONE: Self = 1.0;

    fn is_nan(self) -> bool {
        f32::is_nan(self)
    }

    fn exp(self) -> Self {
        f32::exp(self)
    }
}

fn exp_or_one<T: Float + Number>(x: T) -> T {
    if x.is_nan() { T::ONE } else { T::exp(x) }
}

#[test]
fn names_of_other_numbers_are_free() {
    assert_eq!(exp_or_one(0.5_f32), 0.5_f32.exp());
    assert_eq!(exp_or_one(f32::NAN), 1.0);
}

trait Class {
    fn class(&self) -> &'static str;
}

impl<L: Label> Class for L {
    fn class(&self) -> &'static str {
        "of mine"
    }
}

fn class_of<L: Label>(label: L) -> &'static str {
    label.class()
}

#[test]
fn names_of_other_labels_are_free() {
    assert_eq!(class_of(3_u8), "of mine");
}
