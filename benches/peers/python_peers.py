#!/usr/bin/env python3
"""Times the softmax of ONNX Runtime and PyTorch on one thread, and their log-sum-exp and
cross-entropy, on the shapes of the Rust peers. Prints nanoseconds per element as Markdown.

Whichever of the two packages is missing is left out.
"""

import argparse
import time
from statistics import median

import numpy as np

SHAPES = [
    (65_536, 10),
    (8192, 128),
    (128, 1000),
    (1024, 1000),
    (32, 32_000),
    (16, 128_256),
    (1, 1 << 25),
]


def onnx_runtime(logits):
    """A function that runs softmax on `logits` into a buffer of its own."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        softmax_model(), options, providers=["CPUExecutionProvider"]
    )
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", onnxruntime.OrtValue.ortvalue_from_numpy(logits))
    output = onnxruntime.OrtValue.ortvalue_from_numpy(np.empty_like(logits))
    binding.bind_ortvalue_output("y", output)
    return {"softmax": (lambda: session.run_with_iobinding(binding), output.numpy)}


def softmax_model():
    """An ONNX model of one softmax over the last axis, as bytes of its protocol buffer."""

    def varint(number):
        low, rest = number & 0x7F, number >> 7
        return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])

    def integer(field, number):
        return varint(field << 3) + varint(number)

    def message(field, *parts):
        body = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
        return varint(field << 3 | 2) + varint(len(body)) + body

    def value(field, name):
        float_tensor = message(1, integer(1, 1), message(2, message(1, message(2, "rows")),
                                                         message(1, message(2, "columns"))))
        return message(field, message(1, name), message(2, float_tensor))

    node = message(1, message(1, "x"), message(2, "y"), message(4, "Softmax"))
    graph = message(7, node, message(2, "softmax"), value(11, "x"), value(12, "y"))
    return integer(1, 8) + graph + message(8, integer(2, 13))


def pytorch(logits):
    """Functions that run softmax, log-sum-exp, and cross-entropy without and with gradient."""
    import torch

    torch.set_num_threads(1)
    x = torch.from_numpy(logits)
    out = torch.empty_like(x)
    labels = torch.randint(logits.shape[1], (logits.shape[0],))
    leaf = x.clone().requires_grad_()

    def loss():
        with torch.no_grad():
            torch.nn.functional.cross_entropy(x, labels, reduction="sum")

    def loss_and_gradient():
        leaf.grad = None
        torch.nn.functional.cross_entropy(leaf, labels, reduction="sum").backward()

    return {
        "softmax": (lambda: torch.softmax(x, -1, out=out), out.numpy),
        "log_sum_exp": (lambda: torch.logsumexp(x, -1), None),
        "cross_entropy": (loss, None),
        "cross_entropy_gradient": (loss_and_gradient, None),
    }


def check(logits, softmax):
    """Fails unless `softmax` is that of `logits`, as far as these libraries keep it."""
    rows = slice(0, 16)
    exact = np.exp(logits[rows].astype(np.float64))
    exact /= exact.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(softmax[rows], exact, rtol=1e-2)


def nanoseconds(functions, elements, seconds):
    """The median time of each function per element, the functions in turn."""
    times = {name: [] for name in functions}
    for run in functions.values():
        run()
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times[next(iter(times))]) < 7:
        for name, run in functions.items():
            start = time.perf_counter_ns()
            run()
            times[name].append((time.perf_counter_ns() - start) / elements)
    return {name: median(values) for name, values in times.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each shape, at least")
    seconds = parser.parse_args().seconds
    random = np.random.default_rng(1)
    print("| f32, rows × columns | work | ns per element, median |\n|---|---|---:|")
    for shape in SHAPES:
        logits = (20 * random.random(shape, dtype=np.float32)).astype(np.float32)
        functions = {}
        for library in (onnx_runtime, pytorch):
            try:
                made = library(logits)
            except ImportError:
                continue
            for function, (run, result) in made.items():
                run()
                if result:
                    check(logits, result())
                functions[f"{library.__name__} {function}"] = run
        for name, value in nanoseconds(functions, logits.size, seconds).items():
            print(f"| {shape[0]} × {shape[1]} | {name} | {value:.2f} |", flush=True)


if __name__ == "__main__":
    main()
