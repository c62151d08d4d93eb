"""losses.json: values of losses and their gradients with respect to the prediction.

Every case holds the value under `reduction` (with `sampleWeight` or null), the unreduced values
without weights, and the gradient of the reduced value.
"""

import numpy as np

from . import references
from .common import header, keras, normal, number, tensor, tf, write


def probabilities(generator, shape, normalised):
    """Rows that sum to one (softmax outputs), or independent values in (0, 1)."""
    values = np.round(generator.uniform(0.05, 0.95, size=shape), 4)
    return values / values.sum(axis=-1, keepdims=True) if normalised else values


def one_hot(labels, classes):
    return np.eye(classes)[labels]


def case_list():
    """(loss, arguments, y_true, y_pred) of every case; weights and reductions come after."""
    generator = np.random.default_rng(7)
    cases = []
    for shape in ((5, 4), (2, 3, 4)):
        labels = generator.integers(0, 4, size=shape[:-1])
        for logits in (False, True):
            prediction = normal(generator, shape) if logits else probabilities(generator, shape, True)
            arguments = dict(from_logits=logits)
            cases.append(("SparseCategoricalCrossentropy", arguments, labels, prediction))
            for smoothing in (0.0, 0.1):
                arguments = dict(from_logits=logits, label_smoothing=smoothing)
                cases.append(("CategoricalCrossentropy", arguments, one_hot(labels, 4), prediction))
    for shape in ((6, 1), (4, 3)):
        targets = generator.integers(0, 2, size=shape).astype("float64")
        for logits in (False, True):
            prediction = (
                normal(generator, shape, scale=2) if logits else probabilities(generator, shape, False)
            )
            for smoothing in (0.0, 0.1):
                arguments = dict(from_logits=logits, label_smoothing=smoothing)
                cases.append(("BinaryCrossentropy", arguments, targets, prediction))
    for shape in ((6, 1), (4, 3), (2, 3, 2)):
        cases.append(("MeanSquaredError", {}, normal(generator, shape), normal(generator, shape)))
        cases.append(("MeanAbsoluteError", {}, normal(generator, shape), normal(generator, shape)))

    # Saturated predictions: the clipping at epsilon must keep the value finite.
    saturated = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.5, 0.5, 0.0]])
    cases.append(("SparseCategoricalCrossentropy", dict(from_logits=False), np.array([0, 0, 2]), saturated))
    cases.append(("CategoricalCrossentropy", dict(from_logits=False), one_hot([0, 0, 2], 3), saturated))
    ends = np.array([[1.0], [0.0], [1.0], [0.0]])
    cases.append(
        ("BinaryCrossentropy", dict(from_logits=False), np.array([[1.0], [1.0], [0.0], [0.0]]), ends)
    )
    large = np.array([[80.0, -80.0, 0.0], [-300.0, 300.0, 1.0]])
    cases.append(("SparseCategoricalCrossentropy", dict(from_logits=True), np.array([0, 0]), large))
    cases.append(
        ("BinaryCrossentropy", dict(from_logits=True), np.array([[1.0], [0.0]]), np.array([[-90.0], [90.0]]))
    )
    return cases + regression_cases(generator) + margin_cases(generator) + distribution_cases(generator)


def regression_cases(generator):
    """Losses of numbers; some errors lie beyond Huber's delta, some targets are 0 or near it."""
    cases = []
    for shape in ((6, 1), (4, 3), (2, 3, 2)):
        target, prediction = normal(generator, shape, scale=2), normal(generator, shape, scale=2)
        for name in ("LogCosh", "MeanAbsolutePercentageError", "CosineSimilarity"):
            # The cosine of single numbers has no gradient, only rounding.
            if name != "CosineSimilarity" or shape[-1] > 1:
                cases.append((name, {}, target, prediction))
        for delta in (1.0, 0.4, 3.0):
            cases.append(("Huber", dict(delta=delta), target, prediction))
        # Counts and rates, some of them 0 or below.
        counts = np.abs(np.round(target))
        cases.append(("Poisson", {}, counts, np.abs(prediction) + 0.1))
        cases.append(("MeanSquaredLogarithmicError", {}, counts, prediction + 1))
    far = np.array([[30.0], [-60.0], [0.0]])
    cases.append(("LogCosh", {}, np.zeros((3, 1)), far))
    cases.append(("MeanAbsolutePercentageError", {}, np.array([[0.5], [0.0]]), np.array([[0.25], [1e-6]])))
    return cases


def margin_cases(generator):
    """Losses of scores: targets of -1 and 1, of 0 and 1, and one-hot."""
    cases = []
    for shape in ((6, 1), (4, 3), (2, 3, 2)):
        labels = generator.integers(0, 2, size=shape).astype("float64")
        labels.reshape(-1)[0] = 0.0
        scores = normal(generator, shape)
        for target in (labels, 2 * labels - 1):
            cases.append(("Hinge", {}, target, scores))
            cases.append(("SquaredHinge", {}, target, scores))
    for shape in ((5, 4), (2, 3, 4)):
        target = one_hot(generator.integers(0, 4, size=shape[:-1]), 4)
        cases.append(("CategoricalHinge", {}, target, normal(generator, shape)))
    return cases


