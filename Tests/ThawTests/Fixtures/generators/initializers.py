"""initializers.json: what each random initializer's distribution must be for a shape.

The numbers of a stream differ between libraries, so only the distribution is recorded: the fans, the
bounds, the mean and the standard deviation, all from the formulas, with the figures that Keras drew
beside them. A truncated normal is cut at two standard deviations of its parent, and its parent is
widened by 1 / 0.87962566103423978 so that what remains has the wanted variance.
"""

import math

import numpy as np

from .common import header, keras, number, write

TRUNCATION = 0.87962566103423978
SHAPES = ((300, 200), (3, 3, 32, 64), (5, 1, 16, 48), (400,))
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


def make_case(name, arguments, shape, mean, deviation, bound, parent):
    values = np.asarray(getattr(keras.initializers, name)(seed=1, **arguments)(shape), dtype="float64")
    drawn = values.std()
    sampling = 6 * deviation / math.sqrt(2 * values.size)
    if abs(drawn - deviation) > sampling or (bound and np.abs(values - mean).max() > bound * (1 + 1e-6)):
        raise AssertionError(f"{name} {shape}: Keras drew {drawn}, the formula says {deviation}")
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
        "parentStandardDeviation": None if parent is None else number(parent),
        "drawn": {
            "mean": number(values.mean(), 6),
            "standardDeviation": number(drawn, 6),
            "minimum": number(values.min(), 6),
            "maximum": number(values.max(), 6),
        },
    }


def make(folder):
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
    write(folder, "initializers.json", {"header": header(__doc__.split("\n")[0])}, cases)
