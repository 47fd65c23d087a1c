#!/usr/bin/env bash
# The package builds, and its tests, examples and benchmarks compile
set -euo pipefail

cargo package --locked --allow-dirty
# Whatever they include of the repository has to be in the package.
version=$(cargo pkgid --locked)
package=${CARGO_TARGET_DIR:-target}/package/logits-${version##*[#@]}
# In the profile of the lints, which have checked the dependencies.
cargo check --locked --release --all-targets --manifest-path "$package/Cargo.toml"
