#!/usr/bin/env bash
# Each fuzz target on its seeds and on as many inputs made of them, the same in every run
set -euo pipefail
cd fuzz

corpus=$(mktemp --directory)
trap 'rm --recursive "$corpus"' EXIT

# The reference and the metric that the targets check with.
cargo test --locked --lib --no-default-features

cargo +nightly fuzz build
targets=$(cargo +nightly fuzz list)
# Fails, too, if there are none.
diff <(ls seeds) - <<<"$targets"
for target in $targets; do
    mkdir "$corpus/$target"
    # libFuzzer counts the seeds, too.
    runs=$((2 * $(find "seeds/$target" -type f | wc --lines)))
    cargo +nightly fuzz run "$target" "$corpus/$target" "seeds/$target" \
        -- -seed=1 -runs="$runs" -print_final_stats=1 -print_funcs=0
done
