"""What every fixture generator shares: Keras in float64, seeded inputs, and compact JSON.

Inputs are rounded to a few decimals, so that they are short in the file; results keep fifteen
significant digits. A tensor is written as {"shape": [...], "values": [...]} in row-major order.
"""

import json
import math
import os
import platform

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
os.environ["TF_DETERMINISTIC_OPS"] = "1"

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

tf.get_logger().setLevel("ERROR")


def use(dtype):
    """Makes `dtype` the type of everything built from here on; the policy is remembered apart from floatx."""
    keras.backend.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def keep_literals_exact():
    """Makes Keras cast a Python float straight to float64: tf.cast takes it through float32 first.

    Without this, Adam's betas or SGD's momentum have eight good digits in a float64 run. The same for the log(2) of
    log-cosh.
    """
    from keras.src import ops

    cast, log = ops.cast, ops.log
    ops.log = lambda x: log(np.float64(x) if isinstance(x, float) else x)
    ops.cast = lambda x, dtype: cast(np.float64(x) if isinstance(x, float) else x, dtype)


use("float64")
keep_literals_exact()


def header(description):
    """The first object of every file: what it is and which versions made it."""
    return {
        "description": description,
        "madeBy": "Tests/ThawTests/Fixtures/make_fixtures.py",
        "python": platform.python_version(),
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
    }


def number(value, digits=15):
    """A float with at most `digits` significant digits; an int stays an int."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    value = float(value)
    if not math.isfinite(value):
        raise ValueError(f"a fixture must hold finite numbers only, got {value}")
    short = float(f"%.{digits}g" % value)
    return int(short) if short == int(short) and abs(short) < 1e15 else short


def tensor(array, digits=15):
    """An array as {"shape", "values"}; None stays null."""
    if array is None:
        return None
    array = np.asarray(array)
    return {"shape": list(array.shape), "values": [number(v, digits) for v in array.reshape(-1).tolist()]}


def normal(generator, shape, decimals=3, scale=1.0):
    """Seeded normal values on a decimal grid, none of them zero (activations have kinks there)."""
    values = np.round(generator.normal(size=shape) * scale, decimals)
    return np.where(values == 0, 10.0**-decimals, values)


def distinct(generator, shape):
    """Seeded values of which no two are equal, so that a maximum has one place."""
    count = int(np.prod(shape))
    return np.round((generator.permutation(count) - count / 2 + 0.25) * (4.0 / count), 4).reshape(shape)


def write(folder, name, top, cases):
    """Writes a file with its header, the fields of `top`, and one case per line."""
    lines = [json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases]
    fields = "".join(
        f"{json.dumps(key)}:{json.dumps(value, allow_nan=False)},\n" for key, value in top.items()
    )
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("{" + fields + '"cases":[\n' + ",\n".join(lines) + "\n]}\n")
    print(f"{name}: {len(cases)} cases, {os.path.getsize(path)} bytes")
