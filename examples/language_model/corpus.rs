//! The text: read, checked, encoded as classes, and split into a training and a held-out part.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use crate::model::WINDOW;

/// Fewer characters are too few to learn from and to measure on.
const MIN_CHARACTERS: usize = 1_000;
/// More characters are left out: memory has an end, and so has what a run learns from.
const MAX_CHARACTERS: usize = 2_000_000;
/// The bytes that hold so many characters and one more, which tells that there are more.
const MAX_BYTES: u64 = 4 * (MAX_CHARACTERS as u64 + 1);
/// Classes are bytes: the rarest characters of a larger vocabulary share the last one.
const MAX_CLASSES: usize = 256;
/// One character in so many, at the end of the text, is held out,
const HELD_OUT_SHARE: usize = 10;
/// but no more than these, which are measured again and again.
const MAX_HELD_OUT: usize = 50_000;

/// A text as a sequence of classes, one for each character of its vocabulary.
pub struct Corpus {
    pub name: String,
    /// The class of each character; 0 is the most frequent.
    pub text: Vec<u8>,
    /// The number of classes.
    pub classes: usize,
    /// The number of different characters: `classes`, unless they are more than a byte can tell.
    pub vocabulary: usize,
    /// Whether the text was longer than what is used of it.
    pub truncated: bool,
}

impl Corpus {
    /// The text of a file.
    pub fn from_file(path: &Path) -> Result<Self, CorpusError> {
        Self::from_bytes(path.display().to_string(), read(path)?)
    }

    /// The crate's README and its sources.
    pub fn from_crate_sources() -> Result<Self, CorpusError> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut bytes = read(&root.join("README.md"))?;
        for source in rust_sources(&root.join("src"))? {
            bytes.extend(read(&source)?);
        }
        Self::from_bytes("the README and the sources of this crate".to_owned(), bytes)
    }

    /// The text in `bytes`, called `name`.
    pub fn from_bytes(name: String, bytes: Vec<u8>) -> Result<Self, CorpusError> {
        let text = match String::from_utf8(bytes) {
            Ok(text) => text,
            Err(error) => {
                let offset = error.utf8_error().valid_up_to();
                return Err(CorpusError::NotUtf8 { name, offset });
            }
        };
        let mut characters = text.chars();
        let used: Vec<char> = characters.by_ref().take(MAX_CHARACTERS).collect();
        let classes = classes_by_frequency(&used);
        match (used.len(), classes.len()) {
            (0, _) => Err(CorpusError::Empty { name }),
            (length @ ..MIN_CHARACTERS, _) => Err(CorpusError::TooShort { name, length }),
            (_, 1) => Err(CorpusError::OneCharacter { name }),
            (_, vocabulary) => Ok(Self {
                name,
                text: used.iter().map(|character| classes[character]).collect(),
                classes: vocabulary.min(MAX_CLASSES),
                vocabulary,
                truncated: characters.next().is_some(),
            }),
        }
    }

    /// The `length` characters before a position.
    pub fn context(&self, position: usize, length: usize) -> &[u8] {
        &self.text[position - length..position]
    }

    /// The positions to learn from: all but the first window and the
    /// held-out end.
    pub fn training(&self) -> Range<usize> {
        let held_out = (self.text.len() / HELD_OUT_SHARE).min(MAX_HELD_OUT);
        WINDOW..self.text.len() - held_out
    }

    /// The positions to measure on, which the model never learns from.
    pub fn held_out(&self) -> Range<usize> {
        self.training().end..self.text.len()
    }
}

/// Numbers the characters from the most frequent down; from the last class on they share it.
fn classes_by_frequency(text: &[char]) -> BTreeMap<char, u8> {
    let mut counts = BTreeMap::<char, usize>::new();
    for &character in text {
        *counts.entry(character).or_default() += 1;
    }
    let mut characters: Vec<char> = counts.keys().copied().collect();
    characters.sort_by_key(|character| usize::MAX - counts[character]);
    let classes = (0..=u8::MAX).chain(std::iter::repeat(u8::MAX));
    characters.into_iter().zip(classes).collect()
}

/// Every `.rs` file below `folder`, in the order of their paths.
fn rust_sources(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let unreadable = |source| CorpusError::Unreadable {
        name: folder.display().to_string(),
        source,
    };
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            sources.extend(rust_sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

/// The bytes of a file, up to the end of the last character that is of use.
fn read(path: &Path) -> Result<Vec<u8>, CorpusError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|source| CorpusError::Unreadable {
            name: path.display().to_string(),
            source,
        })?;
    if bytes.len() as u64 == MAX_BYTES {
        drop_cut_character(&mut bytes);
    }
    Ok(bytes)
}

