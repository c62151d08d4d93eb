"""Keras's side of KerasInteropTests: loads a model that Thaw saved, predicts, trains on, saves.

    keras_interop.py MODEL.keras OUT.json TRAINED.keras [EPOCHS]

Inputs and targets follow the formula of Fixtures/generators/saving.py.
"""

import json
import os
import sys

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras  # noqa: E402
import numpy as np  # noqa: E402

SAMPLES = 24


def values(shape, n):
    k = np.arange(int(np.prod(shape)), dtype=np.int64)
    return (((7919 * k + 13 * n) % 1000) / 1000 - 0.5).reshape(shape).astype("float32")


def packed(arrays, model, side):
    """One array, a list, or a dictionary, as the model has its inputs or outputs."""
    structure = None if isinstance(model, keras.Sequential) else getattr(model, side)
    if isinstance(structure, dict):
        return dict(zip(sorted(structure), arrays))
    return arrays if len(arrays) > 1 else arrays[0]


def main(path, out, trained, epochs=0):
    model = keras.models.load_model(path)
    inputs = [values((SAMPLES, *x.shape[1:]), 99 + place) for place, x in enumerate(model.inputs)]
    x = packed(inputs, model, "input")
    outputs = keras.tree.flatten(model.predict(x, batch_size=8, verbose=0))
    result = {
        "outputs": [{"shape": list(y.shape), "values": [float(v) for v in y.reshape(-1)]} for y in outputs],
        "parameters": model.count_params(), "layers": [layer.name for layer in model.layers],
        "trainable": [bool(layer.trainable) for layer in model.layers], "loss": [],
    }
    if epochs:
        targets = [values((SAMPLES, *y.shape[1:]), 199 + place) for place, y in enumerate(model.outputs)]
        y = packed(targets, model, "output")
        history = model.fit(x, y, batch_size=8, epochs=epochs, shuffle=False, verbose=0)
        result["loss"] = history.history["loss"]
    model.save(trained)
    with open(out, "w", encoding="utf-8") as file:
        json.dump(result, file)


if __name__ == "__main__":
    main(*sys.argv[1:4], *map(int, sys.argv[4:]))
