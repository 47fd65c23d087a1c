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
/// be wasted. What is there stays until then, and nothing is left where there was nothing.
pub fn check_writable(path: &Path) -> Result<(), String> {
    match path.parent() {
        Some(folder) if folder != Path::new("") && !folder.is_dir() => {
            let problem = format!("{} is not a folder", folder.display());
            Err(unwritable(path, problem))
        }
        _ => try_to_write(path).map_err(|error| unwritable(path, error)),
    }
}

/// Opens a file for writing, and leaves everything as it was.
fn try_to_write(path: &Path) -> io::Result<()> {
    let existed = path.exists();
    OpenOptions::new().append(true).create(true).open(path)?;
    if existed {
        Ok(())
    } else {
        fs::remove_file(path)
    }
}

/// Writes a chart.
pub fn write(path: &Path, svg: &str) -> Result<(), String> {
    fs::write(path, svg).map_err(|error| unwritable(path, error))
}

fn unwritable(path: &Path, problem: impl Display) -> String {
    format!("cannot write {}: {problem}", path.display())
}
