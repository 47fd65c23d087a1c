//! What can be wrong with arguments.

use core::fmt;

/// Why a function did nothing.
///
/// Everything is checked before the first write: where a function returns an error, its output
/// is untouched.
///
/// ```
/// use logits::Error;
///
/// let mut out = [7.0_f32; 2];
/// let error = logits::exp_into(&[0.0], &mut out).unwrap_err();
/// assert_eq!(error, Error::LengthMismatch { expected: 1, found: 2 });
/// assert_eq!(error.to_string(), "expected 1 elements, found 2");
/// assert_eq!(out, [7.0; 2]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// Two arguments that belong together differ in length.
    LengthMismatch {
        /// The length that the first argument asks for.
        expected: usize,
        /// The length of the other.
        found: usize,
    },
    /// The number of columns does not divide the number of elements.
    ColumnsMismatch {
        /// The number of columns.
        columns: usize,
        /// The number of elements.
        elements: usize,
    },
    /// A label is negative, or not below the number of columns.
    LabelOutOfRange {
        /// The row of the first such label.
        row: usize,
    },
    /// A parameter has a value that it can't have.
    ParameterOutOfRange {
        /// The name of the parameter.
        parameter: &'static str,
    },
}

impl Error {
    /// Whether two lengths agree.
    #[inline]
    pub(crate) fn check_lengths(expected: usize, found: usize) -> Result<(), Self> {
        if expected == found {
            Ok(())
        } else {
            Err(Self::LengthMismatch { expected, found })
        }
    }

    /// Whether a parameter is in its range.
    #[inline]
    pub(crate) fn check_parameter(parameter: &'static str, in_range: bool) -> Result<(), Self> {
        if in_range {
            Ok(())
        } else {
            Err(Self::ParameterOutOfRange { parameter })
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { expected, found } => {
                write!(f, "expected {expected} elements, found {found}")
            }
            Self::ColumnsMismatch { columns, elements } => {
                write!(
                    f,
                    "{elements} elements do not make rows of {columns} columns"
                )
            }
            Self::LabelOutOfRange { row } => write!(f, "the label of row {row} is out of range"),
            Self::ParameterOutOfRange { parameter } => write!(f, "{parameter} is out of range"),
        }
    }
}

// Not derived: the quotation marks of a string that may need escapes bring code that can panic.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { expected, found } => f
                .debug_struct("LengthMismatch")
                .field("expected", expected)
                .field("found", found)
                .finish(),
            Self::ColumnsMismatch { columns, elements } => f
                .debug_struct("ColumnsMismatch")
                .field("columns", columns)
                .field("elements", elements)
                .finish(),
            Self::LabelOutOfRange { row } => {
                f.debug_struct("LabelOutOfRange").field("row", row).finish()
            }
            Self::ParameterOutOfRange { parameter } => f
                .debug_struct("ParameterOutOfRange")
                .field("parameter", &format_args!("{parameter}"))
                .finish(),
        }
    }
}

impl core::error::Error for Error {}
