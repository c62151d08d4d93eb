"""metrics.json: streaming metrics over several updates.

Every case is a list of updates; each update holds its inputs and the result after it. The last
updates have another batch size, as the end of an epoch has.
"""

import numpy as np

from .common import header, keras, number, tensor, write

BATCHES = (6, 6, 3)


def classification(name, generator, size):
    """(y_true, y_pred) of one update, with ties in some rows: the first of equal classes wins."""
    scores = np.round(generator.uniform(0, 1, size=(size, 4)), 2)
    scores[0] = [0.5, 0.75, 0.75, 0.25]
    labels = generator.integers(0, 4, size=size)
    if name.startswith("Sparse"):
        return labels.reshape(-1, 1), scores
    return np.eye(4)[labels], scores


def binary(generator, size, width):
    """A score that equals the threshold is not above it."""
    scores = np.round(generator.uniform(0, 1, size=(size, width)), 2)
    scores[0, 0] = 0.5
    return generator.integers(0, 2, size=(size, width)).astype("float64"), scores


def make_case(name, arguments, seed, weighted, inputs):
    generator = np.random.default_rng(seed)
    # TensorFlow's in_top_k knows float32 only.
    dtype = "float32" if "TopK" in name else "float64"
    metric = getattr(keras.metrics, name)(dtype=dtype, **arguments)
    digits = 9 if dtype == "float32" else 15
    updates = []
    for size in BATCHES:
        values = inputs(generator, size)
        weights = np.round(generator.uniform(0, 2, size=size), 2) if weighted else None
        values = tuple(v.astype(dtype) if v.dtype == np.float64 else v for v in values)
        metric.update_state(*values, sample_weight=weights)
        updates.append(
            {
                "inputs": [tensor(value, digits) for value in values],
                "sampleWeight": tensor(weights),
                "result": number(metric.result(), digits),
            }
        )
    metric.reset_state()
    return {
        "metric": name,
        "arguments": arguments,
        "dtype": dtype,
        "updates": updates,
        "resultAfterReset": number(metric.result()),
    }


def make(folder):
    cases = []
    for weighted in (False, True):
        for name in ("SparseCategoricalAccuracy", "CategoricalAccuracy"):
            cases.append(
                make_case(name, {}, 11, weighted, lambda g, n, name=name: classification(name, g, n))
            )
        for name in ("SparseTopKCategoricalAccuracy", "TopKCategoricalAccuracy"):
            cases.append(
                make_case(name, {"k": 2}, 12, weighted, lambda g, n, name=name: classification(name, g, n))
            )
        for width in (1, 3):
            cases.append(make_case("BinaryAccuracy", {}, 13, weighted, lambda g, n, w=width: binary(g, n, w)))
        cases.append(
            make_case("BinaryAccuracy", {"threshold": 0.3}, 14, weighted, lambda g, n: binary(g, n, 1))
        )
        for name in ("MeanSquaredError", "MeanAbsoluteError"):
            cases.append(make_case(name, {}, 15, weighted, lambda g, n: binary(g, n, 3)))
        cases.append(make_case("Mean", {}, 16, weighted, lambda g, n: (np.round(g.normal(size=n), 3),)))
        cases.append(make_case("Sum", {}, 17, weighted, lambda g, n: (np.round(g.normal(size=n), 3),)))
    write(folder, "metrics.json", {"header": header(__doc__.split("\n")[0])}, cases)
