#!/usr/bin/env bash
# Undefined behaviour
set -euo pipefail

cargo +nightly miri setup
cargo +nightly miri test --locked --lib --test edge_cases
