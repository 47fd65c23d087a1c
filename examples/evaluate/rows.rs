//! Logits, read a few rows at a time.

use std::io::{self, ErrorKind};
use std::ops::Range;

use logits::Float;
use npyz::{Deserialize, NpyReader, Order};

use crate::array::{Array, Reader};
use crate::error::{InputError, Problem};

/// The number of logits read at a time: few beside a large file, many beside the cost of a call.
const CHUNK: usize = 1 << 20;
/// The least number of rows read at a time in Fortran order, where a column's logits lie together:
/// fewer would be read in pieces shorter than a page.
const MIN_FORTRAN_ROWS: usize = 1024;

/// A type of logits.
pub trait Logit: Float + Deserialize + Into<f64> {}

impl Logit for f32 {}
impl Logit for f64 {}

/// Logits of either type.
pub enum Logits {
    F32(LogitRows<f32>),
    F64(LogitRows<f64>),
}

impl Logits {
    /// The logits in an array.
    pub fn new(array: Array) -> Result<Self, InputError> {
        let element_type = array.element_type();
        let Array { name, file } = array;
        let &[rows, columns] = file.shape() else {
            let found = file.shape().to_vec();
            let expected = "(rows, columns)";
            return Err(Problem::Shape { found, expected }.of(&name));
        };
        let layout = Layout {
            // No longer than the array, which can be addressed.
            rows: rows as usize,
            columns: columns as usize,
            order: file.order(),
        };
        let file = match file.try_data() {
            Ok(values) => {
                return Ok(Self::F32(LogitRows {
                    name,
                    element_type,
                    layout,
                    values,
                }));
            }
            Err(file) => file,
        };
        match file.try_data() {
            Ok(values) => Ok(Self::F64(LogitRows {
                name,
                element_type,
                layout,
                values,
            })),
            Err(_) => Err(Problem::Type {
                found: element_type,
                expected: "float32 or float64",
            }
            .of(&name)),
        }
    }
}

/// How rows lie in a file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub rows: usize,
    pub columns: usize,
    pub order: Order,
}

/// Logits of one type, of which a few rows at a time are in memory.
pub struct LogitRows<T: Logit> {
    /// The file, as the user named it.
    pub name: String,
    /// As NumPy calls it.
    pub element_type: String,
    pub layout: Layout,
    values: NpyReader<T, Reader>,
}

impl<T: Logit> LogitRows<T> {
    /// All rows in order, as ranges of a good length to read.
    pub fn chunks(&self) -> impl Iterator<Item = Range<usize>> + use<T> {
        let Layout {
            rows,
            columns,
            order,
        } = self.layout;
        let least = match order {
            Order::C => 1,
            Order::Fortran => MIN_FORTRAN_ROWS,
        };
        let step = (CHUNK / columns).max(least);
        (0..rows)
            .step_by(step)
            .map(move |start| start..rows.min(start.saturating_add(step)))
    }

    /// Overwrites `chunk` with the logits of some rows, row by row.
    pub fn read(&mut self, rows: Range<usize>, chunk: &mut Vec<T>) -> Result<(), InputError> {
        chunk.resize(rows.len() * self.layout.columns, T::default());
        let result = match self.layout.order {
            Order::C => self.read_rows(rows, chunk),
            Order::Fortran => self.read_columns(rows, chunk),
        };
        result.map_err(|source| Problem::Unreadable(source).of(&self.name))
    }

    /// Reads rows of a file in C order, where they lie together.
    fn read_rows(&mut self, rows: Range<usize>, chunk: &mut [T]) -> io::Result<()> {
        self.seek_to(rows.start * self.layout.columns)?;
        for logit in chunk {
            *logit = self.next()?;
        }
        Ok(())
    }

    /// Reads rows of a file in Fortran order, where columns lie together.
    fn read_columns(&mut self, rows: Range<usize>, chunk: &mut [T]) -> io::Result<()> {
        for column in 0..self.layout.columns {
            self.seek_to(column * self.layout.rows + rows.start)?;
            for row in chunk.chunks_exact_mut(self.layout.columns) {
                row[column] = self.next()?;
            }
        }
        Ok(())
    }

    /// Checks that the rows are logits of distributions, apart from those to ignore.
    pub fn check(
        &self,
        rows: Range<usize>,
        chunk: &[T],
        labels: &[i64],
        ignore_index: Option<i64>,
    ) -> Result<(), InputError> {
        let logits = chunk.chunks_exact(self.layout.columns);
        for ((row, logits), &label) in rows.zip(logits).zip(labels) {
            if Some(label) == ignore_index {
                continue;
            }
            let largest = logits
                .iter()
                .map(|&logit| logit.into())
                .fold(f64::NEG_INFINITY, propagating_max);
            let holds = match largest {
                f64::NEG_INFINITY => "is −∞ throughout",
                f64::INFINITY => "holds +∞",
                largest if largest.is_nan() => "holds NaN",
                _ => continue,
            };
            return Err(Problem::NoDistribution { row, holds }.of(&self.name));
        }
        Ok(())
    }

    fn seek_to(&mut self, index: usize) -> io::Result<()> {
        self.values.seek_to(index as u64)
    }

