#!/usr/bin/env bash
# What the checks need
set -euo pipefail

apt-get update --quiet --quiet
apt-get install --quiet --quiet --yes --no-install-recommends \
    binutils g++ gcc gcc-aarch64-linux-gnu libc6-dev-arm64-cross nodejs \
    python3 qemu-system-arm qemu-user shellcheck

rustup component add clippy rustfmt
rustup target add \
    aarch64-unknown-linux-musl i686-unknown-linux-musl riscv32imac-unknown-none-elf \
    thumbv7em-none-eabihf wasm32-wasip1 x86_64-unknown-none
rustup toolchain install 1.89 --profile minimal
rustup toolchain install nightly --profile minimal --component miri --component rust-src

if ! cargo fuzz --version; then
    cargo install --locked cargo-fuzz
fi
