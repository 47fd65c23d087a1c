#!/usr/bin/env python3
"""Writes what PyTorch's losses and their gradients are, to tests/data/: small random inputs in
double precision, for every combination of options.

    python3 -m venv venv
    venv/bin/pip install numpy torch==2.15.0
    venv/bin/python tools/pytorch_losses.py

The recorded files were written by PyTorch 2.15.0. Every line holds one case as `name=value` fields,
lists separated by commas. Batches are 5 rows of 4 classes; `gradient` is that of the loss summed or averaged
over rows, and of the sum where the reduction is none.
"""

import itertools
from pathlib import Path

import torch
from torch.nn import functional

ROWS, CLASSES = 5, 4
REDUCTIONS = ("sum", "mean", "none")
FOLDER = Path(__file__).parent.parent / "tests" / "data"


def text(value):
    """A field's value; numbers so that they read back as the same."""
    if isinstance(value, torch.Tensor):
        return ",".join(repr(x) for x in value.detach().flatten().tolist())
    return "" if value is None else str(value)


def short(numbers):
    """Numbers of few digits."""
    return (1024 * numbers.double()).round() / 1024


def record(**fields):
    return " ".join(f"{name}={text(value)}" for name, value in fields.items())


def gradient(loss, inputs):
    """The gradient of a loss, or of the sum of losses."""
    return torch.autograd.grad(loss.sum(), inputs)[0]


def cross_entropy(random):
    """Weights × ignored labels × smoothing × reduction, for labels and for soft targets."""
    size = (ROWS, CLASSES)
    options = itertools.product((False, True), (None, -100, 2), (0.0, 0.1, 1.0), REDUCTIONS)
    for weighted, ignored, smoothing, reduction in options:
        logits = short(3 * torch.randn(size, generator=random)).requires_grad_()
        weights = short(torch.rand(CLASSES, generator=random)) if weighted else None
        labels = torch.randint(CLASSES, (ROWS,), generator=random)
        labels[0], labels[1] = 2, 3
        if ignored == -100:
            labels[3] = ignored
        loss = functional.cross_entropy(
            logits,
            labels,
            weight=weights,
            ignore_index=-100 if ignored is None else ignored,
            label_smoothing=smoothing,
            reduction=reduction,
        )
        yield record(
            targets="labels",
            reduction=reduction,
            weights=weights,
            ignore_index=ignored,
            label_smoothing=smoothing,
            labels=labels,
            logits=logits,
            loss=loss,
            gradient=gradient(loss, logits),
        )
    for weighted, smoothing, reduction in itertools.product(
        (False, True), (0.0, 0.1, 1.0), REDUCTIONS
    ):
        logits = short(3 * torch.randn(size, generator=random)).requires_grad_()
        weights = short(torch.rand(CLASSES, generator=random)) if weighted else None
        targets = short(torch.rand(size, generator=random))
        targets[2] = functional.one_hot(torch.tensor(3), CLASSES)
        loss = functional.cross_entropy(
            logits, targets, weight=weights, label_smoothing=smoothing, reduction=reduction
        )
        yield record(
            targets="soft",
            reduction=reduction,
            weights=weights,
            label_smoothing=smoothing,
            soft=targets,
            logits=logits,
            loss=loss,
            gradient=gradient(loss, logits),
        )


def binary_cross_entropy(random):
    """Weights × weights of positive targets × soft targets × reduction, from either space."""
    size = (ROWS, CLASSES)
    for space, weighted, positive, soft, reduction in itertools.product(
        ("logits", "probabilities"), (False, True), (False, True), (False, True), REDUCTIONS
    ):
        if space == "probabilities" and positive:
            continue
        inputs = short(3 * torch.randn(size, generator=random))
        options = {"weight": short(torch.rand(size, generator=random)) if weighted else None}
        function = functional.binary_cross_entropy_with_logits
        if positive:
            options["pos_weight"] = short(3 * torch.rand(CLASSES, generator=random))
        if space == "probabilities":
            inputs = (short(torch.sigmoid(inputs)) * 1022 + 1) / 1024
            function = functional.binary_cross_entropy
        inputs.requires_grad_()
        targets = short(torch.rand(size, generator=random))
        targets = targets if soft else targets.round()
        loss = function(inputs, targets, reduction=reduction, **options)
        yield record(
            space=space,
            reduction=reduction,
            weights=options["weight"],
            pos_weights=options.get("pos_weight"),
            targets=targets,
            inputs=inputs,
            loss=loss,
            gradient=gradient(loss, inputs),
        )


def write(name, lines):
    (FOLDER / name).write_text("\n".join(lines) + "\n")


def main():
    random = torch.Generator().manual_seed(1)
    write("cross_entropy.txt", cross_entropy(random))
    write("binary_cross_entropy.txt", binary_cross_entropy(random))


if __name__ == "__main__":
    main()
