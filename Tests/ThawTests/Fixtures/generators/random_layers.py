"""random_layers.json: what layers that draw random numbers make of their input, for given draws.

The numbers of a stream differ between libraries, so Keras is given its draws: for AlphaDropout all elements `kept`
and all `dropped`; for the Gaussian layers `z` standard normal numbers, recorded beside mean and deviation asked for.
"""

import numpy as np
from keras.src import ops
from keras.src.backend import random

from .common import header, keras, normal, number, tensor, tf, write


def run(layer, x, module, name, draw):
    """The layer's output in training, with `module.name` replaced."""
    original = getattr(module, name)
    setattr(module, name, draw)
    try:
        return np.asarray(layer(keras.ops.convert_to_tensor(x), training=True))
    finally:
        setattr(module, name, original)


def alpha_case(x, rate):
    layer = keras.layers.AlphaDropout(rate)
    # An element is kept where the uniform number is at least the rate.
    outputs = [
        run(layer, x, ops.random, "uniform", lambda shape, seed=None: tf.fill(shape, np.float64(value)))
        for value in (1.0, 0.0)
    ]
    kept, dropped = (tensor(output) for output in outputs)
    return {"layer": "AlphaDropout", "argument": rate, "kept": kept, "dropped": dropped}


def gaussian_case(x, z, name, argument):
    asked = {}

    def draw(shape, mean=0.0, stddev=1.0, **_):
        asked.update(mean=mean, stddev=stddev)
        return tf.constant(mean + stddev * z)

    y = run(getattr(keras.layers, name)(argument), x, random, "normal", draw)
    case = {"layer": name, "argument": argument, "y": tensor(y)}
    return case | {"mean": number(asked["mean"]), "deviation": number(asked["stddev"])}


def make(folder):
    generator = np.random.default_rng(51)
    x, z = normal(generator, (4, 5)), normal(generator, (4, 5))
    cases = [alpha_case(x, rate) for rate in (0.05, 0.2, 0.5)]
    cases += [gaussian_case(x, z, "GaussianNoise", deviation) for deviation in (0.1, 0.75)]
    cases += [gaussian_case(x, z, "GaussianDropout", rate) for rate in (0.1, 0.5)]
    top = {"header": header(__doc__.split("\n")[0]), "x": tensor(x), "z": tensor(z)}
    write(folder, "random_layers.json", top, cases)
