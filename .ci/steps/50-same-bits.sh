#!/usr/bin/env bash
# The same bits on every kind of target
set -euo pipefail

# Of each kind of target one build that soon runs. The tests hold x86-64 to the same bits in release.
RUSTFLAGS='--deny warnings' tools/check_same_bits.sh \
    x86-64-native/debug i686/debug wasm/debug wasm-simd128/debug aarch64/debug cortex-m4f/debug
