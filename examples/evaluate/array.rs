//! NumPy arrays (`.npy`): opened, and checked to be as long as their header says.

use std::fs::File;
use std::io::{self, BufReader, Cursor, ErrorKind, Read, Seek, SeekFrom};
use std::path::Path;

use npyz::{
    AutoSerialize, DType, Endianness, NpyFile, NpyHeader, Serialize, TypeChar, WriteOptions,
    WriterBuilder,
};

use crate::error::{InputError, Problem};

/// Where an array comes from: a file, or memory.
pub trait Stream: Read + Seek {}

impl<S: Read + Seek> Stream for S {}

/// What the elements are read from.
pub type Reader = BufReader<Box<dyn Stream>>;

/// An array whose header is read, and whose elements are not.
pub struct Array {
    /// The file, as the user named it.
    pub name: String,
    pub file: NpyFile<Reader>,
}

impl Array {
    /// The array in a file.
    pub fn open(path: &Path) -> Result<Self, InputError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Self::new(name, Box::new(file)),
            Err(source) => Err(Problem::Unreadable(source).of(&name)),
        }
    }

    /// The array in `bytes`, called `name`.
    pub fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, InputError> {
        Self::new(name.to_owned(), Box::new(Cursor::new(bytes)))
    }

    fn new(name: String, stream: Box<dyn Stream>) -> Result<Self, InputError> {
        match read_header(BufReader::new(stream)) {
            Ok(file) => Ok(Self { name, file }),
            Err(problem) => Err(problem.of(&name)),
        }
    }

    /// The element type, as NumPy calls it.
    pub fn element_type(&self) -> String {
        let dtype = self.file.dtype();
        let DType::Plain(plain) = &dtype else {
            return dtype.descr();
        };
        let kind = match plain.type_char() {
            TypeChar::Bool => return "bool".to_owned(),
            TypeChar::Int => "int",
            TypeChar::Uint => "uint",
            TypeChar::Float => "float",
            TypeChar::Complex => "complex",
            _ => return plain.to_string(),
        };
        let order = match plain.endianness() {
            Endianness::Big => " (big-endian)",
            _ => "",
        };
        format!("{kind}{}{order}", 8 * plain.size_field())
    }
}

fn read_header(mut reader: Reader) -> Result<NpyFile<Reader>, Problem> {
    let header = NpyHeader::from_reader(&mut reader).map_err(|error| match error.kind() {
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Problem::NotNumPy(error),
        _ => Problem::Unreadable(error),
    })?;
    let found = remaining_bytes(&mut reader).map_err(Problem::Unreadable)?;
    let shape = header.shape().to_vec();
    // Elements without a fixed size are of no type that can be evaluated.
    if let Some(size) = header.dtype().num_bytes() {
        let expected = shape
            .iter()
            .try_fold(size as u64, |bytes, &length| bytes.checked_mul(length));
        match expected {
            Some(0) => return Err(Problem::Empty { shape }),
            Some(expected) if found < expected => {
                return Err(Problem::Truncated { expected, found });
            }
            Some(expected) if found > expected => {
                return Err(Problem::TrailingBytes { expected, found });
            }
            Some(expected) if usize::try_from(expected).is_ok() => {}
            _ => return Err(Problem::TooLarge { shape }),
        }
    }
    Ok(NpyFile::with_header(header, reader))
}

/// The number of bytes from here to the end.
fn remaining_bytes(reader: &mut Reader) -> io::Result<u64> {
    let position = reader.stream_position()?;
    let end = reader.seek(SeekFrom::End(0))?;
    reader.seek(SeekFrom::Start(position))?;
    Ok(end - position)
}

/// An array as the bytes of a file, in C order.
pub fn encode<T: Serialize + AutoSerialize>(
    shape: &[u64],
    elements: impl IntoIterator<Item = T>,
) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let options = WriteOptions::new().default_dtype().shape(shape);
    let mut array = options.writer(&mut bytes).begin_nd()?;
    array.extend(elements)?;
    array.finish()?;
    Ok(bytes)
}

