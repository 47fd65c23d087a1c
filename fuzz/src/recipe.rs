//! From the fuzzer's bytes to a case, and back for the seeds.

use std::ops::Range;

use crate::float::Float;

/// How the values of the pattern make a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// As they are.
    Once,
    /// Repeated up to a length of a few blocks.
    Tiled,
    /// Repeated up to a length around that from which results are computed twice, not stored.
    Long,
}

impl Layout {
    /// Lengths of long rows, around 2^18 elements.
    pub const LONG: Range<usize> = 240_000..300_000;
    /// Rows with fewer elements in front of the slice are never long: a long one takes the time of thousands
    /// of others.
    pub const BEFORE_LONG: u8 = 240;
}

/// Most values in a pattern: their number alone makes the reference slow.
const PATTERN: usize = 160;
/// Lengths of tiled rows: up to four blocks of `f32`, eight of `f64`.
const TILED: usize = 4200;
/// Everything that a case consists of. Any bytes decode to a recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// `f64`, not `f32`.
    pub double: bool,
    /// The pattern's exponents are brought near 0, so that many elements count.
    pub moderate: bool,
    /// `shift` is added to the pattern.
    pub shifted: bool,
    pub layout: Layout,
    /// Elements in front of the slice.
    pub before: u8,
    /// Elements behind the slice.
    pub behind: u8,
    /// Rows into which the elements are divided.
    pub rows: u8,
    /// A number of columns or of results, right or wrong.
    pub count: u8,
    /// The length of a row that is not `Once`.
    pub length: u16,
    /// The bits of a number.
    pub shift: u64,
    /// The bits of the gradient's scale.
    pub scale: u64,
    /// The type of the labels.
    pub label_type: u8,
    /// Labels are taken as they come, not brought into range.
    pub raw_labels: bool,
    /// Each row's label is this, rotated by eight more bits.
    pub labels: u64,
    /// At most three places and the bits of the number that stands there instead.
    pub spikes: Vec<(u32, u64)>,
    /// The bits of the values.
    pub pattern: Vec<u64>,
}

impl Recipe {
    /// A row of these values, as they are.
    pub fn once<T: Float>(values: &[T]) -> Self {
        Self {
            double: T::BYTES == 8,
            moderate: false,
            shifted: false,
            layout: Layout::Once,
            before: 1,
            behind: 0,
            rows: 1,
            count: 1,
            length: 0,
            shift: 0,
            scale: T::from(1).raw(),
            label_type: 0,
            raw_labels: false,
            labels: 0,
            spikes: Vec::new(),
            pattern: values.iter().map(|x| x.raw()).collect(),
        }
    }
}

impl Recipe {
    /// The recipe in these bytes; where they end too early, 0.
    pub fn decode(bytes: &[u8]) -> Self {
        let mut reader = Reader(bytes);
        let [flags, before, behind, rows, count, label_type] = reader.array();
        let double = flags & 1 != 0;
        Self {
            double,
            moderate: flags & 2 != 0,
            shifted: flags & 4 != 0,
            raw_labels: flags & 8 != 0,
            layout: match flags >> 4 & 3 {
                3 if before >= Layout::BEFORE_LONG => Layout::Long,
                2 | 3 => Layout::Tiled,
                _ => Layout::Once,
            },
            before,
            behind,
            rows,
            count,
            label_type,
            length: u16::from_le_bytes(reader.array()),
            shift: u64::from_le_bytes(reader.array()),
            scale: u64::from_le_bytes(reader.array()),
            labels: u64::from_le_bytes(reader.array()),
            spikes: (0..flags >> 6)
                .map(|_| {
                    let place = u32::from_le_bytes(reader.array());
                    (place, u64::from_le_bytes(reader.array()))
                })
                .collect(),
            pattern: reader.numbers(if double { 8 } else { 4 }),
        }
    }

    /// The bytes of the recipe.
    pub fn encode(&self) -> Vec<u8> {
        let layout = match self.layout {
            Layout::Once => 0,
            Layout::Tiled => 2,
            Layout::Long => 3,
        };
        let flags = u8::from(self.double)
            | u8::from(self.moderate) << 1
            | u8::from(self.shifted) << 2
            | u8::from(self.raw_labels) << 3
            | layout << 4
            | (self.spikes.len() as u8) << 6;
        let mut bytes = vec![
            flags,
            self.before,
            self.behind,
            self.rows,
            self.count,
            self.label_type,
        ];
        bytes.extend(self.length.to_le_bytes());
        for number in [self.shift, self.scale, self.labels] {
            bytes.extend(number.to_le_bytes());
        }
        for (place, number) in &self.spikes {
            bytes.extend(place.to_le_bytes());
            bytes.extend(number.to_le_bytes());
        }
        let width = if self.double { 8 } else { 4 };
        for number in &self.pattern {
            bytes.extend(&number.to_le_bytes()[..width]);
        }
        bytes
    }

    /// The elements.
    pub fn elements<T: Float>(&self) -> Vec<T> {
        let pattern: Vec<T> = self.pattern.iter().map(|&bits| self.value(bits)).collect();
        let length = match self.layout {
            Layout::Once => pattern.len(),
            Layout::Tiled => usize::from(self.length) % TILED,
            Layout::Long => Layout::LONG.start + usize::from(self.length) % Layout::LONG.len(),
        };
        let mut elements: Vec<T> = pattern.iter().copied().cycle().take(length).collect();
        for &(place, bits) in &self.spikes {
            if let Some(place) = (place as usize).checked_rem(elements.len()) {
                elements[place] = T::from_raw(bits);
            }
        }
        elements
    }

    /// The number of a spike, for an option; where there are not so many spikes, `or`.
    pub fn number<T: Float>(&self, spike: usize, or: u64) -> T {
        T::from_raw(self.spikes.get(spike).map_or(or, |&(_, bits)| bits))
    }

    /// A value of the pattern.
    fn value<T: Float>(&self, bits: u64) -> T {
        let mut value = T::from_raw(bits);
        if self.moderate {
            value = value.moderate();
        }
        if self.shifted {
            value = value + T::from_raw(self.shift);
        }
        value
    }
}

/// Reads little-endian numbers.
struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    /// The next bytes; where there are no more, 0.
    fn array<const N: usize>(&mut self) -> [u8; N] {
        let (bytes, rest) = self.0.split_at(N.min(self.0.len()));
        self.0 = rest;
        let mut array = [0; N];
        array[..bytes.len()].copy_from_slice(bytes);
        array
    }

    /// All numbers of so many bytes that are left and fit a pattern.
    fn numbers(&self, width: usize) -> Vec<u64> {
        self.0
            .chunks_exact(width)
            .take(PATTERN)
            .map(|bytes| Reader(bytes).array())
            .map(u64::from_le_bytes)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_decode_to_what_was_encoded() {
        let recipe = Recipe {
            moderate: true,
            raw_labels: true,
            layout: Layout::Long,
            before: Layout::BEFORE_LONG,
            length: 22_144,
            shift: 7,
            labels: 1 << 40,
            spikes: vec![(3, 1), (70_000, u64::MAX)],
            ..Recipe::once(&[1.5_f64, f64::NAN, -0.0])
        };
        assert_eq!(Recipe::decode(&recipe.encode()), recipe);
        assert_eq!(recipe.elements::<f64>().len(), 262_144);
    }
}