    fn next(&mut self) -> io::Result<T> {
        let end = || Err(ErrorKind::UnexpectedEof.into());
        self.values.next().unwrap_or_else(end)
    }
}

/// The larger number, or NaN if either is.
fn propagating_max(a: f64, b: f64) -> f64 {
    if b > a || b.is_nan() { b } else { a }
}

#[cfg(test)]
mod tests {
    use npyz::Serialize;

    use super::*;
    use crate::array::tests::{array, assert_rejected};

    /// The row and the column of each of so many logits, as one number.
    fn numbered(rows: usize, columns: usize, order: Order) -> Vec<f64> {
        let number = |row, column| (1000 * row + column) as f64;
        let mut numbers = Vec::new();
        match order {
            Order::C => {
                for row in 0..rows {
                    numbers.extend((0..columns).map(|column| number(row, column)));
                }
            }
            Order::Fortran => {
                for column in 0..columns {
                    numbers.extend((0..rows).map(|row| number(row, column)));
                }
            }
        }
        numbers
    }

    fn f32_rows(array: Array) -> LogitRows<f32> {
        match Logits::new(array).unwrap() {
            Logits::F32(rows) => rows,
            Logits::F64(_) => panic!("the logits are read as float64"),
        }
    }

    fn f64_rows(array: Array) -> LogitRows<f64> {
        match Logits::new(array).unwrap() {
            Logits::F32(_) => panic!("the logits are read as float32"),
            Logits::F64(rows) => rows,
        }
    }

    #[track_caller]
    fn assert_read<T: Logit + Serialize>(mut logits: LogitRows<T>) {
        let Layout { rows, columns, .. } = logits.layout;
        let expected = numbered(rows, columns, Order::C);
        let mut chunk = Vec::new();
        for range in [0..2, 2..rows, 1..3, 0..rows, 0..0] {
            logits.read(range.clone(), &mut chunk).unwrap();
            let found: Vec<f64> = chunk.iter().map(|&logit| logit.into()).collect();
            assert_eq!(found, expected[range.start * columns..range.end * columns]);
        }
    }

    #[test]
    fn both_types_are_read_in_both_orders() {
        for order in [Order::C, Order::Fortran] {
            let wide = numbered(5, 3, order);
            let narrow: Vec<f32> = wide.iter().map(|&logit| logit as f32).collect();
            for code in ["<f4", ">f4"] {
                assert_read(f32_rows(array(code, order, &[5, 3], narrow.iter())));
            }
            for code in ["<f8", ">f8"] {
                assert_read(f64_rows(array(code, order, &[5, 3], wide.iter())));
            }
        }
    }

    #[test]
    fn chunks_are_all_rows_in_order() {
        let lengths = |rows: usize, columns: usize, order| {
            let zeros = std::iter::repeat_n(0.0_f32, rows * columns);
            let logits = f32_rows(array("<f4", order, &[rows as u64, columns as u64], zeros));
            let mut next = 0;
            let lengths = logits.chunks().map(|range| {
                assert_eq!(range.start, next);
                next = range.end;
                range.len()
            });
            lengths.collect::<Vec<_>>()
        };
        assert_eq!(lengths(3, 2, Order::C), [3]);
        assert_eq!(lengths(3, CHUNK / 2, Order::C), [2, 1]);
        assert_eq!(lengths(2, CHUNK + 1, Order::C), [1, 1]);
        assert_eq!(lengths(2, CHUNK, Order::Fortran), [2]);
        let rows = MIN_FORTRAN_ROWS;
        assert_eq!(lengths(rows + 1, CHUNK / rows, Order::Fortran), [rows, 1]);
    }

    #[test]
    fn other_types_and_shapes_are_rejected() {
        let half = array("<i2", Order::C, &[1, 2], [0_i16; 2]);
        let message = "array.npy: has elements of the type int16, not float32 or float64";
        assert_rejected(Logits::new(half), message);
        for shape in [&[2][..], &[1, 1, 2]] {
            let array = array("<f4", Order::C, shape, [0.0_f32; 2]);
            let message = format!("array.npy: has the shape {shape:?}, not (rows, columns)");
            assert_rejected(Logits::new(array), &message);
        }
    }

    #[test]
    fn rows_without_a_distribution_are_rejected() {
        const NAN: f32 = f32::NAN;
        const INF: f32 = f32::INFINITY;
        let check = |row: [f32; 3], ignore_index| {
            let logits = [[0.0; 3], row, [0.0; 3]].concat();
            let rows = f32_rows(array("<f4", Order::C, &[3, 3], logits.iter()));
            // The rows are the last three of ten.
            rows.check(7..10, &logits, &[0, 1, 2], ignore_index)
        };
        for (row, message) in [
            ([NAN, 0.0, 1.0], "array.npy: row 8 holds NaN: its softmax"),
            ([0.0, 1.0, NAN], "row 8 holds NaN"),
            ([INF, NAN, 1.0], "row 8 holds NaN"),
            ([0.0, INF, -INF], "row 8 holds +∞"),
            ([-INF; 3], "row 8 is −∞ throughout"),
        ] {
            assert_rejected(check(row, None), message);
            assert_rejected(check(row, Some(2)), message);
            assert!(check(row, Some(1)).is_ok());
        }
        assert!(check([-INF, 0.0, f32::MAX], None).is_ok());
    }
}
