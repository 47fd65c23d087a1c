//! Writes the seed corpus: named boundary values for each target, at `seeds/<target>/`.
//!
//! `cargo run --example seeds`, in this folder.

mod options;

use std::fs;
use std::io::Result;
use std::path::Path;

use logits_fuzz::Float;
use logits_fuzz::recipe::{Layout, Recipe};

use options::{beyond_range, ignoring, labelled, left_out, masked, optional};

/// Where the behaviour of a function changes, besides what all types have in common.
struct Borders<T> {
    /// e^x is still finite here, and not one step on.
    overflow: T,
    /// e^x is normal here, and not one step below.
    subnormal: T,
    /// e^x rounds to 0 a little below.
    underflow: T,
    /// e^x is negligible beside 1 up to here.
    negligible: T,
    /// Rows with a maximum beyond these shift by the maximum, not by a power of two.
    shift: [T; 4],
    /// Elements in a block of the sum.
    block: u16,
}

/// Elements in the longest row whose exponentials are stored.
const STORED: u32 = 262_144;

const SINGLE: Borders<f32> = Borders {
    overflow: 88.722_83,
    subnormal: -87.336_54,
    underflow: -103.972_08,
    negligible: -21.0,
    shift: [-220.0, 350.0, -16_384.0, 16_384.0],
    block: 1024,
};

const DOUBLE: Borders<f64> = Borders {
    overflow: 709.782_712_893_384,
    subnormal: -708.396_418_532_264_1,
    underflow: -745.133_219_101_941_1,
    negligible: -42.0,
    shift: [-640.0, 1_408.0, -1_073_741_824.0, 1_073_741_824.0],
    block: 512,
};

fn main() -> Result<()> {
    let mut seeds = Vec::new();
    seeds.extend(named("f32", rows(&SINGLE)));
    seeds.extend(named("f64", rows(&DOUBLE)));
    for target in [
        "elementwise",
        "log_sum_exp",
        "softmax",
        "cross_entropy",
        "information",
        "loss_options",
        "binary",
    ] {
        write(target, &seeds)?;
    }
    let mut seeds = named("f32", limits(SINGLE.negligible));
    seeds.extend(named("f64", limits(DOUBLE.negligible)));
    write("elementwise", &seeds)?;
    let mut pairs = named("f32", probabilities::<f32>());
    pairs.extend(named("f64", probabilities::<f64>()));
    write("information", &pairs)?;
    let mut seeds = named("f32", parts(&SINGLE));
    seeds.extend(named("f64", parts(&DOUBLE)));
    write("log_sum_exp", &seeds)?;
    let mut seeds = named("f32", masked::<f32>());
    seeds.extend(named("f64", masked::<f64>()));
    seeds.extend(named("f32", beyond_range::<f32>()));
    seeds.extend(named("f64", beyond_range::<f64>()));
    seeds.extend(named("f32", left_out::<f32>()));
    seeds.extend(named("f64", left_out::<f64>()));
    write("softmax", &seeds)?;
    let mut seeds = named("f32", labelled::<f32>());
    seeds.extend(named("f64", labelled::<f64>()));
    write("cross_entropy", &seeds)?;
    let mut seeds = named("f32", optional::<f32>());
    seeds.extend(named("f64", optional::<f64>()));
    write("loss_options", &seeds)?;
    write("binary", &seeds)?;
    let mut seeds = named("f32", ignoring::<f32>());
    seeds.extend(named("f64", ignoring::<f64>()));
    write("loss_options", &seeds)
}

/// Writes seeds to the folder of a target.
fn write(target: &str, seeds: &[(String, Recipe)]) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target);
    fs::create_dir_all(&folder)?;
    for (name, recipe) in seeds {
        fs::write(folder.join(name), recipe.encode())?;
    }
    Ok(())
}

/// Puts the name of the type in front of each name.
fn named(float: &str, recipes: Vec<(String, Recipe)>) -> Vec<(String, Recipe)> {
    let full = |(name, recipe)| (format!("{float}_{name}"), recipe);
    recipes.into_iter().map(full).collect()
}

/// `x` and its neighbours.
fn around<T: Float>(x: T) -> [T; 3] {
    [x, T::from_raw(x.raw() - 1), T::from_raw(x.raw() + 1)]
}

/// Rows for every target: short ones, then ones around the lengths where the sum changes its way.
fn rows<T: Float>(borders: &Borders<T>) -> Vec<(String, Recipe)> {
    let mut rows = special::<T>();
    for (name, x) in [
        ("overflow", borders.overflow),
        ("subnormal_exp", borders.subnormal),
        ("underflow", borders.underflow),
    ] {
        rows.push((name.into(), Recipe::once(&around(x))));
    }
    for (index, &border) in borders.shift.iter().enumerate() {
        for (side, x) in around(border).into_iter().enumerate() {
            let recipe = Recipe::once(&[x, x - T::from(1), x - T::from(20)]);
            rows.push((format!("shift_{index}_{side}"), recipe));
        }
    }
    for length in [borders.block - 1, borders.block, borders.block + 1] {
        let layout = (Layout::Tiled, length);
        rows.push((format!("length_{length}"), long::<T>(layout, length.into())));
    }
    for length in [STORED - 1, STORED, STORED + 1] {
        let layout = (Layout::Long, (length - Layout::LONG.start as u32) as u16);
        rows.push((format!("length_{length}"), long::<T>(layout, length)));
    }
    rows.extend(batches::<T>());
    rows
}

