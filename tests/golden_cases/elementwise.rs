//! Functions of each element.

use super::{Case, Number};

macro_rules! case {
    ($in_place:ident, $into:ident) => {
        |level, input, out, hash| {
            out.copy_from_slice(input.x);
            level.$in_place(out);
            hash.add(out);
            level.$into(input.p, out).unwrap();
            hash.add(out);
        }
    };
}

pub fn cases<T: Number>() -> &'static [Case<T>] {
    &[
        ("exp", case!(exp_in_place, exp_into)),
        ("exp_m1", case!(exp_m1_in_place, exp_m1_into)),
        ("ln", case!(ln_in_place, ln_into)),
        ("ln_1p", case!(ln_1p_in_place, ln_1p_into)),
        ("sigmoid", case!(sigmoid_in_place, sigmoid_into)),
        ("log_sigmoid", case!(log_sigmoid_in_place, log_sigmoid_into)),
        ("softplus", case!(softplus_in_place, softplus_into)),
        ("logit", case!(logit_in_place, logit_into)),
    ]
}
