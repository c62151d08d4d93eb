"""initializers.json: what each random initializer's distribution must be for a shape.

The numbers of a stream differ between libraries, so only the distribution is recorded: the fans, the
bounds, the mean and the standard deviation, all from the formulas, with the figures that Keras drew
beside them. A truncated normal is cut at two standard deviations of its parent, and its parent is
widened by 1 / 0.87962566103423978 so that what remains has the wanted variance. `quantiles` are pairs of a share and
the number below which that share lies, by the formula.

`matrices` are what the initializers of whole matrices make: from the recorded normal numbers, where they draw any.
"""

import math
import statistics

import numpy as np

from .common import header, keras, normal, number, tensor, write

TRUNCATION = 0.87962566103423978
SHAPES = ((300, 200), (3, 3, 32, 64), (5, 1, 16, 48), (400,), (3, 3, 256, 2))
SHARES = (0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98)
ORTHOGONAL = (
    ((5, 3), 1),
    ((3, 5), 1),
    ((4, 4), 1.5),
    ((2, 2, 3, 4), 1),
    ((1, 2, 2, 7), 0.5),
    ((1, 1), 2),
)
IDENTITY = (((3, 3), 1), ((2, 4), 0.5), ((4, 2), 1))
SCALING = {
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
}


def fans(shape):
    """A convolution's field multiplies both fans; a vector is its own fan on both sides."""
    if len(shape) == 1:
        return shape[0], shape[0]
    field = math.prod(shape[:-2])
    return field * shape[-2], field * shape[-1]


def scaled(shape, scale, mode, distribution):
    """(standard deviation, bound or None, parent's standard deviation or None)"""
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    deviation = math.sqrt(scale / max(1.0, fan))
    if distribution == "uniform":
        return deviation, math.sqrt(3) * deviation, None
    if distribution == "truncated_normal":
        return deviation, 2 * deviation / TRUNCATION, deviation / TRUNCATION
    return deviation, None, deviation


def quantile(share, mean, bound, parent):
    if parent is None:
        return mean + bound * (2 * share - 1)
    standard = statistics.NormalDist()
    if bound is None:
        return mean + parent * standard.inv_cdf(share)
    low, high = standard.cdf(-2), standard.cdf(2)
    return mean + parent * standard.inv_cdf(low + share * (high - low))


def make_case(name, arguments, shape, mean, deviation, bound, parent):
    values = np.asarray(getattr(keras.initializers, name)(seed=1, **arguments)(shape), dtype="float64")
    drawn = values.std()
    sampling = 6 * deviation / math.sqrt(2 * values.size)
    if abs(drawn - deviation) > sampling or (bound and np.abs(values - mean).max() > bound * (1 + 1e-6)):
        raise AssertionError(f"{name} {shape}: Keras drew {drawn}, the formula says {deviation}")
    quantiles = [(share, quantile(share, mean, bound, parent)) for share in SHARES]
    for share, value in quantiles:
        below = (values < value).mean()
        if abs(below - share) > 5 * math.sqrt(share * (1 - share) / values.size):
            raise AssertionError(f"{name} {shape}: {below} of Keras's numbers lie below the quantile of {share}")
    fan_in, fan_out = fans(shape)
    return {
        "initializer": name,
        "arguments": arguments,
        "shape": list(shape),
        "fanIn": fan_in,
        "fanOut": fan_out,
        "mean": number(mean),
        "standardDeviation": number(deviation),
        "bound": None if bound is None else number(bound),
        "quantiles": [[share, number(value)] for share, value in quantiles],
        "parentStandardDeviation": None if parent is None else number(parent),
        "drawn": {
            "mean": number(values.mean(), 6),
            "standardDeviation": number(drawn, 6),
            "minimum": number(values.min(), 6),
            "maximum": number(values.max(), 6),
        },
    }


def orthogonal_case(generator, shape, gain):
    """Keras's matrix from given normal numbers in place of those it would draw."""
    from keras.src.initializers import random_initializers

    rows, columns = math.prod(shape[:-1]), shape[-1]
    given = normal(generator, (max(rows, columns), min(rows, columns)), decimals=4)
    drawn = random_initializers.random.normal
    random_initializers.random.normal = lambda *_, **__: keras.ops.convert_to_tensor(given)
    try:
        value = np.asarray(keras.initializers.Orthogonal(gain=gain)(shape, dtype="float64"))
    finally:
        random_initializers.random.normal = drawn
    matrix = value.reshape(rows, columns) / gain
    product = matrix @ matrix.T if rows < columns else matrix.T @ matrix
    if np.abs(product - np.eye(len(product))).max() > 1e-12:
        raise AssertionError(f"Keras's matrix of shape {shape} is not orthogonal")
    case = {"initializer": "Orthogonal", "gain": gain, "shape": list(shape)}
    return case | {"normal": tensor(given), "value": tensor(value)}


def identity_case(shape, gain):
    value = np.asarray(keras.initializers.Identity(gain=gain)(shape, dtype="float64"))
    case = {"initializer": "Identity", "gain": gain, "shape": list(shape)}
    return case | {"normal": None, "value": tensor(value)}


def make(folder):
    generator = np.random.default_rng(41)
    matrices = [orthogonal_case(generator, shape, gain) for shape, gain in ORTHOGONAL]
    matrices += [identity_case(shape, gain) for shape, gain in IDENTITY]
    cases = []
    for shape in SHAPES:
        for name, (scale, mode, distribution) in SCALING.items():
            cases.append(make_case(name, {}, shape, 0, *scaled(shape, scale, mode, distribution)))
    for mode in ("fan_in", "fan_out", "fan_avg"):
        for distribution in ("truncated_normal", "untruncated_normal", "uniform"):
            arguments = dict(scale=0.5, mode=mode, distribution=distribution)
            cases.append(
                make_case("VarianceScaling", arguments, SHAPES[1], 0, *scaled(SHAPES[1], **arguments))
            )
    shape = SHAPES[0]
    cases.append(make_case("RandomNormal", dict(mean=0.5, stddev=0.2), shape, 0.5, 0.2, None, 0.2))
    # TruncatedNormal takes its parent's deviation: what remains is narrower.
    cases.append(
        make_case("TruncatedNormal", dict(mean=0.5, stddev=0.2), shape, 0.5, 0.2 * TRUNCATION, 0.4, 0.2)
    )
    cases.append(
        make_case("RandomUniform", dict(minval=-0.1, maxval=0.3), shape, 0.1, 0.4 / math.sqrt(12), 0.2, None)
    )
    top = {"header": header(__doc__.split("\n")[0]), "matrices": matrices}
    write(folder, "initializers.json", top, cases)