/// Takes away the first bytes of a character, if the text ends within one.
fn drop_cut_character(bytes: &mut Vec<u8>) {
    if let Err(error) = std::str::from_utf8(bytes)
        && error.error_len().is_none()
    {
        bytes.truncate(error.valid_up_to());
    }
}

/// Why a text can't be used.
#[derive(Debug)]
pub enum CorpusError {
    Unreadable { name: String, source: io::Error },
    NotUtf8 { name: String, offset: usize },
    Empty { name: String },
    TooShort { name: String, length: usize },
    OneCharacter { name: String },
}

impl fmt::Display for CorpusError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { name, source } => write!(f, "cannot read {name}: {source}"),
            Self::NotUtf8 { name, offset } => {
                write!(f, "{name} is not UTF-8 text: invalid at byte {offset}")
            }
            Self::Empty { name } => write!(f, "{name} is empty"),
            Self::TooShort { name, length } => write!(
                f,
                "{name} is too short: {length} characters, at least {MIN_CHARACTERS} are needed"
            ),
            Self::OneCharacter { name } => write!(
                f,
                "{name} repeats a single character: there is nothing to predict"
            ),
        }
    }
}

impl std::error::Error for CorpusError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn corpus(bytes: &[u8]) -> Result<Corpus, String> {
        Corpus::from_bytes("text".to_owned(), bytes.to_vec()).map_err(|error| error.to_string())
    }

    #[track_caller]
    fn assert_rejected(result: Result<Corpus, impl fmt::Display>, message: &str) {
        let found = result.map(|_| ()).map_err(|error| error.to_string());
        let found = found.expect_err("the text should be rejected");
        assert!(found.contains(message), "{found}");
    }

    #[test]
    fn unusable_texts_are_rejected() {
        assert_rejected(corpus(b""), "text is empty");
        assert_rejected(corpus(b"short"), "too short: 5 characters");
        assert_rejected(
            corpus("é".repeat(999).as_bytes()),
            "too short: 999 characters",
        );
        assert_rejected(corpus(&[b'a'; 2000]), "repeats a single character");
        assert_rejected(corpus(b"abc\xFF"), "not UTF-8 text: invalid at byte 3");
    }

    #[test]
    fn unreadable_files_are_rejected() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_rejected(Corpus::from_file(folder), "cannot read");
        assert_rejected(
            Corpus::from_file(&folder.join("no such file")),
            "cannot read",
        );
    }

    #[test]
    fn the_shortest_text_is_accepted() {
        let corpus = corpus("aab".repeat(334).as_bytes()).unwrap();
        assert_eq!((corpus.vocabulary, corpus.classes), (2, 2));
        assert_eq!(corpus.text[..3], [0, 0, 1]);
        assert_eq!(corpus.held_out(), 902..1002);
        assert!(!corpus.truncated);
    }

    #[test]
    fn a_long_text_is_cut() {
        let corpus = corpus("ab".repeat(MAX_CHARACTERS).as_bytes()).unwrap();
        assert_eq!(corpus.text.len(), MAX_CHARACTERS);
        assert!(corpus.truncated);
    }

    #[test]
    fn a_long_file_is_read_in_part() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        // Two bytes a character behind one byte: the last byte read is the first of two.
        io::copy(&mut &b"a"[..], &mut file).unwrap();
        let text = "é".repeat(MAX_BYTES as usize / 2);
        io::copy(&mut text.as_bytes(), &mut file).unwrap();
        assert_eq!(read(file.path()).unwrap().len() as u64, MAX_BYTES - 1);
        let corpus = Corpus::from_file(file.path()).unwrap();
        assert_eq!(corpus.text.len(), MAX_CHARACTERS);
        assert_eq!(corpus.held_out().len(), MAX_HELD_OUT);
        assert!(corpus.truncated);
    }

    #[test]
    fn rare_characters_of_a_large_vocabulary_share_a_class() {
        let text: String = ('\u{4E00}'..).take(1000).chain("zz".chars()).collect();
        let corpus = corpus(text.as_bytes()).unwrap();
        assert_eq!((corpus.vocabulary, corpus.classes), (1001, MAX_CLASSES));
        assert_eq!(corpus.text[1000..], [0, 0]);
        assert_eq!(corpus.text[254..=256], [255; 3]);
    }

    #[test]
    fn the_crate_is_its_own_text() {
        let corpus = Corpus::from_crate_sources().unwrap();
        assert!(corpus.text.len() > 50_000);
        assert!(!corpus.truncated);
    }
}
