#!/usr/bin/env bash
# Undefined behaviour: every function at the scalar, the portable and the AVX2 level
set -euo pipefail

cargo +nightly miri setup
cargo +nightly miri test --locked --test miri
# Compiled for AVX2, which Miri takes for the CPU's; in a directory of its own, since flags differ.
RUSTFLAGS='--codegen target-feature=+avx2,+fma' CARGO_TARGET_DIR="$CARGO_TARGET_DIR/miri-avx2" \
    cargo +nightly miri test --locked --test miri
