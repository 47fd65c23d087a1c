#!/usr/bin/env bash
# Formatting and lints, of every workspace and script
set -euo pipefail

for manifest in Cargo.toml fuzz/Cargo.toml benches/peers/Cargo.toml tests/no_panic/Cargo.toml; do
    cargo fmt --manifest-path "$manifest" --check
done
cargo clippy --locked --all-targets -- --deny warnings
for manifest in fuzz/Cargo.toml benches/peers/Cargo.toml; do
    cargo clippy --locked --manifest-path "$manifest" --all-targets -- --deny warnings
done
# A program without `std` has no test harness.
cargo clippy --locked --manifest-path tests/no_panic/Cargo.toml --target thumbv7em-none-eabihf \
    -- --deny warnings
shellcheck .ci/run .ci/steps/*.sh tools/*.sh fuzz/run
