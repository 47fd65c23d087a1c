#!/usr/bin/env bash
# Each fuzz target for a short time, from its seeds
set -euo pipefail
cd fuzz

seconds=20
corpus=$(mktemp --directory)
trap 'rm --recursive "$corpus"' EXIT

cargo +nightly fuzz build
for target in $(cargo +nightly fuzz list); do
    mkdir "$corpus/$target"
    cargo +nightly fuzz run "$target" "$corpus/$target" "seeds/$target" \
        -- -max_total_time="$seconds" -print_final_stats=1
done
