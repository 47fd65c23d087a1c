//! Proves the accuracy that the crate states, and prints the worst inputs as Markdown tables.
//!
//! ```sh
//! cargo run --release --example accuracy -- f32
//! cargo run --release --example accuracy -- f64
//! ```
//!
//! `f32` takes every one of the 2³² inputs of each elementwise function at each level. `f64` takes
//! structured inputs, hard cases where their file is at hand, and 10⁹ random ones at the best level,
//! 10⁷ at the others. Both use every processor, and fail where an error is above its bound.

mod elementwise;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Proves the accuracy that the crate states.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    proof: Proof,
    /// Only the function of this name, such as `exp`
    #[arg(long, global = true)]
    function: Option<String>,
}

#[derive(Subcommand)]
enum Proof {
    /// Every `f32` input of the elementwise functions
    F32,
    /// Structured, hard and random `f64` inputs of the elementwise functions
    F64 {
        /// Random inputs of a function at the best level
        #[arg(long, default_value_t = 1_000_000_000)]
        random: u64,
        /// Random inputs of a function at every other level
        #[arg(long, default_value_t = 10_000_000)]
        random_at_others: u64,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let chosen = |name: &str| {
        arguments
            .function
            .as_deref()
            .is_none_or(|only| only == name)
    };
    let proved = match arguments.proof {
        Proof::F32 => elementwise::every_f32(chosen),
        Proof::F64 {
            random,
            random_at_others,
        } => elementwise::f64(chosen, random, random_at_others),
    };
    if proved {
        ExitCode::SUCCESS
    } else {
        eprintln!("an error is above its bound");
        ExitCode::FAILURE
    }
}