/// Rows of few columns, more than are taken at once; some with a number that does not go with the others,
/// and options.
fn batches<T: Float>() -> Vec<(String, Recipe)> {
    let pattern = [3, -1, 0, 2, -5, 1, -2, 8, 4].map(|x: i8| T::from(x) / T::from(7));
    let (zero, hundred) = (T::from(0), T::from(100));
    let far = hundred * hundred * hundred * hundred * hundred;
    let nan = zero * (hundred / zero);
    let mut recipes = Vec::new();
    for (columns, rows) in [(10, 45), (33, 40)] {
        for (name, options, spike) in [
            ("plain", 0, None),
            ("far", 0x55, Some(far)),
            ("nan", 0x55, Some(nan)),
        ] {
            let recipe = Recipe {
                layout: Layout::Tiled,
                length: columns * rows,
                rows: rows as u8 - 1,
                label_type: options,
                labels: 0x0705_0301_0604_0200,
                spikes: spike.map(|x| (35, x.raw())).into_iter().collect(),
                ..Recipe::once(&pattern)
            };
            recipes.push((format!("batch_{columns}_{name}"), recipe));
        }
    }
    recipes
}

/// Short rows around the limits of the elementwise functions, and a long one for each function.
fn limits<T: Float>(negligible: T) -> Vec<(String, Recipe)> {
    let one = T::from(1);
    let half = one / T::from(2);
    let two_thirds = T::from(2) / T::from(3);
    let one_third = one / T::from(3);
    let mut rows: Vec<(String, Recipe)> = [
        ("one", one),
        ("minus_one", -one),
        ("half", half),
        ("two_thirds", two_thirds),
        ("one_third", one_third),
        ("minus_one_third", -one_third),
        ("negligible", negligible),
        ("minus_negligible", -negligible),
    ]
    .into_iter()
    .map(|(name, x)| (format!("around_{name}"), Recipe::once(&around(x))))
    .collect();
    for function in 0..8 {
        let recipe = Recipe {
            label_type: function,
            ..long::<T>((Layout::Long, 0), Layout::LONG.start as u32)
        };
        rows.push((format!("long_{function}"), recipe));
    }
    rows
}

/// Short rows of numbers that every type has.
fn special<T: Float>() -> Vec<(String, Recipe)> {
    let (zero, one) = (T::from(0), T::from(1));
    let infinity = one / zero;
    let nan = T::from_raw(infinity.raw() | 0x2a5);
    let least = T::from_raw(1);
    let largest = T::from_raw(infinity.raw() - 1);
    let rows: [(&str, &[T]); 11] = [
        ("empty", &[]),
        ("zeros", &[zero, -zero]),
        (
            "ordinary",
            &[T::from(3), -one, zero, T::from(2), one, T::from(-5)],
        ),
        ("confident", &[T::from(90), zero, zero]),
        ("subnormal", &[least, -least, zero]),
        ("largest", &[largest, -largest, zero]),
        ("infinity", &[one, infinity, -infinity]),
        ("all_masked", &[-infinity; 3]),
        ("one_left", &[-infinity, one, -infinity]),
        ("nan", &[one, nan, infinity]),
        ("nan_among_masked", &[-infinity, -nan]),
    ];
    let once = |(name, row): (&str, &[T])| (name.into(), Recipe::once(row));
    rows.into_iter().map(once).collect()
}

/// A repeated pattern with a maximum that rises in the first and in the last element.
fn long<T: Float>((layout, length): (Layout, u16), elements: u32) -> Recipe {
    let pattern = [3, -1, 0, 2, -5, 1, -2].map(|x: i8| T::from(x) / T::from(7));
    let before = if layout == Layout::Long {
        Layout::BEFORE_LONG + 1
    } else {
        1
    };
    Recipe {
        layout,
        before,
        length,
        spikes: vec![(0, T::from(4).raw()), (elements - 1, T::from(9).raw())],
        ..Recipe::once(&pattern)
    }
}

/// Probabilities beside their neighbours: near each other, far apart, tiny, 0 and improper.
fn probabilities<T: Float>() -> Vec<(String, Recipe)> {
    let (one, least) = (T::from(1), T::from_raw(1));
    let half = one / T::from(2);
    let third = one / T::from(3);
    let [_, below, above] = around(half);
    let rows: [(&str, &[T]); 8] = [
        ("near", &[half, below, above, half]),
        (
            "ratio_of_one_and_a_half",
            &[half, third, half / T::from(2), third],
        ),
        ("halves_and_zero", &[half, T::from(0), half]),
        ("subnormal", &[one, least, least + least]),
        ("tiny", &[one, T::from_raw(1 << 20), least]),
        ("above_one", &[T::from(3), T::from(7), half]),
        ("negative", &[half, -least]),
        ("negative_zero", &[half, -T::from(0), half]),
    ];
    let beside = |(name, row): (&str, &[T])| (format!("probabilities_{name}"), Recipe::once(row));
    rows.into_iter().map(beside).collect()
}

/// Rows in four parts, one a state, on both sides of a border between two ways to shift; the parts
/// without and with one that is masked.
fn parts<T: Float>(borders: &Borders<T>) -> Vec<(String, Recipe)> {
    let mut recipes = Vec::new();
    for (index, &border) in borders.shift.iter().enumerate() {
        let near = [0, 60, -40, 3].map(|x: i8| border + T::from(x) - T::from(1));
        let masked = -T::from(1) / T::from(0);
        for (name, last) in [("", near[3]), ("masked_", masked)] {
            let recipe = Recipe {
                rows: 3,
                labels: 0b11_10_01_00,
                ..Recipe::once(&[near[0], near[1], near[2], last])
            };
            recipes.push((format!("parts_{name}{index}"), recipe));
        }
    }
    recipes
}
