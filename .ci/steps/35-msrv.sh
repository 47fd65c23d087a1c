#!/usr/bin/env bash
# The oldest supported Rust: the library, its tests and its examples
set -euo pipefail

cargo +1.89 check --locked --lib --tests --examples