#[cfg(test)]
pub mod tests {
    use std::fmt;

    use npyz::Order;

    use super::*;

    /// An array of a given element type (as in a header) and order, called `array.npy`.
    pub fn array<T: Serialize>(
        element_type: &str,
        order: Order,
        shape: &[u64],
        elements: impl IntoIterator<Item = T>,
    ) -> Array {
        let mut bytes = Vec::new();
        let options = WriteOptions::new()
            .dtype(DType::Plain(element_type.parse().unwrap()))
            .order(order)
            .shape(shape);
        let mut array = options.writer(&mut bytes).begin_nd().unwrap();
        array.extend(elements).unwrap();
        array.finish().unwrap();
        Array::from_bytes("array.npy", bytes).unwrap()
    }

    /// The file of an array which says that it has this element type and shape.
    fn header(element_type: &str, shape: &[u64]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let options = WriteOptions::new_header_only()
            .dtype(DType::Plain(element_type.parse().unwrap()))
            .shape(shape);
        options.writer(&mut bytes).write_header_only().unwrap();
        bytes
    }

    #[track_caller]
    pub fn assert_rejected<A>(result: Result<A, impl fmt::Display>, message: &str) {
        let found = result.map(|_| ()).map_err(|error| error.to_string());
        let found = found.expect_err("the input should be rejected");
        assert!(found.contains(message), "{found}");
    }

    fn opened(bytes: &[u8]) -> Result<Array, InputError> {
        Array::from_bytes("a.npy", bytes.to_vec())
    }

    #[test]
    fn files_of_another_format_are_rejected() {
        assert_rejected(opened(b""), "a.npy: is not a NumPy array");
        assert_rejected(opened(b"PK\x03\x04 an archive"), "is not a NumPy array");
        assert_rejected(opened(b"\x93NUMPY\x01\0\x04\0abcd"), "is not a NumPy array");
    }

    #[test]
    fn a_file_must_be_as_long_as_its_header_says() {
        let mut bytes = encode(&[2, 3], [0.5_f32; 6]).unwrap();
        assert!(opened(&bytes).is_ok());
        let message = "a.npy: has trailing bytes: its shape and type ask for 24 bytes of elements, \
                       it has 25";
        bytes.push(0);
        assert_rejected(opened(&bytes), message);
        bytes.truncate(bytes.len() - 2);
        assert_rejected(opened(&bytes), "a.npy: is truncated");
        bytes.truncate(bytes.len() - 23);
        assert_rejected(opened(&bytes), "ask for 24 bytes of elements, it has 0");
        bytes.pop();
        assert_rejected(opened(&bytes), "a.npy: is not a NumPy array");
    }

    #[test]
    fn arrays_without_elements_are_rejected() {
        for shape in [&[0][..], &[0, 3], &[3, 0]] {
            assert_rejected(opened(&header("<f8", shape)), "there are no elements");
        }
    }

    #[test]
    fn sizes_that_overflow_are_rejected() {
        let huge = header("<f8", &[1 << 31, 1 << 31]);
        assert_rejected(opened(&huge), "more than can be addressed");
        let large = header("<f8", &[1 << 30, 1 << 30]);
        assert_rejected(opened(&large), "is truncated");
    }

    #[test]
    fn unreadable_files_are_rejected() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_rejected(Array::open(folder), "cannot be read");
        let missing = folder.join("no such file");
        assert_rejected(Array::open(&missing), "no such file: cannot be read");
    }

    #[test]
    fn element_types_are_called_as_numpy_calls_them() {
        for (code, name) in [
            ("<f4", "float32"),
            (">f8", "float64 (big-endian)"),
            ("|u1", "uint8"),
            ("<i8", "int64"),
            ("|b1", "bool"),
            ("<c16", "complex128"),
            ("|S1", "|S1"),
        ] {
            let mut bytes = header(code, &[1]);
            bytes.extend(vec![0; code[2..].parse().unwrap()]);
            assert_eq!(opened(&bytes).unwrap().element_type(), name);
        }
    }
}
