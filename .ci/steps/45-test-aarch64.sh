#!/usr/bin/env bash
# What NEON computes, emulated
set -euo pipefail

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=qemu-aarch64
export CC_aarch64_unknown_linux_musl=aarch64-linux-gnu-gcc

# The golden hashes, which another step compares, tie NEON's bits to those of AVX2, whose accuracy the
# native run measures: the sweeps that take minutes emulated are left to it.
export PROPTEST_CASES=32
RUSTFLAGS='--deny warnings' cargo test --locked --release --manifest-path tests/emulated/Cargo.toml \
    --target aarch64-unknown-linux-musl
