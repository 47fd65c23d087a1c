#!/usr/bin/env bash
# The examples run, and say what is wrong with a file
set -euo pipefail

directory=$(mktemp --directory)
trap 'rm --recursive "$directory"' EXIT

# Runs an example, which draws an SVG with its name.
example() { # name, arguments
    cargo run --quiet --locked --release --example "$1" -- --output "$directory/$1.svg" "${@:2}"
}

# Fails with a message of its own, which holds the given text.
fails() { # text, name, arguments
    local output
    if output=$(example "${@:2}" 2>&1); then
        echo "succeeded: ${*:2}" >&2
        return 1
    fi
    if ! grep --quiet "^error: .*$1" <<<"$output"; then
        echo "expected an error with '$1': $output" >&2
        return 1
    fi
}

# Prints a NumPy array of bytes, each written as \ooo.
npy() { # element type, shape, bytes
    local header="{'descr': '$1', 'fortran_order': False, 'shape': $2, }"
    # shellcheck disable=SC2059 # the format is the bytes
    printf "\\223NUMPY\\1\\0\\$(printf '%03o' "${#header}")\\0$header$3"
}

example language_model
grep --quiet '<svg' "$directory/language_model.svg"

: >"$directory/empty"
printf '\377\376' >"$directory/binary"
fails 'cannot read .*: No such file' language_model "$directory/missing"
fails 'is empty$' language_model "$directory/empty"
fails 'is not UTF-8' language_model "$directory/binary"
fails 'cannot read .*: Is a directory' language_model "$directory"
# Root may read every file.
if ((EUID != 0)); then
    chmod a-r "$directory/empty"
    fails 'cannot read .*: Permission denied' language_model "$directory/empty"
fi

example evaluate
grep --quiet '<svg' "$directory/evaluate.svg"
rm "$directory/evaluate.svg"

# Two rows of the logits 0 and 1; the label of the second is to be ignored.
rows='\0\0\0\0\0\0\200\77\0\0\0\0\0\0\200\77'
npy '<f4' '(2, 2)' "$rows" >"$directory/logits.npy"
npy '|i1' '(2,)' '\1\377' >"$directory/labels.npy"
example evaluate --ignore-index -1 "$directory/logits.npy" "$directory/labels.npy" >"$directory/report"
grep --quiet '^Rows  *1 evaluated, 1 ignored$' "$directory/report"
grep --quiet '^Mean loss  *0.313262 nats' "$directory/report"
grep --quiet '<svg' "$directory/evaluate.svg"

npy '<f4' '(2, 2)' "${rows%'\77'}" >"$directory/truncated.npy"
fails 'labels.npy: row 1 has the label -1' evaluate "$directory/logits.npy" "$directory/labels.npy"
fails 'truncated.npy: is truncated' evaluate "$directory/truncated.npy" "$directory/labels.npy"

# Of what proves the accuracy that the crate states, a sample: fails where an error is above its bound.
accuracy() { # arguments
    cargo run --quiet --locked --release --example accuracy -- "$@"
}

accuracy f32 --stride 16381
accuracy f64 --random 100000 --random-at-others 10000
accuracy reductions --longest 33 --charts "$directory"
grep --quiet '<svg' "$directory/accuracy-f32.svg"
