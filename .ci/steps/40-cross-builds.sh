#!/usr/bin/env bash
# Every kind of target
set -euo pipefail

export RUSTFLAGS='--deny warnings'

# Built by the steps that run or inspect their code.
cargo check --locked --lib \
    --target aarch64-unknown-linux-musl \
    --target i686-unknown-linux-musl \
    --target thumbv7em-none-eabihf \
    --target wasm32-wasip1
RUSTFLAGS+=' --codegen target-feature=+simd128' cargo check --locked --lib --target wasm32-wasip1

cargo build --locked --lib --target riscv32imac-unknown-none-elf --target x86_64-unknown-none
