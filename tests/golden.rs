//! The hashes of every public function are those on record: equal at every level of a family and
//! on every target. `tools/check_same_bits.sh` checks the short ones where tests don't run.
//!
//! To write the record anew, after a change that is meant to move bits:
//! `LOGITS_UPDATE_GOLDEN=1 cargo test --release --test golden`

mod golden_cases;

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;
use std::fs;

use golden_cases::{Number, SHORT, Set, family};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden.txt");

/// Other kinds of short rows; many rows of few columns; a few of a block and some columns; up to where softmax
/// no longer stores its exponentials, and beyond.
const LONG: Set = Set {
    name: "long",
    #[rustfmt::skip]
    shapes: &[
        (1, 7), (1, 40), (1, 100), (1, 1024), (1, 5000), (67, 2), (67, 10), (67, 16), (67, 33),
        (5, 1100), (1, 262_145), (2, 140_000),
    ],
    kinds: 2,
};

/// Adds the hashes of a type by name; asserts that the levels of a family agree.
fn add_hashes<T: Number>(set: &Set, all: &mut BTreeMap<String, u64>) {
    let mut numbers = vec![T::default(); set.numbers()];
    let mut mask = vec![false; set.longest()];
    set.hashes(&mut numbers, &mut mask, |name, level, hash| {
        let key = format!("{name} {} {} {}", T::NAME, set.name, family(level));
        let known = *all.entry(key.clone()).or_insert(hash);
        assert_eq!(known, hash, "{key}: {level} leaves its family");
    });
}

#[test]
fn hashes_are_those_on_record() {
    let mut found = BTreeMap::new();
    for set in [SHORT, LONG] {
        add_hashes::<f32>(&set, &mut found);
        add_hashes::<f64>(&set, &mut found);
    }
    if env::var_os("LOGITS_UPDATE_GOLDEN").is_some() {
        return write_table(&found);
    }
    let mut wrong = String::new();
    let mut checked = 0;
    for line in include_str!("golden.txt").lines() {
        let (key, recorded) = line.rsplit_once(' ').expect("a key and a hash");
        // A target may lack one of the families.
        if let Some(hash) = found.get(key) {
            checked += 1;
            if format!("{hash:016x}") != recorded {
                writeln!(wrong, "{key}: {hash:016x}, recorded {recorded}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "bits have moved:\n{wrong}");
    assert_eq!(checked, found.len(), "hashes are missing");
}

fn write_table(hashes: &BTreeMap<String, u64>) {
    let mut table = String::new();
    for (key, hash) in hashes {
        writeln!(table, "{key} {hash:016x}").unwrap();
    }
    fs::write(FILE, table).expect("the table can be written");
}
