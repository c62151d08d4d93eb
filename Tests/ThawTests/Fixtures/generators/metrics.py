"""metrics.json: metrics over several updates.

Every case is a list of updates; each update holds its inputs and the result after it (`results` where
there are several, null where it is no number). The last updates have another batch size, as the end
of an epoch has. Correlations are SciPy's over all samples so far, and the area under the ROC curve
with a threshold at every score is scikit-learn's; that under the curve of precision and recall is
Keras's with a threshold between every two scores.
"""

import math

import numpy as np
import scipy.stats
import sklearn.metrics

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


def regression(generator, size, width, offset=0.0):
    """Targets with predictions near them, with ties in both."""
    targets = np.round(generator.normal(size=(size, width)), 1)
    return targets + offset, np.round(targets + generator.normal(size=(size, width)) * 0.6, 1) + offset


def scores_and_labels(generator, size, width):
    """Scores that tell labels apart to some degree, with ties."""
    labels = generator.integers(0, 2, size=(size, width)).astype("float64")
    scores = np.clip(np.round(0.5 + 0.3 * (labels - 0.5) + 0.2 * generator.normal(size=(size, width)), 2), 0, 1)
    return labels, scores


def margins(generator, size, width):
    """Labels of 0 and 1 with scores on either side of 0."""
    labels = generator.integers(0, 2, size=(size, width)).astype("float64")
    labels[0, 0] = 0.0
    return labels, np.round(generator.normal(size=(size, width)), 2)


def distributions(generator, size, one_hot):
    """Targets and predictions whose rows sum to one."""
    values = generator.uniform(0.05, 0.95, size=(2, size, 4))
    targets, predictions = values / values.sum(axis=-1, keepdims=True)
    return (np.eye(4)[generator.integers(0, 4, size=size)] if one_hot else targets), predictions


def sparse_distributions(generator, size):
    targets, predictions = distributions(generator, size, True)
    return targets.argmax(axis=-1).reshape(-1, 1), predictions


def columns_mean(function, y_true, y_pred):
    return np.mean([function(y_true[:, i], y_pred[:, i]) for i in range(y_true.shape[1])])


def exact_roc(y_true, y_pred, weights):
    return sklearn.metrics.roc_auc_score(y_true.reshape(-1), y_pred.reshape(-1), sample_weight=weights)


def exact_pr(y_true, y_pred, weights):
    scores = np.unique(y_pred)
    metric = keras.metrics.AUC(
        curve="PR", thresholds=list((scores[1:] + scores[:-1]) / 2), dtype="float64"
    )
    metric.update_state(y_true, y_pred, sample_weight=weights)
    return float(metric.result())


REFERENCES = {
    "Spearman": lambda t, p, w: columns_mean(lambda a, b: scipy.stats.spearmanr(a, b).statistic, t, p),
    "Pearson": lambda t, p, w: columns_mean(lambda a, b: scipy.stats.pearsonr(a, b).statistic, t, p),
    "ExactROC": exact_roc,
    "ExactPR": exact_pr,
}


def make_reference_case(name, seed, weighted, inputs):
    """A case whose result is computed from all samples so far."""
    generator = np.random.default_rng(seed)
    updates, targets, predictions, weights = [], [], [], []
    for size in BATCHES:
        y_true, y_pred = inputs(generator, size)
        targets.append(y_true)
        predictions.append(y_pred)
        weights.append(np.round(generator.uniform(0, 2, size=size), 2))
        result = REFERENCES[name](
            np.concatenate(targets), np.concatenate(predictions), np.concatenate(weights) if weighted else None
        )
        updates.append(
            {
                "inputs": [tensor(y_true), tensor(y_pred)],
                "sampleWeight": tensor(weights[-1]) if weighted else None,
                "result": number(result),
            }
        )
    return {"metric": name, "arguments": {}, "dtype": "float64", "updates": updates, "resultAfterReset": None}


def outcome(metric, digits):
    """The result as fields of an update."""
    result = np.asarray(metric.result())
    if result.ndim > 0:
        return {"result": None, "results": [number(v, digits) for v in result.tolist()]}
    return {"result": number(result, digits) if math.isfinite(result) else None}


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
                **outcome(metric, digits),
            }
        )
    metric.reset_state()
    return {
        "metric": name,
        "arguments": arguments,
        "dtype": dtype,
        "updates": updates,
        "resultAfterReset": outcome(metric, digits)["result"],
    }


