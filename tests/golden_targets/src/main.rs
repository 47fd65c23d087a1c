//! Prints the levels that there are, then the hashes of the short inputs at each, as
//! `tests/golden.txt` has them: on an operating system, in WebAssembly, or on a bare Cortex-M through
//! semihosting.

#![cfg_attr(target_os = "none", no_std, no_main)]

#[path = "../../golden_cases/mod.rs"]
mod golden_cases;

use golden_cases::{Number, SHORT, family};
use logits::Level;
#[cfg(target_os = "none")]
use semihosting::{print, println};

fn print_levels() {
    for level in Level::available() {
        print!("{level} ");
    }
    println!();
}

fn print_hashes<T: Number>() {
    let mut numbers = [T::default(); SHORT.numbers()];
    let mut mask = [false; SHORT.longest()];
    SHORT.hashes(&mut numbers, &mut mask, |name, level, hash| {
        let (float, set) = (T::NAME, SHORT.name);
        println!("{name} {float} {set} {} {hash:016x}", family(level));
    });
}

#[cfg_attr(target_os = "none", cortex_m_rt::entry)]
fn main() -> ! {
    print_levels();
    print_hashes::<f32>();
    print_hashes::<f64>();
    #[cfg(target_os = "none")]
    semihosting::process::exit(0);
    #[cfg(not(target_os = "none"))]
    std::process::exit(0)
}
