#!/usr/bin/env python3
"""Fails if the compiler spoilt a vector kernel.

A missing `#[inline(always)]` turns every instruction of a kernel into a call, silently. This
builds tests/no_panic, which links every kernel, under the profiles that users have, disassembles
it and checks each kernel's entry at each level of x86-64:

- it is there;
- it calls nothing but memset (and memcpy below 512 bits where the profile asks for small code) and
  the routines of its level, which kernels share and which are checked like them;
- at 128 bits it holds neither AVX nor x87 instructions: it must run on every x86-64;
- at 256 and 512 bits it multiplies and adds in one instruction, on whole registers;
- at 512 bits it scales by powers of two in one instruction, or looks them up in one, if it scales at
  all: ln and the gradient through softmax do not.

The last two do not bind routines that few inputs need.
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TARGET = "x86_64-unknown-linux-gnu"
LEVELS = ("portable", "avx2", "avx512")
UNSCALED = {
    "ln",
    "softmax_vjp",
    "cross_entropy_of_probabilities",
    "kl_divergence",
    "js_divergence",
    "cross_entropy_from_probabilities",
    "cross_entropy_from_probabilities_gradient",
}

KERNEL = re.compile(r"^    (\w+) = \w+ in \w+ by \w+,", re.MULTILINE)
FUNCTION = re.compile(r"^([0-9a-f]+) <(.*)>:$")
ENTRY = re.compile(r"Kernels<(f32|f64)>.*>::(\w+)::(\w+)$")
# A routine's name says its level; `outlined` where the level needs instructions of its own.
ROUTINE = re.compile(r"logits::simd::(\w+)::\w+ as logits::simd::vector::Token>::call(_rarely)?(?:::outlined)?$")
INSTRUCTION = re.compile(r"^\s+[0-9a-f]+:\t(?:(?:bnd|notrack|rep|lock) )*(\S+)\s*(.*)$")
SYMBOL = re.compile(r"<([\w:<>$., ]+?)(?:@[\w.]+)?(?:\+0x[0-9a-f]+)?>$")
# A pointer to a function of another codegen unit, and an instruction that calls through it.
POINTER = re.compile(r"^([0-9a-f]+) R_X86_64_RELATIVE +\*ABS\*\+0x([0-9a-f]+)$", re.MULTILINE)
POINTED = re.compile(r"# ([0-9a-f]+) <_DYNAMIC\+0x[0-9a-f]+>$")
OPERAND = re.compile(r"[^\s,(]*\([^)]*\)|[^\s,]+")
FUSED = re.compile(r"^vfn?m(add|sub)\d+p[sd]$")
# By `scalef`, or by a look-up in a table of powers that lies in registers.
SCALE = re.compile(r"^v(scalefp[sd]|perm(d|ps)|perm[it]2pd)$")


class Profile(NamedTuple):
    opt_level: str
    lto: str
    codegen_units: str

    def __str__(self):
        return f"opt-level {self.opt_level}, lto {self.lto}, codegen-units {self.codegen_units}"


ALL_PROFILES = list(
    itertools.starmap(Profile, itertools.product("23s", ("false", "thin", "fat"), ("1", "16")))
)
# Each setting once: what CI has time for.
FEW_PROFILES = [
    Profile("3", "false", "16"),
    Profile("3", "fat", "1"),
    Profile("s", "false", "16"),
]


class Instruction(NamedTuple):
    name: str
    operands: str


def build(profile):
    """The path of the binary that links every kernel."""
    settings = {
        "CARGO_PROFILE_RELEASE_OPT_LEVEL": profile.opt_level,
        "CARGO_PROFILE_RELEASE_LTO": profile.lto,
        "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": profile.codegen_units,
    }
    directory = ROOT / "tests" / "no_panic"
    subprocess.run(
        ["cargo", "build", "--quiet", "--locked", "--release", "--target", TARGET],
        cwd=directory,
        env=os.environ | settings,
        check=True,
    )
    target = Path(os.environ.get("CARGO_TARGET_DIR", directory / "target"))
    return target / TARGET / "release" / "no_panic"


def objdump(binary, *options):
    """What objdump prints."""
    command = ["objdump", *options, binary]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def with_names(listing, relocations):
    """The lines of a listing, in which what is called through a pointer has its name."""
    lines = listing.splitlines()
    names = {int(match[1], 16): match[2] for match in map(FUNCTION.match, lines) if match}
    pointers = {int(place, 16): int(to, 16) for place, to in POINTER.findall(relocations)}

    def name(match):
        function = names.get(pointers.get(int(match[1], 16)))
        return f"# <{function}>" if function else match[0]

    return [POINTED.sub(name, line) for line in lines]


def entries(binary):
    """The instructions of every kernel's entry, by element type, kernel and level."""
    listing = objdump(binary, "--disassemble", "--demangle", "--no-show-raw-insn")
    found = defaultdict(list)
    function = None
    for line in with_names(listing, objdump(binary, "--dynamic-reloc")):
        if header := FUNCTION.match(line):
            entry = ENTRY.search(header[2])
            routine = ROUTINE.search(header[2])
            if routine:
                kind = "rare routine" if routine[2] else "routine"
                function = found[(kind, header[1], routine[1])]
            else:
                function = entry and found[entry.groups()]
        elif function is not None and (instruction := INSTRUCTION.match(line)):
            function.append(Instruction(*instruction.groups()))
    return found


