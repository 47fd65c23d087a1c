#!/usr/bin/env bash
# Benchmarks check their results and run once; the peers build and run
set -euo pipefail

cargo bench --locked --bench kernels -- --test
# They are timed nowhere, and build sooner unoptimised.
cargo run --locked --manifest-path benches/peers/Cargo.toml -- --rounds 1 softmax/f32/1024x1000
