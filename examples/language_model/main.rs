//! Trains a next-character language model on a text: softmax, loss and gradient are this crate's.
//!
//! ```sh
//! cargo run --release --example language_model [FILE]
//! ```
//!
//! Then it trains the same model once more with a common mistake, softmax applied twice, and shows
//! what that costs.

mod chart;
mod corpus;
mod information;
mod model;
mod objective;
mod report;
#[path = "../support/mod.rs"]
mod support;
mod training;

use std::error::Error;
use std::f64::consts::LN_2;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::corpus::Corpus;
use crate::information::{Decomposition, Unigram};
use crate::model::WINDOW;
use crate::objective::Objective;
use crate::training::Trained;

/// Trains a next-character language model on a text.
#[derive(Parser)]
struct Arguments {
    /// A text in UTF-8, of which the first 2 000 000 characters are used; without it, this crate's
    /// own sources and README.
    file: Option<PathBuf>,

    /// Where to write the learning curves, as an SVG; in a folder that exists.
    #[arg(long, value_name = "SVG", default_value = "language_model.svg")]
    output: PathBuf,
}

fn main() -> ExitCode {
    support::exit_code(run(&Arguments::parse()))
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn Error>> {
    let corpus = match &arguments.file {
        Some(path) => Corpus::from_file(path)?,
        None => Corpus::from_crate_sources()?,
    };
    support::check_writable(&arguments.output)?;

    let out = &mut io::stdout().lock();
    report::text(out, &corpus)?;
    let once = train(&corpus, Objective::SoftmaxOnce, "softmax once")?;
    let twice = train(&corpus, Objective::SoftmaxTwice, "softmax twice")?;

    let unigram = decompose_unigram(&corpus)?;
    let rows = [
        ("unigram", 0, &unigram),
        ("softmax once", WINDOW, &decompose(&corpus, &once)?),
        ("softmax twice", WINDOW, &decompose(&corpus, &twice)?),
    ];
    report::decompositions(out, &rows)?;
    report::comparison(out, corpus.classes, &unigram, &once, &twice)?;

    let unigram_bits = unigram.cross_entropy() / LN_2;
    let curves = chart::learning_curves(&once, &twice, corpus.classes, unigram_bits)?;
    support::write(&arguments.output, &curves)?;
    writeln!(out, "Learning curves: {}", arguments.output.display())?;
    Ok(())
}

/// Trains a model behind a progress bar.
fn train(
    corpus: &Corpus,
    objective: Objective,
    name: &'static str,
) -> Result<Trained, Box<dyn Error>> {
    let style = "{prefix:13} {bar:40} {percent:>3} % in {elapsed}, {msg}";
    let progress = ProgressBar::no_length()
        .with_style(ProgressStyle::with_template(style)?)
        .with_prefix(name);
    let trained = training::train(corpus, objective, &progress)?;
    progress.finish();
    Ok(trained)
}

/// The loss of a trained model, decomposed in `f64`.
fn decompose(corpus: &Corpus, trained: &Trained) -> Result<Decomposition, logits::Error> {
    let mut narrow = vec![0.0; corpus.classes];
    Decomposition::of(corpus, WINDOW, |context, logits| {
        trained.model.logits_into(context, &mut narrow);
        for (logit, &narrow) in logits.iter_mut().zip(&narrow) {
            *logit = f64::from(narrow);
        }
    })
}

/// The loss of the model that knows how often the characters occur in the training text.
fn decompose_unigram(corpus: &Corpus) -> Result<Decomposition, logits::Error> {
    let training = &corpus.text[corpus.training()];
    let unigram = Unigram::of(training, corpus.classes).smoothed_logits();
    Decomposition::of(corpus, 0, |_, logits| logits.copy_from_slice(&unigram))
}
