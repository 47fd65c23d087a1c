#!/usr/bin/env bash
# Formatting and lints, of every workspace and script
set -euo pipefail

for manifest in Cargo.toml fuzz/Cargo.toml benches/peers/Cargo.toml tests/emulated/Cargo.toml \
    tests/golden_targets/Cargo.toml tests/no_panic/Cargo.toml; do
    cargo fmt --manifest-path "$manifest" --check
done
# In the profile of the tests, whose macros and build scripts it shares.
cargo clippy --locked --release --all-targets -- --deny warnings
# Nothing is linked: libFuzzer need not be there.
export CUSTOM_LIBFUZZER_PATH=$PWD/libfuzzer.a
for manifest in fuzz/Cargo.toml benches/peers/Cargo.toml; do
    cargo clippy --locked --manifest-path "$manifest" --all-targets -- --deny warnings
done
# Programs without `std` have no test harness.
for manifest in tests/golden_targets/Cargo.toml tests/no_panic/Cargo.toml; do
    cargo clippy --locked --manifest-path "$manifest" --target thumbv7em-none-eabihf -- --deny warnings
done
shellcheck .ci/run .ci/steps/*.sh tools/*.sh fuzz/run fuzz/keep
