//! Evaluates a classifier on its logits and the true labels, both NumPy files.
//!
//! ```sh
//! cargo run --release --example evaluate [LOGITS LABELS]
//! ```
//!
//! Loss, entropy and softmax are this crate's. Files are read a few rows at a time.

mod array;
mod calibration;
mod diagram;
mod error;
mod evaluation;
mod labels;
mod report;
mod rows;
mod sample;
#[path = "../support/mod.rs"]
mod support;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::array::Array;
use crate::error::Problem;
use crate::evaluation::Evaluation;
use crate::rows::{Logit, LogitRows, Logits};

/// Evaluates a classifier: loss, perplexity, accuracy, entropy and calibration.
#[derive(Parser)]
struct Arguments {
    /// Logits, a NumPy array of the shape (rows, columns) and the type float32 or float64; without
    /// it, a sample is evaluated.
    #[arg(requires = "labels")]
    logits: Option<PathBuf>,

    /// The class of each row, a NumPy array of the shape (rows) and an integer type; classes count
    /// from 0.
    labels: Option<PathBuf>,

    /// Leave out the rows that have this label.
    #[arg(long, value_name = "LABEL", allow_negative_numbers = true)]
    ignore_index: Option<i64>,

    /// The number of bins of the calibration error and the reliability diagram.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u16).range(1..=1000))]
    bins: u16,

    /// Where to write the reliability diagram, as an SVG; in a folder that exists.
    #[arg(long, value_name = "SVG", default_value = "evaluate.svg")]
    output: PathBuf,
}

fn main() -> ExitCode {
    support::exit_code(run(&Arguments::parse(), &mut io::stdout().lock()))
}

fn run(arguments: &Arguments, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    let (logits, labels) = match (&arguments.logits, &arguments.labels) {
        (Some(logits), Some(labels)) => (Array::open(logits)?, Array::open(labels)?),
        _ => sample::arrays()?,
    };
    match Logits::new(logits)? {
        Logits::F32(logits) => evaluate(arguments, logits, labels, out),
        Logits::F64(logits) => evaluate(arguments, logits, labels, out),
    }
}

