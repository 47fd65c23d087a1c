//! How the examples end, and where they write their charts.

use std::error::Error;
use std::fmt::Display;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Says what went wrong, if anything did.
pub fn exit_code(result: Result<(), Box<dyn Error>>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Unlike `eprintln!`, which panics where nobody listens.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether a chart can be written there, in a folder that exists: asked before the work, which would
/// be wasted. What is there stays until then.
pub fn check_writable(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            let problem = format!("{} is not a folder", folder.display());
            Err(unwritable(path, problem))
        }
        _ => {
            let file = OpenOptions::new().append(true).create(true).open(path);
            file.map(drop).map_err(|error| unwritable(path, error))
        }
    }
}

/// Writes a chart.
pub fn write(path: &Path, svg: &str) -> Result<(), String> {
    fs::write(path, svg).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, problem: impl Display) -> String {
    format!("cannot write {}: {problem}", path.display())
}
