//! Times this crate beside other implementations, interleaved in one run.

mod chart;
mod measure;
mod options;
mod peers;
mod report;
#[path = "../../support/mod.rs"]
mod support;
mod tasks;

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use measure::Budget;

/// Times this crate beside other implementations, interleaved in one run on one thread.
#[derive(Parser)]
struct Arguments {
    /// Only tasks whose name (such as `softmax/f32/1024x1000`) starts with this
    #[arg(default_value = "")]
    filter: String,
    /// Seconds for each task, at least
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// Rounds for each task, at least: in a round each contender runs once
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    /// Write all times to this CSV file
    #[arg(long)]
    csv: Option<PathBuf>,
    /// Draw the times of softmax into this SVG file
    #[arg(long)]
    chart: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let budget = Budget {
        time: Duration::from_secs_f64(arguments.seconds),
        rounds: arguments.rounds,
    };
    let measured = tasks::measure_all(&arguments.filter, budget);
    print!("{}", report::markdown(&measured));
    if let Some(path) = arguments.csv {
        std::fs::write(path, report::csv(&measured))?;
    }
    if let Some(path) = arguments.chart {
        chart::draw(&path, &measured)?;
    }
    Ok(())
}
