"""functional.json: runs of `fit` on a net of two inputs and two outputs with a shared layer.

Data by the formula of training.json with 12 features: the first 8 are the input `a`, the other 4 the
input `b`; the targets are the label and feature 3. `accumulation` is Keras's gradient_accumulation_steps.
"""

import numpy as np

from .common import header, keras, number, tensor, use, write
from .training import BATCH, SAMPLES, data

CASES = [
    ("SGD", dict(learning_rate=0.1), None),
    ("Adam", dict(learning_rate=0.01), None),
    ("SGD", dict(learning_rate=0.1, momentum=0.9), 3),
    ("SGD", dict(learning_rate=0.5, clipnorm=0.05), 2),
]


def build():
    layers = keras.layers
    a, b = keras.Input((8,), name="a"), keras.Input((4,), name="b")
    left = layers.Dense(6, activation="tanh", name="left")(a)
    right = layers.Dense(6, name="right")(b)
    shared = layers.Dense(5, activation="relu", name="shared")
    total = layers.Add(name="total")([shared(left), shared(right)])
    both = layers.Concatenate(name="both")([total, left])
    digit = layers.Dense(10, activation="softmax", name="digit")(both)
    level = layers.Dense(1, name="level")(total)
    return keras.Model([a, b], [digit, level])


def make_case(optimizer, arguments, accumulation):
    use("float64")
    keras.utils.set_random_seed(7)
    model = build()
    model.set_weights([np.round(value, 5) for value in model.get_weights()])
    initial = {layer.name: [tensor(v) for v in layer.get_weights()] for layer in model.layers if layer.weights}
    x, labels = data((12,))
    extra = {} if accumulation is None else dict(gradient_accumulation_steps=accumulation)
    model.compile(
        optimizer=getattr(keras.optimizers, optimizer)(**arguments, **extra),
        loss=["sparse_categorical_crossentropy", "mean_squared_error"],
        loss_weights=[1.0, 0.5],
        metrics=[["accuracy"], ["mean_absolute_error"]],
        jit_compile=False,
    )
    targets = [labels, x[:, 3:4]]
    inputs = [x[:, :8], x[:, 8:]]
    history = model.fit(inputs, targets, batch_size=BATCH, epochs=2, shuffle=False, verbose=0).history
    predictions = model.predict([value[:4] for value in inputs], verbose=0)
    return {
        "optimizer": optimizer,
        "arguments": arguments,
        "accumulation": accumulation or 1,
        "samples": SAMPLES,
        "batchSize": BATCH,
        "initialWeights": initial,
        "history": {name: [number(v) for v in values] for name, values in history.items()},
        "weights": {
            layer.name: [tensor(v) for v in layer.get_weights()] for layer in model.layers if layer.weights
        },
        "predictions": [tensor(value) for value in predictions],
    }


def make(folder):
    cases = [make_case(*case) for case in CASES]
    write(folder, "functional.json", {"header": header(__doc__.split("\n")[0])}, cases)
