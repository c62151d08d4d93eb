"""training.json: whole runs of `fit` on data that both sides make from a formula.

Sample i, feature j (features counted in row-major order) is ((i * 7919 + j * 104729) mod 1000) / 1000,
computed in float64 and then rounded to the run's type; its label is floor(10 * feature 0 of sample i).
Batches are not shuffled and the last one is smaller. A run is a list of phases: layers to freeze, then
epochs of training, then what came of it. Weights are listed per layer in Keras's order.
"""

import numpy as np

from .common import header, keras, number, tensor, use, write

SAMPLES, BATCH = 200, 32
PREDICTED = 4


def data(feature_shape):
    """Inputs and labels by the formula above."""
    features = int(np.prod(feature_shape))
    i, j = np.arange(SAMPLES)[:, None], np.arange(features)[None, :]
    x = ((i * 7919 + j * 104729) % 1000) / 1000
    labels = (np.arange(SAMPLES) * 7919 % 1000) // 100
    return x.reshape((SAMPLES,) + feature_shape), labels


def dense_model():
    return (12,), [
        ("Dense", dict(units=32, activation="relu", name="hidden")),
        ("BatchNormalization", dict(name="normalization")),
        ("Dense", dict(units=10, activation="softmax", name="output")),
    ]


def convolution_model():
    return (8, 8, 2), [
        ("Conv2D", dict(filters=6, kernel_size=3, padding="same", use_bias=False, name="convolution")),
        ("BatchNormalization", dict(momentum=0.9, name="normalization")),
        ("Activation", dict(activation="relu", name="activation")),
        ("MaxPooling2D", dict(pool_size=2, name="pooling")),
        ("Flatten", dict(name="flatten")),
        ("Dense", dict(units=10, activation="softmax", name="output")),
    ]


MODELS = {"dense": dense_model, "convolution": convolution_model}

CASES = [
    ("dense", "float32", "SGD", dict(learning_rate=0.1), [([], 3)]),
    ("dense", "float64", "SGD", dict(learning_rate=0.1), [([], 3)]),
    ("dense", "float64", "Adam", dict(learning_rate=0.01), [([], 3)]),
    (
        "dense",
        "float64",
        "SGD",
        dict(learning_rate=0.1, momentum=0.9),
        [([], 1), (["normalization"], 2), ([], 1)],
    ),
    ("dense", "float32", "SGD", dict(learning_rate=0.1), [([], 1), (["hidden", "normalization"], 2)]),
    ("convolution", "float32", "SGD", dict(learning_rate=0.1), [([], 3)]),
    ("convolution", "float64", "SGD", dict(learning_rate=0.1), [([], 3)]),
    (
        "convolution",
        "float64",
        "SGD",
        dict(learning_rate=0.1),
        [([], 1), (["convolution", "normalization"], 2)],
    ),
]


def weights_of(model, digits):
    return {
        layer.name: [tensor(value, digits) for value in layer.get_weights()]
        for layer in model.layers
        if layer.weights
    }


def build(kind, dtype):
    use(dtype)
    feature_shape, layers = MODELS[kind]()
    model = keras.Sequential([keras.Input(feature_shape)])
    for name, arguments in layers:
        model.add(getattr(keras.layers, name)(**arguments))
    return model


def make_case(kind, dtype, optimizer, arguments, phases):
    digits = 9 if dtype == "float32" else 15
    feature_shape, layers = MODELS[kind]()
    # Both types start from the same numbers: Keras's own draw in float32, rounded to five decimals.
    keras.utils.set_random_seed(5)
    start = [np.round(value.astype("float64"), 5) for value in build(kind, "float32").get_weights()]
    model = build(kind, dtype)
    model.set_weights([value.astype(dtype) for value in start])
    if any(variable.dtype != dtype for variable in model.weights):
        raise AssertionError(f"the model must be in {dtype}")
    initial = weights_of(model, digits)

    x, labels = data(feature_shape)
    x = x.astype(dtype)
    optimizer_object = getattr(keras.optimizers, optimizer)(**arguments)
    results = []
    for frozen, epochs in phases:
        for layer in model.layers:
            layer.trainable = layer.name not in frozen
        # Keras reads `trainable` when it compiles; the optimizer knows every variable from the first
        # phase on, because that phase freezes nothing.
        model.compile(
            optimizer=optimizer_object,
            loss="sparse_categorical_crossentropy",
            metrics=["accuracy"],
            jit_compile=False,
        )
        history = model.fit(x, labels, batch_size=BATCH, epochs=epochs, shuffle=False, verbose=0).history
        loss, accuracy = model.evaluate(x, labels, batch_size=BATCH, verbose=0)
        results.append(
            {
                "frozen": frozen,
                "epochs": epochs,
                "loss": [number(v, digits) for v in history["loss"]],
                "accuracy": [number(v, digits) for v in history["accuracy"]],
                "evaluateLoss": number(loss, digits),
                "evaluateAccuracy": number(accuracy, digits),
                "weights": weights_of(model, digits),
            }
        )
    predictions = model.predict(x[:PREDICTED], verbose=0)
    use("float64")
    return {
        "model": kind,
        "dtype": dtype,
        "inputShape": list(feature_shape),
        "layers": [{"layer": name, "arguments": layer_arguments} for name, layer_arguments in layers],
        "optimizer": optimizer,
        "optimizerArguments": arguments,
        "samples": SAMPLES,
        "batchSize": BATCH,
        "initialWeights": initial,
        "phases": results,
        "predictions": tensor(predictions, digits),
    }


def make(folder):
    cases = [make_case(*case) for case in CASES]
    write(folder, "training.json", {"header": header(__doc__.split("\n")[0])}, cases)
