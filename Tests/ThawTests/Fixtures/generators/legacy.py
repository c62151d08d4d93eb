"""legacy.json: whole models in HDF5 of Keras 2 (tf_keras, with its older and newer optimizers) and of Keras 3.

Each case holds the file (gzip, base64) after three steps, what the model predicts, and what five further steps by the
library that wrote it give. Where Keras 2 means something else than Keras 3 (`hard_sigmoid`, `ThresholdedReLU`, the
moving variance for images, Nadam), its own numbers are the reference.
"""

import base64
import gzip
import os
import tempfile

import tf_keras

from .common import header, keras, normal, np, tensor, write

STEPS_BEFORE, STEPS_AFTER = 3, 5

def optimizers(module, rate=0.02):
    """Every kind whose state is kept in another way."""
    return {
        "sgd": module.SGD(rate),
        "sgd_momentum": module.SGD(rate, momentum=0.9, nesterov=True),
        "adam": module.Adam(rate),
        "adamax": module.Adamax(rate),
        "nadam": module.Nadam(rate),
        "rmsprop": module.RMSprop(rate),
        "rmsprop_centered": module.RMSprop(rate, momentum=0.5, centered=True),
        "adagrad": module.Adagrad(rate),
        "adadelta": module.Adadelta(1.0),
    }


def rows_model(library, optimizer, input_shape):
    layers = library.layers
    model = library.Sequential(
        [
            layers.Input(input_shape, name="rows"),
            layers.Dense(4, activation="tanh", name="hidden"),
            layers.Dense(2, name="answer"),
        ],
        name="rows_model",
    )
    # Traced into a graph, Nadam of Keras from 2.11 multiplies its product of momentums once for each variable and
    # not once a step; eagerly it computes what it says.
    model.compile(optimizer=optimizer, loss="mse", run_eagerly=library is tf_keras)
    return model


def meanings_model(library, optimizer, input_shape):
    """A convolution whose moving variance is the unbiased one, and the functions that have changed."""
    layers = library.layers
    image = layers.Input(input_shape, name="image")
    x = layers.Conv2D(3, 2, strides=2, activation="hard_sigmoid", name="convolution")(image)
    x = layers.BatchNormalization(momentum=0.7, name="normalization")(x)
    x = layers.ThresholdedReLU(theta=0.25, name="threshold")(x)
    x = layers.Flatten(name="flat")(x)
    inner = library.Sequential(
        [layers.Input((12,)), layers.Dense(4, name="dense"), layers.BatchNormalization(name="norm")], name="inner"
    )
    x = layers.Dense(2, activation="hard_sigmoid", name="answer")(inner(x))
    model = library.Model(image, x, name="meanings_model")
    model.compile(optimizer=optimizer, loss="mse")
    return model


def make_case(number, name, library, build, optimizer, input_shape, freezes=False):
    # The moving variance is the unbiased one where TensorFlow's fused kernel runs, which has no float64.
    tf_keras.backend.set_floatx("float32" if build is meanings_model else "float64")
    generator = np.random.default_rng(7000 + number)
    model = build(library, optimizer, input_shape)
    model.set_weights(
        [
            np.abs(w) + 0.5 if "variance" in v.name else w
            for v, w in ((v, normal(generator, tuple(v.shape), scale=0.5)) for v in model.weights)
        ]
    )
    samples = 6
    x = normal(generator, (samples,) + input_shape)
    y = normal(generator, (samples, 2))
    for _ in range(STEPS_BEFORE):
        model.train_on_batch(x, y)
    if freezes:
        # After training and without compiling again: the optimizer keeps a place for what does not train any more.
        model.layers[0].trainable = False
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.h5")
        model.save(path)
        with open(path, "rb") as file:
            content = gzip.compress(file.read(), 9, mtime=0)
    before = model.predict(x, verbose=0)
    steps = 0 if freezes else STEPS_AFTER
    for _ in range(steps):
        model.train_on_batch(x, y)
    return {
        "name": name,
        "file": base64.b64encode(content).decode(),
        "x": tensor(x),
        "y": tensor(y),
        "predictions": tensor(before),
        "updates": STEPS_BEFORE // (getattr(optimizer, "gradient_accumulation_steps", None) or 1),
        "steps": steps,
        "predictionsAfter": tensor(model.predict(x, verbose=0)),
    }


def make(folder):
    cases = []
    for era, library, module in (
        ("Keras before 2.11", tf_keras, tf_keras.optimizers.legacy),
        ("Keras from 2.11", tf_keras, tf_keras.optimizers),
        ("Keras 3", keras, keras.optimizers),
    ):
        for name, optimizer in optimizers(module).items():
            cases.append((f"{era}, {name}", library, rows_model, optimizer, (3,)))
    old = tf_keras.optimizers.legacy.SGD(0.05)
    cases.append(("Keras before 2.11, meanings", tf_keras, meanings_model, old, (4, 4, 2)))
    own = keras.optimizers
    cases.append(("Keras 3, averages", keras, rows_model, own.Adam(0.02, use_ema=True, ema_momentum=0.9), (3,)))
    gathering = own.Adam(0.02, gradient_accumulation_steps=2)
    cases.append(("Keras 3, gathered gradients", keras, rows_model, gathering, (3,)))
    for era, library, module in (("2.10", tf_keras, tf_keras.optimizers.legacy), ("2.11", tf_keras, tf_keras.optimizers),
                                 ("3", keras, own)):
        cases.append((f"Keras {era}, frozen", library, rows_model, module.Adam(0.02), (3,), True))
    write(
        folder,
        "legacy.json",
        {"header": header(__doc__.split("\n")[0]) | {"tf_keras": tf_keras.__version__}},
        [make_case(number, *case) for number, case in enumerate(cases)],
    )
