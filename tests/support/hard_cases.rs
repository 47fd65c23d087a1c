//! Inputs whose exact results lie next to the middle between two numbers.

use std::env;
use std::fs;
use std::path::Path;

use super::bounds::Function;
use super::real::Real;

/// An input with its correctly rounded result.
pub struct HardCase<T> {
    pub input: T,
    pub rounded: T,
}

/// The table of hard cases.
pub struct HardCases(String);

impl HardCases {
    /// `None` where the file of the table can't be read, which a clone need not have; an error then if
    /// LOGITS_HARD_CASES is `required`.
    pub fn read() -> Result<Option<Self>, String> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hard_cases.csv");
        let problem = match fs::read_to_string(&path) {
            Ok(table) => return Ok(Some(Self(table))),
            Err(error) => format!("cannot read {}: {error}", path.display()),
        };
        if env::var_os("LOGITS_HARD_CASES").is_some_and(|value| value == "required") {
            return Err(format!("hard cases are required: {problem}"));
        }
        eprintln!("hard cases are left out: {problem}");
        Ok(None)
    }

    /// Those of an elementwise function.
    pub fn of<T: Real>(&self, function: Function) -> Vec<HardCase<T>> {
        let name = match function {
            Function::Exp => "exp",
            Function::ExpM1 => "expm1",
            Function::Ln => "log",
            Function::Ln1p => "log1p",
            Function::Sigmoid => "sigmoid",
            // It is −softplus(−x), and rounding to nearest treats both signs alike.
            Function::LogSigmoid => {
                let cases = self.of::<T>(Function::Softplus).into_iter();
                return cases.map(HardCase::mirrored).collect();
            }
            Function::Softplus => "softplus",
            Function::Logit => "logit",
            _ => unreachable!("{function} is not elementwise"),
        };
        let lines = self.0.lines();
        let lines = lines.map(|line| line.split(',').collect::<Vec<_>>());
        let cases: Vec<_> = lines
            .filter(|fields| fields[0] == name && fields[1] == T::NAME)
            .map(|fields| HardCase {
                input: T::from_f64(hexadecimal(fields[2])),
                // Counted from the end: the column between the two is prose, with commas.
                rounded: T::from_f64(hexadecimal(fields[fields.len() - 2])),
            })
            .collect();
        assert!(!cases.is_empty(), "the table has no cases of {name}");
        cases
    }
}

impl<T: Real> HardCase<T> {
    /// That of −f(−x).
    fn mirrored(self) -> Self {
        Self {
            input: -self.input,
            rounded: -self.rounded,
        }
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
