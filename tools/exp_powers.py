#!/usr/bin/env python3
"""Finds the sixteen powers of two by which src/math/term.rs multiplies the terms of fused sums.

All terms of a sum may share a factor: it is gone from their quotients. So the table holds
kappa * 2^(j/16), j = 0..15, for the kappa in [1, 2^(1/16)) with which the sixteen are nearest to
numbers of the type. What is minimised is their worst distance to the nearest number, in units of
the last place. Kappa itself is printed in two parts.

Run: tools/exp_powers.py (needs numpy and mpmath; takes a minute)
"""

import numpy
from mpmath import mp, mpf

mp.prec = 200
ENTRIES = 16
CHUNK = 1 << 22


def fraction(x):
    """The fraction of x in units of 2^-64."""
    return numpy.uint64(int(mp.floor((x - mp.floor(x)) * 2**64)))


def search(digits, step):
    """The best kappa among 1, 1 + step, ... for a significand of so many binary digits.

    How far kappa * 2^(j/16) lies beyond a number of the type grows by the same fraction of a unit
    from candidate to candidate, in integers that wrap round.
    """
    unit = mpf(2) ** (digits - 1)
    powers = [mp.power(2, mpf(j) / ENTRIES) * unit for j in range(ENTRIES)]
    count = int((mp.power(2, mpf(1) / ENTRIES) - 1) / step)
    best, kappa = 1.0, mpf(1)
    for start in range(0, count, CHUNK):
        index = numpy.arange(CHUNK, dtype=numpy.uint64)
        first = 1 + start * step
        worst = numpy.zeros(CHUNK)
        for power in powers:
            phase = fraction(first * power) + index * fraction(step * power)
            distance = numpy.abs(phase.astype(numpy.int64)) * 2.0**-64
            worst = numpy.maximum(worst, distance)
            near = worst < best
            index, worst = index[near], worst[near]
        if len(index):
            found = numpy.argmin(worst)
            best, kappa = worst[found], first + int(index[found]) * step
    return best, kappa


def literal(x):
    """The shortest literal of a number of a numpy type, as the source has it."""
    digits, _, exponent = str(x).partition("e")
    whole, _, fraction = digits.partition(".")
    groups = [fraction[i : i + 3] for i in range(0, len(fraction), 3)]
    return f"{whole}.{'_'.join(groups)}" + (f"e{int(exponent)}" if exponent else "")


def rounded(x, digits):
    """The number of so many binary digits that is nearest to x."""
    _, exponent = mp.frexp(x)
    unit = mp.ldexp(1, exponent - digits)
    return mp.nint(x / unit) * unit


for name, number, digits, step in [
    ("f32", numpy.float32, 24, mpf(2) ** -33),
    ("f64", numpy.float64, 53, mpf(2) ** -33 / 3),
]:
    worst, kappa = search(digits, step)
    print(f"{name}: kappa = {mp.nstr(kappa, 34)}, at most {worst:.3f} units off")
    for j in range(ENTRIES):
        power = rounded(kappa * mp.power(2, mpf(j) / ENTRIES), digits)
        print(f"    {literal(number(power))},")
    hi = rounded(kappa, digits)
    lo = rounded(kappa - hi, digits)
    print(f"    KAPPA ({literal(number(hi))}, {literal(number(lo))})")
