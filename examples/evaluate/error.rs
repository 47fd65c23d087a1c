//! What can be wrong with an input, and with which.

use std::error::Error;
use std::fmt;
use std::io;

/// An input that can't be evaluated.
#[derive(Debug)]
pub struct InputError {
    /// The file, as the user named it.
    pub name: String,
    pub problem: Problem,
}

/// Why an input can't be evaluated. Rows count from 0, as in NumPy.
#[derive(Debug)]
pub enum Problem {
    Unreadable(io::Error),
    NotNumPy(io::Error),
    Type {
        found: String,
        expected: &'static str,
    },
    Shape {
        found: Vec<u64>,
        expected: &'static str,
    },
    Empty {
        shape: Vec<u64>,
    },
    TooLarge {
        shape: Vec<u64>,
    },
    Truncated {
        expected: u64,
        found: u64,
    },
    TrailingBytes {
        expected: u64,
        found: u64,
    },
    RowCount {
        labels: u64,
        logits: usize,
    },
    LabelOutOfRange {
        row: usize,
        label: i128,
        classes: usize,
    },
    AllIgnored,
    NoDistribution {
        row: usize,
        holds: &'static str,
    },
}

impl Problem {
    /// The error of a file with this problem.
    pub fn of(self, name: &str) -> InputError {
        InputError {
            name: name.to_owned(),
            problem: self,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(source) => write!(f, "cannot be read: {source}"),
            Self::NotNumPy(source) => write!(f, "is not a NumPy array (.npy): {source}"),
            Self::Type { found, expected } => {
                write!(f, "has elements of the type {found}, not {expected}")
            }
            Self::Shape { found, expected } => {
                write!(f, "has the shape {found:?}, not {expected}")
            }
            Self::Empty { shape } => write!(f, "has the shape {shape:?}: there are no elements"),
            Self::TooLarge { shape } => {
                write!(
                    f,
                    "has the shape {shape:?}: that is more than can be addressed"
                )
            }
            Self::Truncated { expected, found } => write!(
                f,
                "is truncated: its shape and type ask for {expected} bytes of elements, it has {found}"
            ),
            Self::TrailingBytes { expected, found } => write!(
                f,
                "has trailing bytes: its shape and type ask for {expected} bytes of elements, it has \
                 {found}"
            ),
            Self::RowCount { labels, logits } => {
                write!(f, "has {labels} labels for {logits} rows of logits")
            }
            Self::LabelOutOfRange {
                row,
                label,
                classes,
            } => {
                write!(
                    f,
                    "row {row} has the label {label}, which is none of the {classes} classes from 0"
                )?;
                match label {
                    ..0 => write!(f, "; --ignore-index={label} leaves such rows out"),
                    _ => Ok(()),
                }
            }
            Self::AllIgnored => write!(f, "every label is the one that is ignored"),
            Self::NoDistribution { row, holds } => {
                write!(f, "row {row} {holds}: its softmax is not a distribution")
            }
        }
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.problem)
    }
}

impl Error for InputError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Unreadable(source) | Problem::NotNumPy(source) => Some(source),
            _ => None,
        }
    }
}
