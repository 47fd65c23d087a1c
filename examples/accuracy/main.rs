//! Proves the accuracy that the crate states, and prints the worst inputs as Markdown tables.
//!
//! ```sh
//! cargo run --release --example accuracy -- f32
//! cargo run --release --example accuracy -- f64
//! cargo run --release --example accuracy -- reductions
//! ```
//!
//! `f32` takes every one of the 2³² inputs of each elementwise function at each level. `f64` takes
//! structured inputs, hard cases where their file is at hand, and 10⁹ random ones at the best level,
//! 10⁷ at the others. `reductions` takes every function of rows on rows as hard as they can be, of up
//! to 2²⁴ elements, and draws the errors beside those of plain forms. All use every processor, and
//! fail where an error is above its bound. Options make samples of them, which take seconds.

mod chart;
mod elementwise;
mod plain;
mod progress;
mod reductions;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::error::Error;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use support::{Elementwise, HardCases};

/// Proves the accuracy that the crate states.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    proof: Proof,
    /// Only the elementwise function of this name, such as `exp`
    #[arg(long, global = true)]
    function: Option<String>,
}

#[derive(Subcommand)]
enum Proof {
    /// Every `f32` input of the elementwise functions
    F32 {
        /// Of so many inputs one; an odd number, so that all of their bits take part
        #[arg(long, default_value = "1")]
        stride: NonZeroU32,
    },
    /// Structured, hard and random `f64` inputs of the elementwise functions
    F64 {
        /// Random inputs of a function at the best level
        #[arg(long, default_value_t = 1_000_000_000)]
        random: u64,
        /// Random inputs of a function at every other level
        #[arg(long, default_value_t = 10_000_000)]
        random_at_others: u64,
    },
    /// Every function of rows, on rows as hard as they can be
    Reductions {
        /// Longest row
        #[arg(long, default_value_t = 1 << 24, value_parser = clap::value_parser!(u32).range(2..))]
        longest: u32,
        /// Directory to draw the charts into
        #[arg(long, default_value = ".")]
        charts: PathBuf,
    },
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments = Arguments::parse();
    if let Some(name) = &arguments.function
        && Elementwise::<f32>::all()
            .iter()
            .all(|known| known.function.to_string() != *name)
    {
        return Err(format!("no elementwise function is called {name}").into());
    }
    let chosen = |name: &str| {
        arguments
            .function
            .as_deref()
            .is_none_or(|only| only == name)
    };
    let proved = match arguments.proof {
        Proof::F32 { stride } => elementwise::f32(chosen, u32::from(stride).into()),
        Proof::F64 {
            random,
            random_at_others,
        } => {
            let hard = HardCases::read()?;
            elementwise::f64(chosen, hard.as_ref(), random, random_at_others)
        }
        Proof::Reductions { longest, charts } => {
            let f32 = reductions::prove::<f32>(longest as usize, &charts.join("accuracy-f32.svg"))?;
            let f64 = reductions::prove::<f64>(longest as usize, &charts.join("accuracy-f64.svg"))?;
            f32 && f64
        }
    };
    if proved {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("an error is above its bound");
    Ok(ExitCode::FAILURE)
}
