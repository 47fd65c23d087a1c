#!/usr/bin/env bash
# The test suite on NEON, emulated
set -euo pipefail

export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=qemu-aarch64
export CC_aarch64_unknown_linux_musl=aarch64-linux-gnu-gcc

cargo test --locked --release --target aarch64-unknown-linux-musl --lib --tests