def callees(entry, instructions):
    """What the instructions call, or jump to outside their entry."""
    held = {}  # The symbols whose addresses registers and stack slots hold.
    # And all that they ever hold: where instructions are not read in the order in which they run, it
    # is one of these.
    ever = defaultdict(set)
    for name, operands in instructions:
        symbol = SYMBOL.search(operands)
        places = OPERAND.findall(operands.partition("#")[0])
        if name.startswith("call"):
            place = operands.lstrip("*")
            called = symbol[1] if symbol else held.get(place)
            yield from [called] if called else ever[place] or [operands]
        elif name.startswith("j"):
            target = symbol and ENTRY.search(symbol[1])
            inside = target and target.groups() == entry
            if symbol and not inside and not ROUTINE.search(symbol[1]):
                yield symbol[1]
        elif places and not name.startswith(("cmp", "test")):
            moved = symbol[1] if symbol else held.get(places[0])
            held[places[-1]] = moved if name == "mov" else None
            if held[places[-1]]:
                ever[places[-1]].add(moved)


def faults(entry, instructions, profile):
    """What is wrong with an entry."""
    kind, kernel, level = entry
    # A row's lanes, or the gradient of a row that does not count, are cleared once a row; small code
    # moves the lanes that stripes of several vectors have, too, once a row or a block.
    allowed = {"memset"}
    if level != "avx512" and profile.opt_level == "s":
        allowed.add("memcpy")
    for symbol in sorted(set(callees(entry, instructions)) - allowed):
        routine = ROUTINE.search(symbol)
        if not routine or routine[1] != level:
            yield f"calls {symbol}"

    register = {"portable": "xmm", "avx2": "ymm", "avx512": "zmm"}[level]
    whole = [each.name for each in instructions if f"%{register}" in each.operands]
    if not whole:
        yield f"has no instruction on {register}"
    if level == "portable":
        foreign = {each.name for each in instructions if each.name[0] in "vf"}
        yield from (f"contains {name}" for name in sorted(foreign))
    elif kind == "rare routine":
        # Not hot, and some only multiply.
        return
    elif not any(map(FUSED.match, whole)):
        yield f"has no fused multiply-add on {register}"
    if level == "avx512" and kernel not in UNSCALED and not any(map(SCALE.match, whole)):
        yield f"has no vscalef on {register}"


def check(profile):
    """The number of faults under a profile, each printed."""
    found = entries(build(profile))
    kernels = KERNEL.findall((ROOT / "src" / "dispatch.rs").read_text())
    if not kernels:
        sys.exit("src/dispatch.rs names no kernels")
    count = 0
    expected = list(itertools.product(("f32", "f64"), kernels, LEVELS))
    routines = [entry for entry in found if "routine" in entry[0] and entry[2] in LEVELS]
    missing = set(LEVELS) - {level for _, _, level in routines}
    count += len(missing)
    for level in sorted(missing):
        print(f"  {level}: no routine is found")
    expected += routines
    for entry in expected:
        problems = list(faults(entry, found[entry], profile)) if entry in found else ["is missing"]
        count += len(problems)
        for problem in problems:
            print(f"  {' '.join(entry)}: {problem}")
    print(f"{profile}: {len(expected)} entries, {count} faults", flush=True)
    return count


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all-profiles", action="store_true", help="every combination of settings")
    profiles = ALL_PROFILES if parser.parse_args().all_profiles else FEW_PROFILES
    sys.exit(1 if sum(map(check, profiles)) else 0)


if __name__ == "__main__":
    main()
