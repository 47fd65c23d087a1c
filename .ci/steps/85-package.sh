#!/usr/bin/env bash
# The package unpacks, and the compiler accepts all of its targets
set -euo pipefail

# Unpacked below: verifying would build the library once more, for nobody.
cargo package --locked --allow-dirty --no-verify
version=$(cargo pkgid --locked)
package=${CARGO_TARGET_DIR:-target}/package/logits-${version##*[#@]}
rm --recursive --force "$package"
tar --extract --file "$package.crate" --directory "${package%/*}"
# Whatever they include of the repository has to be in the package. In the profile of the lints, which
# have checked the dependencies.
cargo check --locked --release --all-targets --manifest-path "$package/Cargo.toml"
