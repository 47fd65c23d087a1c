//! Inputs whose exact results lie next to the middle between two numbers.

use std::env;
use std::fs;
use std::path::Path;

use super::real::Real;

/// An input with its correctly rounded result.
pub struct HardCase<T> {
    pub input: T,
    pub rounded: T,
}

impl<T: Real> HardCase<T> {
    /// The hard cases of a function; none where their file does not exist, which a clone need not have,
    /// unless LOGITS_HARD_CASES is `required`.
    pub fn read(function: &str) -> Vec<Self> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hard_cases.csv");
        let Ok(table) = fs::read_to_string(&path) else {
            let required =
                env::var_os("LOGITS_HARD_CASES").is_some_and(|value| value == "required");
            assert!(!required, "no hard cases: {} is not there", path.display());
            eprintln!("no hard cases: {} is not there", path.display());
            return Vec::new();
        };
        let lines = table
            .lines()
            .map(|line| line.split(',').collect::<Vec<_>>());
        let cases: Vec<_> = lines
            .filter(|fields| fields[0] == function && fields[1] == T::NAME)
            .map(|fields| Self {
                input: T::from_f64(hexadecimal(fields[2])),
                // Counted from the end: the column between the two is prose, with commas.
                rounded: T::from_f64(hexadecimal(fields[fields.len() - 2])),
            })
            .collect();
        assert!(!cases.is_empty(), "the table has no cases of {function}");
        cases
    }
}

/// The number that C writes like −0x1.8p+1, or an infinity or NaN in words.
fn hexadecimal(text: &str) -> f64 {
    if let Ok(special) = text.parse() {
        return special;
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text),
    };
    let digits = digits.strip_prefix("0x").expect("a hexadecimal number");
    let (mantissa, exponent) = digits.split_once('p').expect("an exponent");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let integer =
        u64::from_str_radix(&format!("{whole}{fraction}"), 16).expect("hexadecimal digits");
    let exponent: i32 = exponent.parse().expect("a decimal exponent");
    sign * libm::scalbn(integer as f64, exponent - 4 * fraction.len() as i32)
}
