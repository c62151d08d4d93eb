"""Keras 3 as a peer, on the backend that KERAS_BACKEND names (tensorflow or jax).

Variants: jit_compile and steps_per_execution as `compile` takes them, and batch for `predict`.
"""

import os
import sys

from protocol import cases, photograph_cases, take_standard_output, work

answers = take_standard_output()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import keras  # noqa: E402
import keras_photographs as photographs  # noqa: E402
import numpy as np  # noqa: E402

layers = keras.layers


def mlp():
    return [
        keras.Input((784,)),
        layers.Dense(300, activation="relu"),
        layers.Dense(100, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ], keras.optimizers.SGD(0.01)


def selu100():
    stack = [keras.Input((28, 28)), layers.Flatten()]
    for units in [300] + [100] * 99:
        stack.append(layers.Dense(units, activation="selu", kernel_initializer="lecun_normal"))
    return stack + [layers.Dense(10, activation="softmax")], keras.optimizers.SGD(1e-3)


def small_net(rate=0):
    stack = [keras.Input((28, 28)), layers.Flatten()]
    for units, activation, initializer in (
        (300, "selu", "lecun_normal"),
        (100, "selu", "lecun_normal"),
        (10, "softmax", "glorot_uniform"),
    ):
        stack += [layers.AlphaDropout(rate)] if rate else []
        stack.append(layers.Dense(units, activation=activation, kernel_initializer=initializer))
    return stack


def nadam():
    return small_net(), keras.optimizers.Nadam(1e-3)


def adamw():
    return small_net(), keras.optimizers.AdamW(1e-3, weight_decay=4e-3)


def alphadropout():
    return small_net(0.2), keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True)


def bn20():
    stack = [keras.Input((3072,)), layers.BatchNormalization()]
    for _ in range(20):
        stack += [
            layers.Dense(100, kernel_initializer="he_normal"),
            layers.BatchNormalization(),
            layers.Activation("elu"),
        ]
    return stack + [layers.Dense(10, activation="softmax")], keras.optimizers.Adam(5e-4)


def cnn():
    stack = [keras.Input((32, 32, 3))]
    for filters in (32, 64, 128):
        stack += [
            layers.Conv2D(filters, 3, padding="same", use_bias=False),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(2),
        ]
    stack += [layers.GlobalAveragePooling2D(), layers.Dense(10, activation="softmax")]
    return stack, keras.optimizers.SGD(0.01, momentum=0.9)


CASES = cases(mlp, selu100, nadam, adamw, alphadropout, bn20, cnn)
PHOTOGRAPHS = photograph_cases(photographs)


def make_case(request):
    variant = request.get("variant", {})
    batch = variant.get("batch", request["batch"])
    if request["case"] in PHOTOGRAPHS:
        model, optimizer = PHOTOGRAPHS[request["case"]]()
    else:
        stack, optimizer = CASES[request["case"]]()
        model = keras.Sequential(stack)
    model.compile(
        optimizer=optimizer,
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        jit_compile=variant.get("jit_compile", True),
        steps_per_execution=variant.get("steps_per_execution", 1),
    )

    samples = request["samples"]
    generator = np.random.default_rng(1)
    x = generator.standard_normal((samples,) + model.input_shape[1:], dtype=np.float32)
    classes = min(10, model.output_shape[-1])
    labels = generator.integers(0, classes, size=samples).astype(np.int32)
    steps = -(-samples // batch)

    if request["case"].endswith("predict"):

        def run(epochs):
            for _ in range(epochs):
                model.predict(x, batch_size=batch, verbose=0)
            return steps * epochs, None
    else:

        def run(epochs):
            history = model.fit(
                x,
                labels,
                batch_size=batch,
                epochs=epochs,
                validation_data=(x, labels) if request["case"] == "blog" else None,
                shuffle=False,
                verbose=0,
            )
            return steps * epochs, history.history["loss"][-1]

    return sum(int(np.prod(variable.shape)) for variable in model.trainable_variables), run


def first_step():
    """One step of the small net from nothing, compiled only where the backend cannot do without."""
    _, run = make_case(
        {
            "case": "mlp32",
            "samples": 32,
            "batch": 32,
            "variant": {"jit_compile": keras.backend.backend() == "jax"},
        }
    )
    run(1)


def versions():
    found = {"keras": keras.__version__, "numpy": np.__version__}
    name = keras.backend.backend()
    found[name] = sys.modules[name].__version__
    return found


if __name__ == "__main__":
    work(answers, f"keras-{keras.backend.backend()}", versions(), make_case, first_step)
