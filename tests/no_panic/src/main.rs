//! Calls every public function of `logits`, and links only if none of them can panic.
//!
//! The panic handler calls a function that does not exist. Where no code can panic, the linker
//! drops the handler, and with it the missing symbol.

#![no_std]
#![no_main]

mod functions;
mod losses;

use core::fmt::{self, Write};
use core::hint::black_box;
use core::panic::PanicInfo;

use logits::{Error, Float, Level};

unsafe extern "C" {
    safe fn some_function_can_panic() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    some_function_can_panic()
}

/// What an operating system's `core`, which could unwind, asks for.
#[cfg(not(target_os = "none"))]
mod system {
    #[link(name = "c")]
    unsafe extern "C" {}

    #[unsafe(no_mangle)]
    extern "C" fn rust_eh_personality() {}
}

/// The entry point: of the C library, or of the linker where there is none.
#[cfg_attr(target_os = "none", unsafe(export_name = "_start"))]
#[cfg_attr(not(target_os = "none"), unsafe(export_name = "main"))]
extern "C" fn main() -> i32 {
    every_level();
    every_function::<f32>(&mut [1.0; 4], &mut [0.0; 4]);
    every_function::<f64>(&mut [1.0; 4], &mut [0.0; 4]);
    #[cfg(feature = "deliberate_panic")]
    black_box(black_box(&[0; 4])[black_box(4)]);
    0
}

/// `data` and `out` as slices that the optimiser knows nothing about.
fn every_function<T: Float + fmt::Debug>(data: &mut [T], out: &mut [T]) {
    functions::elementwise(black_box(&mut *data), black_box(&mut *out));
    functions::softmax(black_box(&mut *data), black_box(&mut *out));
    functions::softmax_options(black_box(&mut *data), black_box(&mut *out));
    functions::softmax_vjp(black_box(&*data), black_box(&mut *out));
    functions::log_sum_exp(black_box(&*data), black_box(&mut *out));
    functions::information(black_box(&*data), black_box(&mut *out));
    functions::information_of_pairs(black_box(&*data), black_box(&mut *out));
    functions::streaming(black_box(&mut *data));
    functions::rows(black_box(&mut *data));
    losses::every_label(black_box(&mut *data));
    losses::binary_cross_entropy(black_box(&mut *data));
}

/// Every level, and the best.
fn levels() -> impl Iterator<Item = Level> {
    Level::available()
        .chain([
            Level::SCALAR,
            Level::PORTABLE,
            Level::best(),
            Level::default(),
        ])
        .chain(Level::avx2())
        .chain(Level::avx512())
        .map(black_box)
}

fn every_level() {
    for level in levels() {
        black_box((level.name(), level.is_fused()));
        format(format_args!("{level} {level:>10} {level:?}"));
    }
    for error in [
        Error::LengthMismatch {
            expected: 1,
            found: 2,
        },
        Error::ColumnsMismatch {
            columns: 3,
            elements: 4,
        },
        Error::LabelOutOfRange { row: 5 },
        Error::ParameterOutOfRange { parameter: "name" },
    ] {
        format(format_args!("{0} {0:?}", black_box(error)));
    }
}

/// Formats into nothing.
fn format(arguments: fmt::Arguments<'_>) {
    struct Nowhere;

    impl Write for Nowhere {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            black_box(text);
            Ok(())
        }
    }

    _ = black_box(Nowhere.write_fmt(arguments));
}