fn evaluate<T: Logit>(
    arguments: &Arguments,
    mut logits: LogitRows<T>,
    labels: Array,
    out: &mut impl Write,
) -> Result<(), Box<dyn Error>> {
    report::inputs(out, &logits, &labels)?;
    let ignore_index = arguments.ignore_index;
    let labels_name = labels.name.clone();
    let labels = labels::read(labels, logits.layout, ignore_index)?;
    support::check_writable(&arguments.output)?;

    let mut evaluation = Evaluation::new(arguments.bins.into(), ignore_index);
    let mut chunk = Vec::new();
    for rows in logits.chunks() {
        let labels = &labels[rows.clone()];
        logits.read(rows.clone(), &mut chunk)?;
        logits.check(rows, &chunk, labels, ignore_index)?;
        evaluation.add(&mut chunk, labels)?;
    }
    let summary = evaluation
        .finish()
        .ok_or_else(|| Problem::AllIgnored.of(&labels_name))?;

    report::summary(out, &summary)?;
    let svg = diagram::reliability(&summary.calibration)?;
    support::write(&arguments.output, &svg)?;
    writeln!(out, "\nReliability diagram: {}", arguments.output.display())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tempfile::TempDir;

    use super::*;
    use crate::array::encode;
    use crate::array::tests::assert_rejected;

    /// A folder with logits of four rows, labels for them, and what else a test adds.
    struct Folder(TempDir);

    impl Folder {
        fn new() -> Self {
            let folder = Self(TempDir::new().unwrap());
            fs::create_dir(folder.path("drawn")).unwrap();
            let logits = [1.0_f32, 0.0, 0.0, 2.0, 3.0, 0.0, 0.0, 0.5];
            folder.write("logits.npy", &encode(&[4, 2], logits).unwrap());
            folder.write("labels.npy", &encode(&[4], [0_u8, 1, 1, 1]).unwrap());
            folder
        }

        fn path(&self, name: &str) -> String {
            self.0.path().join(name).to_str().unwrap().to_owned()
        }

        fn write(&self, name: &str, bytes: &[u8]) {
            fs::write(self.path(name), bytes).unwrap();
        }

        /// What the example prints, given these options and files of the folder.
        fn run(&self, options: &[&str], files: &[&str]) -> Result<String, String> {
            let output = [
                "evaluate".to_owned(),
                "--output".to_owned(),
                self.path("drawn/diagram.svg"),
            ];
            let options = options.iter().map(|&option| option.to_owned());
            let files = files.iter().map(|file| self.path(file));
            let arguments = output.into_iter().chain(options).chain(files);
            let mut out = Vec::new();
            let arguments =
                Arguments::try_parse_from(arguments).map_err(|error| error.to_string())?;
            run(&arguments, &mut out).map_err(|error| error.to_string())?;
            Ok(String::from_utf8(out).unwrap())
        }
    }

    #[track_caller]
    fn assert_printed(found: &str, expected: &[&str]) {
        for line in expected {
            assert!(
                found.lines().any(|found| found.starts_with(line)),
                "{line:?} in: {found}"
            );
        }
    }

    #[test]
    fn files_are_evaluated() {
        let folder = Folder::new();
        let printed = folder.run(&[], &["logits.npy", "labels.npy"]).unwrap();
        // The mean of ln(1 + e^(−d)) for the differences 1, 2, −3 and 0.5 is 0.99071351.
        assert_printed(
            &printed,
            &[
                &format!("Logits             {}", folder.path("logits.npy")),
                "                   4 rows × 2 columns, float32 in C order",
                &format!("Labels             {}, uint8", folder.path("labels.npy")),
                "Rows               4 evaluated, 0 ignored",
                "Mean loss          0.99071",
                "Accuracy           75.000 %",
                "Calibration error  ",
                "Reliability diagram: ",
            ],
        );
        let svg = fs::read_to_string(folder.path("drawn/diagram.svg")).unwrap();
        assert!(svg.contains("ECE, 15 bins"));
    }

    #[test]
    fn options_are_heeded() {
        let folder = Folder::new();
        let options = ["--ignore-index", "1", "--bins", "7"];
        let printed = folder.run(&options, &["logits.npy", "labels.npy"]).unwrap();
        assert_printed(
            &printed,
            &[
                "Rows               1 evaluated, 3 ignored",
                "Mean loss          0.313262 nats = 0.451941 bits",
                "Perplexity         1.367879",
                "Accuracy           100.000 %",
                "Mean confidence    73.106 %",
                "Calibration error  26.894 % (ECE, 7 bins of equal width)",
                "Mean entropy       0.582203 nats",
            ],
        );
    }

    #[test]
    fn unusable_files_are_rejected_by_name() {
        let folder = Folder::new();
        folder.write("short.npy", &encode(&[3], [0_u8; 3]).unwrap());
        folder.write("range.npy", &encode(&[4], [0_i64, 1, 2, 0]).unwrap());
        folder.write(
            "nan.npy",
            &encode(&[4, 1], [0.0, 0.0, f64::NAN, 0.0]).unwrap(),
        );
        folder.write("zeros.npy", &encode(&[4], [0_u8; 4]).unwrap());
        let mut bytes = fs::read(folder.path("logits.npy")).unwrap();
        bytes.pop();
        folder.write("truncated.npy", &bytes);
        for (options, logits, labels, message) in [
            (
                &[][..],
                "none.npy",
                "labels.npy",
                "none.npy: cannot be read",
            ),
            (&[], "logits.npy", "none.npy", "none.npy: cannot be read"),
            (
                &[],
                "truncated.npy",
                "labels.npy",
                "truncated.npy: is truncated",
            ),
            (
                &[],
                "labels.npy",
                "labels.npy",
                "labels.npy: has the shape [4]",
            ),
            (
                &[],
                "logits.npy",
                "logits.npy",
                "logits.npy: has the shape [4, 2]",
            ),
            (
                &[],
                "logits.npy",
                "short.npy",
                "short.npy: has 3 labels for 4 rows",
            ),
            (
                &[],
                "logits.npy",
                "range.npy",
                "range.npy: row 2 has the label 2",
            ),
            (&[], "nan.npy", "zeros.npy", "nan.npy: row 2 holds NaN"),
            (
                &["--ignore-index=0"],
                "logits.npy",
                "zeros.npy",
                "zeros.npy: every label",
            ),
            (&["--bins=0"], "logits.npy", "labels.npy", "--bins"),
        ] {
            let result = folder.run(options, &[logits, labels]);
            assert_rejected(result, message);
        }
    }

    #[test]
    fn logits_need_labels() {
        assert_rejected(Folder::new().run(&[], &["logits.npy"]), "<LABELS>");
    }

    #[test]
    fn a_diagram_that_cannot_be_written_is_an_error() {
        let files = ["logits.npy", "labels.npy"];
        let folder = Folder::new();
        fs::create_dir(folder.path("drawn/diagram.svg")).unwrap();
        assert_rejected(folder.run(&[], &files), "drawn/diagram.svg: ");

        let folder = Folder::new();
        fs::remove_dir(folder.path("drawn")).unwrap();
        assert_rejected(folder.run(&[], &files), "drawn is not a folder");
        folder.write("drawn", b"not a folder");
        assert_rejected(folder.run(&[], &files), "drawn is not a folder");
    }

    #[test]
    fn a_failure_leaves_the_diagram_as_it_was() {
        let folder = Folder::new();
        folder.write("drawn/diagram.svg", b"of earlier");
        folder.write(
            "nan.npy",
            &encode(&[4, 1], [0.0, 0.0, f64::NAN, 0.0]).unwrap(),
        );
        folder.write("zeros.npy", &encode(&[4], [0_u8; 4]).unwrap());
        let read = || fs::read_to_string(folder.path("drawn/diagram.svg")).unwrap();
        assert_rejected(folder.run(&[], &["nan.npy", "zeros.npy"]), "row 2");
        assert_eq!(read(), "of earlier");
        fs::remove_file(folder.path("drawn/diagram.svg")).unwrap();
        assert_rejected(folder.run(&[], &["nan.npy", "zeros.npy"]), "row 2");
        assert!(!fs::exists(folder.path("drawn/diagram.svg")).unwrap());
        folder.run(&[], &["logits.npy", "labels.npy"]).unwrap();
        assert!(read().starts_with("<svg"));
    }

    #[test]
    fn without_files_the_sample_is_evaluated() {
        let run = || {
            let printed = Folder::new().run(&[], &[]).unwrap();
            let measures = printed.lines().filter(|line| line.starts_with("Mean"));
            (measures.collect::<Vec<_>>().join("\n"), printed)
        };
        let (measures, printed) = run();
        assert_printed(
            &printed,
            &[
                "Logits             a sample",
                "Rows               20,000 evaluated, 0 ignored",
            ],
        );
        assert_eq!(run().0, measures);
    }
}
