#!/usr/bin/env bash
# Every kind of target
set -euo pipefail

# Not optimised: the no-panic check optimises for a microcontroller, the tests on NEON for aarch64.
build() {
    cargo build --locked --lib "$@"
}

RUSTFLAGS='--deny warnings' build \
    --target aarch64-unknown-linux-musl \
    --target i686-unknown-linux-gnu \
    --target riscv32imac-unknown-none-elf \
    --target thumbv7em-none-eabihf \
    --target wasm32-unknown-unknown \
    --target x86_64-unknown-none
RUSTFLAGS='--deny warnings --codegen target-feature=+simd128' build \
    --target wasm32-unknown-unknown