def distribution_cases(generator):
    """Divergence and focal losses."""
    cases = []
    for shape in ((5, 4), (2, 3, 4)):
        target = probabilities(generator, shape, True)
        target.reshape(-1, 4)[0] = [0.0, 1.0, 0.0, 0.0]
        cases.append(("KLDivergence", {}, target, probabilities(generator, shape, True)))
        target = one_hot(generator.integers(0, 4, size=shape[:-1]), 4)
        for logits in (False, True):
            prediction = normal(generator, shape) if logits else probabilities(generator, shape, True)
            for more in ({}, dict(gamma=0.5, alpha=0.7), dict(gamma=3.0, label_smoothing=0.1)):
                arguments = dict(from_logits=logits, **more)
                cases.append(("CategoricalFocalCrossentropy", arguments, target, prediction))
    for shape in ((6, 1), (4, 3)):
        target = generator.integers(0, 2, size=shape).astype("float64")
        for logits in (False, True):
            prediction = normal(generator, shape) if logits else probabilities(generator, shape, False)
            for more in (
                {},
                dict(gamma=0.5),
                dict(gamma=0.0),
                dict(gamma=3.0, label_smoothing=0.1),
                dict(apply_class_balancing=True, alpha=0.7),
            ):
                arguments = dict(from_logits=logits, **more)
                cases.append(("BinaryFocalCrossentropy", arguments, target, prediction))
    return cases


def check_against_formula(loss, arguments, y_true, y_pred, unreduced):
    """Recomputes the unreduced value in NumPy; saturated predictions are left to Keras's clipping."""
    smoothing, logits = arguments.get("label_smoothing", 0.0), arguments.get("from_logits", False)
    if loss in references.LOSSES:
        expected = references.LOSSES[loss](y_true, y_pred)
    elif loss in ("Huber", "BinaryFocalCrossentropy", "CategoricalFocalCrossentropy"):
        expected = references.loss_with_settings(loss, arguments, y_true, y_pred)
    elif loss == "MeanSquaredError":
        expected = np.mean((y_true - y_pred) ** 2, axis=-1)
    elif loss == "MeanAbsoluteError":
        expected = np.mean(np.abs(y_true - y_pred), axis=-1)
    elif loss == "BinaryCrossentropy":
        p = 1 / (1 + np.exp(-y_pred)) if logits else y_pred
        target = y_true * (1 - smoothing) + 0.5 * smoothing
        if p.min() < 1e-6 or p.max() > 1 - 1e-6:
            return
        expected = np.mean(-target * np.log(p) - (1 - target) * np.log(1 - p), axis=-1)
    else:
        classes = y_pred.shape[-1]
        p = references.softmax(y_pred) if logits else y_pred
        target = one_hot(y_true, classes) if loss.startswith("Sparse") else y_true
        target = target * (1 - smoothing) + smoothing / classes
        if p.min() < 1e-6:
            return
        expected = -np.sum(target * np.log(p), axis=-1)
    references.require_close(f"{loss} {arguments}", unreduced, expected)


def make_case(loss_name, arguments, y_true, y_pred, reduction, weights):
    # Predictions written to the file are what Keras sees, digit for digit.
    y_pred = np.array([number(v) for v in y_pred.reshape(-1)], dtype="float64").reshape(y_pred.shape)
    loss_class = getattr(keras.losses, loss_name)
    point = tf.constant(y_pred)
    with tf.GradientTape() as tape:
        tape.watch(point)
        value = loss_class(reduction=reduction, **arguments)(y_true, point, sample_weight=weights)
    unreduced = loss_class(reduction="none", **arguments)(y_true, point).numpy()
    check_against_formula(loss_name, arguments, y_true, y_pred, unreduced)
    return {
        "loss": loss_name,
        "arguments": arguments,
        "reduction": reduction,
        "yTrue": tensor(y_true),
        "yPred": tensor(y_pred),
        "sampleWeight": tensor(weights),
        "unreduced": tensor(unreduced),
        "value": number(value),
        "gradient": tensor(tape.gradient(value, point)),
    }


def make(folder):
    generator = np.random.default_rng(8)
    cases = []
    for loss_name, arguments, y_true, y_pred in case_list():
        cases.append(make_case(loss_name, arguments, y_true, y_pred, "sum_over_batch_size", None))
        weights = np.round(generator.uniform(0, 2, size=y_pred.shape[:-1]), 2)
        cases.append(make_case(loss_name, arguments, y_true, y_pred, "sum_over_batch_size", weights))
        if y_pred.shape == (4, 3) or y_pred.shape == (5, 4):
            cases.append(make_case(loss_name, arguments, y_true, y_pred, "sum", weights))
            cases.append(make_case(loss_name, arguments, y_true, y_pred, "mean_with_sample_weight", weights))
    write(folder, "losses.json", {"header": header(__doc__.split("\n")[0])}, cases)
