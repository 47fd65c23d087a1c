//! Class labels of any integer type, read and checked.

use std::io;

use npyz::{DType, Deserialize, NpyFile, TypeChar};

use crate::array::{Array, Reader};
use crate::error::{InputError, Problem};
use crate::rows::Layout;

/// Labels as wide as those of every integer type.
type Integers = Box<dyn Iterator<Item = io::Result<i128>>>;

/// Reads a label for each row of logits: one of the classes, or the one to ignore.
pub fn read(
    array: Array,
    logits: Layout,
    ignore_index: Option<i64>,
) -> Result<Vec<i64>, InputError> {
    let element_type = array.element_type();
    let Array { name, file } = array;
    let labels = match *file.shape() {
        [length] => match integers(file) {
            Some(_) if length != logits.rows as u64 => Err(Problem::RowCount {
                labels: length,
                logits: logits.rows,
            }),
            Some(labels) => check(labels, logits.columns, ignore_index),
            None => Err(Problem::Type {
                found: element_type,
                expected: "an integer type",
            }),
        },
        ref shape => Err(Problem::Shape {
            found: shape.to_vec(),
            expected: "(rows)",
        }),
    };
    labels.map_err(|problem| problem.of(&name))
}

/// The elements, if they are integers.
fn integers(file: NpyFile<Reader>) -> Option<Integers> {
    fn widened<T: Deserialize + Into<i128> + 'static>(file: NpyFile<Reader>) -> Option<Integers> {
        let labels = file.data::<T>().ok()?;
        Some(Box::new(labels.map(|label| label.map(T::into))))
    }
    let DType::Plain(plain) = file.dtype() else {
        return None;
    };
    match (plain.type_char(), plain.size_field()) {
        (TypeChar::Uint, 1) => widened::<u8>(file),
        (TypeChar::Uint, 2) => widened::<u16>(file),
        (TypeChar::Uint, 4) => widened::<u32>(file),
        (TypeChar::Uint, 8) => widened::<u64>(file),
        (TypeChar::Int, 1) => widened::<i8>(file),
        (TypeChar::Int, 2) => widened::<i16>(file),
        (TypeChar::Int, 4) => widened::<i32>(file),
        (TypeChar::Int, 8) => widened::<i64>(file),
        _ => None,
    }
}

fn check(labels: Integers, classes: usize, ignore_index: Option<i64>) -> Result<Vec<i64>, Problem> {
    let allowed = 0..classes as i128;
    let labels = labels.enumerate().map(|(row, label)| {
        let label = label.map_err(Problem::Unreadable)?;
        match i64::try_from(label) {
            Ok(narrow) if allowed.contains(&label) || Some(narrow) == ignore_index => Ok(narrow),
            _ => Err(Problem::LabelOutOfRange {
                row,
                label,
                classes,
            }),
        }
    });
    labels.collect()
}

#[cfg(test)]
mod tests {
    use npyz::{Order, Serialize};

    use super::*;
    use crate::array::tests::{array, assert_rejected};

    const LOGITS: Layout = Layout {
        rows: 3,
        columns: 10,
        order: Order::C,
    };

    fn labels<T: Serialize>(
        element_type: &str,
        labels: impl IntoIterator<Item = T>,
        ignore_index: Option<i64>,
    ) -> Result<Vec<i64>, InputError> {
        read(
            array(element_type, Order::C, &[3], labels),
            LOGITS,
            ignore_index,
        )
    }

    #[test]
    fn every_integer_type_is_read() {
        let expected = [9, 0, 5];
        assert_eq!(labels("|u1", [9_u8, 0, 5], None).unwrap(), expected);
        assert_eq!(labels("|i1", [9_i8, 0, 5], None).unwrap(), expected);
        for order in ['<', '>'] {
            let code = |kind: &str| format!("{order}{kind}");
            assert_eq!(labels(&code("u2"), [9_u16, 0, 5], None).unwrap(), expected);
            assert_eq!(labels(&code("u4"), [9_u32, 0, 5], None).unwrap(), expected);
            assert_eq!(labels(&code("u8"), [9_u64, 0, 5], None).unwrap(), expected);
            assert_eq!(labels(&code("i2"), [9_i16, 0, 5], None).unwrap(), expected);
            assert_eq!(labels(&code("i4"), [9_i32, 0, 5], None).unwrap(), expected);
            assert_eq!(labels(&code("i8"), [9_i64, 0, 5], None).unwrap(), expected);
        }
    }

    #[test]
    fn other_types_are_rejected() {
        let message = "array.npy: has elements of the type float32, not an integer type";
        assert_rejected(labels("<f4", [1.0_f32, 0.0, 5.0], None), message);
        assert_rejected(labels("|b1", [true, false, true], None), "type bool");
    }

    #[test]
    fn labels_that_are_no_class_are_rejected() {
        let message = "array.npy: row 1 has the label 10, which is none of the 10 classes from 0";
        assert_rejected(labels("|u1", [9_u8, 10, 11], None), message);
        let message = "row 2 has the label -100, which is none of the 10 classes from 0; \
                       --ignore-index=-100 leaves such rows out";
        assert_rejected(labels("<i8", [9_i64, 0, -100], None), message);
        let message = "row 0 has the label 18446744073709551615,";
        assert_rejected(labels("<u8", [u64::MAX, 0, 1], Some(-1)), message);
    }

    #[test]
    fn the_label_to_ignore_may_be_no_class() {
        assert_eq!(
            labels("<i2", [-1_i16, 0, -1], Some(-1)).unwrap(),
            [-1, 0, -1]
        );
        assert_eq!(
            labels("|u1", [255_u8, 0, 1], Some(255)).unwrap(),
            [255, 0, 1]
        );
        assert_rejected(labels("<i2", [-1_i16, 0, -2], Some(-1)), "row 2");
    }

    #[test]
    fn there_must_be_a_label_for_each_row() {
        let too_few = array("|u1", Order::C, &[2], [0_u8; 2]);
        let message = "array.npy: has 2 labels for 3 rows of logits";
        assert_rejected(read(too_few, LOGITS, None), message);
        let matrix = array("|u1", Order::C, &[3, 1], [0_u8; 3]);
        let message = "array.npy: has the shape [3, 1], not (rows)";
        assert_rejected(read(matrix, LOGITS, None), message);
    }
}
