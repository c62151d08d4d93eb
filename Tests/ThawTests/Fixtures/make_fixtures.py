"""Makes the JSON fixtures of this folder from Keras 3 on TensorFlow, in float64.

scripts/fixtures                 # all of them, with the pinned versions
scripts/fixtures layers losses   # some
scripts/fixtures --check         # makes them aside and compares them with the committed ones
"""

import argparse
import json
import math
import os
import sys
import tempfile

FOLDER = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, FOLDER)

from generators import (  # noqa: E402
    augmentation,
    callbacks,
    functional,
    initializers,
    layers,
    legacy,
    loading,
    losses,
    metrics,
    optimizers,
    random_layers,
    real_models,
    regularization,
    saving,
    schedules,
    training,
)

MAKERS = {
    "layers": layers,
    "legacy": legacy,
    "loading": loading,
    "losses": losses,
    "metrics": metrics,
    "optimizers": optimizers,
    "initializers": initializers,
    "random_layers": random_layers,
    "augmentation": augmentation,
    "regularization": regularization,
    "saving": saving,
    "schedules": schedules,
    "training": training,
    "functional": functional,
    "callbacks": callbacks,
    "real_models": real_models,
}


def same(a, b, tolerance, path=""):
    """The first place where two JSON values differ by more than rounding, or None."""
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return None if math.isclose(a, b, rel_tol=tolerance, abs_tol=tolerance) else f"{path}: {a} and {b}"
    if type(a) is not type(b):
        return f"{path}: {type(a).__name__} and {type(b).__name__}"
    if isinstance(a, dict):
        if a.keys() != b.keys():
            return f"{path}: other fields"
        pairs = [(f"{path}.{key}", a[key], b[key]) for key in a if key not in ("python", "file")]
    elif isinstance(a, list):
        if len(a) != len(b):
            return f"{path}: {len(a)} and {len(b)} entries"
        pairs = [(f"{path}[{i}]", x, y) for i, (x, y) in enumerate(zip(a, b))]
    else:
        return None if a == b else f"{path}: {a!r} and {b!r}"
    for place, x, y in pairs:
        # float32 runs drift by a few roundings from machine to machine.
        single = isinstance(x, dict) and x.get("dtype") == "float32"
        difference = same(x, y, 1e-3 if single else tolerance, place)
        if difference:
            return difference
    return None


def check(names):
    with tempfile.TemporaryDirectory() as folder:
        failures = 0
        for name in names:
            MAKERS[name].make(folder)
            if not os.path.exists(os.path.join(folder, f"{name}.json")):
                continue
            with open(os.path.join(folder, f"{name}.json"), encoding="utf-8") as new:
                with open(os.path.join(FOLDER, f"{name}.json"), encoding="utf-8") as old:
                    difference = same(json.load(old), json.load(new), 1e-9)
            if difference:
                failures += 1
                print(f"{name}.json differs at {difference}")
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", help=f"which of {', '.join(MAKERS)}; all by default")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    arguments = parser.parse_args()
    names = arguments.names or list(MAKERS)
    for name in names:
        if name not in MAKERS:
            parser.error(f"there is no fixture named {name}; there are {', '.join(MAKERS)}")
    if arguments.check:
        return check(names)
    for name in names:
        MAKERS[name].make(FOLDER)
    return 0


if __name__ == "__main__":
    sys.exit(main())
