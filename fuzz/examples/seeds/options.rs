//! Cases with labels, masks and options, in range and out of range.

use logits_fuzz::Float;
use logits_fuzz::recipe::Recipe;

/// Six rows of two columns, with labels of each type, in range and out of range.
pub fn labelled<T: Float>() -> Vec<(String, Recipe)> {
    let logits = [3, -1, 0, 2, 1, 1, -7, 90, -90, 4, 0, 0].map(|x: i8| T::from(x));
    let mut recipes = Vec::new();
    for label_type in 0..7 {
        for (name, raw_labels, labels) in [
            ("right", false, 0x0001_0100_0101),
            ("negative", true, 0xff00_0000),
            ("too_large", true, 2 << 40),
        ] {
            let recipe = Recipe {
                rows: 5,
                label_type,
                raw_labels,
                labels,
                ..Recipe::once(&logits)
            };
            recipes.push((format!("labels_{name}_{label_type}"), recipe));
        }
    }
    recipes
}

/// Masks and options of a softmax, in range and out of range.
pub fn masked<T: Float>() -> Vec<(String, Recipe)> {
    let logits = [3, -1, 0, 2, 1, 1, -7, 90, -90, 4, 0, 0].map(|x: i8| T::from(x));
    let mut recipes = Vec::new();
    for (name, mask) in [("none", 0), ("some", 0b0110_1100), ("all", u64::MAX)] {
        for (size, temperature) in [
            ("usual", T::from(3) / T::from(2)),
            ("zero", T::from(0)),
            ("negative", T::from(-1)),
            ("least", T::from_raw(1)),
        ] {
            let recipe = Recipe {
                rows: 2,
                label_type: 7,
                labels: mask,
                scale: temperature.raw(),
                shift: T::from(2).raw(),
                ..Recipe::once(&logits)
            };
            recipes.push((format!("masked_{name}_temperature_{size}"), recipe));
        }
    }
    recipes
}

/// Options of a softmax without a mask, without a bias, without both and without any other.
pub fn left_out<T: Float>() -> Vec<(String, Recipe)> {
    let logits = [3, -1, 0, 2, 1, 1, -7, 90, -90, 4, 0, 0].map(|x: i8| T::from(x));
    let (mask, bias, others) = (1 << 3, 1 << 5, 7);
    let without = |(name, label_type)| {
        let recipe = Recipe {
            rows: 2,
            label_type,
            labels: 0b0110_1100,
            shift: T::from(2).raw(),
            ..Recipe::once(&logits)
        };
        (format!("without_{name}"), recipe)
    };
    let cases = [
        ("mask", mask | others),
        ("bias", bias | others),
        ("both", mask | bias | others),
        ("any", mask | bias),
    ];
    cases.map(without).into()
}

/// Labels of each type that options are tried with, of which 1, or one that none can be, is ignored.
pub fn ignoring<T: Float>() -> Vec<(String, Recipe)> {
    let logits = [3, -1, 0, 2, 1, 1, -7, 90, -90, 4, 0, 0].map(|x: i8| T::from(x));
    let mut recipes = Vec::new();
    for (label_type, name) in ["i64", "u8", "u32"].into_iter().enumerate() {
        for (case, ignored) in [("one", 1), ("none", -100_i64)] {
            let recipe = Recipe {
                rows: 5,
                count: 1 << 7 | (label_type as u8) << 5,
                label_type: 1 << 6,
                labels: 0x0001_0100_0101,
                shift: ignored as u64,
                ..Recipe::once(&logits)
            };
            recipes.push((format!("ignoring_{case}_{name}"), recipe));
        }
    }
    recipes
}

/// Logits whose quotients by the temperature are beyond the range: far apart, and a little.
pub fn beyond_range<T: Float>() -> Vec<(String, Recipe)> {
    let (zero, one) = (T::from(0), T::from(1));
    let infinity = one / zero;
    let below_largest = |units| T::from_raw(infinity.raw() - units);
    let (largest, temperature) = (below_largest(1), one / T::from(100));
    let near = [1, 2, 3, 2, 5].map(below_largest);
    let far = [largest, zero, -largest, largest / T::from(2), -infinity];
    let mut recipes = Vec::new();
    for (name, logits) in [("near", near), ("far", far)] {
        let negative = logits.map(|x| -x);
        // A sink, and a scale of −1.
        for (label_type, sign) in [(0, "positive"), (2, "sunk"), (4, "scaled")] {
            for (logits, size) in [(&logits, "high"), (&negative, "low")] {
                let recipe = Recipe {
                    label_type,
                    labels: 0b10,
                    scale: temperature.raw(),
                    shift: (-one).raw(),
                    ..Recipe::once(logits)
                };
                recipes.push((format!("beyond_{name}_{sign}_{size}"), recipe));
            }
        }
    }
    recipes
}

/// Options of losses one by one and all together, with numbers in range and out of range; on logits
/// that are certain and on probabilities.
pub fn optional<T: Float>() -> Vec<(String, Recipe)> {
    let (zero, one) = (T::from(0), T::from(1));
    let infinity = one / zero;
    let half = one / T::from(2);
    let logits = [3, -1, 0, 2, 1, 1, -7, 90, -90, 4, 0, 0].map(|x: i8| T::from(x));
    let rows: [(&str, &[T]); 3] = [
        ("logits", &logits),
        ("certain", &[infinity, -infinity, one, -infinity, zero, one]),
        (
            "probabilities",
            &[half, half, zero, one, T::from_raw(1), half],
        ),
    ];
    let options = (0..7).map(|bit| 1 << bit).chain([0, 0x55, 0x7f]);
    let mut recipes = Vec::new();
    for options in options {
        let in_range = rows.map(|(name, row)| (name, row, half));
        let out_of_range = [
            ("negative", &logits[..], -one),
            ("infinite", &logits, infinity),
            ("nan", &logits, zero * infinity),
        ];
        for (name, row, number) in in_range.into_iter().chain(out_of_range) {
            let recipe = Recipe {
                rows: 1,
                label_type: options,
                labels: 0b11_10_01_00_01,
                shift: number.raw(),
                ..Recipe::once(row)
            };
            recipes.push((format!("options_{options:02x}_{name}"), recipe));
        }
    }
    recipes
}