def loss_like_cases(weighted):
    """Means over samples."""
    inputs = {
        "MeanAbsolutePercentageError": lambda g, n: regression(g, n, 3, offset=5.0),
        "MeanSquaredLogarithmicError": lambda g, n: regression(g, n, 3, offset=5.0),
        "RootMeanSquaredError": lambda g, n: regression(g, n, 3),
        "LogCoshError": lambda g, n: regression(g, n, 3),
        "CosineSimilarity": lambda g, n: regression(g, n, 3),
        "Poisson": lambda g, n: regression(g, n, 3, offset=6.0),
        "Hinge": lambda g, n: margins(g, n, 3),
        "SquaredHinge": lambda g, n: margins(g, n, 1),
        "CategoricalHinge": lambda g, n: distributions(g, n, True),
        "KLDivergence": lambda g, n: distributions(g, n, False),
        "BinaryCrossentropy": lambda g, n: scores_and_labels(g, n, 3),
        "CategoricalCrossentropy": lambda g, n: distributions(g, n, True),
        "SparseCategoricalCrossentropy": sparse_distributions,
    }
    return [make_case(name, {}, 21, weighted, function) for name, function in inputs.items()]


def decision_cases(weighted):
    """Counts of hits and misses, and curves."""
    cases = []
    for name in ("Precision", "Recall"):
        for width in (1, 3):
            cases.append(make_case(name, {}, 22, weighted, lambda g, n, w=width: scores_and_labels(g, n, w)))
        for arguments in ({"thresholds": 0.3}, {"top_k": 2}, {"top_k": 2, "thresholds": 0.6}, {"class_id": 1}):
            # Distinct scores: among equals it is up to the backend which are the first.
            cases.append(make_case(name, arguments, 23, weighted, lambda g, n: distributions(g, n, True)))
    for average in ("none", "micro", "macro", "weighted"):
        for threshold in (None, 0.3):
            arguments = {"average": None if average == "none" else average, "threshold": threshold}
            case = make_case("F1Score", arguments, 24, weighted, lambda g, n: distributions(g, n, True))
            cases.append(case | {"arguments": {"average": average} | ({"threshold": threshold} if threshold else {})})
    cases.append(
        make_case(
            "FBetaScore", {"average": "macro", "beta": 2.0}, 25, weighted, lambda g, n: distributions(g, n, True)
        )
    )
    for curve in ("ROC", "PR"):
        for width in (1, 3):
            cases.append(
                make_case("AUC", {"curve": curve}, 26, weighted, lambda g, n, w=width: scores_and_labels(g, n, w))
            )
        for method in ("interpolation", "minoring", "majoring"):
            arguments = {"curve": curve, "num_thresholds": 7, "summation_method": method}
            cases.append(make_case("AUC", arguments, 27, weighted, lambda g, n: scores_and_labels(g, n, 1)))
        arguments = {"curve": curve, "multi_label": True, "num_labels": 3, "num_thresholds": 20}
        cases.append(make_case("AUC", arguments, 28, weighted, lambda g, n: scores_and_labels(g, n, 3)))
        arguments = {"curve": curve, "from_logits": True}
        cases.append(make_case("AUC", arguments, 29, weighted, lambda g, n: margins(g, n, 1)))
    for name in ("ExactROC", "ExactPR"):
        cases.append(make_reference_case(name, 30, weighted, lambda g, n: scores_and_labels(g, n, 1)))
    return cases


def correlation_cases(weighted):
    """What means and variances over all samples give."""
    cases = []
    for width in (1, 3):
        for aggregation in ("uniform_average", "variance_weighted_average"):
            arguments = {"class_aggregation": aggregation}
            cases.append(make_case("R2Score", arguments, 31, weighted, lambda g, n, w=width: regression(g, n, w)))
        if not weighted:
            for name in ("Spearman", "Pearson"):
                cases.append(make_reference_case(name, 32, False, lambda g, n, w=width: regression(g, n, w)))
    return cases


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
    for weighted in (False, True):
        cases += loss_like_cases(weighted) + decision_cases(weighted) + correlation_cases(weighted)
    write(folder, "metrics.json", {"header": header(__doc__.split("\n")[0])}, cases)
